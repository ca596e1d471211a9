"""Words: which way is worse, what is noise, and how numbers are written."""

from __future__ import annotations

import pytest

from unplastic.reading import Reading
from unplastic.report.words import GROUPS, WORDS, interval_text, label, missing, number, value_text, verdict, words


@pytest.mark.parametrize(
    ("name", "before", "after", "half", "said"),
    [
        ("edge_overshoot", 14, 5, 0.1, "better"),
        ("edge_overshoot", 5, 14, 0.1, "worse"),
        ("locked_texture", 1, 2, 0.1, "better"),
        ("locked_texture", 2, 1, 0.1, "worse"),
        ("grain_sigma", 1, 2, 0.1, "changed"),
        ("edge_overshoot", 14, 13, 3, "same"),
        ("clipped_high", 0.00003, 0, 0, "same"),
    ],
)
def test_verdicts_know_which_way_is_worse_and_what_is_noise(
    name: str, before: float, after: float, half: float, said: str
) -> None:
    assert verdict(*(Reading(name, "frame", v, "", v - half, v + half) for v in (before, after))) == said


def test_no_verdict_without_two_valid_readings() -> None:
    valid = Reading("edge_overshoot", "frame", 3.0, "%")
    assert verdict(Reading.missing("edge_overshoot", "frame", "%", "dark"), valid) == ""
    assert verdict(valid, None) == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "n/a"), (0, "0"), (0.1234, "0.123"), (1.234, "1.23"), (12.34, "12.3"), (123.4, "123"), (3e-5, "<0.001"),
     (-3e-5, ">-0.001"), (-0.25, "-0.250"), (12345.0, "12345")],
)  # fmt: skip
def test_numbers_have_meaningful_digits(value: float | None, text: str) -> None:
    assert number(value) == text


def test_values_carry_their_unit_and_interval() -> None:
    reading = Reading("edge_overshoot", "frame", 14.0, "%", 13.0, 15.0)
    assert value_text(reading) == "14.0 %"
    assert interval_text(reading) == "13.0 to 15.0"
    assert value_text(Reading("boil_share", "frame", 0.5, "1")) == "0.500"
    assert value_text(Reading.missing("boil_share", "frame", "1", "still")) == "not measured"
    assert value_text(None) == "not measured"


def test_unknown_readings_are_called_by_their_name() -> None:
    assert words("brand_new").label == "brand new"
    assert words("brand_new").group == GROUPS[-1]
    assert label(Reading("grain_sigma", "luma 112", 1.0, "codes")) == "grain, luma 112"
    assert label(Reading("skin_chroma_p95", "skin", 1.0, "1")) == "strongest skin colour"


def test_every_known_reading_stands_under_a_heading_with_a_meaning() -> None:
    assert {each.group for each in WORDS.values()} <= set(GROUPS)
    assert all(each.meaning and each.label for each in WORDS.values())


def test_missing_readings_are_told_by_reason() -> None:
    readings = tuple(
        Reading.missing(name, "frame", "1", "noise is too weak") for name in ("grain_length", "grain_rho_x")
    )
    assert missing((*readings, Reading("banding", "frame", 1.0, "%"))) == [
        ("noise is too weak", "grain size; grain, across")
    ]
