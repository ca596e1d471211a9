"""The shadow that a person casts on a wall or a floor: their own outline again, moved away from the light.

A lamp far off throws an outline onto a wall nearly unchanged. So all moves of the person's mask are tried, and for each
it is asked how much darker the picture is just inside the moved outline than just outside, along all of its length.
What a room holds by chance is no such outline; where no move stands out, there is no answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from unplastic.vision.bands import blurred
from unplastic.vision.chromaticity import GAMMA
from unplastic.vision.plane import Mask, Plane, as_plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORKING_PX = 200
"""Longer side of the picture that is looked at."""

TURN_DEG = 15
FAR_HEADS = (0.25, 0.4, 0.6, 0.85, 1.15)
"""How far the shadow lies from the person, in widths of the head."""

BESIDE_PX = 3
"""How far inside and outside of the moved outline the picture is compared."""

LENGTH_HEADS = 2.0
"""Least length of the outline that lies on the wall, in widths of the head."""

DROP_STOPS = (0.45, 3.0)
SAME_SIGN = 0.85
EVEN = 0.7
OTHERS = 0.6
"""A shadow is darker than its surroundings by so much (more is a black thing), along this share of its outline,
evenly (quartiles no further apart than this share of it); no move over 60 degrees away finds that share of it."""


@dataclass(frozen=True, slots=True)
class CastShadow:
    """``angle_deg`` clockwise from straight up to where the light comes from; ``drop_stops`` how dark it is."""

    angle_deg: float
    drop_stops: float


def cast_shadow(luma: Plane, person: Plane, lit: Mask, head_px: float) -> CastShadow | None:
    """The direction of the light by a person's shadow; planes of one shape, ``head_px`` the width of the head there."""
    scale = WORKING_PX / max(luma.shape)
    size = max(8, round(luma.shape[1] * scale)), max(8, round(luma.shape[0] * scale))
    small = cv2.resize(luma, size, interpolation=cv2.INTER_AREA)
    light = np.log2(np.clip((blurred(as_plane(small), 0.8) - 16.0) / 219.0, 0.02, 1.0)) * GAMMA
    mask = cv2.resize(person, size, interpolation=cv2.INTER_AREA) > 0.5
    room = cv2.resize(lit.astype(np.uint8), size, interpolation=cv2.INTER_AREA) > 0
    head = head_px * scale
    free = room & (cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0)
    if head < 8 or not mask.any() or free.mean() < 0.1:
        return None
    angles = np.arange(0, 360, TURN_DEG)
    found = np.array([[_drop(light, mask, free, head, float(a), far * head) for far in FAR_HEADS] for a in angles])
    best = found.max(axis=1)
    top = int(np.argmax(best))
    away = np.abs((angles - angles[top] + 180) % 360 - 180)
    if not DROP_STOPS[0] <= best[top] <= DROP_STOPS[1] or best[away > 60].max() > OTHERS * best[top]:
        return None
    near = away <= TURN_DEG
    turn = np.radians(angles[near])
    weight = best[near] - 0.5 * best[top]
    weight = np.maximum(weight, 0.0)
    at = np.degrees(np.arctan2((weight * np.sin(turn)).sum(), (weight * np.cos(turn)).sum()))
    return CastShadow(float((at + 180.0) % 360.0), float(best[top]))


def _drop(light: NDArray, mask: Mask, free: Mask, head: float, angle_deg: float, far: float) -> float:
    """Stops by which it is darker inside the mask moved by ``far`` px than outside, along its leading edge; 0: none."""
    x, y = far * np.sin(np.radians(angle_deg)), -far * np.cos(np.radians(angle_deg))
    matrix = np.array([[1.0, 0.0, x], [0.0, 1.0, y]])
    moved = cv2.warpAffine(mask.astype(np.float32), matrix, mask.shape[::-1])
    soft = blurred(as_plane(moved), BESIDE_PX / 2)
    down, across = (np.asarray(each) for each in np.gradient(soft))
    steep = np.asarray(np.hypot(across, down))
    edge = (np.abs(soft - 0.5) < 0.25) & free & (steep > 0.05)
    # The leading edge faces away from the person: there the outline is the shadow's own.
    edge &= (-across * x - down * y) / np.maximum(steep * far, 1e-6) > 0.3
    rows, columns = np.nonzero(edge)
    if len(rows) < LENGTH_HEADS * head:
        return 0.0
    step = np.stack([across[edge], down[edge]], axis=1) / steep[edge][:, None] * BESIDE_PX
    inside, outside = (_at(light, columns + s * step[:, 0], rows + s * step[:, 1]) for s in (1.0, -1.0))
    drop = np.asarray(outside - inside)
    low, middle, high = (float(each) for each in np.percentile(drop, [25.0, 50.0, 75.0]))
    is_one = float((drop > 0.15).mean()) >= SAME_SIGN and high - low <= EVEN * middle
    return middle if is_one else 0.0


def _at(plane: NDArray, x: NDArray, y: NDArray) -> NDArray[np.float64]:
    column = np.clip(np.rint(x).astype(int), 0, plane.shape[1] - 1)
    row = np.clip(np.rint(y).astype(int), 0, plane.shape[0] - 1)
    return plane[row, column]
