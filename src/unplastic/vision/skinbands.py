"""Texture of facial skin in bands of millimetres, and how much of it a later frame shows again.

The scale comes from the distance between the pupils (63 mm). A band is the difference of two Gaussians over the skin
alone: each is a normalised convolution (Knutsson and Westin 1993), so that brows, lips and background do not leak in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import cv2
import numpy as np

from unplastic.vision.bands import blurred, gaussian, half_size, to_size
from unplastic.vision.face import Face
from unplastic.vision.grid import Grid
from unplastic.vision.masks import exposed, sure
from unplastic.vision.motion import moved
from unplastic.vision.plane import Array, Mask, Plane, as_plane

if TYPE_CHECKING:
    from unplastic.vision.run import Run

NOSE_BASE = 2
"""The point under the nose: skin below it may carry a beard."""

COVERED = 0.97
"""Share of the coarse Gaussian that must lie on skin: beyond, shading alone would look like texture."""

HALF_FROM_PX = 1.1
"""Fine Gaussian, in full-size px, from which a band is taken at half size."""

HALVING_VARIANCE = 0.25
"""What means of 2x2 pixels blur by themselves, in full-size px squared."""

STEADY_MM = 6.0
"""Gaussian over which the motion of skin is averaged."""

AROUND_IPD = 0.1


@dataclass(frozen=True, slots=True)
class Band:
    """G(fine) - G(coarse), in mm, over its largest gain; half of the amplitude passes between ``low`` and ``high``."""

    fine_mm: float
    coarse_mm: float
    low: float
    high: float

    def response(self, cycles_per_mm: Array) -> Array:
        """Gain at frequencies in cycles per mm, at most 1."""
        return self._raw(cycles_per_mm) / self.peak

    @property
    def peak(self) -> float:
        """The largest gain of the plain difference."""
        return float(self._raw(np.linspace(0.01, 4.0, 2000)).max())

    def beyond(self, px_per_mm: float) -> float:
        """Share of the power of white texture in this band that lies past half a cycle per pixel."""
        f = np.linspace(0.005, 8.0, 4000)
        power = f * self.response(f) ** 2
        return float(power[f > 0.5 * px_per_mm].sum() / power.sum())

    def _raw(self, f: Array) -> Array:
        turn = -2.0 * np.pi**2 * f * f
        return np.asarray(np.exp(turn * self.fine_mm**2) - np.exp(turn * self.coarse_mm**2))


PORES = Band(0.12, 0.48, 0.33, 1.5)
LINES = Band(0.42, 1.6, 0.098, 0.43)


@dataclass(frozen=True, slots=True, eq=False)
class SkinPair:
    """Sums over the facial skin of one frame and a later one, per tile of the run, (tiles,).

    ``locked`` is r_t W(r_t+k) in codes squared, ``cubed`` the same to the third power, ``luma`` the sum of luma; all
    over ``pixels`` of the size that the band was taken at, each ``pixel_mm2`` large.
    """

    pixels: Array
    luma: Array
    locked: Array
    cubed: Array
    pixel_mm2: float


class SkinFrame:
    """One face in one frame of a run, cut out along the tiles of the grid; the scale is the median of its run."""

    def __init__(self, run: Run, t: int, face: Face, px_per_mm: float, box: Grid) -> None:
        self.run, self.t, self.face, self.px_per_mm, self.box = run, t, face, px_per_mm, box
        self._bands: dict[Band, tuple[Plane, Plane]] = {}

    @cached_property
    def mask(self) -> Mask:
        """Facial skin above the mouth, exposed, well inside its outline, and not beside a strong edge."""
        surfaces = self.run.surfaces(self.t)
        skin = self.box.inside(sure(surfaces.face, self.run.shape) & self.run.regions(self.t).texture)
        return skin & exposed(self.luma) & self._above_mouth()

    @cached_property
    def luma(self) -> Plane:
        """Luma codes of the cut-out."""
        return np.ascontiguousarray(self.box.inside(self.run.frames[self.t].luma))

    def band(self, band: Band) -> tuple[Plane, Plane]:
        """The band of the skin, and 1 where it can be trusted: at half size where that loses nothing."""
        if band not in self._bands:
            self._bands[band] = self._made(band)
        return self._bands[band]

    def is_halved(self, band: Band) -> bool:
        """Whether a band of this face is taken at half size."""
        return band.fine_mm * self.px_per_mm >= HALF_FROM_PX

    def looked_at(self) -> Plane:
        """Luma of the whole face with its eyes and outline, where edges tell how sharp it is."""
        x, y, width, height = self.face.box
        rows = slice(max(0, int(y)), max(0, int(y + height)))
        return self.run.frames[self.t].luma[rows, max(0, int(x)) : max(0, int(x + width))]

    def motion(self) -> tuple[float, float]:
        """Median motion of the face to the next frame (or from the one before), in full-size px across and down."""
        step = min(self.t, len(self.run.frames) - 2)
        x, y, width, height = (int(v) // 2 for v in self.face.box)
        flow = self.run.motion(step, 1).flow[max(0, y) : max(0, y + height) : 4, max(0, x) : max(0, x + width) : 4]
        across, down = (2.0 * float(np.median(flow[..., i])) if flow.size else 0.0 for i in (0, 1))
        return across, down

    def _made(self, band: Band) -> tuple[Plane, Plane]:
        luma, mask, scale, own = self.luma, self.mask.astype(np.float32), self.px_per_mm, 0.0
        if self.is_halved(band):
            luma, mask, own = half_size(luma), (half_size(mask) > 0.99).astype(np.float32), HALVING_VARIANCE
        shrunk = 0.5 if own else 1.0
        sigmas = [shrunk * float(np.sqrt((mm * scale) ** 2 - own)) for mm in (band.fine_mm, band.coarse_mm)]
        cover = gaussian(mask, sigmas[1])
        masked, tiny = luma * mask, np.float32(1e-3)
        texture = gaussian(masked, sigmas[0]) / np.maximum(gaussian(mask, sigmas[0]), tiny)
        texture -= gaussian(masked, sigmas[1]) / np.maximum(cover, tiny)
        good = mask * (cover > COVERED)
        return as_plane(texture * good * np.float32(1.0 / band.peak)), as_plane(good)

    def _above_mouth(self) -> Mask:
        """Above the line through the base of the nose, across the tilted head."""
        x, y = self.face.points[NOSE_BASE, :2]
        down = self.face.turn[:2, 1] / max(float(np.hypot(*self.face.turn[:2, 1])), 1e-6)
        height, width = self.luma.shape
        across = (np.arange(width, dtype=np.float32) + self.box.left - x) * np.float32(down[0])
        along = (np.arange(height, dtype=np.float32) + self.box.top - y) * np.float32(down[1])
        return along[:, None] + across < 0.0


def skin_frames(run: Run, times: Sequence[int]) -> dict[int, SkinFrame]:
    """The face that is largest over a run, in those of the frames that show it, all cut out alike."""
    sizes: dict[int, float] = {}
    for face in (face for t in times for face in run.faces(t)):
        sizes[face.track] = sizes.get(face.track, 0.0) + face.ipd_px
    if not sizes:
        return {}
    best = max(sizes, key=lambda track: sizes[track])
    faces = {t: face for t in times for face in run.faces(t) if face.track == best}
    box = _box(run, list(faces.values()))
    scale = float(np.median([face.px_per_mm for face in faces.values()]))
    return {t: SkinFrame(run, t, face, scale, box) for t, face in faces.items()} if box else {}


def skin_pair(here: SkinFrame, there: SkinFrame, band: Band) -> SkinPair:
    """What of the band of ``here`` is seen again in ``there``, up to two frames later, along motion."""
    box, run, grid = here.box, here.run, here.box.at_origin()
    flow, trusted = _followed(run, here.t, there.t, box, here.px_per_mm)
    (a, good), (b, other), luma = here.band(band), there.band(band), here.luma
    if here.is_halved(band):
        luma = half_size(luma)
        grid = Grid(0, 0, grid.rows, grid.columns, grid.side_px // 2)
    else:
        flow, trusted = as_plane(2.0 * to_size(flow, luma.shape)), to_size(trusted, luma.shape)
    b = moved(b, flow, cv2.INTER_LANCZOS4)
    weight = good * (moved(other, flow, cv2.INTER_LINEAR) > COVERED) * (trusted > 0.5)
    product = a * b * weight

    def placed(plane: Plane) -> Array:
        return run.grid.placed(grid.sums(plane), box)

    return SkinPair(
        pixels=placed(weight),
        luma=placed(as_plane(luma * weight)),
        locked=placed(product),
        cubed=placed(as_plane(product * (a + b) * np.float32(0.5))),
        pixel_mm2=(2.0 if here.is_halved(band) else 1.0) ** 2 / here.px_per_mm**2,
    )


def _followed(run: Run, t: int, last: int, box: Grid, scale: float) -> tuple[Plane, Plane]:
    """The flow from frame ``t`` to ``last`` inside the box, at half size, from its steps; and 1 where all hold.

    Skin moves smoothly: means over a few millimetres take out what noise does to the flow. ``scale`` is px per mm.
    """
    side = box.side_px // 2
    top, left, rows, columns = box.top // 2, box.left // 2, box.rows * side, box.columns * side
    total: Plane = np.zeros((rows, columns, 2), np.float32)
    trusted: Plane = np.ones((rows, columns), np.float32)
    for step in range(t, last):
        motion = run.motion(step, 1)
        flow, good = (as_plane(p[top : top + rows, left : left + columns]) for p in (motion.flow, motion.trusted))
        trusted *= moved(good, total, cv2.INTER_LINEAR) > COVERED
        total += moved(np.ascontiguousarray(flow), total, cv2.INTER_LINEAR)
    return blurred(total, STEADY_MM * scale / 2), trusted


def _box(run: Run, faces: Sequence[Face]) -> Grid | None:
    """The tiles that hold the upper part of the faces, down to the base of the nose; None where none are whole."""
    grid, marked = run.grid, np.zeros(run.shape, np.bool_)
    for face in faces:
        x, y, width, _ = face.box
        margin = AROUND_IPD * face.ipd_px
        low, foot = max(0, int(y - margin)), int(face.points[:, 1].max() + margin)
        marked[low : max(foot, 0), max(0, int(x - margin)) : max(0, int(x + width + margin))] = True
    return grid.around(marked) if marked.any() and grid.side_px % 2 == 0 else None
