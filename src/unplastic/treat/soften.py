"""Soften only what is over-sharp: halos come off, hard steps get a lens's edge, the rest keeps its bits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unplastic.color import luma_scale
from unplastic.parameter import check, parameter
from unplastic.treat.treatment import Geometry, Strip

FULL_STEP = 2.5
"""A step this many times the smallest one is treated in full."""

HALO_SHARES = 0.38, 0.60
"""An overshoot up to the first share of its step is a halo; from the second on it is a hair, a lash or a glint."""

EDGE_RISES = 0.70, 0.95
"""One-pixel rise in shares of the step: a 10-90 % width of 1.25 px is left alone, one under 0.7 px blurred in full."""


@dataclass(frozen=True)
class Soften:
    """Clamp each sample to the plateau it belongs to, near steps only, then blur the steepest of those steps.

    Plateaus are the grey-scale opening and closing of luma; the step is the distance between the plateaus on both
    sides of an edge; an overshoot beyond its plateau is taken off when it is small against that step, so thin lines
    survive (texture 3.2). Chroma is not touched.
    """

    name: ClassVar[str] = "soften"
    order: ClassVar[int] = 30

    strength: float = parameter(1.0, "share of the overshoot taken off: 0 none, 1 all of it", low=0.0, high=1.0)
    radius_px: int = parameter(4, "half the width of the widest halo that is found", low=2, high=4)
    step_codes8: float = parameter(
        18.0, "smallest edge treated, plateau to plateau, in 8-bit codes", low=4.0, high=100.0
    )
    blur_px: float = parameter(0.35, "blur of the hardest steps, sd of a Gaussian", low=0.0, high=0.6)

    def __post_init__(self) -> None:
        check(self)

    @property
    def is_noop(self) -> bool:
        """True without strength."""
        return self.strength == 0.0

    def bind(self, geometry: Geometry) -> SoftenPass:
        """Allocate the scratch."""
        return SoftenPass(self, geometry)


class SoftenPass:
    """The clamp and the blur for one clip."""

    touches_chroma = False

    def __init__(self, soften: Soften, geometry: Geometry) -> None:
        from unplastic.treat.kernels.halo import soften as run

        self._run = run
        self._radius = int(soften.radius_px)
        self.reach = 2 * self._radius + self._radius // 2 * 2 + 2
        self.columns_worked = 0
        self._codes = np.array(luma_scale(8, is_full_range=geometry.color.is_full_range), np.float32)
        steps = soften.step_codes8, soften.step_codes8 * FULL_STEP
        doses = soften.strength, soften.blur_px**2 / 2, *steps
        self._dose = np.array([*doses, *HALO_SHARES, *EDGE_RISES], np.float32)
        self._columns = -(-geometry.width // geometry.across) * geometry.across
        self._rows = 0
        self._scratch: tuple[np.ndarray, ...] = ()

    def __call__(self, source: Strip, target: Strip, frame: int) -> None:  # noqa: ARG002 - the same for every frame
        """Soften the luma of ``source`` into ``target``."""
        if source.y.shape[0] > self._rows:
            self._allocate(source.y.shape[0])
        self.columns_worked += self._run(
            source.y, target.y, self._radius, self.reach, self._codes, self._dose, *self._scratch
        )

    def _allocate(self, rows: int) -> None:
        """Scratch for strips of up to ``rows`` rows: the first strip of a clip is its tallest."""
        padded = self._columns + self._columns % 2 + 2 * self.reach
        half = rows // 2, padded // 2
        whole, halves = np.zeros((7, rows, padded), np.uint8), np.zeros((4, *half), np.uint8)
        extremes = np.zeros((2, padded), np.uint8)
        weights, lines = np.zeros((2, *half), np.float32), np.zeros((2, padded), np.float32)
        self._rows = rows
        self._scratch = whole, extremes, halves, weights, np.zeros((rows, padded), np.float32), lines
