"""Our own grain as AV1 film grain: levels over luma become points, the process becomes whole coefficients.

Nothing is estimated from pictures: the grain's parameters are known. AV1 runs the same process (specification
7.18.3.3), with coefficients in steps of 2^-6 or finer and one sd of 32 8-bit codes, so sd in 8-bit codes is
32 G S / 2^(scaling_shift + grain_shift), G being the process's gain and S a point's scaling.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from unplastic.clip import Clip
from unplastic.color import assumed_matrix
from unplastic.media.av1.grain import BARREN_SEEDS, CHROMA_POINTS_MAX, LUMA_POINTS_MAX, FilmGrain, Points
from unplastic.treat.grain import Grain, chroma_weights, level_codes8, luma_weights
from unplastic.treat.template import LAG, steps
from unplastic.treat.treatment import Geometry

if TYPE_CHECKING:
    from numpy.typing import NDArray

WHITE_CODES8 = 32.0
"""Sd of AV1's Gaussian sequence in 8-bit codes."""

TEMPLATE_SD = 3.5
"""Standard deviations that a template must hold: it ends at 127 of 8-bit codes."""

PERIOD = 64
"""Side of the frequency grid on which a process is looked at."""

LAGS = 4
"""Lags, in either direction, at which the fitted process's autocorrelation is compared."""

RUNAWAY = 1e-3
"""Mean of log |1 - A| above which a causal process runs away; 0 for a steady one (Jensen's formula)."""

POINT_ERROR = 0.01
"""Error of the straight lines between points, of the peak level, below which no more are added."""

STEEP = 0.05
"""Change from code to code, of the peak level, that is a step: grain stops short of black and of white."""

ROUNDS = 4
SEED_STEP = 40503
"""Odd, so 65536 pictures in a row have different seeds (Knuth's multiplicative hash)."""

INSTEAD = 0x00FF
"""Turns a seed that makes no grain into one that does."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """The grain of every picture but its seed, and how true it is.

    ``correlation_error`` is the largest difference of the autocorrelation within `LAGS`; ``level_error`` that of the
    level, in shares of its peak; ``asked_codes8`` the peak level of luma.
    """

    grain: FilmGrain
    seed: int
    hold: int
    asked_codes8: float
    level_error: float
    correlation_error: float

    def at(self, index: int) -> FilmGrain:
        """The grain of the picture shown as number ``index``: new in every picture, or as long as grain is held."""
        seed = (self.seed + index // self.hold * SEED_STEP) & 0xFFFF
        return self.grain.seeded(seed if seed not in BARREN_SEEDS else seed ^ INSTEAD)


def fit(grain: Grain, clip: Clip, seed: int) -> Fitted:
    """AV1 film grain that looks like ``grain`` on 4:2:0 pictures of ``clip``."""
    where = _geometry(clip, seed)
    wanted = [luma_weights(grain, where)]
    if grain.chroma_share > 0.0:
        wanted.append(chroma_weights(grain, where))
    shift = min(_shift_for(weights) for weights in wanted)
    whole = [_whole(weights, shift) for weights in wanted]
    gains = [float(np.sqrt(_power(each / 2.0**shift).mean())) for each in whole]
    full = clip.color.is_full_range
    codes = np.arange(256.0)
    levels = level_codes8(grain, codes / 255.0 if full else (codes - 16.0) / 219.0, is_full_range=full)
    grain_shift = min(3, max(0, int(np.ceil(np.log2(WHITE_CODES8 * max(gains) * TEMPLATE_SD / 127.0)))))
    shares = [1.0] if len(gains) == 1 else [1.0, grain.chroma_share * grain.blue_gain, grain.chroma_share]
    units = [WHITE_CODES8 * gain / 2.0**grain_shift for gain in (gains[0], gains[-1], gains[-1])]
    most = max(float(levels.max()) * share / unit for share, unit in zip(shares, units, strict=False))
    scaling_shift = next((s for s in (11, 10, 9) if most * 2.0**s <= 255.0), 8)
    points = [
        _points(levels * (share * 2.0**scaling_shift / unit), LUMA_POINTS_MAX if i == 0 else CHROMA_POINTS_MAX)
        for i, (share, unit) in enumerate(zip(shares, units, strict=False))
    ]
    chroma = (*map(int, whole[-1]), 0) if len(points) > 1 else ()
    cb_points, cr_points = points[1:] or [(), ()]
    found = FilmGrain(
        seed & 0xFFFF, points[0], cb_points, cr_points, scaling_shift=scaling_shift, lag=LAG,
        ar_y=tuple(map(int, whole[0])), ar_cb=chroma, ar_cr=chroma, ar_shift=shift, grain_shift=grain_shift,
        clip=not full,
    )  # fmt: skip
    curve = _curve(points[0]) * units[0] / 2.0**scaling_shift
    return Fitted(
        found,
        seed & 0xFFFF,
        grain.hold(clip.frame_rate or Fraction(24)),
        float(levels.max()),
        float(np.abs(curve - levels).max() / max(levels.max(), 1e-9)),
        max(_difference(each / 2.0**shift, weights) for each, weights in zip(whole, wanted, strict=True)),
    )


def level_at(grain: FilmGrain, luma_codes8: NDArray[np.floating]) -> NDArray[np.floating]:
    """Sd of luma grain in 8-bit codes that a file asks for, at 8-bit luma."""
    if not grain.y:
        return np.zeros(luma_codes8.shape)
    gain = float(np.sqrt(_power(np.array(grain.ar_y) / 2.0**grain.ar_shift, grain.lag).mean()))
    unit = WHITE_CODES8 * gain / 2.0 ** (grain.grain_shift + grain.scaling_shift)
    return np.interp(luma_codes8, np.arange(256.0), _curve(grain.y) * unit)


def _geometry(clip: Clip, seed: int) -> Geometry:
    matrix = assumed_matrix(clip.color.matrix, clip.width, clip.height)
    color = replace(clip.color, matrix=matrix)
    return Geometry(clip.width, clip.height, 2, 2, 10, 10, clip.frame_rate, color, seed)


def _shift_for(weights: NDArray[np.floating]) -> int:
    """The finest steps in which the largest coefficient fits eight bits."""
    largest = float(np.abs(weights).max())
    return next((s for s in (9, 8, 7) if largest * 2.0**s <= 127.0), 6)


def _whole(weights: NDArray[np.floating], shift: int) -> NDArray[np.float64]:
    """Whole coefficients whose process is steady and comes nearest: rounded, then each tried one step up and down."""
    target = _correlation(np.asarray(weights, np.float64))
    unit = 2.0**shift
    best = np.clip(np.rint(weights * unit), -128, 127)
    while not _is_steady(best / unit):
        best = np.trunc(best * 0.98)
    error = _error(best / unit, target)
    for _ in range(ROUNDS):
        before = error
        for i in range(len(best)):
            for step in (-1.0, 1.0):
                trial = best.copy()
                trial[i] = min(max(trial[i] + step, -128.0), 127.0)
                if (now := _error(trial / unit, target)) < error and _is_steady(trial / unit):
                    best, error = trial, now
        if error == before:
            break
    return best


def _response(weights: NDArray[np.floating], lag: int = LAG) -> NDArray[np.complexfloating]:
    """1 - A over the frequency grid; ``weights`` are in AV1's order, the furthest row first."""
    kernel = np.zeros((PERIOD, PERIOD))
    offsets = steps()
    for (dy, dx), weight in zip(offsets[np.abs(offsets).max(axis=1) <= lag], weights, strict=True):
        kernel[-dy % PERIOD, -dx % PERIOD] = weight
    return 1.0 - np.fft.fft2(kernel)


