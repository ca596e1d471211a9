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
from unplastic.vision.masks import surface_masks
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
    """Sums over the anchor frames of a run, for the whole picture or for one kind of surface; per tile of the run.

    ``along`` maps a lag in frames to sums along motion; all lags are taken on the same ``pixels``. ``moving`` and
    ``still`` are sums over those that move by at least 2.5 px within the longest lag: along motion, and without it.
    """

    along: dict[int, Along]
    moving: Along
    still: Along
    pixels: Array

    def __add__(self, other: Covariances) -> Covariances:
        return Covariances(
            along={lag: self.along[lag] + other.along[lag] for lag in self.along},
            moving=self.moving + other.moving,
            still=self.still + other.still,
            pixels=self.pixels + other.pixels,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Anchor:
    """One frame's fine band and, by lag, that of later frames brought to it along motion.

    ``last`` is the band of the latest of them as it lies on the screen. ``trusted`` and ``moving``, (height, width),
    mark where all motions hold and where the picture truly moves; ``keep`` (tiles,) is 1 where it could be followed.
    """

    here: Plane
    there: dict[int, Plane]
    last: Plane
    trusted: Mask
    moving: Mask
    keep: Array
    grid: Grid

    def sums(self, mask: Mask) -> Covariances:
        """Sums over the marked pixels of every tile; only the tiles around them are computed."""
        part = self.grid.around(mask)
        weight: Plane = (part.inside(mask) & part.inside(self.trusted)).astype(np.float32)
        moving: Plane = weight * part.inside(self.moving)
        longest = part.inside(self.there[max(self.there)])
        return Covariances(
            along={lag: self._along(part.inside(plane), weight, part) for lag, plane in self.there.items()},
            moving=self._along(longest, moving, part),
            still=self._along(part.inside(self.last), moving, part),
            pixels=self._placed(weight, part),
        )

    def _along(self, there: Plane, weight: Plane, part: Grid) -> Along:
        here = part.inside(self.here)
        masked = here * weight
        products = (masked * there, masked * here, weight * there * there)
        return Along(*(self._placed(plane, part) for plane in products))

    def _placed(self, plane: Plane, part: Grid) -> Array:
        return self.grid.placed(part.at_origin().sums(plane), part) * self.keep


def covariances(run: Run) -> dict[str, Covariances]:
    """All sums of one run that has anchors: of the whole "frame", and of the surfaces in `REGIONS`."""
    lags = [lag for lag in LAGS if lag < len(run.frames)]
    total: dict[str, Covariances] = {}
    for t in run.anchors:
        anchor = _anchor(run, t, lags)
        for name, mask in (("frame", run.regions(t).texture), *surface_masks(run, t)):
            sums = anchor.sums(mask)
            total[name] = total[name] + sums if name in total else sums
    return total


def _anchor(run: Run, t: int, lags: Sequence[int]) -> Anchor:
    grid, fine = run.grid, run.fine
    moves = {lag: run.motion(t, lag) for lag in lags}
    trusted = np.logical_and.reduce([move.trusted for move in moves.values()])
    tracked = [_is_tracked(run.half[t], run.half[t + lag], move.flow, grid) for lag, move in moves.items()]
    last = lags[-1]
    return Anchor(
        here=fine[t],
        there={lag: warped(fine[t + lag], move.flow) for lag, move in moves.items()},
        last=fine[t + last],
        trusted=full_size(trusted, run.shape),
        moving=full_size(_truly_moving(run.half[t], run.half[t + last], moves[last], grid), run.shape),
        keep=np.logical_and.reduce(tracked).astype(np.float64),
        grid=grid,
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
