"""A10: from tells to one number, 0 (reads like camera footage of its class) to 100.

Each reading becomes z = (x - median) / (1.48 MAD) against camera clips of the same compression class, with the sign
that makes + more plastic; p = clip((z - 1) / 3, 0, 1); P = 100 sum(w p) / sum(w) over the valid readings. Readings that
are plastic when low are compared by their logarithms: they cannot fall below zero, so that on a linear scale a wide
spread of camera clips would hide even a total loss. The weights are those of measuring A10, restricted to the tells
that exist; they are starting values, not yet fitted to votes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from unplastic.clip import Clip
from unplastic.measure.reference import Covariates, Spread, bits_per_pixel, reference
from unplastic.reading import Plasticity, Reading

if TYPE_CHECKING:
    from numpy.typing import NDArray

COVERAGE_MIN = 0.4
BITS_PER_PIXEL_MIN = 0.03
Z_FROM, Z_FULL = 1.0, 4.0
DRAWS = 500
SEED = 20_261_125
NORMAL_90 = 1.645


@dataclass(frozen=True, slots=True)
class Weight:
    """How a reading enters the score.

    ``sign`` is +1 when more of it is more plastic, -1 when less is (it is then compared by its logarithm). ``least`` is
    the smallest spread that is believed of camera clips, in the reading's unit or as a share: few clips can agree by
    chance, and no reading is repeatable to less.
    """

    reading: str
    region: str
    weight: float
    sign: int
    least: float


WEIGHTS = (
    Weight("locked_texture", "frame", 0.20, -1, 0.2),
    Weight("texture_to_edge", "frame", 0.15, -1, 0.2),
    Weight("edge_overshoot", "frame", 0.15, +1, 2.0),
    Weight("fresh_grain", "frame", 0.12, -1, 0.2),
    Weight("boil_share", "frame", 0.10, +1, 0.03),
    Weight("banding", "frame", 0.03, +1, 1.0),
    Weight("scene_chroma_p95", "frame", 0.02, +1, 0.03),
    Weight("skin_chroma_p95", "skin", 0.02, +1, 0.03),
)
FOOLED_BY_FREEZING = {"locked_texture", "texture_to_edge"}
FROZEN_CODES8 = 1.0
FROZEN_FRESHNESS = 0.4
SMALLEST = 1e-3
"""What a logarithm is taken of at least: readings this small are all the same nothing."""


def plasticity(readings: Sequence[Reading], clip: Clip) -> Plasticity:
    """The score with a 90 % interval, or none when too little could be measured or compression decides everything."""
    known = {(r.name, r.region): r for r in readings if r.valid and r.value is not None}
    camera = {w: spread for w in WEIGHTS if (spread := spread_of(w.reading, w.region, clip))}
    used = [w for w in WEIGHTS if (w.reading, w.region) in known and w in camera]
    if is_frozen(known):
        used = [w for w in used if w.reading not in FOOLED_BY_FREEZING]
    coverage = sum(w.weight for w in used) / sum(w.weight for w in WEIGHTS)
    if coverage < COVERAGE_MIN or why_no_verdict(clip):
        return Plasticity(None, None, None, round(coverage, 3), None)
    z = np.stack([_z_draws(known[w.reading, w.region], camera[w], w) for w in used])
    part = np.clip((z - Z_FROM) / (Z_FULL - Z_FROM), 0.0, 1.0)
    weights = np.array([w.weight for w in used])[:, None]
    score = 100.0 * (weights * part).sum(axis=0) / weights.sum()
    low, high = np.percentile(score[1:], [5.0, 95.0])
    value = float(score[0])
    worst = used[int(np.argmax(z[:, 0]))].reading if value > 0 else None
    return Plasticity(value, min(value, float(low)), max(value, float(high)), round(coverage, 3), worst)


def is_frozen(known: dict[tuple[str, str], Reading]) -> bool:
    """Whether flat areas hold a pattern that hardly changes: on a still shot it passes for texture on surfaces."""
    pattern, fresh = known.get(("grain_spatial", "frame")), known.get(("grain_freshness", "frame"))
    if pattern is None or fresh is None or pattern.value is None or fresh.value is None:
        return False
    return pattern.value >= FROZEN_CODES8 and fresh.value < FROZEN_FRESHNESS


def why_no_verdict(clip: Clip) -> str | None:
    """Why a clip of this kind gets no score whatever its readings, or None."""
    if clip.color.is_hdr:
        return "there is no camera reference in HDR"
    bits = bits_per_pixel(clip)
    if bits is not None and bits < BITS_PER_PIXEL_MIN:
        return f"{bits:.3f} bits per pixel: the encoder has decided what texture is left"
    return None


def z_value(reading: Reading, clip: Clip) -> float | None:
    """How plastic a reading is against camera clips like ``clip``, in their spreads; None without weight or spread."""
    spread = spread_of(reading.name, reading.region, clip)
    weight = next((w for w in WEIGHTS if (w.reading, w.region) == (reading.name, reading.region)), None)
    if spread is None or weight is None or not reading.valid or reading.value is None:
        return None
    return float(_z(np.array([reading.value]), spread, weight)[0])


def spread_of(name: str, region: str, clip: Clip) -> Spread | None:
    """Camera clips of the same compression and size: what no treatment changes, so that before and after compare."""
    return reference().spread(name, region, Covariates.of(clip))


def _z_draws(reading: Reading, spread: Spread, weight: Weight) -> NDArray[np.float64]:
    """The z of the value itself, then of draws from its interval (a normal with a width of its own on each side)."""
    assert reading.value is not None
    low = reading.value if reading.low is None else reading.low
    high = reading.value if reading.high is None else reading.high
    noise = np.random.default_rng([SEED, *reading.name.encode()]).standard_normal(DRAWS)
    width = np.where(noise < 0, reading.value - low, high - reading.value) / NORMAL_90
    return _z(np.concatenate([[reading.value], reading.value + noise * width]), spread, weight)


def _z(values: NDArray[np.float64], spread: Spread, weight: Weight) -> NDArray[np.float64]:
    if weight.sign > 0 or spread.log_mad is None:
        return weight.sign * (values - spread.median) / max(1.48 * spread.mad, weight.least)
    logs = np.log(np.maximum(values, SMALLEST)) - np.log(max(spread.median, SMALLEST))
    return weight.sign * logs / max(1.48 * spread.log_mad, weight.least)
