"""Three frames in a row brought together along motion, and the second difference of their 8 px blocks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from unplastic.vision.bands import blurred
from unplastic.vision.blocks import without_surface
from unplastic.vision.grid import Grid
from unplastic.vision.masks import surface_masks
from unplastic.vision.motion import full_size, is_large_enough, moved, warped
from unplastic.vision.plane import Array, Mask, Plane

if TYPE_CHECKING:
    from unplastic.vision.run import Run

BLOCK_PX = 8
TRIPLES_MAX = 3
FULL_SHARE = 0.5
TRIP_PX = 0.35
CHANGE_CODES8 = 6.0
CUBIC = -0.75
"""Slope of OpenCV's cubic interpolation."""

GAIN_STEPS = 256

PATCH_RHO = 0.94, 0.57
"""Correlation of flicker in patches of about 4 px at 1 and 3 px; no grain reaches that far."""

NO_GRAIN_SHARE = 0.5
"""When patches make up more than half of what changes, the shape of the rest cannot be seen."""

FINE_GRAIN_RHO, AREA_MAX, FLAT_BLOCKS_MIN = 0.043, 12.0, 8
"""Correlation from which a Gaussian noise covers more than a pixel; the largest area that is believed of grain."""


@dataclass(frozen=True, slots=True, eq=False)
class Triple:
    """``frame`` is the number of the first in its run. All arrays are (rows, columns) of blocks.

    ``swing``: second difference over sqrt 6, in codes. ``floor``: its power if there were nothing but grain.
    ``blocks``: per region 1 for the blocks that count, else 0. ``side`` is the number of blocks along a tile.
    """

    frame: int
    swing: Array
    floor: Array
    blocks: dict[str, Array]
    side: int

    def per_tile(self, values: Array) -> Array:
        """Sums over the tiles of the run's grid, (tiles,)."""
        rows, columns = values.shape
        cells = values.reshape(rows // self.side, self.side, columns // self.side, self.side)
        return cells.sum(axis=(1, 3)).ravel()


def triples(run: Run) -> list[Triple]:
    """Up to three triples from the start of a run; none where it is too short or too small."""
    if len(run.frames) < 3 or not is_large_enough(run.half[0]) or run.grid.side_px % BLOCK_PX:
        return []
    found, area = [], None
    for t in range(min(TRIPLES_MAX, len(run.frames) - 2)):
        gap, sure, flows = _second_difference(run, t)
        area = area or _grain_area(run, gap, sure)
        found.append(_triple(run, t, gap, sure, flows, area))
    return found


def _second_difference(run: Run, t: int) -> tuple[Plane, Mask, tuple[Plane, Plane]]:
    """Over sqrt 6, where it can be trusted, and the motion to both later frames."""
    first, second = run.motion(t, 1), run.motion(t + 1, 1)
    far: Plane = first.flow + moved(second.flow, first.flow, cv2.INTER_LINEAR)
    here = run.frames[t].luma
    near, last = warped(run.frames[t + 1].luma, first.flow), warped(run.frames[t + 2].luma, far)
    gap = ((here - 2.0 * near + last) / np.sqrt(6.0)).astype(np.float32)
    trip = first.trip + moved(second.trip, first.flow, cv2.INTER_LINEAR)
    half = run.half[t], warped(run.half[t + 1], first.flow), warped(run.half[t + 2], far)
    same = np.maximum(np.abs(half[1] - half[0]), np.abs(half[2] - half[0])) < CHANGE_CODES8
    sure = full_size((trip < TRIP_PX) & same, run.shape) & run.lit
    return gap, sure, (first.flow, far)


def _triple(run: Run, t: int, gap: Plane, sure: Mask, flows: tuple[Plane, Plane], area: float) -> Triple:
    grid = _blocks(run.grid)
    shape = grid.rows, grid.columns
    side = run.grid.side_px // BLOCK_PX
    whole = (grid.counts(sure) == BLOCK_PX**2).astype(np.float64).reshape(shape)
    swing = _unshifted(grid.means(gap).reshape(shape), grid.means(run.frames[t].luma).reshape(shape), whole, side)
    floor = _noise_power(gap, *flows, grid).reshape(shape) * area / BLOCK_PX**2
    regions = {"frame": whole}
    for name, mask in surface_masks(run, t):
        regions[name] = whole * (grid.means(mask.astype(np.float32)) >= FULL_SHARE).reshape(shape)
    return Triple(t, swing, _smooth(floor, whole, side), regions, side)


def _blocks(tiles: Grid) -> Grid:
    each = tiles.side_px // BLOCK_PX
    return Grid(tiles.top, tiles.left, tiles.rows * each, tiles.columns * each, BLOCK_PX)


def _unshifted(swing: Array, level: Array, whole: Array, side: int) -> Array:
    """Without the part, in each tile, that moving its blocks a little would give: motion is not known exactly."""
    down, across = np.gradient(level) if min(level.shape) > 1 else (np.zeros_like(level), np.zeros_like(level))
    tiles = [_by_tile(part * whole, side) for part in (swing, across, down)]
    gap, x, y = tiles
    xx, xy, yy = ((a * b).sum(axis=1) + (0.5 if a is b else 0.0) for a, b in ((x, x), (x, y), (y, y)))
    xg, yg = (x * gap).sum(axis=1), (y * gap).sum(axis=1)
    scale = 1.0 / (xx * yy - xy * xy)
    a, b = (yy * xg - xy * yg) * scale, (xx * yg - xy * xg) * scale
    count = np.maximum(_by_tile(whole, side).sum(axis=1), 4.0)
    rest = (gap - a[:, None] * x - b[:, None] * y) * np.sqrt(count / (count - 2.0))[:, None]
    return _from_tiles(rest, swing.shape, side)


def _noise_power(gap: Plane, first: Plane, far: Plane, grid: Grid) -> Array:
    """Temporal variance of each block, with what interpolation has taken from white noise put back."""
    near, last = (_gain(flow) for flow in (first, far))
    kept = cv2.resize((1.0 + 4.0 * near + last) * np.float32(1.0 / 6.0), gap.shape[::-1])
    return grid.means(np.square(gap) / np.maximum(kept, np.float32(0.2)))  # type: ignore[arg-type]


def _gain(flow: Plane) -> Plane:
    """Share of the variance of white noise that cubic interpolation leaves, per half-size pixel."""
    across, down = (_gains()[(2.0 * GAIN_STEPS * flow[..., part]).astype(np.int32) % GAIN_STEPS] for part in (0, 1))
    return across * down


@cache
def _gains() -> Plane:
    """The same in one direction, by the shift in 1/256 px: the sum of the squared weights of the four taps."""
    shift = (np.arange(GAIN_STEPS) + 0.5) / GAIN_STEPS
    return np.sum([np.square(_cubic(shift + 1.0 - k)) for k in range(4)], axis=0).astype(np.float32)


def _cubic(at: Array) -> Array:
    x = np.abs(at)
    near = ((CUBIC + 2.0) * x - (CUBIC + 3.0)) * x * x + 1.0
    far = ((CUBIC * x - 5.0 * CUBIC) * x + 8.0 * CUBIC) * x - 4.0 * CUBIC
    return np.where(x <= 1.0, near, np.where(x < 2.0, far, 0.0))


def _smooth(floor: Array, whole: Array, side: int) -> Array:
    """The floor of every tile: one block of 64 pixels does not know its noise."""
    sums, count = _by_tile(floor * whole, side).sum(axis=1), _by_tile(whole, side).sum(axis=1)
    mean = sums / np.maximum(count, 1.0)
    return _from_tiles(np.repeat(mean[:, None], side * side, axis=1), floor.shape, side)


def _by_tile(values: Array, side: int) -> Array:
    rows, columns = values.shape
    cells = values.reshape(rows // side, side, columns // side, side).swapaxes(1, 2)
    return cells.reshape(-1, side * side)


def _from_tiles(cells: Array, shape: tuple[int, ...], side: int) -> Array:
    rows, columns = shape
    return cells.reshape(rows // side, columns // side, side, side).swapaxes(1, 2).reshape(rows, columns)


def _grain_area(run: Run, gap: Plane, sure: Mask) -> float:
    """Pixels over which noise is one: 4 pi s^2 of a Gaussian noise with the correlation of neighbours that is seen.

    The sum of a block's noise grows with it; white noise has an area of 1. Flat blocks tell best. Without them the
    noise of the first frame, which nothing has interpolated, is found by what it shares with the second difference.
    """
    blocks = run.flat_blocks
    if len(blocks.numbers) >= FLAT_BLOCKS_MIN:
        there = blocks.gathered(run.frames[1].luma, blocks.shifts(run.motion(0, 1).flow))
        own = other = without_surface(blocks.gathered(run.frames[0].luma) - there)
    else:
        own = ((run.frames[0].luma - blurred(run.frames[0].luma, 2.0)) * sure)[None]
        other = gap[None]
    power = float(np.mean(own * other))
    near, far = (_at_distance(own, other, lag) for lag in (1, 3))
    coarse = max(far, 0.0) / PATCH_RHO[1]
    fine = power - coarse
    if power <= 0.0 or fine <= NO_GRAIN_SHARE * power:
        return 1.0
    rho = (near - PATCH_RHO[0] * coarse) / fine
    if rho <= FINE_GRAIN_RHO:
        return 1.0
    area = min(float(np.pi / -np.log(min(rho, 0.9))), AREA_MAX)
    return 1.0 + (area - 1.0) * max(0.0, 1.0 - coarse / (NO_GRAIN_SHARE * power))


def _at_distance(own: Plane, other: Plane, lag: int) -> float:
    """Mean product of samples ``lag`` pixels apart, across and down."""
    across = np.mean(own[:, :, lag:] * other[:, :, :-lag])
    return float(across + np.mean(own[:, lag:] * other[:, :-lag])) / 2.0
