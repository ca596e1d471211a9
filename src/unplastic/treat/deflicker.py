"""Steady a picture whose brightness, or whose hair and cloth, flickers; fades, pans and cuts stay as they are."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from unplastic.parameter import check, parameter
from unplastic.treat.exposure import LEVELS, Exposure
from unplastic.treat.treatment import Geometry, Strip
from unplastic.vision.bands import blurred, half_size, slopes, smooth_step, to_size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from unplastic.vision import Scene
    from unplastic.vision.motion import Motion

    Plane = NDArray[np.float32]

FINE_PX, COARSE_PX = 2.0, 8.0
"""The band of local flicker, sd of Gaussians at the generator's size; what is finer is the matter of `deboil`."""

BAND_PEAK = 0.78
"""What is left of the best kept wave in a band between these two Gaussians: exp(-a) - exp(-16 a) at its peak."""

ALIKE_CODES8 = np.float32(3.0)
LEFT_BY_GRAIN = 0.75
"""White noise differs from its own median and mean over five frames by this share of its sd (drawn)."""

FLOOR = 1.1, 1.5
FLOOR_MIN_CODES8 = 0.08
"""Local flicker of up to the first of these shares of what grain alone gives is left, from the second on it is taken;
and what is weaker than this is seen by nobody."""

UNSURE_PX = 0.05
"""What motion may be off, in small pixels: a change that this explains, where detail is steep, is none."""

FAST = 0.02, 0.05
"""Motion, in picture heights a frame, from which steadying fades, and where it ends: neither the flow nor the eye
follows it closely."""

JUDGED_CELLS, SLOPE_MIN = 1.5, np.float32(0.01)
"""Blur, in cells of four small pixels, of what a step is judged by; and the least slope that can explain one."""

PHASES = 32
UNITS = np.array([16.0, 219.0], np.float32)
"""Codes of black, and codes from there to white, in a scene."""


@dataclass(frozen=True)
class Deflicker:
    """First the brightness of the whole picture, then its detail of 2 to 8 pixels, each held to its own neighbours.

    Brightness: the change along motion of five levels of luma, less its own smooth trend over nine frames. Detail: the
    median of three frames along motion, then the mean of three such medians. Luma only: a gain of one or two percent
    is not seen in chroma. A shot is never averaged with another.
    """

    name: ClassVar[str] = "deflicker"
    order: ClassVar[int] = 5

    strength: float = parameter(1.0, "share of the flicker taken out: 0 none, 1 all that is found", low=0.0, high=1.0)
    exposure: float = parameter(1.0, "share for the brightness of the whole picture", low=0.0, high=1.0)
    local: float = parameter(1.0, "share for detail on hair and cloth", low=0.0, high=1.0)
    elsewhere: float = parameter(
        0.5, "share of `local` beside hair and cloth, where people are seen; without them all of it", low=0.0, high=1.0
    )
    grain_codes8: float = parameter(
        0.0, "grain that the clip carries, sd in codes: detail it makes flicker is left to it", low=0.0, high=20.0
    )
    limit_codes8: float = parameter(
        6.0, "a change of this size is taken back by half only, larger ones by less", low=1.0, high=30.0
    )

    def __post_init__(self) -> None:
        check(self)

    @property
    def is_noop(self) -> bool:
        """True without strength, or with both parts switched off."""
        return self.strength * max(self.exposure, self.local) == 0.0

    def bind(self, geometry: Geometry) -> DeflickerPass:
        """Prepare the taps."""
        return DeflickerPass(self, geometry)


