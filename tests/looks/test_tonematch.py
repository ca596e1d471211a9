"""Black, median and white of a clip onto a plate's: met where a plate may say so, held where it is another scene."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unplastic.looks.tonematch import BLACK_MAX, MEDIAN_MAX, WHITE_MAX, tone_match


def through(tone, level):
    return max(tone.slope * level + tone.offset, 0.0) ** tone.power


def test_three_levels_are_met():
    clip, plate = (0.0, 0.40, 0.95), (0.03, 0.45, 0.90)
    tone = tone_match(clip, plate)
    for there, here in zip(plate, clip, strict=True):
        assert through(tone, here) == pytest.approx(there, abs=0.002)
    assert "held" not in tone.why
    assert "part" not in tone.why


def test_equal_levels_change_nothing():
    tone = tone_match((0.02, 0.5, 0.95), (0.02, 0.5, 0.95))
    assert (tone.slope, tone.offset, tone.power) == pytest.approx((1.0, 0.0, 1.0), abs=0.005)
    assert tone.gain == pytest.approx(1.0, abs=0.01)


def test_another_scene_is_followed_in_part_and_says_so():
    tone = tone_match((0.02, 0.30, 0.95), (0.02, 0.60, 0.95))
    assert through(tone, 0.30) == pytest.approx(0.36, abs=0.003)
    assert "median follow in part" in tone.why


def test_a_scene_without_highlights_or_shadows_says_nothing_of_them():
    tone = tone_match((0.02, 0.40, 0.97), (0.15, 0.40, 0.60))
    assert through(tone, 0.97) == pytest.approx(0.97, abs=0.003)
    assert through(tone, 0.02) == pytest.approx(0.02, abs=0.003)


def test_black_is_not_clipped():
    tone = tone_match((0.03, 0.4, 0.9), (0.0, 0.4, 0.9))
    assert through(tone, 0.03) >= 0.005


@pytest.mark.parametrize("clip", [None, (0.4, 0.42, 0.45)])
def test_what_is_unknown_or_flat_is_left_alone(clip):
    assert tone_match(clip, (0.0, 0.4, 0.9)) is None
    assert tone_match((0.0, 0.4, 0.9), None) is None


levels = st.tuples(st.floats(0, 0.2), st.floats(0.25, 0.7), st.floats(0.75, 1.0))


@given(levels, levels)
def test_whatever_the_plate_no_level_moves_further_than_it_may(clip, plate):
    tone = tone_match(clip, plate)
    moved = [through(tone, level) for level in clip]
    assert moved == sorted(moved)
    assert tone.slope > 0
    assert abs(moved[0] - clip[0]) <= BLACK_MAX + 0.01
    assert abs(moved[2] - clip[2]) <= WHITE_MAX + 0.01
    # The power is bounded too, so the median may stay behind, but by no more than black and white pull at it.
    assert abs(moved[1] - clip[1]) <= MEDIAN_MAX + max(BLACK_MAX, WHITE_MAX)
