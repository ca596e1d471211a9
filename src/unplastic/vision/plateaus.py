"""Bands: plateaus of one code value side by side on what should be a smooth slope."""

from __future__ import annotations

import cv2
import numpy as np

from unplastic.vision.bands import grown_square
from unplastic.vision.grid import Grid
from unplastic.vision.plane import Array, Mask, Plane

PLATEAU_PX = 11
AROUND_PX = 33
SAME_CODES8 = 0.3
STEP_MIN_CODES8 = 0.75
SPREAD_MAX_CODES8 = 3.3
PLATEAU_SHARE_MIN = 0.4


def banded(luma: Plane, lit: Mask, grid: Grid) -> tuple[Array, Array]:
    """(tiles,) pixels with visible bands, and (tiles,) pixels on smooth slopes that could have them.

    A smooth slope changes by less than 3.3 codes within 33 px, and does change. It is banded where at least two
    fifths of those 33 px are the middle of plateaus (11 px windows that differ by less than 0.3 codes: wider than the
    8 px blocks of a codec, and such that noise of even half a code leaves none) while somewhere in the window luma
    steps by at least 0.75 codes from one pixel to the next but one: the change then happens in steps, as it never does
    in a smooth slope of ten bits.
    """
    range_around = _spread(luma, AROUND_PX)
    smooth = (range_around <= SPREAD_MAX_CODES8) & lit
    plateau = (_spread(luma, PLATEAU_PX) <= SAME_CODES8).astype(np.float32)
    share = cv2.blur(plateau, (AROUND_PX, AROUND_PX))
    stepped = grown_square(_spread(luma, 3) >= STEP_MIN_CODES8, AROUND_PX)
    return grid.counts(smooth & stepped & (share >= PLATEAU_SHARE_MIN)), grid.counts(smooth)


def _spread(plane: Plane, side_px: int) -> Plane:
    """Largest minus smallest value in a square window."""
    square = np.ones((side_px, side_px), np.uint8)
    return np.subtract(cv2.dilate(plane, square), cv2.erode(plane, square), dtype=np.float32)
