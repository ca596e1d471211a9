"""Templates of grain: correlated noise drawn once per clip by a causal autoregressive process.

The form published with AV1 (Norkin and Birkbeck, DCC 2018): each sample is a weighted sum of earlier neighbours, up to
`LAG` rows and columns away, plus white noise. The weights solve the Yule-Walker equations, either for the
autocorrelation that white noise has after a Gaussian blur, or for one that was measured on a plate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LAG = 3
WHITE_SHARE = 0.04
"""White noise mixed into the wanted autocorrelation: a Gaussian's own is so smooth that lag 3 would ring without it."""

BLOCK = 32
"""Side of the squares that a picture's grain is laid from."""

BURN_IN = 64
LEVELS = 32
"""Template levels per standard deviation; int8 then holds four of them."""

SIZE_MAX_PX = 1.5
"""The largest Gaussian that a process of lag 3 carries with lag-1 correlations within 0.05."""

LAGS_MEASURED = 7
"""A measured autocorrelation is a table of lags 0..6, down and across: those between any two of the neighbours."""

WHITE_SHARE_LEAST = 0.002
"""The same for a measured autocorrelation: doubled until the process does not run away, which it must in the end."""

PERIOD, POWER_LEAST = 32, 0.003
"""Lags of the period on which a table's spectrum is looked at, and the least power, over the mean, that is left it."""

PROBE_PX, GROWTH_MAX = 192, 1.3
"""Side of the field on which a process is tried, and how much more its last rows may vary than its middle ones."""


def steps() -> NDArray[np.intp]:
    """The 24 earlier neighbours as (dy, dx), the furthest row first."""
    causal = [(dy, dx) for dy in range(-LAG, 1) for dx in range(-LAG, LAG + 1) if (dy, dx) < (0, 0)]
    return np.array(causal, np.intp)


def correlation(offset: NDArray[np.intp], size_px: tuple[float, float]) -> NDArray[np.float64]:
    """Autocorrelation at (dy, dx) of white noise blurred by a Gaussian of sd ``size_px`` (down, across)."""
    down, across = size_px
    return np.exp(-((offset[..., 0] / (2.0 * down)) ** 2) - (offset[..., 1] / (2.0 * across)) ** 2)


def weights(size_px: tuple[float, float]) -> NDArray[np.floating]:
    """The process's weight of each of `steps` (Yule-Walker, with a little white noise mixed in)."""
    past = steps()
    between = correlation(past[:, None] - past[None], size_px)
    return np.linalg.solve(between + WHITE_SHARE * np.eye(len(past)), correlation(past, size_px))


def measured_weights(table: NDArray[np.float64], scale: tuple[float, float]) -> NDArray[np.floating]:
    """The same for a measured autocorrelation: ``table`` is (7, 7) over lags 0..6, alike to the left and to the right.

    ``scale`` (down, across) is how many of its lags one sample of the new grain spans. A causal process of few
    neighbours may still run away: white noise cures that.
    """
    past, table = steps(), possible(table)
    between, before = interpolated(table, past[:, None] - past[None], scale), interpolated(table, past, scale)
    white = WHITE_SHARE_LEAST
    while not _is_steady(found := np.linalg.solve(between + white * np.eye(len(past)), before)):
        white *= 2.0
    return found


def possible(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """The nearest table that is an autocorrelation: an estimate need not be one, but no noise has negative power."""
    lag = np.minimum(np.arange(PERIOD), PERIOD - np.arange(PERIOD))
    padded = np.pad(table, (0, PERIOD // 2 + 1 - len(table)))
    power = np.fft.fft2(padded[np.ix_(lag, lag)]).real
    near = np.fft.ifft2(np.maximum(power, POWER_LEAST)).real[: len(table), : len(table)]
    return near / near[0, 0]


def interpolated(
    table: NDArray[np.float64], offset: NDArray[np.intp], scale: tuple[float, float]
) -> NDArray[np.float64]:
    """``table`` at (dy, dx) times ``scale``, linearly between its lags and zero beyond them.

    Linear, because a positive spectrum then stays positive.
    """
    padded = np.pad(table, (0, 2))
    place = np.minimum(np.abs(offset) * np.array(scale), float(LAGS_MEASURED))
    first = np.floor(place).astype(np.intp)
    part = place - first
    (y, x), (fy, fx) = np.moveaxis(first, -1, 0), np.moveaxis(part, -1, 0)
    above = padded[y, x] * (1.0 - fx) + padded[y, x + 1] * fx
    below = padded[y + 1, x] * (1.0 - fx) + padded[y + 1, x + 1] * fx
    return above * (1.0 - fy) + below * fy


def _is_steady(weights: NDArray[np.floating]) -> bool:
    """Whether the process keeps its variance on its way down a field; one that runs away does so within a few rows."""
    from unplastic.treat.kernels.grain import run_process

    field = _white(0, 0, (PROBE_PX, PROBE_PX))
    with np.errstate(over="ignore", invalid="ignore"):
        run_process(field, weights, steps())
        middle, last = field[PROBE_PX // 3 : PROBE_PX * 2 // 3], field[PROBE_PX * 2 // 3 :]
        inside = slice(BURN_IN // 2, -BURN_IN // 2)
        growth = last[:, inside].var() / middle[:, inside].var()
    return bool(np.isfinite(growth) and growth < GROWTH_MAX**2)


def draw(seed: int, part: int, samples: int, weights: NDArray[np.floating]) -> NDArray[np.int8]:
    """A (samples, samples) template of unit sd in steps of 1/32, from (``seed``, ``part``) alone."""
    from unplastic.treat.kernels.grain import run_process

    shape = samples + BURN_IN, samples + 2 * BURN_IN
    field = _white(seed, part, shape)
    run_process(field, weights, steps())
    inside = field[BURN_IN:, BURN_IN:-BURN_IN]
    inside = (inside - inside.mean()) / inside.std()
    return np.clip(np.rint(inside * LEVELS), -127, 127).astype(np.int8)


def _white(seed: int, part: int, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Unit white Gaussian noise by Box and Muller (1958) on raw Philox words, whose stream never changes."""
    key = (seed & (1 << 64) - 1) | part << 64
    words = np.random.Philox(key=key).random_raw(2 * shape[0] * shape[1]).reshape(2, *shape)
    uniform = ((words >> np.uint64(11)).astype(np.float64) + 0.5) / 2.0**53
    return np.sqrt(-2.0 * np.log(uniform[0])) * np.cos(2.0 * np.pi * uniform[1])
