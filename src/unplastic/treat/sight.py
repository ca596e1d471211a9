"""What the doses look at: the part of one frame's small planes that holds people, cropped once."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from unplastic.color import rgb_to_ycbcr_matrix, ycbcr_to_rgb_matrix
from unplastic.vision.bands import blurred
from unplastic.vision.carrier import fine_power
from unplastic.vision.plane import as_plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from unplastic.vision import Scene
    from unplastic.vision.face import Face

HAVE_SIGMA_PX = 1.6
MARGIN_PX = 6
SEEN = 0.02
BLOOD = (0.0075, (0.10, 1.00, 0.85))
PIGMENT = (0.0085, (0.45, 0.80, 1.10))
"""Optical density of one unit, and how red, green and blue take part in it."""


@dataclass(frozen=True, slots=True)
class Region:
    """A box of small pixels: rows ``top`` to ``bottom``, columns ``left`` to ``right``, ends excluded."""

    left: int
    top: int
    right: int
    bottom: int

    def of(self, plane: NDArray) -> NDArray:
        """That part of a plane."""
        return plane[self.top : self.bottom, self.left : self.right]

    def inner(self, other: Region) -> Region:
        """``other``, where it lies inside, counted from this region's own corner."""
        left, top = max(other.left, self.left) - self.left, max(other.top, self.top) - self.top
        right, bottom = min(other.right, self.right) - self.left, min(other.bottom, self.bottom) - self.top
        return Region(left, top, max(right, left), max(bottom, top))

    def pixels(self, ratio: tuple[float, float], width: int, height: int) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of the region in a picture ``ratio`` times as large."""
        across, down = ratio
        right, bottom = min(width, int(np.ceil(self.right * across))), min(height, int(np.ceil(self.bottom * down)))
        return int(self.left * across), int(self.top * down), right, bottom


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """Planes of one region. ``have`` is the power of the fine detail that is there, in codes squared.

    ``blood`` and ``pigment`` are (rows, columns, 3): codes of luma, Cb and Cr that one unit takes away. ``outside`` is
    skin that no mesh covers.
    """

    region: Region
    luma: NDArray[np.float32]
    cb: NDArray[np.float32]
    cr: NDArray[np.float32]
    have: NDArray[np.float32]
    face: NDArray[np.float32]
    features: NDArray[np.float32]
    outside: NDArray[np.float32]
    cloth: NDArray[np.float32]
    focus: NDArray[np.float32]
    blood: NDArray[np.float32]
    pigment: NDArray[np.float32]

    def part(self, region: Region) -> Sight:
        """A smaller region of the same planes."""
        inner = self.region.inner(region)
        planes = {f.name: inner.of(getattr(self, f.name)) for f in fields(self) if f.name != "region"}
        corner = self.region.left, self.region.top
        moved = Region(inner.left + corner[0], inner.top + corner[1], inner.right + corner[0], inner.bottom + corner[1])
        return replace(self, region=moved, **planes)


def sight(scene: Scene, matrix: int, *, cloth: bool) -> Sight:
    """Look at one frame."""
    surfaces = scene.surfaces
    outside = np.maximum(surfaces.skin_outside - surfaces.face, 0.0)
    people = np.maximum(surfaces.face, outside)
    clothes = surfaces.cloth if cloth else np.zeros_like(people)
    region = _around(np.maximum(people, clothes), [region_of(scene, face) for face in scene.faces])
    cb, cr = (region.of(plane) for plane in scene.small_chroma)
    luma = region.of(scene.small)
    blood, pigment = _taken(luma, cb, cr, matrix)
    return Sight(
        region=region,
        luma=luma,
        cb=cb,
        cr=cr,
        have=_have(scene, region),
        face=region.of(surfaces.face),
        features=region.of(surfaces.features),
        outside=region.of(outside),
        cloth=region.of(clothes),
        focus=as_plane(1.0 - region.of(surfaces.defocus)),
        blood=blood,
        pigment=pigment,
    )


def region_of(scene: Scene, face: Face) -> Region:
    """The small pixels that a face's points cover, and a few around them."""
    (across, down), (height, width) = scene.ratio, scene.small.shape
    x, y, wide, high = face.box
    left, top = int(x / across) - MARGIN_PX, int(y / down) - MARGIN_PX
    right, bottom = int((x + wide) / across) + MARGIN_PX, int((y + high) / down) + MARGIN_PX
    left, top = min(max(0, left), width - 2), min(max(0, top), height - 2)
    return Region(left, top, max(min(width, right), left + 2), max(min(height, bottom), top + 2))


def _around(mask: NDArray[np.float32], faces: list[Region]) -> Region:
    """The box of everything marked, and of all faces."""
    rows, columns = np.flatnonzero(mask.max(axis=1) > SEEN), np.flatnonzero(mask.max(axis=0) > SEEN)
    boxes = [(f.left, f.top, f.right, f.bottom) for f in faces]
    if rows.size and columns.size:
        boxes.append((int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1))
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    right, bottom = max(b[2] for b in boxes), max(b[3] for b in boxes)
    height, width = mask.shape
    return Region(max(0, left - 2), max(0, top - 2), min(width, right + 2), min(height, bottom + 2))


def _have(scene: Scene, region: Region) -> NDArray[np.float32]:
    height, width = scene.luma.shape
    left, top, right, bottom = region.pixels(scene.ratio, width, height)
    shape = region.bottom - region.top, region.right - region.left
    return blurred(fine_power(scene.luma[top:bottom, left:right], HAVE_SIGMA_PX * scene.up, shape), 4.0)


def _taken(
    luma: NDArray[np.float32], cb: NDArray[np.float32], cr: NDArray[np.float32], matrix: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Codes of luma and chroma lost to one unit of blood, and of pigment, at every place."""
    to_rgb = ycbcr_to_rgb_matrix(matrix) @ np.diag([1 / 219.0, 1 / 224.0, 1 / 224.0])
    to_codes = np.diag([219.0, 224.0, 224.0]) @ rgb_to_ycbcr_matrix(matrix)
    lost = np.vstack([to_codes @ np.diag(takes) * density @ to_rgb for density, takes in (BLOOD, PIGMENT)])
    codes = np.empty((*luma.shape, 3), np.float32)
    for i, (plane, zero) in enumerate(((luma, 16.0), (cb, 128.0), (cr, 128.0))):
        np.subtract(plane, np.float32(zero), out=codes[..., i])
    both = as_plane(codes @ lost.T.astype(np.float32))
    return both[..., :3], both[..., 3:]
