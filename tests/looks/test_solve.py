"""Solving: every amount follows a measured deficit, and every amount can become zero."""

from __future__ import annotations

from dataclasses import replace
from math import hypot

import pytest
from hypothesis import given, strategies
from stand_in import CLIP

from unplastic.clip import ColorTags
from unplastic.errors import RecipeError, UnknownName
from unplastic.looks import Recipe, look, solve
from unplastic.reading import Plasticity, Reading, Report

LIKE_A_CAMERA = {
    "edge_overshoot": 3.0,
    "grain_sigma": 2.4,
    "skin_share": 0.3,
    "skin_chroma_p95": 0.12,
    "scene_chroma_p95": 0.12,
    "white_level": 0.88,
    "black_level": 0.04,
    "clipped_high": 0.0,
}
LIKE_PLASTIC = {
    "edge_overshoot": 16.0,
    "grain_sigma": 0.2,
    "skin_share": 0.3,
    "skin_chroma_p95": 0.26,
    "scene_chroma_p95": 0.3,
    "white_level": 0.99,
    "black_level": 0.0,
    "clipped_high": 0.001,
    "boil_share": 0.30,
    "rho_1": 0.85,
    "global_flicker": 1.0,
}


def measured(values: dict[str, float]) -> Report:
    readings = tuple(Reading(n, "skin" if n == "skin_chroma_p95" else "frame", v, "", v, v) for n, v in values.items())
    return Report("a.mp4", 1280, 720, 24.0, 48, 0.1, Plasticity(None, None, None, 0.0, None), readings, ())


def values(recipe: Recipe, treatment: str) -> dict[str, float]:
    return next(step["values"] for step in recipe.document()["treatments"] if step["name"] == treatment)


def test_camera_footage_is_left_alone() -> None:
    recipe = solve(look("fine-35mm"), measured(LIKE_A_CAMERA), CLIP)
    assert recipe.treatments == ()
    assert all(not step["active"] for step in recipe.document()["treatments"])


def test_plastic_gets_the_look_in_full_and_every_amount_has_a_reason() -> None:
    recipe = solve(look("fine-35mm"), measured(LIKE_PLASTIC), CLIP)
    assert [t.name for t in recipe.treatments] == ["deflicker", "deboil", "soften", "texture", "grade", "grain"]
    assert values(recipe, "grade")["knee_slope"] == 1.2
    assert 0.5 < values(recipe, "soften")["strength"] < 1.0
    for step in recipe.document()["treatments"]:
        assert step["reasons"]
        assert all(reason for reason in step["reasons"].values())


def test_grain_fills_up_in_power() -> None:
    added = values(solve(look("fine-35mm"), measured({"grain_sigma": 1.2}), CLIP), "grain")["sigma_codes8"]
    assert hypot(added, 1.2) == pytest.approx(2.0, abs=0.01)


def test_boiling_that_passes_for_grain_is_not_counted() -> None:
    unsure = replace(measured({}), readings=(Reading("grain_sigma", "frame", 2.5, "codes", 0.2, 3.2),))
    assert values(solve(look("fine-35mm"), unsure, CLIP), "grain")["sigma_codes8"] > 1.9


def test_true_white_does_not_turn_grey() -> None:
    clipped = measured(LIKE_PLASTIC | {"clipped_high": 0.05})
    assert values(solve(look("fine-35mm"), clipped, CLIP), "grade")["white_level"] >= 0.985


def test_what_was_not_measured_is_not_treated() -> None:
    recipe = solve(look("fine-35mm"), measured({}), CLIP)
    assert [t.name for t in recipe.treatments] == ["grain"]
    assert "could not be measured" in recipe.doses[0].reasons["strength"]


@given(strategies.floats(0, 60), strategies.floats(0, 60))
def test_more_overshoot_never_means_less_softening(a: float, b: float) -> None:
    low, high = sorted((a, b))
    amounts = [
        values(solve(look("fine-35mm"), measured({"edge_overshoot": v}), CLIP), "soften")["strength"]
        for v in (low, high)
    ]
    assert amounts[0] <= amounts[1]


def test_strength_scales_and_pins_hold() -> None:
    half = solve(look("fine-35mm"), measured(LIKE_PLASTIC), CLIP, strength=0.5)
    assert values(half, "grain")["strength"] == 0.5
    pinned = solve(look("fine-35mm"), measured(LIKE_A_CAMERA), CLIP, pins={"grain": {"sigma_codes8": 1.0}})
    assert values(pinned, "grain")["sigma_codes8"] == 1.0
    assert pinned.doses[-1].reasons["sigma_codes8"] == "pinned"
    nothing = solve(look("fine-35mm"), measured(LIKE_PLASTIC), CLIP, strength=0.0)
    assert nothing.treatments == ()


def test_hdr_is_not_graded() -> None:
    recipe = solve(look("fine-35mm"), measured(LIKE_PLASTIC), replace(CLIP, color=ColorTags(9, 16, 9)))
    assert set(recipe.left_out) == {"grade", "texture"}
    assert [t.name for t in recipe.treatments] == ["deflicker", "deboil", "soften", "grain"]


@pytest.mark.parametrize(("pins", "error"), [({"grain": {"x": 1}}, RecipeError), ({"sparkle": {"x": 1}}, UnknownName)])
def test_wrong_pins_are_refused(pins: dict, error: type) -> None:
    with pytest.raises(error):
        solve(look("fine-35mm"), measured({}), CLIP, pins=pins)
