"""What one parameter of a treatment is meant to bring about: a reading inside the range of live action."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from unplastic.reading import Reading, Report

LITTLE = 0.02
"""Share of a parameter's full amount below which a change is not worth another round."""

FIRST_TRY = 0.5
"""Share of the full amount that is tried where nothing was asked for at first, and the reading got worse without it."""


@dataclass(frozen=True, slots=True)
class Aim:
    """``reading`` of ``region`` is to end between ``low`` and ``high`` (its unit), by means of ``parameter``.

    ``effect`` is +1 where more of the parameter raises the reading, -1 where it lowers it. ``why`` says where the range
    comes from, as a clause.
    """

    parameter: str
    reading: str
    region: str
    effect: int
    low: float = -inf
    high: float = inf
    why: str = ""

    def misses(self, report: Report) -> float | None:
        """By how much the reading lies outside: below 0 under the range, above 0 over it; None if it is not known.

        Readings are estimates: one whose interval reaches into the range does not miss it.
        """
        reading = known(report, self.reading, self.region)
        if reading is None:
            return None
        value, low, high = ends(reading)
        if high < self.low:
            return value - self.low
        return value - self.high if low > self.high else 0.0


@dataclass(frozen=True, slots=True)
class Tuned:
    """The value an aim asks for next, and what is said about it."""

    value: float
    text: str


def tune(aim: Aim, before: Report, after: Report, value: float, full: float) -> Tuned | None:
    """The next ``value`` of the aim's parameter, between 0 and ``full``; None when the aim cannot be judged.

    The reading is taken to move in proportion to the parameter, from what it was without it: the secant of two points.
    """
    was, now = known(before, aim.reading, aim.region), known(after, aim.reading, aim.region)
    missed = aim.misses(after)
    if was is None or now is None or missed is None:
        return None
    if missed == 0.0:
        return Tuned(value, f"{_said(aim, now)}: not surely outside {_range(aim)}")
    outside = f"{_said(aim, now)}: outside {_range(aim)}"
    moved = ends(now)[0] - ends(was)[0]
    if aim.effect * missed > 0.0:
        if value == 0.0 or moved * aim.effect <= 0.0 or (aim.misses(before) or 0.0) * missed > 0.0:
            return Tuned(value, f"{outside}, and not by this")
        return Tuned(max(0.0, value * (1.0 - missed / moved)), f"{outside}: it went too far, less of it")
    if value >= full * (1.0 - LITTLE):
        return Tuned(value, f"{outside}, and the look goes no further")
    if value == 0.0:
        return Tuned(FIRST_TRY * full, f"{outside}: half of the look is tried")
    if moved * aim.effect * full <= abs(missed) * value:
        return Tuned(full, f"{outside}: all of the look is tried")
    return Tuned(min(full, value * (1.0 - missed / moved)), f"{outside}: more of it")


def known(report: Report, name: str, region: str) -> Reading | None:
    """A reading that was reached and may be trusted."""
    reading = report.reading(name, region)
    return reading if reading and reading.valid and reading.value is not None else None


def ends(reading: Reading) -> tuple[float, float, float]:
    """(value, low, high) of a known reading."""
    assert reading.value is not None
    low = reading.value if reading.low is None else min(reading.low, reading.value)
    return reading.value, low, reading.value if reading.high is None else max(reading.high, reading.value)


def _said(aim: Aim, reading: Reading) -> str:
    region = "" if aim.region == "frame" else f" of {aim.region}"
    return f"{aim.reading}{region} {reading.value:.3g}"


def _range(aim: Aim) -> str:
    if aim.low == -inf:
        return f"the range up to {aim.high:.3g} ({aim.why})"
    if aim.high == inf:
        return f"the range from {aim.low:.3g} ({aim.why})"
    return f"{aim.low:.3g} to {aim.high:.3g} ({aim.why})"
