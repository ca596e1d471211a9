"""What stays, what comes anew and what boils: covariances of the fine band along motion, tile by tile.

With r the fine band and W the warp along motion, C_k = mean r_t W(r_t+k). Texture locked to the surface survives any k,
fresh grain none, boiling decays with k. The correlation is normalised by both energies, so that what cubic warping
takes from the band (equally from texture and noise of one spectrum) cancels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from unplastic.vision.grid import Grid
from unplastic.vision.motion import LAGS, Motion, full_size, warped
from unplastic.vision.plane import Array, Mask, Plane

if TYPE_CHECKING:
    from unplastic.vision.run import Run

MOVING_PX = 2.5
AT_REST_RATIO = 3.0
TRACKED_ERROR = 0.35
TRACKED_CODES8 = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Along:
    """Sums over the trusted texture pixels of every tile, (tiles,): r_t W(r_t+k), r_t^2 and W(r_t+k)^2."""

    product: Array
    here: Array
    there: Array

    @property
    def correlation(self) -> Array:
        """Correlation of both frames, (tiles,); nan where a tile holds nothing."""
        scale = np.sqrt(self.here * self.there)
        return np.divide(self.product, scale, out=np.full_like(scale, np.nan), where=scale > 0)

    @property
    def repeated(self) -> Array:
        """The part of the energy ``here`` that frame t+k shows again, (tiles,): correlation times energy."""
        ratio = np.divide(self.here, self.there, out=np.zeros_like(self.here), where=self.there > 0)
        return self.product * np.sqrt(ratio)

    def __add__(self, other: Along) -> Along:
        return Along(self.product + other.product, self.here + other.here, self.there + other.there)


@dataclass(frozen=True, slots=True, eq=False)
class Covariances:
    """Sums over the anchor frames of a run.

    ``along`` maps a lag in frames to sums along motion; all lags are taken on the same ``pixels``. ``moving`` and
    ``still`` are sums over those that move by at least 2.5 px within the longest lag: along motion, and without it.
    """

    along: dict[int, Along]
    moving: Along
    still: Along
    pixels: Array


def covariances(run: Run) -> Covariances:
    """All sums of one run that has anchors."""
    lags = [lag for lag in LAGS if lag < len(run.frames)]
    parts = [_anchor(run, t, lags) for t in run.anchors]
    return Covariances(
        along={lag: _total([part.along[lag] for part in parts]) for lag in lags},
        moving=_total([part.moving for part in parts]),
        still=_total([part.still for part in parts]),
        pixels=np.sum([part.pixels for part in parts], axis=0),
    )


def _anchor(run: Run, t: int, lags: Sequence[int]) -> Covariances:
    grid, fine = run.grid, run.fine
    moves = {lag: run.motion(t, lag) for lag in lags}
    trusted = np.logical_and.reduce([move.trusted for move in moves.values()])
    tracked = [_is_tracked(run.half[t], run.half[t + lag], move.flow, grid) for lag, move in moves.items()]
    keep = np.logical_and.reduce(tracked).astype(np.float64)
    mask = (run.regions(t).texture & full_size(trusted, run.shape)).astype(np.float32)
    there = {lag: warped(fine[t + lag], move.flow) for lag, move in moves.items()}
    last = lags[-1]
    moving = mask * full_size(_truly_moving(run.half[t], run.half[t + last], moves[last], grid), run.shape)
    return Covariances(
        along={lag: _sums(fine[t], plane, mask, grid, keep) for lag, plane in there.items()},
        moving=_sums(fine[t], there[last], moving, grid, keep),
        still=_sums(fine[t], fine[t + last], moving, grid, keep),
        pixels=grid.sums(mask) * keep,
    )


def _sums(here: Plane, there: Plane, mask: Plane, grid: Grid, keep: Array) -> Along:
    masked = here * mask
    return Along(
        grid.sums(masked * there) * keep, grid.sums(masked * here) * keep, grid.sums(mask * there * there) * keep
    )


def _is_tracked(a: Plane, b: Plane, flow: Plane, grid: Grid) -> Mask:
    """(tiles,): whether the coarse structure followed; where it did and the fine band did not, the surface boils."""
    tiles = _at_half(grid)
    gap = tiles.means(np.square(a - warped(b, flow)))
    spread = tiles.means(np.square(a)) - tiles.means(a) ** 2
    return (gap < TRACKED_CODES8**2) | (gap < TRACKED_ERROR**2 * spread)


def _truly_moving(a: Plane, b: Plane, move: Motion, grid: Grid) -> Mask:
    """Pixels at half size that move, in tiles where the motion explains the coarse picture far better than rest does.

    Flow bleeds over the outlines of moving things onto the ground behind them, which then only seems to move.
    """
    moving = move.speed_px() >= MOVING_PX
    tiles = _at_half(grid)
    at_rest = tiles.sums(np.square(a - b) * moving)
    along = tiles.sums(np.square(a - warped(b, move.flow)) * moving)
    explained = (at_rest > AT_REST_RATIO * along).reshape(grid.rows, grid.columns)
    cells = np.zeros_like(moving)
    side = tiles.side_px
    tiles.inside(cells)[:] = explained.repeat(side, axis=0).repeat(side, axis=1)
    return moving & cells


def _at_half(grid: Grid) -> Grid:
    return Grid(grid.top // 2, grid.left // 2, grid.rows, grid.columns, grid.side_px // 2)


def _total(parts: Sequence[Along]) -> Along:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total
