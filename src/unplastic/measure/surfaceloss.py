"""What removing a quadratic surface takes from noise, exactly: the loss is linear in the noise's autocorrelation.

With P the projection on the surfaces and S_d the pairs of pixels that lie d apart, noise of autocorrelation r leaves
E[sum e(x) e(x + d)] = sum over k of r(k) * sum over x of ((I - P) S_d (I - P))(x, x + k). Coarse grain loses most: a
32 px block keeps 94 % of the power of white noise that was blurred by 1 px.
"""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np

from unplastic.measure.bootstrap import Array

LAGS = 7
"""Lags 0..6, down and across; grain is taken to be uncorrelated beyond, and alike to the left and to the right."""


def lag_products(blocks: np.ndarray) -> Array:
    """(blocks, 7, 7) mean products of each (height, width) block with itself at lags 0..6 down and across."""
    count, height, width = blocks.shape
    found = np.empty((count, LAGS, LAGS))
    for y, x in product(range(LAGS), repeat=2):
        right = (blocks[:, : height - y, : width - x] * blocks[:, y:, x:]).mean(axis=(1, 2))
        left = (blocks[:, : height - y, x:] * blocks[:, y:, : width - x]).mean(axis=(1, 2)) if y and x else right
        found[:, y, x] = 0.5 * (right + left)
    return found


def restored(products: Array, shape: tuple[int, int]) -> Array:
    """(7, 7) autocovariance of the noise itself, from the mean `lag_products` of blocks of ``shape`` without surface.

    Both have the power at lag 0.
    """
    return np.asarray(np.linalg.solve(_loss(*shape), products.ravel()), np.float64).reshape(LAGS, LAGS)


@cache
def _loss(height: int, width: int) -> Array:
    """(49, 49): the expected `lag_products` for unit autocovariance at each lag."""
    basis = _surfaces(height, width)
    between = [[_correlated(a, b) for b in basis] for a in basis]
    rows = []
    for y, x in product(range(LAGS), repeat=2):
        pairs = (height - y) * (width - x)
        along = np.zeros((2 * LAGS - 1, 2 * LAGS - 1))
        along[LAGS - 1 + y, LAGS - 1 + x] = pairs
        for k, surface in enumerate(basis):
            later, earlier = np.zeros_like(surface), np.zeros_like(surface)
            later[y:, x:] = surface[: height - y, : width - x]
            earlier[: height - y, : width - x] = surface[y:, x:]
            along -= _correlated(surface, later) + _correlated(earlier, surface)
            along += sum(np.vdot(surface, _moved(other, y, x)) * between[k][n] for n, other in enumerate(basis))
        rows.append(_folded(along).ravel() / pairs)
    return np.array(rows)


def _moved(surface: Array, y: int, x: int) -> Array:
    """What lies (y, x) further on, 0 beyond the block."""
    moved = np.zeros_like(surface)
    moved[: surface.shape[0] - y, : surface.shape[1] - x] = surface[y:, x:]
    return moved


def _correlated(a: Array, b: Array) -> Array:
    """(13, 13): sum over x of a(x) b(x + d) for lags -6..6 down and across."""
    size = a.shape[0] + LAGS, a.shape[1] + LAGS
    whole = np.fft.irfft2(np.conj(np.fft.rfft2(a, size)) * np.fft.rfft2(b, size), size)
    lags = np.arange(1 - LAGS, LAGS)
    return whole[np.ix_(lags, lags)]


def _folded(along: Array) -> Array:
    """(7, 7): lags of either sign taken together."""
    down = along[LAGS - 1 :].copy()
    down[1:] += along[LAGS - 2 :: -1]
    across = down[:, LAGS - 1 :].copy()
    across[:, 1:] += down[:, LAGS - 2 :: -1]
    return across


def _surfaces(height: int, width: int) -> list[Array]:
    """Orthonormal quadratic surfaces over a block: those that `vision.blocks.without_surface` removes."""
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1).reshape(-1, 6)
    basis, _ = np.linalg.qr(terms)
    return [surface.reshape(height, width) for surface in basis.T]
