"""The grain of a plate as a model: level over luma, autocorrelation, colour, and whether it is new in every frame.

Noise is what neighbouring frames do not share in flat blocks, after motion (measuring A3, peers 3.4): e = (f(t) -
f(t + 1)) / sqrt 2. A still has only what a quadratic surface leaves of its flat blocks. It is no tell: nothing here
enters the score.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from unplastic.measure.bootstrap import Array
from unplastic.measure.levels import fitted
from unplastic.measure.surfaceloss import lag_products, restored
from unplastic.vision import Run
from unplastic.vision.blocks import without_surface

BLOCKS_MIN = 24
CLEAN_CODES8 = 0.35
"""Grain below this is neither seen nor kept by an encoder."""

TEXTURE_CODES8 = 9.0
"""Whatever is stronger in the flattest blocks is a texture."""

TEMPORAL_MAX = 0.15
"""Grain is new in every frame; x264 leaves 0.13 of it at CRF 18 and 0.84 at CRF 23 (measuring A4)."""

LUMA_PX = 2
"""Luma pixels per lag of the chroma autocorrelation."""

CHROMA_LEAST = 6.0
"""Power over that of the codes' rounding below which nothing is believed of chroma's correlation: blocks that an
encoder skips share their rounding with the frame before, so that taking it off takes off too much."""

RINGS = 12
FIRST_RING = 1.5 / 32
"""Radial frequencies, cycles per pixel: below the first one the surface has taken its share."""

Table = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class GrainModel:
    """Grain in 8-bit limited-range codes.

    ``levels`` are (nominal luma, standard deviation) knots. ``correlation`` is (7, 7) at lags of 0..6 pixels down and
    across, ``chroma_correlation`` the same at lags of two luma pixels, empty where chroma is too weak to know it.
    ``cb_share`` and ``cr_share`` are standard deviations of chroma over that of luma, ``luma_to_cb`` and
    ``luma_to_cr`` their correlation with it.
    ``temporal`` is the correlation with the next frame's grain, None for a still. ``spectrum_db`` is the radial power
    spectrum over its mean, at `RINGS` equal steps of frequency up to 0.5 cycles per pixel.
    """

    levels: tuple[tuple[float, float], ...]
    correlation: Table
    chroma_correlation: Table
    cb_share: float
    cr_share: float
    luma_to_cb: float
    luma_to_cr: float
    temporal: float | None
    spectrum_db: tuple[float, ...]
    blocks: int

    @property
    def peak_codes8(self) -> float:
        """The highest level."""
        return max(level for _, level in self.levels)

    def level_at(self, luma: float) -> float:
        """Standard deviation at a nominal luma; beyond the knots that of the nearest."""
        return float(np.interp(luma, *np.array(self.levels).T))


@dataclass(frozen=True, slots=True)
class NoGrain:
    """Why there is no model, as a clause. ``is_clean``: there simply is no grain to be seen."""

    why: str
    is_clean: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Noise:
    """Flat blocks of one run, one row each: level of luma, lag products, and sums for what is pooled.

    ``chroma`` is (blocks, 2, 7, 7), ``mixed`` (blocks, 2, 3) luma x chroma, luma^2, chroma^2 at the chroma samples,
    ``change`` (blocks, 2) the product of two successive changes and their mean square, ``spectrum`` (blocks, rings).
    All but ``mixed`` and ``spectrum`` still hold the variance ``rounding`` of the codes.
    """

    luma: Array
    lags: Array
    chroma: Array
    mixed: Array
    change: Array
    spectrum: Array
    rounding: float
    is_temporal: bool
    side_px: int


def grain_model(runs: Iterable[Run]) -> GrainModel | NoGrain:
    """The model of the grain in all runs of a plate, or why there is none."""
    found = [_observed(run) for run in runs]
    kept = [each for each in found if each.is_temporal] or found
    kept = [each for each in kept if len(each.luma) and each.side_px == kept[0].side_px]
    if sum(len(each.luma) for each in kept) < BLOCKS_MIN:
        return NoGrain("it has too few flat areas to see grain in")
    return _concluded(kept)


def _observed(run: Run) -> _Noise:
    """The flat blocks of a run. Blocks are chosen on its first frame, so that frame is no witness where others are."""
    last = len(run.frames) - 1
    times = [t for t in run.anchors if 0 < t < last] or list(run.anchors)
    if not times:
        return _joined([_at(run, None)], run, is_temporal=False)
    return _joined([_at(run, t) for t in times], run, is_temporal=True)


def _joined(found: Sequence[tuple[Array, ...]], run: Run, *, is_temporal: bool) -> _Noise:
    """Means over the times of a run."""
    lags, chroma, mixed, change, spectrum = (np.mean(each, axis=0) for each in zip(*found, strict=True))
    rounding = run.step_codes8**2 / 12.0
    mixed[:, :, 1:] -= rounding
    spectrum -= rounding
    blocks = run.flat_blocks
    return _Noise(blocks.luma, lags, chroma, mixed, change, spectrum, rounding, is_temporal, blocks.grid.side_px)


def _at(run: Run, t: int | None) -> tuple[Array, ...]:
    """Lag products, chroma, mixed, change and spectrum of the noise at frame ``t`` (None: of a lone frame)."""
    luma, cb, cr = (_noise(run, t, name) for name in ("luma", "cb", "cr"))
    chroma = np.stack([lag_products(cb), lag_products(cr)], axis=1)
    at_chroma = luma[:, ::LUMA_PX, ::LUMA_PX]
    mixed = np.stack([_mixed(at_chroma, cb), _mixed(at_chroma, cr)], axis=1)
    return lag_products(luma), chroma, mixed, _change(run, t, luma), _rings(luma)


def _noise(run: Run, t: int | None, name: str) -> np.ndarray:
    """(blocks, side, side) noise of one plane; chroma at one sample per two luma pixels whatever the file has."""
    blocks = run.flat_blocks
    here = blocks.gathered(getattr(run.frames[t or 0], name))
    if t is None:
        noise = here
    else:
        there = blocks.gathered(getattr(run.frames[t + 1], name), _shifts(run, t))
        noise = (here - there) / np.float32(np.sqrt(2.0))
    if name != "luma":
        side = max(1, blocks.grid.side_px // LUMA_PX)
        noise = noise[:, :: max(1, noise.shape[1] // side), :: max(1, noise.shape[2] // side)]
    return without_surface(np.ascontiguousarray(noise))


def _shifts(run: Run, t: int) -> np.ndarray:
    return run.flat_blocks.shifts(run.motion(t, 1).flow)


def _change(run: Run, t: int | None, luma: np.ndarray) -> Array:
    """(blocks, 2): product of the changes t to t + 1 and t + 1 to t + 2, and their mean square; nan if there is none.

    Texture drops out of it, unlike out of the product of two frames. At one place of the picture: the noise of an
    encoder stays where it is, and motion cannot be followed in flat blocks.
    """
    if t is None or t + 2 >= len(run.frames):
        return np.full((len(luma), 2), np.nan)
    here, there, later = (run.flat_blocks.gathered(run.frames[t + n].luma) for n in range(3))
    first, second = without_surface(here - there), without_surface(there - later)
    both = 0.5 * (np.square(first) + np.square(second))
    return np.stack([(first * second).mean(axis=(1, 2)), both.mean(axis=(1, 2))], axis=1).astype(np.float64)


def _mixed(luma: np.ndarray, chroma: np.ndarray) -> Array:
    high, wide = min(luma.shape[1], chroma.shape[1]), min(luma.shape[2], chroma.shape[2])
    a, b = luma[:, :high, :wide], chroma[:, :high, :wide]
    return np.stack([(a * b).mean(axis=(1, 2)), np.square(a).mean(axis=(1, 2)), np.square(b).mean(axis=(1, 2))], axis=1)


def _rings(noise: np.ndarray) -> Array:
    """(blocks, rings) power per frequency, scaled so that white noise has its variance in each."""
    high, wide = noise.shape[1:]
    window = np.outer(np.hanning(high + 2)[1:-1], np.hanning(wide + 2)[1:-1])
    power = np.abs(np.fft.fft2(noise * window)) ** 2 / np.square(window).sum()
    radius = np.hypot(np.fft.fftfreq(high)[:, None], np.fft.fftfreq(wide))
    ring = np.clip(((radius - FIRST_RING) / (0.5 - FIRST_RING) * RINGS).astype(int), 0, RINGS)
    ring[radius < FIRST_RING] = RINGS
    return np.stack([power[:, ring == k].mean(axis=1) for k in range(RINGS)], axis=1)


def _concluded(kept: Sequence[_Noise]) -> GrainModel | NoGrain:
    luma = (np.concatenate([each.luma for each in kept]) - 16.0) / 219.0
    lags = np.concatenate([each.lags for each in kept])
    rounding, side = kept[0].rounding, kept[0].side_px
    power = lags[:, 0, 0] - rounding
    knots, levels, stray = fitted(luma, power)
    # Every block counts alike, whatever its level: the loudest would else decide the shape for all.
    scale = np.where(stray, 0.0, 1.0 / np.interp(luma, knots, levels) ** 2)
    floor = rounding * _pooled(np.ones(len(scale)), scale)
    covariance = _without_rounding(_pooled(lags, scale), side, floor)
    levels = levels * np.sqrt(max(covariance[0, 0], 0.0) / _pooled(power, scale))
    refusal = _refusal(float(levels.max()), temporal := _temporal(kept, scale))
    if refusal:
        return refusal
    chroma = _pooled(np.concatenate([each.chroma for each in kept]), scale)
    cb, cr = (_without_rounding(each, max(1, side // LUMA_PX), floor) for each in chroma)
    mixed = _pooled(np.concatenate([each.mixed for each in kept]), scale)
    return GrainModel(
        levels=tuple(zip(knots.round(4).tolist(), levels.round(3).tolist(), strict=True)),
        correlation=_table(covariance),
        chroma_correlation=_table(cb + cr) if cb[0, 0] + cr[0, 0] > 2.0 * CHROMA_LEAST * floor else (),
        cb_share=_share(cb, covariance),
        cr_share=_share(cr, covariance),
        luma_to_cb=_correlation(mixed[0]),
        luma_to_cr=_correlation(mixed[1]),
        temporal=temporal,
        spectrum_db=_spectrum_db(_pooled(np.concatenate([each.spectrum for each in kept]), scale)),
        blocks=int((scale > 0).sum()),
    )


def _refusal(peak: float, temporal: float | None) -> NoGrain | None:
    if peak < CLEAN_CODES8:
        return NoGrain(f"it carries no grain to be seen ({max(peak, 0.0):.2f} codes)", is_clean=True)
    if peak > TEXTURE_CODES8:
        return NoGrain(f"what is flattest in it still holds texture ({peak:.0f} codes), which is not grain")
    if temporal is not None and temporal > TEMPORAL_MAX:
        return NoGrain(f"its noise lasts from frame to frame (correlation {temporal:.2f}): an encoder's, not grain")
    return None


def _temporal(kept: Sequence[_Noise], scale: Array) -> float | None:
    """Correlation of a frame's grain with the next frame's.

    Changes of noise that is correlated by rho, rho^2 .. over time are correlated by -(1 - rho) / 2.
    """
    change = np.concatenate([each.change for each in kept])
    known = np.isfinite(change[:, 0])
    if not (scale * known).any():
        return None
    product, square = _pooled(change[known], scale[known])
    return round(float(np.clip(1.0 + 2.0 * product / max(square, 1e-9), -1.0, 1.0)), 3)


def _without_rounding(products: Array, side_px: int, floor: float) -> Array:
    """(7, 7) autocovariance of the noise that the codes rounded."""
    covariance = restored(products, (side_px, side_px))
    covariance[0, 0] -= floor
    return covariance


def _pooled(rows: Array, scale: Array) -> Any:
    return np.tensordot(scale, rows, axes=1) / max(float((scale > 0).sum()), 1.0)


def _table(covariance: Array) -> Table:
    """The autocorrelation as plain numbers; all 0 but the first where there is no power."""
    power = covariance[0, 0]
    shares = np.clip(covariance / power, -1.0, 1.0) if power > 0 else np.zeros_like(covariance)
    shares[0, 0] = 1.0
    return tuple(tuple(round(float(value), 4) for value in row) for row in shares)


def _share(chroma: Array, luma: Array) -> float:
    return round(float(np.sqrt(max(chroma[0, 0], 0.0) / luma[0, 0])), 3)


def _correlation(sums: Array) -> float:
    product, *squares = sums
    power = float(np.prod(np.maximum(squares, 0.0)))
    return round(float(np.clip(product / np.sqrt(power), -1.0, 1.0)), 3) if power > 0 else 0.0


def _spectrum_db(power: Array) -> tuple[float, ...]:
    level = np.maximum(power / power.mean(), 1e-3)
    return tuple(round(float(value), 2) for value in 10.0 * np.log10(level))