def _power(weights: NDArray[np.floating], lag: int = LAG) -> NDArray[np.floating]:
    """Power spectrum of the process on unit white noise."""
    return 1.0 / np.maximum(np.square(np.abs(_response(weights, lag))), 1e-12)


def _is_steady(weights: NDArray[np.floating]) -> bool:
    return float(np.log(np.maximum(np.abs(_response(weights)), 1e-12)).mean()) < RUNAWAY


def _correlation(weights: NDArray[np.floating]) -> NDArray[np.floating]:
    found = np.fft.ifft2(_power(weights)).real
    near = np.concatenate([found[:LAGS], found[-LAGS + 1 :]])
    return np.concatenate([near[:, :LAGS], near[:, -LAGS + 1 :]], axis=1) / found[0, 0]


def _error(weights: NDArray[np.floating], target: NDArray[np.floating]) -> float:
    return float(np.square(_correlation(weights) - target).sum())


def _difference(weights: NDArray[np.floating], wanted: NDArray[np.floating]) -> float:
    return float(np.abs(_correlation(weights) - _correlation(np.asarray(wanted, np.float64))).max())


def _points(scaling: NDArray[np.float64], most: int) -> Points:
    """The fewest points, up to ``most``, whose straight lines come near ``scaling`` at the codes 0..255.

    A point is put where the lines are furthest off; then all are moved to where the squares of the errors are least,
    because chords of a hill lie below it.
    """
    codes = np.arange(256.0)
    peak = float(scaling.max())
    steep = np.flatnonzero(np.abs(np.diff(scaling)) > STEEP * peak)
    edges = steep[[0, 0, -1, -1]] + [0, 1, 0, 1] if len(steep) else steep
    chosen = sorted({0, 255, *map(int, edges)})
    while len(chosen) < most:
        error = np.abs(np.interp(codes, chosen, scaling[chosen]) - scaling)
        if error.max() <= POINT_ERROR * peak:
            break
        chosen = sorted({*chosen, int(error.argmax())})
    hats = np.stack([np.interp(codes, chosen, row) for row in np.eye(len(chosen))], axis=1)
    best, *_ = np.linalg.lstsq(hats, scaling, rcond=None)
    return tuple((x, int(min(255, max(0, round(float(value)))))) for x, value in zip(chosen, best, strict=True))


def _curve(points: Points) -> NDArray[np.float64]:
    """Scaling at the codes 0..255: straight between points, level beyond them (7.18.3.5)."""
    values, scaling = np.array(points, np.float64).T
    return np.interp(np.arange(256.0), values, scaling)
