"""Straight, isolated edges, and the luma along their normals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from unplastic.vision.bands import blurred, slopes
from unplastic.vision.grid import Grid
from unplastic.vision.plane import Array, Mask, Plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

REACH_PX = 10
STEP_PX = 0.5
OFFSETS_PX = np.arange(-REACH_PX, REACH_PX + STEP_PX, STEP_PX)
ALONG_PX = np.arange(-3.0, 4.0)
PER_TILE_MAX = 8
CROWD_SHARE_MAX = 0.45
SLOPE_MIN = 4.0
STRAIGHT_MAX = 0.10
PLATEAU_PX = 3.0
PLATEAU_STD_MAX = 0.12
STEP_MIN_CODES8 = 25.0


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """``profiles`` (edges, 41): luma from the dark to the bright side, 0 and 1 at the plateaus, over `OFFSETS_PX`.

    ``tile`` (edges,) is the tile that each edge lies in, ``contrast`` (edges,) its step in codes, ``at`` (edges, 2) its
    x and y in pixels.
    """

    profiles: Array
    tile: NDArray[np.intp]
    contrast: Array
    at: Array


def edges(luma: Plane, lit: Mask, grid: Grid) -> Edges:
    """The edges of a picture that can be measured.

    Each is a ridge of slope that stands alone (hair, fur, grass and brick are crowds of edges), is straight over 7 px
    and lies between two plateaus of 3 px that are flat to 12 % of a step of at least 25 codes.
    """
    x, y, across, down = _candidates(luma, lit, grid)
    if not len(x):
        return Edges(np.empty((0, len(OFFSETS_PX))), np.empty(0, np.intp), np.empty(0), np.empty((0, 2)))
    rough = _sampled(luma, x, y, across, down)
    shift = _crossing(rough.mean(axis=1))
    lines = _sampled(luma, x + shift * across, y + shift * down, across, down)
    kept, profiles, contrast = _normalised(lines)
    at = np.stack([x + shift * across, y + shift * down], axis=1)
    return Edges(profiles, grid.tile_of(x, y)[kept], contrast, at[kept])


def _candidates(luma: Plane, lit: Mask, grid: Grid) -> tuple[Array, Array, Array, Array]:
    """Position (x, y) and unit normal towards the bright side of ridges that stand alone, a few per tile."""
    sx, sy = slopes(blurred(luma, 1.0))
    slope: Plane = cv2.magnitude(sx, sy)  # type: ignore[assignment]
    inner = np.zeros_like(lit)
    margin = REACH_PX + 4
    inner[margin:-margin, margin:-margin] = lit[margin:-margin, margin:-margin]
    ridge = (slope >= cv2.dilate(slope, np.ones((3, 3), np.uint8))) & (slope > SLOPE_MIN) & inner
    steep = (slope > SLOPE_MIN).astype(np.float32)
    ridge &= cv2.blur(steep, (2 * REACH_PX + 1, 2 * REACH_PX + 1)) < CROWD_SHARE_MAX
    y, x = np.nonzero(ridge)
    chosen = _best_of_tiles(slope[y, x].astype(np.float64), grid.tile_of(x, y))
    y, x = y[chosen], x[chosen]
    smooth_x, smooth_y = blurred(sx, 1.5)[y, x], blurred(sy, 1.5)[y, x]
    length = np.maximum(np.hypot(smooth_x, smooth_y), 1e-6)
    return x.astype(np.float64), y.astype(np.float64), smooth_x / length, smooth_y / length


def _best_of_tiles(slope: Array, tile: NDArray[np.intp]) -> NDArray[np.intp]:
    order = np.lexsort((-slope, tile))
    first = np.searchsorted(tile[order], tile[order])
    return np.sort(order[np.arange(len(order)) - first < PER_TILE_MAX])


def _sampled(luma: Plane, x: Array, y: Array, across: Array, down: Array) -> Array:
    """(edges, 7, 41): luma along seven parallel normals, one pixel apart."""
    along, out = ALONG_PX[None, :, None], OFFSETS_PX[None, None, :]
    px = x[:, None, None] + out * across[:, None, None] - along * down[:, None, None]
    py = y[:, None, None] + out * down[:, None, None] + along * across[:, None, None]
    shape = px.shape
    points = (px.reshape(shape[0], -1).astype(np.float32), py.reshape(shape[0], -1).astype(np.float32))
    parts = [
        cv2.remap(luma, points[0][i : i + 30000], points[1][i : i + 30000], cv2.INTER_CUBIC)
        for i in range(0, shape[0], 30000)
    ]
    return np.concatenate(parts).reshape(shape).astype(np.float64)


def _crossing(profiles: Array) -> Array:
    """(edges,) where the rise passes half way, in px from the middle of the profile; within 2 px."""
    low, high = _plateaus(profiles)
    level = (low + high) / 2
    above = profiles > level[:, None]
    middle = len(OFFSETS_PX) // 2
    reach = int(2 / STEP_PX)
    rises = ~above[:, middle - reach : middle + reach] & above[:, middle - reach + 1 : middle + reach + 1]
    nearest = np.argmin(np.where(rises, np.abs(np.arange(-reach, reach) + 0.5), np.inf), axis=1) + middle - reach
    edge = np.arange(len(profiles))
    a, b = profiles[edge, nearest], profiles[edge, nearest + 1]
    share = np.clip((level - a) / np.where(np.abs(b - a) < 1e-9, 1.0, b - a), 0.0, 1.0)
    return np.where(rises.any(axis=1), OFFSETS_PX[nearest] + share * STEP_PX, 0.0)


def _plateaus(profiles: Array) -> tuple[Array, Array]:
    count = int(PLATEAU_PX / STEP_PX) + 1
    return np.median(profiles[..., :count], axis=-1), np.median(profiles[..., -count:], axis=-1)


def _normalised(lines: Array) -> tuple[NDArray[np.intp], Array, Array]:
    """Which edges pass, their profiles between 0 and 1, and their steps in codes."""
    mean = lines.mean(axis=1)
    low, high = _plateaus(mean)
    step = high - low
    safe = np.maximum(step, 1e-6)[:, None]
    count = int(PLATEAU_PX / STEP_PX) + 1
    plateau_std = np.maximum(mean[:, :count].std(axis=1), mean[:, -count:].std(axis=1))
    core = np.abs(OFFSETS_PX) <= 4
    wander = np.abs(lines[:, :, core] - mean[:, None, core]).mean(axis=2).max(axis=1)
    passed = (step >= STEP_MIN_CODES8) & (plateau_std < PLATEAU_STD_MAX * step) & (wander < STRAIGHT_MAX * step)
    kept = np.flatnonzero(passed)
    return kept, ((mean - low[:, None]) / safe)[kept], step[kept]
