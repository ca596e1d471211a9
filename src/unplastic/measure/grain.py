"""A3: noise where nothing else is: level, per luminance, size, colour share, and whether it is new in every frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unplastic.clip import Clip
from unplastic.measure.bootstrap import Array, median, pooled, root, share
from unplastic.parameter import check, parameter
from unplastic.reading import Curve, Evidence, Reading
from unplastic.vision import Run
from unplastic.vision.blocks import without_surface

LUMA_POINTS = (24, 48, 80, 112, 144, 176, 208, 228)
MID_GREY = (64.0, 176.0)
LAGS_PX = 5
UNITS = {
    "grain_sigma": "codes",
    "grain_spatial": "codes",
    "grain_freshness": "1",
    "grain_length": "px",
    "grain_rho_x": "1",
    "grain_rho_y": "1",
    "grain_chroma_cb": "1",
    "grain_chroma_cr": "1",
}


@dataclass(frozen=True, slots=True, eq=False)
class NoiseBlocks:
    """Flat blocks of one run.

    ``power`` (blocks, 4): variances of luma between frames (halved) and within frames, of Cb
    and of Cr, in codes squared, rounding taken off. ``lags`` (blocks, 10): products of luma noise at 0..4 px across and
    down. ``luma`` is each block's level. ``is_temporal`` says whether there was a second frame.
    """

    power: Array
    lags: Array
    luma: Array
    is_temporal: bool


@dataclass(frozen=True)
class Grain:
    """Level, size, colour and newness of noise.

    grain_sigma: standard deviation in codes at mid grey in flat blocks of 32 px, from the difference of neighbouring
    frames over sqrt 2 (a lone frame: from the frame itself), whatever surface shading a quadratic can follow removed.

    grain_spatial: the same within single frames. grain_freshness: their ratio: 1 for new grain in every frame, 0 for a
    frozen pattern. grain_length: radius in px where the autocorrelation is one half. grain_rho_x, _y: correlation at
    one pixel. grain_chroma_cb, _cr: sigma of chroma over that of luma. Laplacian estimators are blind to film grain,
    which is correlated, by a factor of 4 to 12, and are not used.
    """

    name: ClassVar[str] = "grain"

    blocks_min: int = parameter(8, "flat blocks needed for a level", low=2, high=1_000)
    spatial_max_codes8: float = parameter(8.0, "most noise that is believed of flat blocks", low=0.0, high=50.0)
    visible_codes8: float = parameter(
        0.4, "level below which size and colour of grain mean nothing", low=0.0, high=10.0
    )

    def __post_init__(self) -> None:
        check(self)

    def observe(self, run: Run) -> NoiseBlocks:
        """Noise in the flat blocks of up to three pairs of neighbouring frames, brought together by whole pixels."""
        is_temporal = len(run.frames) > 1
        found = [_noise(run, t, is_temporal=is_temporal) for t in run.anchors or (0,)]
        power = np.mean([power for power, _ in found], axis=0) - run.step_codes8**2 / 12.0
        lags = np.mean([lags for _, lags in found], axis=0)
        return NoiseBlocks(power, lags, run.flat_blocks.luma, is_temporal)

    def conclude(self, observations: Sequence[NoiseBlocks], clip: Clip) -> Evidence:  # noqa: ARG002
        """Readings over all runs."""
        kept = [each for each in observations if each.is_temporal] or list(observations)
        power = np.concatenate([each.power for each in kept])
        if len(power) < self.blocks_min:
            why = "no flat area to see noise in"
            return Evidence(tuple(Reading.missing(name, "frame", unit, why) for name, unit in UNITS.items()))
        luma = np.concatenate([each.luma for each in kept])
        level = root(power[:, 0])
        middle = (luma >= MID_GREY[0]) & (luma <= MID_GREY[1])
        chosen = middle if middle.sum() >= self.blocks_min else np.ones_like(middle)
        sigma = median(level[chosen])
        within = median(root(power[chosen, 1]))
        if within.value > self.spatial_max_codes8:
            why = "what is flattest still holds fine texture, which cannot be told from noise"
            return Evidence(tuple(Reading.missing(name, "frame", unit, why) for name, unit in UNITS.items()))
        per_luma = self._per_luminance(level, luma)
        readings = (
            sigma.reading("grain_sigma", "codes"),
            within.reading("grain_spatial", "codes"),
            self._freshness(power, is_temporal=kept[0].is_temporal),
            *self._shape(np.concatenate([each.lags for each in kept]), power, sigma.value),
            *per_luma,
        )
        return Evidence(readings, _curves(per_luma))

    def _per_luminance(self, level: Array, luma: Array) -> tuple[Reading, ...]:
        """The noise level function at eight points, each from the blocks that are nearer to it than to any other."""
        nearest = np.abs(luma[:, None] - np.array(LUMA_POINTS)).argmin(axis=1)
        found = []
        for i, point in enumerate(LUMA_POINTS):
            mine = level[nearest == i]
            region = f"luma {point}"
            if len(mine) < self.blocks_min:
                found.append(Reading.missing("grain_sigma", region, "codes", "too few flat blocks of that luma"))
            else:
                found.append(median(mine).reading("grain_sigma", "codes", region))
        return tuple(found)

    def _freshness(self, power: Array, *, is_temporal: bool) -> Reading:
        if not is_temporal:
            return Reading.missing("grain_freshness", "frame", "1", "needs two different frames")
        ratio = pooled(power[:, :2], lambda s: np.clip(root(share(s[:, 0], s[:, 1])), 0.0, 1.5))
        if not np.median(root(power[:, 1])) >= self.visible_codes8 or not np.isfinite(ratio.value):
            return Reading.missing("grain_freshness", "frame", "1", self._too_weak())
        return ratio.reading("grain_freshness", "1")

    def _shape(self, lags: Array, power: Array, sigma: float) -> tuple[Reading, ...]:
        names = ("grain_length", "grain_rho_x", "grain_rho_y", "grain_chroma_cb", "grain_chroma_cr")
        if sigma < self.visible_codes8:
            return tuple(Reading.missing(name, "frame", UNITS[name], self._too_weak()) for name in names)
        return (
            pooled(lags, _half_radius_px).reading("grain_length", "px"),
            pooled(lags, lambda s: np.clip(share(s[:, 1], s[:, 0]), -1.0, 1.0)).reading("grain_rho_x", "1"),
            pooled(lags, lambda s: np.clip(share(s[:, LAGS_PX + 1], s[:, LAGS_PX]), -1.0, 1.0)).reading(
                "grain_rho_y", "1"
            ),
            pooled(power[:, [2, 0]], lambda s: root(share(s[:, 0], s[:, 1]))).reading("grain_chroma_cb", "1"),
            pooled(power[:, [3, 0]], lambda s: root(share(s[:, 0], s[:, 1]))).reading("grain_chroma_cr", "1"),
        )

    def _too_weak(self) -> str:
        return f"noise is below {self.visible_codes8:g} codes"


def _noise(run: Run, t: int, *, is_temporal: bool) -> tuple[Array, Array]:
    """(blocks, 4) variances and (blocks, 10) lag products of frame ``t`` against the next one, or of itself alone."""
    blocks, here = run.flat_blocks, run.frames[t]
    single = blocks.residuals(here.luma)
    if not is_temporal:
        planes = [single, *(blocks.residuals(plane) for plane in (here.cb, here.cr))]
    else:
        there = run.frames[t + 1]
        shifts = blocks.shifts(run.motion(t, 1).flow) if run.anchors else None
        pairs = ((here.luma, there.luma), (here.cb, there.cb), (here.cr, there.cr))
        planes = [without_surface(blocks.gathered(a) - blocks.gathered(b, shifts)) for a, b in pairs]
    scale = 0.5 if is_temporal else 1.0
    luma, cb, cr = (scale * _variance(plane) for plane in planes)
    return np.stack([luma, _variance(single), cb, cr], axis=1), _lag_products(planes[0])


def _variance(blocks: np.ndarray) -> Array:
    return np.square(blocks).mean(axis=(1, 2), dtype=np.float64)


def _lag_products(blocks: np.ndarray) -> Array:
    """Mean product with itself shifted 0..4 px across, then 0..4 px down, (blocks, 10)."""
    size = blocks.shape[2]
    across = [np.mean(blocks[:, :, : size - d] * blocks[:, :, d:], axis=(1, 2)) for d in range(LAGS_PX)]
    size = blocks.shape[1]
    down = [np.mean(blocks[:, : size - d] * blocks[:, d:], axis=(1, 2)) for d in range(LAGS_PX)]
    return np.stack([*across, *down], axis=1).astype(np.float64)


def _half_radius_px(sums: Array) -> Array:
    """Where the mean of both autocorrelations falls to one half, with a linear fraction; 4 px when it does not."""
    across, down = sums[:, :LAGS_PX], sums[:, LAGS_PX:]
    curve = 0.5 * (across / np.maximum(across[:, :1], 1e-12) + down / np.maximum(down[:, :1], 1e-12))
    below = curve < 0.5
    first = np.where(below.any(axis=1), below.argmax(axis=1), LAGS_PX - 1)
    row = np.arange(len(curve))
    last = np.maximum(first - 1, 0)
    before, after = curve[row, last], curve[row, first]
    radius: Array = last + np.clip((before - 0.5) / np.maximum(before - after, 1e-9), 0.0, 1.0)
    return radius


def _curves(per_luma: Sequence[Reading]) -> tuple[Curve, ...]:
    points = [(float(r.region.split()[1]), r.value) for r in per_luma if r.valid and r.value is not None]
    if not points:
        return ()
    x, y = zip(*points, strict=True)
    return (Curve("grain by luminance", x, y, "codes", "codes"),)
