"""Where the light on a face comes from, how strong it is, and what is left without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from unplastic.vision.bands import blurred
from unplastic.vision.face import Face
from unplastic.vision.mesh import mesh
from unplastic.vision.plane import Plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

GAMMA = 2.4
STEP_DEG = 10
MARGIN_SHARE = 0.06
FACING_MIN = 0.15


@dataclass(frozen=True, slots=True)
class Light:
    """``direction`` points from the face to the light (x right, y down, z away from the camera, unit length).

    Linear light on skin of normal n is ``ambient + key * max(0, n . direction)``, in shares of white.
    """

    direction: tuple[float, float, float]
    ambient: float
    key: float


def light_on(luma: Plane, face: Face) -> Light:
    """The light on one face: clamped Lambert, searched on a grid of 10 degrees (measuring A6: 0 to 7 degrees off).

    A linear fit of spherical harmonics errs by 20 to 36 degrees for side light; the clamp is what matters.
    """
    soft = blurred(luma, max(1.0, MARGIN_SHARE * face.ipd_px))
    points = face.points
    columns, rows = (np.ascontiguousarray(points[:, i], np.float32).reshape(-1, 1) for i in (0, 1))
    codes = cv2.remap(soft, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).ravel()
    shine = np.clip((codes.astype(np.float64) - 16.0) / 219.0, 0.0, 1.0) ** GAMMA
    height, width = luma.shape
    inside = (points[:, 0] >= 0) & (points[:, 0] < width) & (points[:, 1] >= 0) & (points[:, 1] < height)
    use = inside & _is_skin() & (-face.normals[:, 2] > FACING_MIN)
    if use.sum() < 40:
        return Light((0.0, 0.0, -1.0), 0.0, float(np.median(shine)))
    shine, normals = shine[use], face.normals[use].astype(np.float64)
    lit = np.maximum(normals @ _directions().T, 0.0)
    ambient, key, error = _fitted(lit, shine)
    best = int(np.argmin(error))
    return Light(tuple(float(v) for v in _directions()[best]), float(ambient[best]), float(key[best]))  # type: ignore[arg-type]


def one_light(lights: Sequence[Light]) -> Light:
    """One light for a whole shot: mean direction, medians of the rest. Re-fitted light makes relief pop."""
    mean = np.mean([light.direction for light in lights], axis=0)
    mean = mean / max(float(np.linalg.norm(mean)), 1e-9)
    ambient, key = (float(np.median([getattr(light, part) for light in lights])) for part in ("ambient", "key"))
    return Light((float(mean[0]), float(mean[1]), float(mean[2])), ambient, key)


def _fitted(lit: NDArray, shine: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Least-squares ambient >= 0 and key >= 0 with the squared error, for every direction."""
    x, y = lit.mean(axis=0), shine.mean()
    spread = np.maximum(((lit - x) ** 2).mean(axis=0), 1e-9)
    key = np.maximum(((lit - x) * (shine - y)[:, None]).mean(axis=0) / spread, 0.0)
    ambient = y - key * x
    alone = (lit * shine[:, None]).mean(axis=0) / np.maximum((lit**2).mean(axis=0), 1e-9)
    key = np.where(ambient < 0.0, alone, key)
    ambient = np.maximum(ambient, 0.0)
    error = ((ambient + key * lit - shine[:, None]) ** 2).mean(axis=0)
    return ambient, key, error


@cache
def _directions() -> NDArray[np.float64]:
    """(n, 3) directions of the half sphere before the face, and a little beyond."""
    found = []
    for polar in range(0, 120, STEP_DEG):
        count = max(1, round(360 * np.sin(np.radians(polar)) / STEP_DEG))
        for turn in np.arange(count) * 2 * np.pi / count:
            side = np.sin(np.radians(polar))
            found.append((side * np.cos(turn), side * np.sin(turn), -np.cos(np.radians(polar))))
    return np.array(found)


@cache
def _is_skin() -> NDArray[np.bool_]:
    """Points that are neither eye, brow nor lip, nor near them."""
    skin = np.ones(468, np.bool_)
    for name, line in mesh().groups.items():
        if name != "oval":
            low, high = mesh().points[line].min(axis=0), mesh().points[line].max(axis=0)
            around = ((mesh().points[:, :2] > low[:2] - 2.0) & (mesh().points[:, :2] < high[:2] + 2.0)).all(axis=1)
            skin &= ~around
    return skin
