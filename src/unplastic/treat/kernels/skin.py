"""Noise, pits and furrows of skin, drawn into a map once per face."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

ZERO, ONE, HALF = np.float32(0.0), np.float32(1.0), np.float32(0.5)
FAR = np.float32(1e9)


@njit(cache=True, nogil=True)
def spread_spline(
    white: NDArray, down: NDArray, down_weights: NDArray, across: NDArray, across_weights: NDArray, field: NDArray
) -> None:
    """Fill ``field`` with the cubic spline whose knots are ``white``: each sample lies among four of them both ways.

    ``down`` and ``across`` are (samples, 4) numbers of knots, their weights beside them.
    """
    height, width = field.shape
    lines = np.empty((white.shape[0], width), np.float32)
    for r in range(white.shape[0]):
        for c in range(width):
            total = ZERO
            for i in range(4):
                total += across_weights[c, i] * white[r, across[c, i]]
            lines[r, c] = total
    for r in range(height):
        a, b, c, d = down_weights[r, 0], down_weights[r, 1], down_weights[r, 2], down_weights[r, 3]
        first, second, third, last = lines[down[r, 0]], lines[down[r, 1]], lines[down[r, 2]], lines[down[r, 3]]
        for i in range(width):
            field[r, i] = a * first[i] + b * second[i] + c * third[i] + d * last[i]


@njit(cache=True, nogil=True)
def add_pits(field: NDArray, x: NDArray, y: NDArray, sigma: NDArray, depth: NDArray) -> None:
    """Subtract a Gaussian pit at every (x, y) in pixels; ``sigma`` in pixels, ``depth`` at its middle."""
    height, width = field.shape
    for i in range(x.size):
        reach = int(np.ceil(3.0 * sigma[i]))
        column, row = int(np.floor(x[i] + HALF)), int(np.floor(y[i] + HALF))
        scale = -HALF / (sigma[i] * sigma[i])
        for r in range(max(0, row - reach), min(height, row + reach + 1)):
            dy = np.float32(r) - y[i]
            for c in range(max(0, column - reach), min(width, column + reach + 1)):
                dx = np.float32(c) - x[i]
                field[r, c] -= depth[i] * np.exp(scale * (dx * dx + dy * dy))


@njit(cache=True, nogil=True)
def add_furrows(
    field: NDArray, x: NDArray, y: NDArray, bend_x: NDArray, bend_y: NDArray, cell: float, width_px: float, gain: float
) -> None:
    """Subtract ``gain`` along the borders of cells (Worley 1996) around points ``x``, ``y`` (cell rows, cell columns).

    ``cell`` and ``width_px`` are in pixels; ``bend_x`` and ``bend_y`` shift where each pixel looks, which curves the
    borders.
    """
    height, width = field.shape
    rows, columns = x.shape
    inner = np.float32(1.0 / width_px)
    for r in range(height):
        for c in range(width):
            px, py = np.float32(c) + bend_x[r, c], np.float32(r) + bend_y[r, c]
            cell_row, cell_column = int(py / cell), int(px / cell)
            nearest, second = FAR, FAR
            for i in range(max(0, cell_row - 1), min(rows, cell_row + 2)):
                for j in range(max(0, cell_column - 1), min(columns, cell_column + 2)):
                    dx, dy = x[i, j] - px, y[i, j] - py
                    far = dx * dx + dy * dy
                    if far < nearest:
                        second = nearest
                        nearest = far
                    elif far < second:
                        second = far
            gap = (np.sqrt(second) - np.sqrt(nearest)) * inner
            field[r, c] -= np.float32(gain) * np.exp(-gap * gap)
