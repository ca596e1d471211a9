"""Shots of a scene beside its light sheet and beside each other."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def reading(name: str, region: str, value: float, half: float = 0.0) -> Reading:
    return Reading(name, region, value, "1", value - half, value + half)


def more(base: Report, *extra: Reading) -> Report:
    kept = tuple(r for r in base.readings if (r.name, r.region) not in {(e.name, e.region) for e in extra})
    return replace(base, readings=(*kept, *extra))


def test_a_stop_too_little_can_be_shaped_and_two_stops_cannot() -> None:
    sheet = LightSheet(side="left", stops=3.0)
    near, far = lighting([shot("a", -55, 20, 2.1), shot("b", -55, 20, 0.6)], sheet)
    assert [each.name for each in near.findings] == ["scene_light_shape"]
    assert "shape.stops=0.9" in near.findings[0].fix
    assert [each.name for each in far.findings] == ["scene_light_generate"]
    assert "0.6 stops instead of 3.0" in far.findings[0].text


def test_white_black_and_saturation_are_for_the_grade() -> None:
    scene = [
        more(each, reading("white_mired", "lit skin", 200.0, 25.0), reading("black_level", "frame", 0.01))
        for each in SCENE
    ]
    odd = more(scene[0], reading("white_mired", "lit skin", 120.0, 25.0), reading("black_level", "frame", 0.10))
    found = lighting([*scene, replace(odd, file="d")])
    assert [bool(each.findings) for each in found] == [False, False, False, True]
    (finding,) = found[3].findings
    assert (finding.name, finding.severity) == ("scene_light_grade", "info")
    assert "80 mired colder" in finding.text
    assert "--scene" in finding.fix


def test_hardness_counts_only_where_an_edge_proves_it() -> None:
    sheet = LightSheet(hardness="soft", side="left")
    hard, unclear, soft = (
        lighting([more(SCENE[0], reading("shadow_edge", "face", mm))], sheet)[0].findings for mm in (3.5, 5.2, 8.0)
    )
    assert "says soft" in hard[0].text
    assert not unclear
    assert not soft


@pytest.mark.parametrize(("mired", "is_out"), [(110.0, True), (150.0, False), (300.0, False)])
def test_a_warm_scene_is_not_lit_cold(mired: float, is_out: bool) -> None:
    """A camera may have been balanced for the lamp: neutral is no departure, the other side of white is."""
    found = lighting([more(SCENE[0], reading("white_mired", "lit skin", mired, 25.0))], LightSheet(kelvin=2700.0))[0]
    assert any("is cold" in each.text for each in found.findings) == is_out


def test_distance_is_the_root_of_squares_in_tolerances() -> None:
    sheet = LightSheet(side="left", stops=3.0)
    (found,) = lighting([shot("a", 55, 20, 1.6)], sheet)
    assert found.distance == pytest.approx(np.hypot((115 - 30) / 25, 1.4 / 0.7), rel=1e-6)


def test_both_words_of_the_sheet_count() -> None:
    sheet = LightSheet(side="left", height="top")
    assert "stands at" in lighting([shot("a", -60, 0, 2.0)], sheet)[0].findings[0].text


def test_the_document_is_plain_and_says_why_not() -> None:
    (found,) = lighting([shot("a", 50, 20, 2.0, valid=False)], LightSheet(side="left"))
    document = found.document()
    assert json.loads(json.dumps(document)) == document
    direction = next(each for each in document["aspects"] if each["name"] == "direction")
    assert direction["value"] is None
    assert direction["why_not"] == "the light is even"


@given(
    azimuths=st.lists(st.floats(-180, 180), min_size=2, max_size=6),
    stops=st.floats(0, 6),
    side=st.sampled_from(["", "left", "right", "front", "behind"]),
)
def test_a_mirrored_scene_departs_as_far(azimuths: list[float], stops: float, side: str) -> None:
    other = {"left": "right", "right": "left"}.get(side, side)
    here = lighting([shot(str(i), a, 10, stops) for i, a in enumerate(azimuths)], LightSheet(side=side))
    there = lighting([shot(str(i), -a, 10, stops) for i, a in enumerate(azimuths)], LightSheet(side=other))
    assert [each.distance for each in here] == pytest.approx([each.distance for each in there], abs=1e-6)
