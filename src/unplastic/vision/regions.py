"""Which pixels and tiles can say something: edges, texture, exposure, focus, and the picture inside its bars."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from unplastic.vision.bands import blurred, grown, steepness
from unplastic.vision.grid import Grid
from unplastic.vision.plane import Array, Mask, Plane

BLACK_CODES8, WHITE_CODES8 = 16.0, 235.0
EXPOSURE_MARGIN_CODES8 = 8.0
BORDER_PX = 8
BAR_CODES8 = 24.0
EDGE_SHARE = 0.03
EDGE_SLOPE_MIN = 4.0
FAR_FROM_EDGE_PX = 5
FOCUS_SLOPE_MIN = 1.5
FOCUS_PIXELS_MIN = 8
DEFOCUS_RATIO = 2.5
DIFFERENCE_VARIANCE = 1.0 / 3.0
"""Central differences see a picture through a box 2 px wide, of this variance."""


@dataclass(frozen=True, slots=True, eq=False)
class Regions:
    """Masks of one frame, (height, width).

    ``edges``: the steepest 3 % of the picture, and at least 4 codes per pixel. ``texture``: well exposed and more than
    5 px from any edge. ``clipped``: at black or white.
    """

    edges: Mask
    texture: Mask
    clipped: Mask


def regions(luma: Plane, lit: Mask) -> Regions:
    """The masks of one luma plane; ``lit`` marks where there is a picture."""
    slope = steepness(blurred(luma, 1.0))
    edges = (slope > max(EDGE_SLOPE_MIN, _top_share(slope, lit))) & lit
    near_edge = grown(edges, FAR_FROM_EDGE_PX)
    low, high = BLACK_CODES8 + EXPOSURE_MARGIN_CODES8, WHITE_CODES8 - EXPOSURE_MARGIN_CODES8
    exposed = (luma >= low) & (luma <= high) & lit
    return Regions(edges & exposed, exposed & ~near_edge, (luma <= BLACK_CODES8) | (luma >= WHITE_CODES8))


def lit_area(luma: Plane) -> Mask:
    """Where a picture is: without bars (rows or columns all but black) and without the outermost pixels."""
    height, width = luma.shape
    mask = np.zeros((height, width), np.bool_)
    rows, columns = _lit_span(luma.max(axis=1)), _lit_span(luma.max(axis=0))
    margin = min(BORDER_PX, height // 8, width // 8)
    mask[rows[0] + margin : rows[1] - margin, columns[0] + margin : columns[1] - margin] = True
    return mask


def in_focus(luma: Plane, lit: Mask, grid: Grid) -> Mask:
    """(tiles,): sharp enough to be judged. Defocus is not plasticity.

    Edge blur is read from how much a second blur lowers the slope (Zhuo and Sim 2011): for a step of blur s, slopes at
    smoothing 1 and 2 px stand as sqrt((s^2 + 4) / (s^2 + 1)). A tile is in focus when the sharpest structure in it or
    in its eight neighbours is at most 2.5 times as wide as that of the sharpest tenth of the tiles; a smooth cheek is
    thus judged by the eye and hair beside it. Without any structure in the picture every tile counts.
    """
    blur = tile_blur(luma, lit, grid)
    if not np.isfinite(blur).any():
        return np.ones(grid.count, np.bool_)
    sharpest = float(np.percentile(blur[np.isfinite(blur)], 10))
    around = cv2.erode(blur.reshape(grid.rows, grid.columns), np.ones((3, 3), np.uint8)).ravel()
    return around <= DEFOCUS_RATIO * max(sharpest, 0.5)


def tile_blur(luma: Plane, lit: Mask, grid: Grid) -> Array:
    """(tiles,) blur in px of the sharpest fifth of each tile's ridges; infinite where a tile has no structure."""
    slope = steepness(blurred(luma, 1.0))
    ridge = (slope >= cv2.dilate(slope, np.ones((3, 3), np.uint8))) & (slope > FOCUS_SLOPE_MIN) & lit
    y, x = np.nonzero(ridge)
    ratio = slope[ridge] / np.maximum(steepness(blurred(luma, 2.0))[ridge], 1e-3)
    squared = ratio.astype(np.float64) ** 2
    spread = np.maximum(4.0 - squared, 0.0) / np.maximum(squared - 1.0, 1e-3)
    blur = np.sqrt(np.maximum(spread - DIFFERENCE_VARIANCE, 0.04))
    return _low_of_groups(blur, grid.tile_of(x, y), grid.count)


def _low_of_groups(values: Array, group: np.ndarray, count: int) -> Array:
    """20th percentile of the values of every group that has enough of them, else infinity."""
    order = np.lexsort((values, group))
    values, group = values[order], group[order]
    first = np.searchsorted(group, np.arange(count))
    size = np.searchsorted(group, np.arange(count), side="right") - first
    enough = size >= FOCUS_PIXELS_MIN
    low = np.full(count, np.inf)
    low[enough] = values[first[enough] + size[enough] // 5]
    return low


def _top_share(slope: Plane, lit: Mask) -> float:
    inside = slope[::3, ::3][lit[::3, ::3]]
    return float(np.quantile(inside, 1.0 - EDGE_SHARE)) if inside.size else np.inf


def _lit_span(brightest: Plane) -> tuple[int, int]:
    lit = np.flatnonzero(brightest > BAR_CODES8)
    return (int(lit[0]), int(lit[-1]) + 1) if lit.size else (0, len(brightest))
