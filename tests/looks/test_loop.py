"""The loop on a made-up clip whose readings answer to the dials along known lines."""

from __future__ import annotations

import numpy as np
import pytest
from stand_in import CLIP

from unplastic.looks import look, solve
from unplastic.looks.loop import ROUNDS, Tried, _Dials, _hold_back, settle
from unplastic.looks.recipe import Dose, Recipe
from unplastic.looks.rules.soften import AIM_PERCENT
from unplastic.reading import Guard, Plasticity, Reading, Report
from unplastic.treat.soften import Soften


def report(values: dict[str, float], score: float = 10.0) -> Report:
    regions = {"skin_chroma_p95": "skin"}
    readings = tuple(Reading(n, regions.get(n, "frame"), v, "", v, v) for n, v in values.items())
    return Report("a.mp4", 1280, 720, 24.0, 48, 0.2, Plasticity(score, score, score, 1.0, None), readings, ())


BEFORE = {"edge_overshoot": 16.0, "skin_share": 0.3, "skin_chroma_p95": 0.21, "grain_sigma": 0.1, "black_level": 0.05,
          "white_level": 0.9}  # fmt: skip


class Bench:
    """Treats nothing: readings follow the recipe along lines; ``answers`` is how far halos shrink at full strength."""

    def __init__(self, answers: float = 20.0, breaks: dict[str, str] | None = None) -> None:
        self.answers, self.breaks = answers, breaks or {}
        self.tried: list[dict[str, float]] = []

    def __call__(self, recipe: Recipe) -> Tried:
        doses = {dose.treatment.name: dose.treatment for dose in recipe.doses}
        at = {name: getattr(t, "strength", 0.0) for name, t in doses.items() if not t.is_noop}
        self.tried.append(at)
        values = BEFORE | {
            "edge_overshoot": 16.0 - self.answers * doses["soften"].strength,
            "skin_chroma_p95": 0.21 - 0.04 * doses["grade"].knee_slope,
            "grain_sigma": float(np.hypot(0.1, doses["grain"].sigma_codes8)),
        }
        guards = tuple(Guard(name, at.get(by, 0.0) <= 0.2, "much", "little") for name, by in self.breaks.items())
        return Tried(report(values, score=10.0 - 5.0 * at.get("soften", 0.0)), guards)


def settled(bench: Bench, pins=None):
    recipe = solve(look("fine-35mm"), report(BEFORE), CLIP, pins=pins)
    return settle(recipe, report(BEFORE), bench)


def strength(recipe: Recipe, name: str) -> float:
    return next(dose.treatment.strength for dose in recipe.doses if dose.treatment.name == name)


def test_it_ends_inside_the_range_and_says_so() -> None:
    found = settled(Bench())
    assert found.ending == "inside the live-action range"
    assert len(found.rounds) <= ROUNDS
    assert found.document()["rounds"][-1]["broken"] == []


def test_a_weak_answer_gets_more_and_then_the_look_binds() -> None:
    found = settled(Bench(answers=6.0))
    assert strength(found.recipe, "soften") == 1.0
    assert "the look goes no further" in found.ending
    assert "edge_overshoot" in found.ending


def test_a_weak_answer_that_suffices_is_found_along_the_secant() -> None:
    found = settled(Bench(answers=11.0))
    assert 16.0 - 11.0 * strength(found.recipe, "soften") == pytest.approx(AIM_PERCENT, abs=0.3)
    assert found.ending == "inside the live-action range"


def test_a_guard_rail_halves_and_binds() -> None:
    found = settled(Bench(breaks={"focus": "soften"}))
    assert strength(found.recipe, "soften") <= 0.2
    assert "a guard-rail binds" in found.ending
    assert "soften" in found.ending
    reasons = next(d.reasons for d in found.recipe.doses if d.treatment.name == "soften")
    assert "focus" in reasons["strength"]


def test_what_still_breaks_is_left_out() -> None:
    class Hopeless(Bench):
        def __call__(self, recipe: Recipe) -> Tried:
            tried = super().__call__(recipe)
            holds = "soften" not in self.tried[-1]
            return Tried(tried.report, (Guard("focus", holds, "soft", "sharp"),))

    found = settled(Hopeless())
    assert strength(found.recipe, "soften") == 0.0
    assert "left out" in next(d.reasons["strength"] for d in found.recipe.doses if d.treatment.name == "soften")


def test_a_pinned_value_is_not_turned() -> None:
    found = settled(Bench(answers=6.0), pins={"soften": {"strength": 0.3}})
    assert strength(found.recipe, "soften") == 0.3


def test_nothing_to_do_needs_no_trial() -> None:
    bench = Bench()
    recipe = solve(look("fine-35mm"), report(BEFORE), CLIP, strength=0.0)
    found = settle(recipe, report(BEFORE), bench)
    assert found.rounds == ()
    assert bench.tried == []


def test_a_treatment_that_two_guards_blame_is_halved_once_in_a_round() -> None:
    """Whether half of it is enough is for the next round to say."""
    soften = Soften(strength=0.8)
    broken = tuple(Guard(name, False, 1.0, 0.5) for name in ("focus", "sharpening", "lettering"))
    dials = _Dials(Recipe("made", 1.0, 0, (Dose(soften, {}, soften, ()),), {}))
    assert _hold_back(dials, broken)
    assert dials.value("soften", "strength") == 0.4
