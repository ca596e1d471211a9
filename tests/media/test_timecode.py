"""Timecode against OpenTimelineIO's own arithmetic."""

from __future__ import annotations

from fractions import Fraction

import opentimelineio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unplastic.media.timecode import frame_number, later, timecode_at

RATES = [Fraction(24), Fraction(25), Fraction(30), Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001)]


@given(st.sampled_from(RATES), st.integers(0, 86_399 * 24), st.booleans())
def test_there_and_back(rate: Fraction, number: int, drops: bool) -> None:
    drops = drops and rate in RATES[4:]
    written = timecode_at(number, rate, drops=drops)
    assert frame_number(written, rate) == number
    value = opentimelineio.opentime.RationalTime(number, float(rate))
    assert written == opentimelineio.opentime.to_timecode(value, float(rate), drops)


def test_a_minute_that_drops_two_numbers() -> None:
    assert later("00:00:59;29", 1, Fraction(30000, 1001)) == "00:01:00;02"
    assert later("00:09:59;29", 1, Fraction(30000, 1001)) == "00:10:00;00"
    assert later("23:59:59:23", 1, Fraction(24)) == "00:00:00:00"


@pytest.mark.parametrize("text", ["", "1:2", "00:00:00:24", "00:60:00:00", "abc"])
def test_what_is_no_timecode(text: str) -> None:
    assert frame_number(text, Fraction(24)) is None
    assert later(text, 5, Fraction(24)) == text
