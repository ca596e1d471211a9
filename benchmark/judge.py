"""A judge that the solver never sees: wavelet statistics of patches, and a classifier trained on raw clips alone.

None of its figures is a reading of the package, and nothing in the package is tuned by it. Haar subbands of 128 px
patches in luma, chroma and the difference of neighbouring frames: log energies, tails, how energies fall over scales,
and how far one frame's subbands repeat in the next. A clip is the median and the lower fifth over its patches. The
classifier is logistic regression with a ridge, trained on clips of other sources only.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

PATCH_PX = 128
PATCHES_MAX = 36
LEVELS = 3
FLOOR = 0.02
"""Added to every energy, in codes squared: what rounding to 8 bits hides anyway."""

RIDGE = 3.0


def features(runs: Sequence[Sequence[tuple[Array, Array, Array]]]) -> Array:
    """(features,) of one clip from runs of (luma, cb, cr) planes in 8-bit codes."""
    patches = np.array([row for run in runs for row in _of_run(run)])
    return np.concatenate([np.median(patches, axis=0), np.quantile(patches, 0.2, axis=0)])


def _of_run(run: Sequence[tuple[Array, Array, Array]]) -> list[Array]:
    """Feature rows of every second frame's patches."""
    rows = []
    for t in range(0, len(run) - 1, 2):
        (luma, cb, cr), (later, _, _) = run[t], run[t + 1]
        for top, left in _corners(luma.shape):
            box = slice(top, top + PATCH_PX), slice(left, left + PATCH_PX)
            small = tuple(slice(s.start // 2, s.stop // 2) for s in box)
            rows.append(_of_patch(luma[box], later[box], cb[small], cr[small]))
    return rows


def _corners(shape: tuple[int, ...]) -> list[tuple[int, int]]:
    rows, columns = (range(0, side - PATCH_PX + 1, PATCH_PX) for side in shape)
    every = [(top, left) for top in rows for left in columns]
    return every[:: max(1, len(every) // PATCHES_MAX)]


def _of_patch(luma: Array, later: Array, cb: Array, cr: Array) -> Array:
    here, there = haar(luma), haar(later)
    found = []
    for one, other in zip(here, there, strict=True):
        energy = np.mean(one**2) + FLOOR
        found += [np.log(energy), np.log(np.mean(one**4) / energy**2 + 1.0)]
        found.append(np.mean(one * other) / np.sqrt(energy * (np.mean(other**2) + FLOOR)))
    for plane in (later - luma, cb, cr):
        bands = haar(plane)[: 3 * (LEVELS - 1)]
        energies = [np.mean(band**2) + FLOOR for band in bands]
        found += [np.log(sum(energies[:3])), np.log(sum(energies[3:]))]
    return np.array(found)


def haar(plane: Array) -> list[Array]:
    """Horizontal, vertical and diagonal subbands of `LEVELS` levels, finest first (Mallat 1989)."""
    bands, low = [], plane
    for _ in range(LEVELS):
        a, b, c, d = low[::2, ::2], low[::2, 1::2], low[1::2, ::2], low[1::2, 1::2]
        bands += [(a - b + c - d) / 2, (a + b - c - d) / 2, (a - b - c + d) / 2]
        low = (a + b + c + d) / 2
    return bands


class Classifier:
    """Ridge logistic regression on standardised features; the log odds of being generated."""

    def __init__(self, x: Array, is_ai: NDArray[np.bool_]) -> None:
        self._mean, self._sd = x.mean(axis=0), x.std(axis=0) + 1e-6
        z = (x - self._mean) / self._sd
        sign = np.where(is_ai, 1.0, -1.0)
        weight = np.where(is_ai, 0.5 / is_ai.mean(), 0.5 / (~is_ai).mean())
        beta = np.zeros(z.shape[1] + 1)
        design = np.hstack([z, np.ones((len(z), 1))])
        penalty = np.full(len(beta), RIDGE)
        penalty[-1] = 1e-6
        for _ in range(50):
            p = 1.0 / (1.0 + np.exp(sign * (design @ beta)))
            gradient = design.T @ (weight * sign * p) - penalty * beta
            curvature = (design * (weight * p * (1.0 - p))[:, None]).T @ design + np.diag(penalty)
            step = np.linalg.solve(curvature, gradient)
            beta += step
            if np.abs(step).max() < 1e-8:
                break
        self._beta = beta

    def log_odds(self, x: Array) -> Array:
        """(clips,) log odds that each is generated."""
        z = (x - self._mean) / self._sd
        return np.hstack([z, np.ones((len(z), 1))]) @ self._beta


def auc(positive: Array, negative: Array) -> float:
    """Probability that a positive scores above a negative."""
    if not len(positive) or not len(negative):
        return float("nan")
    gap = positive[:, None] - negative[None]
    return float(np.mean((gap > 0) + 0.5 * (gap == 0)))
