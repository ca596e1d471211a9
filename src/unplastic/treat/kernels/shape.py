"""A layer of factors over the rows of a strip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def multiply_rows(source: NDArray, target: NDArray, layer: NDArray, row: int) -> None:
    """``target`` = ``source`` times the rows of ``layer`` that lie beside it; ``row`` may be outside."""
    last = layer.shape[0] - 1
    columns = min(source.shape[1], layer.shape[1])
    for i in range(source.shape[0]):
        beside = min(max(row + i, 0), last)
        for j in range(columns):
            target[i, j] = source[i, j] * layer[beside, j]
        for j in range(columns, source.shape[1]):
            target[i, j] = source[i, j] * layer[beside, columns - 1]
