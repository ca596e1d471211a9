"""A10: from tells to one number, 0 (reads like camera footage of its class) to 100.

Each reading becomes z = (x - median) / (1.48 MAD) against camera clips of the same compression class, with the sign
that makes + more plastic; p = clip((z - 1) / 3, 0, 1); P = 100 sum(w p) / sum(w) over the valid readings. The weights
are those of measuring A10, restricted to the tells that exist; they are starting values, not yet fitted to votes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from unplastic.clip import Clip
from unplastic.measure.reference import ReferenceClass, Spread, bits_per_pixel, reference_class
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
    """``sign`` is +1 when more of a reading is more plastic, -1 when less is."""

    reading: str
    region: str
    weight: float
    sign: int


WEIGHTS = (
    Weight("locked_texture", "frame", 0.20, -1),
    Weight("texture_to_edge", "frame", 0.15, -1),
    Weight("edge_overshoot", "frame", 0.15, +1),
    Weight("fresh_grain", "frame", 0.12, -1),
    Weight("boil_share", "frame", 0.10, +1),
    Weight("banding", "frame", 0.03, +1),
    Weight("scene_chroma_p95", "frame", 0.02, +1),
    Weight("skin_chroma_p95", "skin", 0.02, +1),
)


def plasticity(readings: Sequence[Reading], clip: Clip) -> Plasticity:
    """The score with a 90 % interval, or none when too little could be measured or compression decides everything."""
    known = {(r.name, r.region): r for r in readings if r.valid and r.value is not None}
    reference = reference_class(clip)
    used = [w for w in WEIGHTS if (w.reading, w.region) in known and w.reading in reference.readings]
    coverage = sum(w.weight for w in used) / sum(w.weight for w in WEIGHTS)
    if coverage < COVERAGE_MIN or why_no_verdict(clip):
        return Plasticity(None, None, None, round(coverage, 3), None)
    z = np.stack([_z_draws(known[w.reading, w.region], reference.readings[w.reading], w.sign) for w in used])
    part = np.clip((z - Z_FROM) / (Z_FULL - Z_FROM), 0.0, 1.0)
    weights = np.array([w.weight for w in used])[:, None]
    score = 100.0 * (weights * part).sum(axis=0) / weights.sum()
    low, high = np.percentile(score[1:], [5.0, 95.0])
    value = float(score[0])
    worst = used[int(np.argmax(z[:, 0]))].reading
    return Plasticity(value, min(value, float(low)), max(value, float(high)), round(coverage, 3), worst)


def why_no_verdict(clip: Clip) -> str | None:
    """Why a clip of this kind gets no score whatever its readings, or None."""
    if clip.color.is_hdr:
        return "there is no camera reference in HDR"
    bits = bits_per_pixel(clip)
    if bits is not None and bits < BITS_PER_PIXEL_MIN:
        return f"{bits:.3f} bits per pixel: the encoder has decided what texture is left"
    return None


def z_value(reading: Reading, reference: ReferenceClass) -> float | None:
    """How many spreads a reading lies above the camera median of its class; None without a reference."""
    spread = reference.readings.get(reading.name)
    if spread is None or not reading.valid or reading.value is None:
        return None
    return (reading.value - spread.median) / _scale(spread)


def _z_draws(reading: Reading, spread: Spread, sign: int) -> NDArray[np.float64]:
    """The z of the value itself, then of draws from its interval (a normal with a width of its own on each side)."""
    assert reading.value is not None
    low = reading.value if reading.low is None else reading.low
    high = reading.value if reading.high is None else reading.high
    noise = np.random.default_rng([SEED, *reading.name.encode()]).standard_normal(DRAWS)
    width = np.where(noise < 0, reading.value - low, high - reading.value) / NORMAL_90
    values = np.concatenate([[reading.value], reading.value + noise * width])
    return sign * (values - spread.median) / _scale(spread)


def _scale(spread: Spread) -> float:
    """Spread of camera clips; never below a tenth of the median, since few clips can agree by chance."""
    return max(1.48 * spread.mad, 0.1 * abs(spread.median), 1e-3)
