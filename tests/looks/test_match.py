"""What a plate changes in a recipe: how far, at what size and range, and with which reason."""

from __future__ import annotations

from dataclasses import replace

import pytest
from stand_in import CLIP

from unplastic.clip import ColorTags
from unplastic.errors import ClipUnsupported
from unplastic.looks import look, solve
from unplastic.looks.plate import Plate
from unplastic.measure.plate import GrainModel
from unplastic.reading import Plasticity, Reading, Report

LINES = 720.0
TABLE = ((1.0, 0.6, 0.1, 0.0, 0.0, 0.0, 0.0), (0.6, 0.35, 0.1, 0.0, 0.0, 0.0, 0.0), *((0.0,) * 7,) * 5)
GRAIN = GrainModel(((0.1, 1.0), (0.5, 3.0), (0.9, 0.5)), TABLE, TABLE, 0.4, 0.3, 0.0, 0.0, 0.0, (0.0,) * 12, 160)
CAMERA = {
    "black_level": 0.02,
    "median_level": 0.40,
    "white_level": 0.92,
    "scene_chroma": 0.08,
    "neutral_share": 0.2,
    "neutral_cast_cb": 0.0,
    "neutral_cast_cr": 0.004,
    "edge_width": 2.0,
    "edge_overshoot": 3.0,
    "grain_sigma": 2.0,
}
GENERATED = {**CAMERA, "median_level": 0.43, "scene_chroma": 0.10, "neutral_cast_cr": 0.0, "edge_overshoot": 12.0}
GENERATED |= {"edge_width": 1.6, "grain_sigma": 0.0}


def report(values, **changes):
    units = [Reading(name, "frame", value, "1", value, value) for name, value in values.items()]
    plain = Report("a.mp4", 1280, 720, 24.0, 48, 0.3, Plasticity(None, None, None, 0.0, None), tuple(units), ())
    return replace(plain, **changes)


def plate(grain=GRAIN, lines=LINES, why=None, clean=False, **values):
    return Plate("plate.mov", lines, report(CAMERA | values), grain, why, clean, None, ())


def doses(target, values=GENERATED, clip=CLIP, **options):
    recipe = solve(look("fine-35mm"), report(values), clip, plate=target, **options)
    return {dose.treatment.name: dose for dose in recipe.doses}


def test_grain_is_the_plate_s_less_what_the_clip_carries():
    dose = doses(plate())["grain"]
    assert dose.treatment.sigma_codes8 == pytest.approx(3.0)
    assert dose.treatment.level_curve == (
        (0.1, pytest.approx(1 / 3, abs=1e-3)),
        (0.5, 1.0),
        (0.9, pytest.approx(1 / 6, abs=1e-3)),
    )
    assert dose.treatment.correlation == TABLE
    assert dose.treatment.measured_lines == LINES
    assert dose.treatment.chroma_share == pytest.approx(0.3)
    assert dose.treatment.blue_gain == pytest.approx(0.4 / 0.3, abs=1e-3)
    assert "3.0 codes" in dose.reasons["sigma_codes8"]
    some = doses(plate(), GENERATED | {"grain_sigma": 1.8})["grain"]
    assert some.treatment.sigma_codes8 == pytest.approx((9 - 1.8**2) ** 0.5, abs=0.01)
    assert some.treatment.level_curve[0][1] == 0.0
    assert doses(plate(), GENERATED | {"grain_sigma": 3.1})["grain"].treatment.is_noop


def test_codes_of_a_full_range_clip_are_larger():
    full = replace(CLIP, color=ColorTags(1, 1, 1, is_full_range=True))
    assert doses(plate(), clip=full)["grain"].treatment.sigma_codes8 == pytest.approx(3.0 * 255 / 219, abs=0.01)


def test_no_grain_and_refused_grain_say_so():
    clean = doses(plate(None, why="it carries no grain to be seen (0.10 codes)", clean=True))["grain"]
    assert clean.treatment.is_noop
    assert "none is added" in clean.reasons["strength"]
    refused = doses(plate(None, why="its noise lasts from frame to frame"))["grain"]
    assert refused.treatment.sigma_codes8 == pytest.approx(2.0)
    assert refused.treatment.level_curve == ()
    assert "its noise lasts" in refused.reasons["level_curve"]


def test_tone_colour_and_cast_move_towards_the_plate():
    dose = doses(plate())["grade"]
    grade = dose.treatment
    assert grade.power[0] > 1.0
    assert 0.7 <= grade.saturation <= 0.9
    assert grade.balance_cr == pytest.approx(0.008)
    assert grade.knee_slope == 0.0
    assert {"slope", "saturation", "balance_cb"} <= dose.reasons.keys()


def test_more_colour_is_hardly_given_and_restraint_stays():
    graded = doses(plate(scene_chroma=0.30), GENERATED | {"scene_chroma_p95": 0.4})["grade"]
    assert graded.treatment.saturation <= 1.15
    assert graded.treatment.knee_slope > 0.0
    assert "held at 110%" in graded.reasons["saturation"]


def test_a_black_and_white_plate_takes_all_colour():
    grade = doses(plate(scene_chroma=0.001))["grade"].treatment
    assert grade.saturation == 0.0
    assert grade.balance_cb == grade.balance_cr == 0.0


def test_edges_are_softened_to_the_plate_s_at_the_clip_s_size():
    same = doses(plate())["soften"]
    assert same.treatment.blur_px == pytest.approx((2.0**2 - 1.6**2) ** 0.5 / 2.563, abs=0.01)
    assert same.treatment.strength == 1.0
    larger = doses(plate(lines=1440.0))["soften"]
    assert larger.treatment.blur_px == 0.0
    assert larger.treatment.strength == pytest.approx(0.75)
    smaller = doses(plate(lines=360.0))["soften"]
    assert smaller.treatment.blur_px == 0.6
    assert "defocus" in smaller.reasons["blur_px"]


def test_what_cannot_be_measured_is_left_to_the_look():
    bare = {"grain_sigma": 0.0}
    dose = doses(plate(), bare)
    assert "kept" in dose["grade"].reasons["slope"]
    assert "kept" in dose["soften"].reasons["blur_px"]


def test_pins_hold_against_a_plate():
    dose = doses(plate(), pins={"grain": {"sigma_codes8": 1.0}})["grain"]
    assert dose.treatment.sigma_codes8 == 1.0
    assert dose.reasons["sigma_codes8"] == "pinned"


def test_strength_scales_a_plate_too():
    assert doses(plate(), strength=0.5)["grain"].treatment.strength == 0.5


def test_an_hdr_clip_is_refused():
    hdr = replace(CLIP, color=ColorTags(9, 16, 9))
    with pytest.raises(ClipUnsupported, match="HDR"):
        doses(plate(), clip=hdr)
