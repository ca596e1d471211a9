"""Bright things that a picture shows: windows, lamps, sky; and the side of a face that they stand on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from unplastic.vision.bands import blurred
from unplastic.vision.chromaticity import GAMMA
from unplastic.vision.plane import Mask, Plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIGNAL_MIN = 0.82
"""Nominal luma from which a thing may be a source: a white wall in full light lies below."""

ABOVE_STOPS = 2.2
"""Over the median of the picture."""

AREA_MIN = 0.0008
"""Of the picture: less is a glint."""

ROOM = 0.4
"""Of the picture that sources may fill: more is a bright picture, not a picture of lamps."""


@dataclass(frozen=True, slots=True)
class Sources:
    """``angle_deg`` clockwise from straight up, as seen from the face, to the middle of the bright things.

    ``agree`` 0..1: 1 where all lie in one direction, 0 where they lie all around. ``count`` of them; ``share`` of the
    picture that they fill.
    """

    angle_deg: float
    agree: float
    count: int
    share: float


def sources(luma: Plane, person: Plane | None, lit: Mask, eye: tuple[float, float]) -> Sources | None:
    """The bright things of a picture outside its people, seen from ``eye`` (x, y); None where there are none.

    ``luma`` in codes, ``person`` and ``lit`` (the picture without its bars) of one shape.
    """
    signal = np.clip((blurred(luma, 1.5) - 16.0) / 219.0, 0.0, 1.0)
    middle = float(np.median(signal[lit])) if lit.any() else 1.0
    level = max(SIGNAL_MIN, middle * 2.0 ** (ABOVE_STOPS / GAMMA))
    outside = lit & (person < 0.3 if person is not None else np.ones_like(lit))
    bright = (outside & (signal > min(level, 0.99))).astype(np.uint8)
    count, labels, facts, _ = cv2.connectedComponentsWithStats(bright)
    large = [n for n in range(1, count) if facts[n, cv2.CC_STAT_AREA] >= AREA_MIN * lit.sum()]
    if not large:
        return None
    areas = np.array([facts[n, cv2.CC_STAT_AREA] for n in large], np.float64)
    if areas.sum() > ROOM * lit.sum():
        return None
    y, x = np.nonzero(np.isin(labels, large))
    return Sources(*_side(x - eye[0], y - eye[1]), len(large), float(areas.sum() / lit.sum()))


def _side(x: NDArray, y: NDArray) -> tuple[float, float]:
    """(angle, agreement) of directions: every pixel counts by its solid angle from the face, nearly."""
    away = np.maximum(np.hypot(x, y), 1.0)
    weight = 1.0 / away
    across, up = float((weight * x / away).sum()), float((weight * -y / away).sum())
    return float(np.degrees(np.arctan2(across, up))), float(np.hypot(across, up) / weight.sum())
