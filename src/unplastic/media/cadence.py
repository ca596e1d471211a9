"""When pictures are shown: the usual step between them, the frame rate, and whether it varies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

UNEVEN_SHARE = 0.02
"""Difference between two steps, as a share of a step, that rounding to ticks may explain."""

STANDARD_RATES = tuple(map(Fraction, (24, 25, 30, 48, 50, 60, 120))) + tuple(
    Fraction(n * 1000, 1001) for n in (24, 30, 48, 60, 120)
)


@dataclass(frozen=True, slots=True)
class Cadence:
    """``step`` is the most frequent distance between two pictures, in ticks of the clip's time base."""

    step: int
    rate: Fraction
    is_variable: bool


def cadence(pts: Sequence[int], tick: Fraction, *, declared: Fraction | None, last_duration: int) -> Cadence:
    """The cadence of pictures shown at ``pts`` (ascending). ``declared`` is the container's word on the rate."""
    step = _usual_step(pts, last_duration, declared, tick)
    uneven = any(abs(b - a - step) > max(1, UNEVEN_SHARE * step) for a, b in pairwise(pts))
    return Cadence(step, _frame_rate(pts, step, declared, tick), uneven)


def _usual_step(pts: Sequence[int], last_duration: int, declared: Fraction | None, tick: Fraction) -> int:
    steps = Counter(b - a for a, b in pairwise(pts) if b > a)
    if steps:
        return steps.most_common(1)[0][0]
    return last_duration or (max(1, round(1 / (declared * tick))) if declared else 1)


def _frame_rate(pts: Sequence[int], step: int, declared: Fraction | None, tick: Fraction) -> Fraction:
    """The declared rate when the usual step agrees with it, else the rate of that step.

    A gap left by a cut does not change the rate of the rest; where no step is usual, the mean rate is the answer.
    """
    span = max(1, pts[-1] - pts[0])
    usual = 1 / (step * tick)
    if declared and abs(declared / usual - 1) < max(UNEVEN_SHARE, 1 / step):
        return _standard(declared, span)
    steps = [b - a for a, b in pairwise(pts)]
    if steps and sum(abs(each - step) <= 1 for each in steps) < 0.5 * len(steps):
        usual = Fraction(len(steps)) / (span * tick)
    return _standard(usual, span)


def _standard(rate: Fraction, span: int) -> Fraction:
    """The broadcast rate next to ``rate`` if timestamps that cover ``span`` ticks cannot tell the two apart."""
    near = min(STANDARD_RATES, key=lambda each: abs(each / rate - 1))
    blur = min(UNEVEN_SHARE, max(0.0005, 1 / span))
    return near if abs(near / rate - 1) < blur else rate.limit_denominator(1001)
