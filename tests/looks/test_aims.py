"""Aims: the next value of a dial, from two points of a straight line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unplastic.looks.aims import Aim, tune
from unplastic.reading import Plasticity, Reading, Report

LESS = Aim("strength", "halo", "frame", -1, high=5.0, why="clean optics")
MORE = Aim("strength", "texture", "frame", +1, low=1.0, high=2.0, why="cameras")


def report(name: str, value: float | None, half: float = 0.0) -> Report:
    reading = (
        Reading.missing(name, "frame", "", "dark")
        if value is None
        else Reading(name, "frame", value, "", value - half, value + half)
    )
    return Report("a.mp4", 1280, 720, 24.0, 48, 0.2, Plasticity(None, None, None, 0.0, None), (reading,), ())


def tuned(aim: Aim, was: float | None, now: float | None, value: float, full: float = 1.0, half: float = 0.0):
    return tune(aim, report(aim.reading, was, half), report(aim.reading, now, half), value, full)


def test_inside_the_range_nothing_turns() -> None:
    assert tuned(LESS, 16.0, 4.0, 0.6).value == 0.6


def test_what_is_only_maybe_outside_is_let_be() -> None:
    assert tuned(LESS, 16.0, 5.5, 0.6, half=1.0).value == 0.6


@given(st.floats(6.0, 40.0), st.floats(0.05, 0.9), st.floats(5.0, 60.0))
def test_a_straight_line_is_hit_at_once(was, value, slope) -> None:
    """The reading falls by ``slope`` over the full dial: the aim's edge, or the end of the dial."""
    now = was - slope * value
    wanted = min(1.0, (was - 5.0) / slope)
    if now > 5.0 + 1e-6 and value < 0.98:
        assert tuned(LESS, was, now, value).value == pytest.approx(wanted, rel=1e-6)


def test_too_much_goes_back_along_the_way_it_came() -> None:
    found = tuned(MORE, 0.5, 3.5, 0.9)
    assert found.value == pytest.approx(0.45)
    assert "too far" in found.text


def test_what_was_outside_before_is_not_blamed_on_the_dial() -> None:
    assert tuned(MORE, 3.0, 3.4, 0.5).value == 0.5
    assert "not by this" in tuned(MORE, 3.0, 3.4, 0.5).text


def test_a_dial_that_does_nothing_is_turned_up_and_then_left() -> None:
    assert tuned(LESS, 16.0, 16.0, 0.3).value == 1.0
    assert "goes no further" in tuned(LESS, 16.0, 16.0, 1.0).text


def test_a_dial_at_nothing_is_tried_at_half() -> None:
    assert tuned(LESS, 4.0, 9.0, 0.0, full=0.8).value == pytest.approx(0.4)


@pytest.mark.parametrize(("was", "now"), [(None, 4.0), (4.0, None)])
def test_what_was_not_measured_turns_nothing(was, now) -> None:
    assert tuned(LESS, was, now, 0.5) is None


@given(st.floats(0.0, 50.0), st.floats(0.0, 50.0), st.floats(0.0, 1.0))
def test_no_dial_leaves_its_range(was, now, value) -> None:
    for aim in (LESS, MORE):
        assert 0.0 <= tuned(aim, was, now, value).value <= 1.0
