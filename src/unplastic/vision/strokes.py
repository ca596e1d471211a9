"""Lines of text, found by their strokes alone: nothing is read.

Strokes are what a top-hat or a black-hat leaves (Serra 1982); letters are connected strokes of like height, evenly
bright; four and more of them side by side on one line are taken for text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from unplastic.vision.plane import Plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

Box: TypeAlias = tuple[int, int, int, int]
"""x, y, width and height in pixels."""

STROKE_SHARE = 1 / 90
"""Widest stroke of a letter in shares of the picture's shorter side."""

CONTRAST_CODES8 = 40
CORE = 0.5
"""Share of the strongest stroke beside it that a pixel of a stroke has: what is less is the soft edge between two."""

HEIGHT_MIN_PX, HEIGHT_SHARE_MAX = 7, 0.12
WIDTH_MAX_HEIGHTS = 2.0
FILL = (0.15, 0.9)
EVEN_MAX = 0.25
"""Standard deviation of a letter's luma in shares of its contrast."""

LETTERS_MIN = 4
LETTERS_MAX = 1000
"""More are no text but gravel: those of most contrast are looked at."""

OVERLAP_HEIGHTS = 0.3
GAP_HEIGHTS, BASE_HEIGHTS, HEIGHT_RATIO = 1.5, 0.35, 1.8
MARGIN_PX = 3


def lines_of_strokes(luma: Plane) -> list[Box]:
    """Boxes around what looks like lines of text, from top to bottom."""
    codes = np.clip(luma, 0, 255).astype(np.uint8)
    side = 2 * max(2, round(STROKE_SHARE * min(luma.shape))) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (side, side))
    found: list[Box] = []
    for hat in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT):
        strokes = np.asarray(cv2.morphologyEx(codes, hat, kernel), np.uint8)
        strong = strokes > CORE * cv2.dilate(strokes, kernel)
        letters = _letters(np.where(strong, strokes, 0).astype(np.uint8), codes)
        found += [_around(letters[line], luma.shape) for line in _lines(letters)]
    return _merged(found)


def _letters(strokes: NDArray[np.uint8], codes: NDArray[np.uint8]) -> NDArray[np.intp]:
    """(letters, 4) boxes of connected strokes that can be letters, from left to right."""
    mask = (strokes >= CONTRAST_CODES8).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    width, height, area = stats[:, 2], stats[:, 3], stats[:, 4]
    fill = area / np.maximum(width * height, 1)
    fits = (height >= HEIGHT_MIN_PX) & (height <= HEIGHT_SHARE_MAX * min(codes.shape))
    fits &= (width <= WIDTH_MAX_HEIGHTS * height) & (fill >= FILL[0]) & (fill <= FILL[1])
    fits[0] = False
    inside = np.flatnonzero(mask)
    which = labels.ravel()[inside]
    sums = [np.bincount(which, plane.ravel()[inside].astype(np.float64) ** power, count)
            for plane, power in ((codes, 1), (codes, 2), (strokes, 1))]  # fmt: skip
    mean, square, contrast = (total / np.maximum(area, 1) for total in sums)
    fits &= np.sqrt(np.maximum(square - mean**2, 0.0)) <= EVEN_MAX * contrast
    kept = np.flatnonzero(fits)
    kept = kept[np.argsort(-contrast[kept], kind="stable")[:LETTERS_MAX]]
    boxes = stats[kept, :4].astype(np.intp)
    return boxes[np.argsort(boxes[:, 0], kind="stable")]


def _lines(letters: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Numbers of the letters of each line: a letter belongs to the line of the nearest one to its left it goes with."""
    gap = _gaps(letters)
    line = np.arange(len(letters))
    for i in range(1, len(letters)):
        left = int(np.argmin(gap[:i, i]))
        if np.isfinite(gap[left, i]):
            line[i] = line[left]
    lines = (np.flatnonzero(line == first) for first in np.unique(line))
    return [each for each in lines if len(each) >= LETTERS_MIN]


def _gaps(letters: NDArray[np.intp]) -> NDArray[np.float64]:
    """(letters, letters) px from the end of one to the start of another; infinite unless both can be on one line."""
    x, y, width, height = letters.T
    larger, smaller = np.maximum.outer(height, height), np.minimum.outer(height, height)
    gap = x[None, :] - (x + width)[:, None]
    base = np.abs(np.subtract.outer(y + height, y + height))
    fits = (larger <= HEIGHT_RATIO * smaller) & (base <= BASE_HEIGHTS * larger)
    fits &= (gap >= -OVERLAP_HEIGHTS * larger) & (gap <= GAP_HEIGHTS * larger)
    return np.where(fits, np.abs(gap), np.inf)


def _merged(boxes: list[Box]) -> list[Box]:
    """From top to bottom, the larger one of those that overlap: one hat finds the strokes of a line, one the gaps."""
    merged: list[Box] = []
    for box in sorted(boxes, key=lambda box: box[2] * box[3], reverse=True):
        if not any(_overlap(box, other) for other in merged):
            merged.append(box)
    return sorted(merged, key=lambda box: box[1])


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]


def _around(letters: NDArray[np.intp], shape: tuple[int, ...]) -> Box:
    left, top = np.maximum(letters[:, :2].min(axis=0) - MARGIN_PX, 0)
    right, bottom = (letters[:, :2] + letters[:, 2:]).max(axis=0) + MARGIN_PX
    right, bottom = min(int(right), shape[1]), min(int(bottom), shape[0])
    return int(left), int(top), right - int(left), bottom - int(top)
