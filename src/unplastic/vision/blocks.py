"""Flat blocks: places without structure, where what is left after a smooth surface is noise.

The idea is that of Kokaram et al. (2012) and of the AV1 encoder's noise model (flat 32 px blocks); here a quadratic
surface is removed instead of a plane, which takes soft shading with it, and flatness is judged on a coarser scale than
the noise, so that noisy blocks are not taken for textured ones. Fine textures look like noise in one respect only:
hair, grass and weave have a direction, and some other block of their luma is calmer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from unplastic.vision.bands import blurred, half_size, slopes
from unplastic.vision.grid import Grid
from unplastic.vision.plane import Array, Mask, Plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK_PX = 32
BLOCKS_MAX = 160
ROUGH_CODES8 = 0.35
ROUGH_OVER_FINE = 0.4
DIRECTION_MAX = 1.6
STILL_SLOPE = 0.01
CALM_RATIO = 1.6
CALM_OVERALL = 4.0
QUIET_CODES8 = 0.5
DARK_CODES8, BRIGHT_CODES8 = 20.0, 232.0


@dataclass(frozen=True, slots=True, eq=False)
class FlatBlocks:
    """The flattest blocks of a picture: numbers in ``grid`` and mean luma of each, (blocks,).

    ``picture`` is (height, width) of the luma plane.
    """

    grid: Grid
    picture: tuple[int, int]
    numbers: NDArray[np.intp]
    luma: Array

    def residuals(self, plane: Plane) -> Plane:
        """What a quadratic surface leaves of each block of a luma plane: (blocks, side, side)."""
        return without_surface(self.gathered(plane))

    def shifts(self, flow: Plane) -> NDArray[np.intp]:
        """(blocks, 2) of x, y: motion of each block in whole pixels, from a half-size flow.

        Whole pixels because interpolation would take noise away; where the motion lies between them, what texture a
        block has is left in the difference.
        """
        half = Grid(self.grid.top // 2, self.grid.left // 2, self.grid.rows, self.grid.columns, self.grid.side_px // 2)
        move = np.stack([half.means(flow[..., 0]), half.means(flow[..., 1])], axis=1)[self.numbers]
        return np.rint(2.0 * move).astype(np.intp)

    def gathered(self, plane: Plane, shifts: NDArray[np.intp] | None = None) -> Plane:
        """The blocks of a luma or chroma plane of the same picture, moved by ``shifts`` in luma pixels.

        (blocks, side / down, side / across) for chroma. Blocks that would leave the picture stop at its border.
        """
        luma_height, luma_width = self.picture
        down, across = round(luma_height / plane.shape[0]), round(luma_width / plane.shape[1])
        high, wide = max(1, self.grid.side_px // down), max(1, self.grid.side_px // across)
        row, column = np.divmod(self.numbers, self.grid.columns)
        top, left = self.grid.top + row * self.grid.side_px, self.grid.left + column * self.grid.side_px
        if shifts is not None:
            left, top = left + shifts[:, 0], top + shifts[:, 1]
        top = np.clip(np.rint(top / down).astype(np.intp), 0, plane.shape[0] - high)
        left = np.clip(np.rint(left / across).astype(np.intp), 0, plane.shape[1] - wide)
        return plane[top[:, None, None] + np.arange(high)[:, None], left[:, None, None] + np.arange(wide)]


def flat_blocks(luma: Plane, lit: Mask) -> FlatBlocks:
    """Up to 160 flat, well exposed blocks, the flattest of every level of luma first."""
    grid = Grid.over(luma.shape, BLOCK_PX)
    rough, fine = _roughness(luma, grid)
    mean = grid.means(luma)
    flat = (rough < np.maximum(ROUGH_CODES8, ROUGH_OVER_FINE * fine)) & _has_no_direction(luma, grid)
    flat &= (mean > DARK_CODES8) & (mean < BRIGHT_CODES8) & (grid.counts(lit) == grid.side_px**2)
    numbers = _calm(np.flatnonzero(flat), fine, mean)
    numbers = numbers[_evenly_over_luma(mean[numbers], rough[numbers])]
    return FlatBlocks(grid, (luma.shape[0], luma.shape[1]), numbers, mean[numbers])


def _roughness(luma: Plane, grid: Grid) -> tuple[Array, Array]:
    """(blocks,) rms in codes beyond a quadratic surface: of the picture smoothed by about 2 px, and of itself."""
    half = Grid(grid.top // 2, grid.left // 2, grid.rows, grid.columns, max(1, grid.side_px // 2))
    smooth = without_surface(_tiled(blurred(half_size(luma), 1.0), half))
    fine = without_surface(_tiled(luma, grid))
    return _rms(smooth), _rms(fine)


def _has_no_direction(luma: Plane, grid: Grid) -> Mask:
    """(blocks,): slopes point everywhere alike, as those of noise do: eigenvalues of their covariance nearly equal."""
    across, down = slopes(luma)
    xx, xy, yy = grid.means(across * across), grid.means(across * down), grid.means(down * down)
    middle, apart = (xx + yy) / 2, np.sqrt((xx - yy) ** 2 / 4 + xy**2)
    return middle + apart <= DIRECTION_MAX * (middle - apart) + STILL_SLOPE


def _calm(numbers: NDArray[np.intp], fine: Array, mean: Array) -> NDArray[np.intp]:
    """Those blocks that are nearly as calm as the calmest tenth of their level of luma.

    No level is believed to be more than four times as noisy as the calmest blocks of the picture: it holds texture.
    """
    if not numbers.size:
        return numbers
    numbers = numbers[fine[numbers] <= CALM_OVERALL * max(QUIET_CODES8, float(np.percentile(fine[numbers], 5)))]
    kept = []
    for group in _by_level(mean[numbers]):
        level = fine[numbers[group]]
        kept.append(group[level <= CALM_RATIO * np.percentile(level, 10)] if group.size else group)
    return numbers[np.sort(np.concatenate(kept))]


def _by_level(mean: Array) -> list[NDArray[np.intp]]:
    """Numbers of the blocks of each of eight levels of luma."""
    level = np.clip(mean // 32, 0, 7).astype(int)
    return [np.flatnonzero(level == each) for each in range(8)]


def _evenly_over_luma(mean: Array, rough: Array) -> NDArray[np.intp]:
    """The flattest blocks of each of eight luma levels, in their order in the picture."""
    chosen = [group[np.argsort(rough[group], kind="stable")[: BLOCKS_MAX // 8]] for group in _by_level(mean)]
    first = np.concatenate(chosen)
    rest = np.setdiff1d(np.arange(len(mean)), first)
    fill = rest[np.argsort(rough[rest], kind="stable")[: BLOCKS_MAX - len(first)]]
    return np.sort(np.concatenate([first, fill]))


def _tiled(plane: Plane, grid: Grid) -> Plane:
    return grid.cells(plane).swapaxes(1, 2).reshape(grid.count, grid.side_px, grid.side_px)


def without_surface(blocks: Plane) -> Plane:
    """What is left of each block after the quadratic surface that fits it best."""
    if not blocks.size:
        return blocks
    surface = _surface(blocks.shape[1], blocks.shape[2])
    flat = blocks.reshape(len(blocks), -1)
    weights = np.einsum("np,ps->ns", flat, surface)
    return (flat - np.einsum("ns,ps->np", weights, surface)).reshape(blocks.shape)


@cache
def _surface(height: int, width: int) -> Plane:
    """(pixels, <= 6) orthonormal basis of the quadratic surfaces over a block."""
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1).reshape(-1, 6)
    u, s, _ = np.linalg.svd(terms, full_matrices=False)
    return u[:, s > 1e-9].astype(np.float32)


def _rms(blocks: Plane) -> Array:
    return np.sqrt(np.mean(np.square(blocks), axis=(1, 2), dtype=np.float64))
