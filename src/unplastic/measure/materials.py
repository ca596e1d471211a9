"""A1 by surface: fine texture on skin, hair and cloth, locked to them, in pixel bands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unplastic.clip import Clip
from unplastic.measure.bootstrap import Array, pooled, root, share
from unplastic.measure.standing import as_coded, why_no_face
from unplastic.parameter import check, parameter
from unplastic.reading import Evidence, Reading
from unplastic.vision import Run
from unplastic.vision.masks import REGIONS

MID_GREY_CODES8 = 110.0
GAIN_MIN, GAIN_MAX = 0.35, 1.8
UNITS = {"texture_rms": "codes", "locked_texture": "codes"}


@dataclass(frozen=True, slots=True, eq=False)
class SurfaceTiles:
    """One run: per surface (tiles, 3): pixels, and fine-band power at mid grey that stays one and two frames."""

    sums: dict[str, Array]
    why_not: str | None


@dataclass(frozen=True)
class Materials:
    """texture_rms and locked_texture, as in `texture`, for skin, hair and cloth of people whose face is seen.

    The scale of hair and cloth is not known, so their bands are in pixels: compare clips of one size and shot. Hair is
    measured with its strands, which are edges; skin and cloth more than 5 px from strong edges. Skin that a large
    enough face gives a scale to is measured in millimetres by `skin`.
    """

    name: ClassVar[str] = "materials"

    pixels_min: int = parameter(4_000, "pixels of a surface needed over all runs", low=1, high=10_000_000)

    def __post_init__(self) -> None:
        check(self)

    def observe(self, run: Run) -> SurfaceTiles:
        """Sums per tile of one run; tiles out of focus or without the surface are left out."""
        level = (run.grid.means(run.frames[0].luma) - 16.0) / MID_GREY_CODES8
        exposure = np.clip(level, GAIN_MIN, GAIN_MAX) ** 2
        found = {}
        for region in REGIONS:
            moves = run.covariances_of(region)
            if moves is None:
                continue
            empty = np.full_like(moves.pixels, np.nan)
            columns = [moves.along[lag].repeated / exposure if lag in moves.along else empty for lag in (1, 2)]
            tiles = np.stack([moves.pixels, *columns], axis=1)
            found[region] = tiles[run.in_focus & (moves.pixels > 0)]
        return SurfaceTiles(found, why_no_face(run))

    def conclude(self, observations: Sequence[SurfaceTiles], clip: Clip) -> Evidence:
        """Both readings of every surface over all runs."""
        return Evidence(tuple(r for region in REGIONS for r in self._readings(region, observations, clip)))

    def _readings(self, region: str, observations: Sequence[SurfaceTiles], clip: Clip) -> list[Reading]:
        sums = np.concatenate([np.empty((0, 3)), *(o.sums[region] for o in observations if region in o.sums)])
        why = self._why_not(region, sums, observations, clip)
        readings = []
        for column, (name, unit) in enumerate(UNITS.items(), start=1):
            rows = sums[np.isfinite(sums[:, column])]
            short = "needs three different frames in a row" if rows[:, 0].sum() < self.pixels_min else None
            if why or short:
                readings.append(Reading.missing(name, region, unit, why or short or ""))
                continue
            rms = pooled(rows[:, [0, column]], lambda s: root(share(s[:, 1], s[:, 0])))
            readings.append(as_coded(rms.reading(name, unit, region), clip))
        return readings

    def _why_not(self, region: str, sums: Array, observations: Sequence[SurfaceTiles], clip: Clip) -> str | None:
        if clip.frames < 2:
            return "texture of a surface is told from noise by the next frame, and there is none"
        reasons = [each.why_not for each in observations]
        if all(reasons):
            return reasons[0]
        if float(sums[:, 0].sum()) < self.pixels_min:
            return f"too little {region} in focus, exposed, whose motion can be followed"
        return None
