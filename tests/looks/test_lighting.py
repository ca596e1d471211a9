"""Shots of a scene beside its light sheet and beside each other."""

from __future__ import annotations

import pytest

from unplastic.lightsheet import LightSheet
from unplastic.looks.lighting import lighting
from unplastic.reading import Plasticity, Reading, Report

NOTHING = Plasticity(None, None, None, 0.0, None)


def shot(file: str, azimuth: float, elevation: float, stops: float, *, valid: bool = True) -> Report:
    values = {"light_azimuth": azimuth, "light_elevation": elevation, "key_fill": stops}
    why = None if valid else "the light is even"
    found = tuple(Reading(name, "face", value, "1", valid=valid, why_not=why) for name, value in values.items())
    return Report(file, 640, 480, 24.0, 24, None, NOTHING, found, ())


SCENE = [shot("a", -55, 20, 2.8), shot("b", -60, 25, 3.2), shot("c", -50, 15, 3.0)]


def test_a_shot_from_the_other_side_is_named_with_the_way_out() -> None:
    sheet = LightSheet(source="a table lamp", side="left", stops=3.0)
    found = lighting([*SCENE, shot("d", 50, 20, 0.6)], sheet)
    assert [bool(each.findings) for each in found] == [False, False, False, True]
    text = found[3].findings[0].text
    assert "shot 4" in text
    assert "camera right" in text
    assert "says left" in text
    assert "0.6 stops" in text
    assert "a table lamp" in found[3].findings[0].fix.lower()


def test_without_a_sheet_the_shots_speak_for_themselves() -> None:
    found = lighting([*SCENE, shot("d", 50, 20, 3.0)])
    assert [bool(each.findings) for each in found] == [False, False, False, True]
    assert found[3].distance is not None
    assert found[3].distance > 2.0


def test_what_is_not_measurable_departs_from_nothing() -> None:
    found = lighting([*SCENE, shot("d", 50, 20, 0.6, valid=False)], LightSheet(side="left", stops=3.0))[3]
    assert (found.distance, found.findings, found.stops) == (None, (), None)


def test_the_seam_behind_the_head_is_no_distance() -> None:
    found = lighting([shot("a", 178, 10, 3.0), shot("b", -178, 10, 3.0)])
    assert not found[0].findings
    assert not found[1].findings


@pytest.mark.parametrize("count", [0, 1])
def test_no_scene_and_a_scene_of_one(count: int) -> None:
    assert all(not each.findings for each in lighting(SCENE[:count]))


def test_mirrored_shots_mirror() -> None:
    other = [shot(each.file, -(each.readings[0].value or 0), 20, 3.0) for each in SCENE]
    assert all(each.findings for each in lighting(other, LightSheet(side="left")))
    assert not any(each.findings for each in lighting(other, LightSheet(side="right")))


def test_the_height_of_the_sheet_counts() -> None:
    assert lighting([shot("a", 0, -40, 2.0)], LightSheet(height="top"))[0].findings
