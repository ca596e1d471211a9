"""What a picture shows at the points of a face's mesh, where they are plain skin that faces the camera."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from unplastic.vision.face import Face
from unplastic.vision.mesh import mesh
from unplastic.vision.plane import Plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORKING_IPD_PX = 64.0
BLUR_PX = 2.5
AROUND_FEATURES_MM = 2.0
FACING_MIN = 0.25
MARGIN = 0.1
"""Of the face's box, around it."""


@dataclass(frozen=True, slots=True, eq=False)
class SkinPoints:
    """``codes`` (n, planes) of a small, smoothed picture of the face, and ``normals`` (n, 3), unit, out of the face."""

    codes: NDArray[np.float64]
    normals: NDArray[np.float64]


def skin_points(planes: Sequence[Plane], face: Face) -> SkinPoints:
    """The planes at the face's points; ``face`` is in the pixels of the first, the others may be smaller (chroma)."""
    height, width = planes[0].shape
    points = face.points
    inside = (points[:, :2] >= 0).all(axis=1) & (points[:, 0] < width) & (points[:, 1] < height)
    use = inside & _plain() & (-face.normals[:, 2] > FACING_MIN)
    seen = [_seen(plane, face.scaled(plane.shape[1] / width, plane.shape[0] / height), use) for plane in planes]
    if not use.any() or any(each is None for each in seen):
        return SkinPoints(np.zeros((0, len(planes))), np.zeros((0, 3)))
    return SkinPoints(np.stack(seen, axis=1), face.normals[use].astype(np.float64))  # type: ignore[arg-type]


def _seen(plane: Plane, face: Face, use: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    """One plane at the points in use; None where the face leaves hardly anything of it."""
    scale = WORKING_IPD_PX / max(face.ipd_px, 1.0)
    x, y, wide, high = face.box
    height, width = plane.shape
    left, top = max(0, int(x - MARGIN * wide)), max(0, int(y - MARGIN * high))
    right, bottom = min(width, int(x + (1 + MARGIN) * wide) + 2), min(height, int(y + (1 + MARGIN) * high) + 2)
    if right - left < 8 or bottom - top < 8:
        return None
    size = max(4, round((right - left) * scale)), max(4, round((bottom - top) * scale))
    small = cv2.resize(plane[top:bottom, left:right], size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), BLUR_PX, borderType=cv2.BORDER_REPLICATE)
    columns = (face.points[use, 0] + 0.5 - left) * size[0] / (right - left) - 0.5
    rows = (face.points[use, 1] + 0.5 - top) * size[1] / (bottom - top) - 0.5
    across, down = (np.ascontiguousarray(each, np.float32).reshape(-1, 1) for each in (columns, rows))
    found = cv2.remap(small, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found, np.float64).ravel()


@cache
def _plain() -> NDArray[np.bool_]:
    """(468,): neither eye, brow nor lip, nor near them."""
    plain = np.ones(468, np.bool_)
    flat = mesh().points[:, :2]
    for name, line in mesh().groups.items():
        if name != "oval":
            low, high = flat[line].min(axis=0), flat[line].max(axis=0)
            plain &= ~((flat > low - AROUND_FEATURES_MM) & (flat < high + AROUND_FEATURES_MM)).all(axis=1)
    return plain
