"""Is it still the same picture? Structural similarity of two lumas at one eighth size, whatever the grade did to tone.

SSIM after Wang, Bovik, Sheikh and Simoncelli (2004), on 8x8 windows, of pictures whose tone was first matched by
least squares: a declared grade is not a change of structure. At one eighth size neither grain nor texture is left.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

EIGHTH = 8
WINDOW = 8
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def structural_similarity(before: NDArray[np.floating], after: NDArray[np.floating]) -> float:
    """SSIM of two luma planes (height, width) in 8-bit codes, 1.0 for the same structure.

    Pictures under 64 pixels a side are compared at full size, since an eighth of them holds no window.
    """
    step = EIGHTH if min(before.shape) >= EIGHTH * WINDOW else 1
    x, y = _reduced(before, step), _reduced(after, step)
    y = _tone_matched(y, x)
    window = min(WINDOW, *x.shape)
    mean_x, mean_y = _box(x, window), _box(y, window)
    var_x = _box(x * x, window) - mean_x**2
    var_y = _box(y * y, window) - mean_y**2
    both = _box(x * y, window) - mean_x * mean_y
    top = (2 * mean_x * mean_y + C1) * (2 * both + C2)
    return float(np.mean(top / ((mean_x**2 + mean_y**2 + C1) * (var_x + var_y + C2))))


def _reduced(plane: NDArray[np.floating], step: int) -> Array:
    height, width = (side // step * step for side in plane.shape)
    cells = plane[:height, :width].astype(np.float64).reshape(height // step, step, width // step, step)
    return cells.mean(axis=(1, 3))


def _tone_matched(y: Array, x: Array) -> Array:
    """``y`` through the cubic of least squares that best turns it into ``x``; a flat picture is only shifted."""
    if np.ptp(y) < 1.0:
        return np.asarray(y + (x.mean() - y.mean()), np.float64)
    u = (y - y.mean()) / np.ptp(y)
    powers = np.stack([np.ones_like(u), u, u**2, u**3], axis=-1).reshape(-1, 4)
    weights, *_ = np.linalg.lstsq(powers, x.ravel(), rcond=None)
    return np.asarray((powers @ weights).reshape(y.shape), np.float64)


def _box(a: Array, window: int) -> Any:
    """Means over all ``window`` x ``window`` neighbourhoods that lie inside."""
    sums = np.pad(a.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    total = sums[window:, window:] - sums[:-window, window:] - sums[window:, :-window] + sums[:-window, :-window]
    return total / window**2
