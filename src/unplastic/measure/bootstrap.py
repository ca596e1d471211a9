"""Numbers with honest intervals: the Poisson bootstrap over tiles, blocks, edges or frames of all sampled runs.

Hanley and MacGibbon 2006: every row of evidence is drawn Poisson(1) times. Seeded, so that a report can be repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unplastic.reading import Reading

Array = NDArray[np.float64]

DRAWS = 300
SEED = 20_261_123
LOW_PERCENT, HIGH_PERCENT = 5.0, 95.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value inside its 90 % interval."""

    value: float
    low: float
    high: float

    def reading(self, name: str, unit: str, region: str = "frame") -> Reading:
        """This estimate as a valid reading."""
        return Reading(name, region, self.value, unit, self.low, self.high)

    def doubtful(self, name: str, unit: str, why_not: str, region: str = "frame") -> Reading:
        """This estimate as a number that was reached and must not be trusted."""
        return Reading(name, region, self.value, unit, self.low, self.high, valid=False, why_not=why_not)


def pooled(columns: Array, statistic: Callable[[Array], Array]) -> Estimate:
    """A statistic of sums. ``columns`` is (rows, n); ``statistic`` maps (draws, n) sums to (draws,) values."""
    counts = np.random.default_rng(SEED).poisson(1.0, (DRAWS, len(columns))).astype(np.float64)
    counts[0] = 1.0
    values = statistic(np.einsum("dr,rn->dn", counts, columns))
    values[counts.sum(axis=1) == 0] = np.nan
    return bounded(float(values[0]), values[1:])


def median(rows: Array) -> Estimate:
    """The median of (rows,) values."""
    drawn = np.random.default_rng(SEED).integers(0, len(rows), (DRAWS, len(rows)))
    return bounded(float(np.median(rows)), np.median(rows[drawn], axis=1))


def mean(rows: Array) -> Estimate:
    """The mean of (rows,) values."""
    return pooled(np.stack([rows, np.ones_like(rows)], axis=1), lambda sums: sums[:, 0] / np.maximum(sums[:, 1], 1.0))


def bounded(value: float, draws: Array) -> Estimate:
    """The interval of some draws, made to hold the value; draws that are not finite are left out."""
    finite = draws[np.isfinite(draws)]
    if not finite.size:
        return Estimate(value, value, value)
    low, high = np.percentile(finite, [LOW_PERCENT, HIGH_PERCENT])
    return Estimate(value, min(float(low), value), max(float(high), value))


def root(power: Array) -> Array:
    """The square root of a power that noise may have made negative."""
    return np.sqrt(np.maximum(power, 0.0))


def share(part: Array, whole: Array) -> Array:
    """``part / whole``, nan where there is no whole."""
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)
