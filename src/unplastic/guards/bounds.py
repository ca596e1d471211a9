"""A reading after against the same reading before: the rule of most guards."""

from __future__ import annotations

from unplastic.guards.pair import Guardrail, Pair
from unplastic.reading import Guard, Reading


def no_more(
    guard: Guardrail,
    pair: Pair,
    reading: str,
    unit: str = "",
    *,
    ratio: float = 1.0,
    more: float = 0.0,
    free: float = 0.0,
) -> Guard:
    """After may reach ``free``, or ``ratio`` times before plus ``more``, whichever is larger.

    Both are estimates: a guard breaks only when the whole 90 % interval after lies past the limit.
    """
    known = _both(pair, reading)
    if isinstance(known, str):
        return unchecked(guard, known)
    before, after = known
    limit = max(free, ratio * _value(before) + more)
    surely = _value(after) if after.low is None else min(after.low, _value(after))
    return Guard(guard.name, surely <= limit, said(_value(after), unit), said(limit, unit))


def no_less(guard: Guardrail, pair: Pair, reading: str, unit: str = "", *, ratio: float) -> Guard:
    """After must reach ``ratio`` times before, at least with the upper end of its 90 % interval."""
    known = _both(pair, reading)
    if isinstance(known, str):
        return unchecked(guard, known)
    before, after = known
    limit = ratio * _value(before)
    surely = _value(after) if after.high is None else max(after.high, _value(after))
    return Guard(guard.name, surely >= limit, said(_value(after), unit), f"at least {said(limit, unit)}")


def unchecked(guard: Guardrail, why: str) -> Guard:
    """A promise that could not be checked, and why, in one clause."""
    return Guard(guard.name, None, why, "not checked")


def said(value: float, unit: str = "") -> str:
    """A value with its unit, to three digits."""
    return f"{value:.3g} {unit}".strip()


def _both(pair: Pair, name: str) -> tuple[Reading, Reading] | str:
    """The reading before and after, or why one of them is not known."""
    known = [report.reading(name) for report in (pair.before, pair.after)]
    for reading in known:
        if reading is None or reading.value is None or not reading.valid:
            return (reading.why_not if reading else None) or "not measured"
    assert known[0] is not None
    assert known[1] is not None
    return known[0], known[1]


def _value(reading: Reading) -> float:
    assert reading.value is not None
    return reading.value
