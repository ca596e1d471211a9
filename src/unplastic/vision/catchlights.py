"""Catchlights: the mirror images of lamps in the eyes, how many there are and at what o'clock they stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from unplastic.vision.face import Face
from unplastic.vision.plane import Plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

EYES = "left_eye", "right_eye"
IRIS_MM = 5.85
"""Radius of an adult's iris: it hardly differs between people."""

SEARCH_MM = 2.5
"""How far from the middle of the lids the middle of the iris is looked for, across."""

OUTER, INNER = (1.05, 1.35), (0.70, 0.97)
SIDES, SEEN = 0.6, 0.15
"""The rings, in shares of the iris' radius; how far up and down they count, and how much of each must be seen."""

REACH = 0.95
"""Of the iris' radius: beyond it lies the white of the eye."""

OPEN_MIN = 0.16
"""Height over width of the lids below which the eye is too narrow to show a lamp."""

CONTRAST_CODES8 = 14.0
"""How much brighter the white of an eye is than its iris, at least; less is sunglasses, or no eye."""

RISE_CODES8, RISE_SHARE = 26.0, 0.45
"""How far above the iris a catchlight rises, at least; and as a share of what the white of the eye does."""

OVER_WHITE_CODES8 = 10.0
AREA_MM2 = (0.12, 12.0)
AS_HIGH = 0.55
"""Of the highest catchlight's rise: what stays lower is the iris' own pattern or noise."""

EDGE_SHARE = 0.5
"""Of the outline of a spot that may lie on the lids or at the edge of the iris: more is the white of the eye."""


@dataclass(frozen=True, slots=True)
class Catchlight:
    """``clock_h`` 0..12 around the iris, 3 at the picture's right; ``away`` in its radii; ``rise`` codes above it."""

    clock_h: float
    away: float
    rise: float
    area_mm2: float


@dataclass(frozen=True, slots=True)
class Eye:
    """One eye: the strongest catchlight first, or why it cannot be told."""

    catchlights: tuple[Catchlight, ...] = ()
    why_not: str | None = None


def eyes(luma: Plane, face: Face) -> tuple[Eye, Eye]:
    """Both eyes of a face, in full-size luma codes."""
    one, other = (_eye(luma, face, name) for name in EYES)
    return one, other


def _eye(luma: Plane, face: Face, name: str) -> Eye:
    lids, scale = face.outline(name), face.px_per_mm
    low, high = lids.min(axis=0), lids.max(axis=0)
    across = float(np.linalg.norm(lids[np.argmax(lids[:, 0])] - lids[np.argmin(lids[:, 0])]))
    if (high[1] - low[1]) < OPEN_MIN * across:
        return Eye(why_not="the eyes are closed or narrow")
    margin = 2.0 * scale
    left, top = (max(0, int(v - margin)) for v in low)
    right, bottom = min(luma.shape[1], int(high[0] + margin) + 1), min(luma.shape[0], int(high[1] + margin) + 1)
    if right - left < 8 or bottom - top < 5:
        return Eye(why_not="the eyes lie outside the picture")
    patch = np.ascontiguousarray(luma[top:bottom, left:right])
    inside = np.zeros(patch.shape, np.uint8)
    cv2.fillPoly(inside, [np.rint(lids - np.array([left, top])).astype(np.int32)], 1)
    open_lids = inside > 0
    middle, iris = _iris(patch, open_lids, lids.mean(axis=0) - np.array([left, top]), scale)
    dark = float(np.median(patch[iris])) if iris.any() else 255.0
    white = float(np.percentile(patch[open_lids & ~iris], 75.0)) if (open_lids & ~iris).any() else 0.0
    if white - dark < CONTRAST_CODES8:
        return Eye(why_not="no iris is to be seen: sunglasses, shade, or no real eye")
    return Eye(_spots(patch, iris, open_lids, middle, (dark, white), scale))


def _iris(
    patch: Plane, inside: NDArray[np.bool_], centre: NDArray, scale: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The middle of the iris and its visible disc: where a ring outside is brightest against one inside, at its sides.

    After Daugman 1993. What is brighter than most of the eye, a catchlight above all, is brought down first.
    """
    radius = IRIS_MM * scale
    reach = int(np.ceil(OUTER[1] * radius))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1] / radius
    away, sides = np.hypot(x, y), np.abs(y) < SIDES
    rings = [((away >= low) & (away < high) & sides).astype(np.float32) for low, high in (OUTER, INNER)]
    shown = np.minimum(patch, np.percentile(patch[inside], 70.0)) if inside.any() else patch
    levels, weights = [], []
    for ring in rings:
        weights.append(cv2.filter2D(inside.astype(np.float32), -1, ring, borderType=cv2.BORDER_CONSTANT))
        total = cv2.filter2D(np.where(inside, shown, 0.0).astype(np.float32), -1, ring, borderType=cv2.BORDER_CONSTANT)
        levels.append(total / np.maximum(weights[-1], 1.0))
    y, x = np.mgrid[0 : patch.shape[0], 0 : patch.shape[1]]
    near = (np.abs(x - centre[0]) < SEARCH_MM * scale * 1.6) & (np.abs(y - centre[1]) < 1.4 * scale)
    known = near & (weights[0] > SEEN * rings[0].sum()) & (weights[1] > SEEN * rings[1].sum())
    rise = np.where(known, levels[0] - levels[1], -np.inf)
    if not known.any():
        return np.asarray(centre, np.float64), np.zeros(patch.shape, np.bool_)
    weight = np.where(known, np.maximum(rise - (rise.max() - 3.0), 0.0), 0.0) + 1e-9 * known
    middle = np.array([np.average(x, weights=weight), np.average(y, weights=weight)])
    return middle, inside & (np.hypot(x - middle[0], y - middle[1]) < REACH * radius)


def _spots(
    patch: Plane,
    iris: NDArray[np.bool_],
    inside: NDArray[np.bool_],
    middle: NDArray,
    levels: tuple[float, float],
    scale: float,
) -> tuple[Catchlight, ...]:
    """Bright islands on the iris, the highest first: well above it, or, beside the white of the eye, above that."""
    dark, white = levels
    found: list[Catchlight] = []
    taken = np.zeros(patch.shape, np.bool_)
    for level in (dark + max(RISE_CODES8, RISE_SHARE * (white - dark)), white + OVER_WHITE_CODES8):
        count, labels = cv2.connectedComponents((inside & (patch > level)).astype(np.uint8))
        for spot in (labels == number for number in range(1, count)):
            area = float(spot.sum()) / scale**2
            if (taken & spot).any() or not AREA_MM2[0] <= area <= AREA_MM2[1] or not (spot & iris).any():
                continue
            around = (cv2.dilate(spot.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0) & ~spot
            if float((~iris[around]).mean()) <= EDGE_SHARE:
                taken |= spot
                found.append(_catchlight(patch, spot & iris, middle, dark, scale))
    highest = max((each.rise for each in found), default=0.0)
    return tuple(sorted((each for each in found if each.rise >= AS_HIGH * highest), key=lambda each: -each.rise))


def _catchlight(patch: Plane, spot: NDArray[np.bool_], middle: NDArray, dark: float, scale: float) -> Catchlight:
    rows, columns = np.nonzero(spot)
    at = np.average(np.stack([columns, rows], axis=1), axis=0, weights=patch[spot] - dark) - middle
    clock = float(np.degrees(np.arctan2(at[0], -at[1])) / 30.0 % 12.0)
    away = float(np.hypot(*at) / (IRIS_MM * scale))
    return Catchlight(clock, away, float(patch[spot].max()) - dark, float(spot.sum()) / scale**2)