class DeflickerPass:
    """The corrections of the present frame: a small plane and a curve over luma, both in codes."""

    reach = 0
    touches_chroma = False

    def __init__(self, deflicker: Deflicker, geometry: Geometry) -> None:
        from unplastic.treat.kernels import steady

        self._steady = steady
        self._deflicker = deflicker
        self._shape = geometry.height, geometry.width
        self._taps = four_taps(PHASES)
        self._exposure = Exposure(deflicker.limit_codes8)
        self._bands: dict[int, Plane] = {}
        self._medians: dict[int, tuple[Plane, Plane]] = {}
        self._levels = LEVELS.astype(np.float32)
        self._nothing = np.zeros((0, 0), np.float32), np.zeros(0, np.float32)
        self._local, self._curve = self._nothing
        self._ready: int | None = None
        self.planes_steadied = 0

    def prepare(self, scene: Scene) -> None:
        """Find what this frame is to be corrected by."""
        self._local, self._curve = self._nothing
        self._ready = scene.index
        chosen = self._deflicker
        if scene.previous is None:
            self._bands.clear()
            self._medians.clear()
        if chosen.exposure:
            curve = self._exposure.curve(scene)
            if curve is not None:
                self._curve = (curve * np.float32(chosen.strength * chosen.exposure)).astype(np.float32)
        if chosen.local:
            self._find_local(scene)
        for kept in (self._bands, self._medians):
            for index in [i for i in kept if i < scene.index - 1]:
                del kept[index]

    def __call__(self, source: Strip, target: Strip, frame: int) -> None:
        """Add the corrections to the rows of a strip."""
        if frame != self._ready or not (self._local.size or self._curve.size):
            target.y[:] = source.y
            return
        self._steady.add_steady(
            source.y, self._local, self._levels, self._curve, UNITS, source.row, self._shape, target.y
        )

    def _find_local(self, scene: Scene) -> None:
        before, after = scene.previous, scene.next
        if before is None or after is None or scene.to_previous is None or scene.to_next is None:
            return
        now, sure = self._median(scene)
        steady = np.empty_like(now)
        neighbours = self._median(before)[0], self._median(after)[0]
        flows = _parts(scene.to_previous)[0], _parts(scene.to_next)[0]
        self._steady.hold_mean(now, *neighbours, *flows, sure, ALIKE_CODES8, self._taps, steady)
        self.planes_steadied += 1
        step = steady - self._band(scene)
        floor = max(FLOOR_MIN_CODES8, self._grain_left(scene) * self._deflicker.grain_codes8)
        share = self._judged(step, floor, scene) * self._where(scene)
        share *= 1.0 - smooth_step(*FAST, np.sqrt(np.square(scene.to_next.flow).sum(axis=-1)) / len(step))
        step /= 1.0 + np.square(step / np.float32(self._deflicker.limit_codes8))
        local: Plane = (step * share).astype(np.float32) * np.float32(
            self._deflicker.strength * self._deflicker.local / BAND_PEAK
        )
        self._local = to_size(local, (local.shape[0], self._shape[1]))

    def _judged(self, step: Plane, floor: float, scene: Scene) -> Plane:
        """Map 0..1: where a step is more than grain leaves, and more than motion gone slightly wrong explains."""
        across, down = slopes(self._band(scene))
        parts = (step * step, across * across, across * down, down * down, across * step, down * step)
        power, xx, xy, yy, xg, yg = (blurred(half_size(half_size(part)), JUDGED_CELLS) for part in parts)
        xx, yy = xx + SLOPE_MIN, yy + SLOPE_MIN
        explained = (yy * xg * xg - 2.0 * xy * xg * yg + xx * yg * yg) / (xx * yy - xy * xy)
        rest = np.sqrt(np.maximum(power - explained, 0.0))
        floors = np.maximum(np.float32(floor), np.float32(UNSURE_PX) * np.sqrt(xx + yy))
        return to_size(smooth_step(FLOOR[0], FLOOR[1], (rest / floors).astype(np.float32)), step.shape)

    def _where(self, scene: Scene) -> Plane | np.float32:
        """Hair and cloth in full, and the rest in part; everything in full where nobody is seen."""
        if not scene.faces:
            return np.float32(1.0)
        people = np.maximum(scene.surfaces.hair, scene.surfaces.cloth)
        rest: Plane = np.float32(self._deflicker.elsewhere) * (np.float32(1.0) - people)
        return people + rest

    def _median(self, scene: Scene) -> tuple[Plane, Plane]:
        """The band of one frame after the first pass (itself, where it has no neighbours), and where that is sure."""
        if scene.index in self._medians:
            return self._medians[scene.index]
        now, before, after = self._band(scene), scene.previous, scene.next
        out, sure = now, np.zeros_like(now)
        if before is not None and after is not None and scene.to_previous is not None and scene.to_next is not None:
            out = np.empty_like(now)
            pictures = scene.small, before.small, after.small
            motions = _parts(scene.to_previous), _parts(scene.to_next)
            bands = now, self._band(before), self._band(after)
            self._steady.hold_median(*bands, *motions, pictures, self._taps, sure, out)
            self.planes_steadied += 1
        self._medians[scene.index] = out, sure
        return out, sure

    def _band(self, scene: Scene) -> Plane:
        if scene.index not in self._bands:
            fine, coarse = self._sigmas(scene)
            small = blurred(scene.small, fine) if fine > 0.2 else scene.small
            self._bands[scene.index] = small - blurred(scene.small, coarse)
        return self._bands[scene.index]

    def _sigmas(self, scene: Scene) -> tuple[float, float]:
        """Blurs of the small plane; making it small, and enlarging it again, has blurred it as well."""
        scale = float(scene.ratio[0])
        wanted = ((sigma * scene.up) ** 2 - scale**2 / 6.0 for sigma in (FINE_PX, COARSE_PX))
        fine, coarse = (sqrt(max(each, 0.0)) / scale for each in wanted)
        return fine, coarse

    def _grain_left(self, scene: Scene) -> float:
        """Sd that white grain of one code leaves in this band, and of it what steadying would take."""
        fine, coarse = (sigma * scene.up for sigma in (FINE_PX, COARSE_PX))
        share = (1.0 / fine**2 + 1.0 / coarse**2 - 4.0 / (fine**2 + coarse**2)) / (4.0 * pi)
        return LEFT_BY_GRAIN * sqrt(share)


def four_taps(phases: int) -> NDArray[np.float32]:
    """(phases + 1, 4) taps that move a band of up to 0.2 cycles per pixel by 0..1 px: cubic, with a slope of -0.6."""
    taps = []
    for shift in np.arange(phases + 1) / phases:
        at = np.abs(np.arange(-1, 3) - shift)
        slope = -0.6
        near = ((slope + 2.0) * at - (slope + 3.0)) * at * at + 1.0
        far = ((slope * at - 5.0 * slope) * at + 8.0 * slope) * at - 4.0 * slope
        taps.append(np.where(at <= 1.0, near, np.where(at < 2.0, far, 0.0)))
    return np.array(taps, np.float32)


def _parts(motion: Motion) -> tuple[Plane, Plane]:
    return np.ascontiguousarray(motion.flow, np.float32), np.ascontiguousarray(motion.confidence, np.float32)
