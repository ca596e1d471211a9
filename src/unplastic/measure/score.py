"""A10: from tells to one number, 0 (reads like camera footage of its class) to 100, and a verdict.

Each tell of `measure.weighing` becomes z, its distance from camera clips of the same compression class, and
p = clip((z - 1) / 3, 0, 1); P = 100 sum(w p) / sum(w) over the valid readings. The weights are fitted, and the verdict
"generated" starts above the score that at most one camera clip in twenty exceeded when its source was left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from unplastic.clip import Clip
from unplastic.measure.reference import Covariates, Spread, bits_per_pixel, reference
from unplastic.measure.weighing import GENERATED_ABOVE, TELLS, WEIGHTS, Tell, part
from unplastic.reading import Plasticity, Reading, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

COVERAGE_MIN = 0.4
BITS_PER_PIXEL_MIN = 0.03
DRAWS = 500
SEED = 20_261_125
NORMAL_90 = 1.645
FOOLED_BY_FREEZING = {"boil_loss", "boil_share", "locked_texture", "texture_to_edge"}
FROZEN_CODES8 = 1.0
FROZEN_FRESHNESS = 0.4


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
    z = np.stack([_z_draws(known[w.reading, w.region], camera[w], w.tell) for w in used])
    weights = np.array([w.weight for w in used])[:, None]
    score = 100.0 * (weights * part(z)).sum(axis=0) / weights.sum()
    low, high = np.percentile(score[1:], [5.0, 95.0])
    value = float(score[0])
    worst = used[int(np.argmax(z[:, 0]))].reading if value > 0 else None
    low, high = min(value, float(low)), max(value, float(high))
    return Plasticity(value, low, high, round(coverage, 3), worst, verdict_of(low, high))


def verdict_of(low: float, high: float) -> Verdict:
    """What an interval of scores says: only what lies above the camera clips as a whole is called generated."""
    if low > GENERATED_ABOVE:
        return "generated"
    return "unclear" if high > GENERATED_ABOVE else "camera"


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
    """How plastic a reading is against camera clips like ``clip``, in their spreads; None for what is no tell."""
    spread = spread_of(reading.name, reading.region, clip)
    tell = next((t for t in TELLS if (t.reading, t.region) == (reading.name, reading.region)), None)
    if spread is None or tell is None or not reading.valid or reading.value is None:
        return None
    return float(tell.z(np.array([reading.value]), spread)[0])


def spread_of(name: str, region: str, clip: Clip) -> Spread | None:
    """Camera clips of the same compression and size: what no treatment changes, so that before and after compare."""
    return reference().spread(name, region, Covariates.of(clip))


def _z_draws(reading: Reading, spread: Spread, tell: Tell) -> NDArray[np.float64]:
    """The z of the value itself, then of draws from its interval (a normal with a width of its own on each side)."""
    assert reading.value is not None
    low = reading.value if reading.low is None else reading.low
    high = reading.value if reading.high is None else reading.high
    noise = np.random.default_rng([SEED, *reading.name.encode()]).standard_normal(DRAWS)
    width = np.where(noise < 0, reading.value - low, high - reading.value) / NORMAL_90
    return tell.z(np.concatenate([[reading.value], reading.value + noise * width]), spread)
