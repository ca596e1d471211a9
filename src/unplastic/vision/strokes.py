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
LETTERS_MAX = 4000
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
    boxes = stats[np.flatnonzero(fits)[:LETTERS_MAX], :4].astype(np.intp)
    return boxes[np.argsort(boxes[:, 0], kind="stable")]


def _lines(letters: NDArray[np.intp]) -> list[list[int]]:
    """Numbers of the letters of each line: each letter follows the nearest one to its left that it goes with."""
    open_lines: list[list[int]] = []
    for i, letter in enumerate(letters):
        line = next((line for line in reversed(open_lines) if _goes_with(letters[line[-1]], letter)), None)
        if line is None:
            open_lines.append([i])
        else:
            line.append(i)
    return [line for line in open_lines if len(line) >= LETTERS_MIN]


def _goes_with(left: NDArray[np.intp], right: NDArray[np.intp]) -> bool:
    """Whether two letters (x, y, width, height) can be neighbours on one line."""
    height = max(left[3], right[3])
    gap = right[0] - (left[0] + left[2])
    base = abs((left[1] + left[3]) - (right[1] + right[3]))
    alike = height <= HEIGHT_RATIO * min(left[3], right[3])
    return bool(alike and -0.3 * height <= gap <= GAP_HEIGHTS * height and base <= BASE_HEIGHTS * height)


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
