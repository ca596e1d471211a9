"""How much skin is put back: as much as other tells ask for together, and nothing where no face can be found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stand_in import CLIP

from unplastic.looks.rules.texture import TELLS, solve
from unplastic.reading import FACES_UNKNOWN, Plasticity, Reading, Report
from unplastic.treat.texture import Texture


def measured(*readings: Reading) -> Report:
    return Report("a.mp4", 1280, 720, 24.0, 48, 0.2, Plasticity(None, None, None, 0.0, None), readings, ())


def of(values: dict[str, float]) -> Report:
    return measured(
        *(Reading(n, region, values[n], "", values[n], values[n]) for n, region, *_ in TELLS if n in values)
    )


def strength(report: Report) -> float:
    return solve(Texture(), report, CLIP).values["strength"]


def test_a_clip_that_nothing_speaks_against_is_left_alone() -> None:
    solution = solve(Texture(), of({name: usual for name, _, usual, *_ in TELLS}), CLIP)
    assert solution.values["strength"] == 0.0
    assert "no other tell" in solution.reasons["strength"]


def test_one_loud_tell_is_enough_and_is_named() -> None:
    solution = solve(Texture(), of({"boil_share": 0.30}), CLIP)
    assert solution.values["strength"] == 1.0
    assert "30% of the texture boils" in solution.reasons["strength"]


@given(st.floats(0.15, 0.22), st.floats(0.06, 0.20))
def test_two_tells_together_ask_for_more_than_either(chroma: float, boil: float) -> None:
    both = strength(of({"skin_chroma_p95": chroma, "boil_share": boil}))
    assert both >= strength(of({"skin_chroma_p95": chroma})) - 1e-3
    assert both >= strength(of({"boil_share": boil})) - 1e-3


def test_what_was_not_measured_says_nothing() -> None:
    assert strength(measured(Reading("boil_share", "frame", 0.4, "1", valid=False, why_not="too few bits"))) == 0.0


@pytest.mark.parametrize(("why_not", "expected"), [(f"{FACES_UNKNOWN}: offline", 0.0), ("no face is seen", 1.0)])
def test_without_networks_there_is_nothing_to_draw_on(why_not: str, expected: float) -> None:
    boiling = Reading("boil_share", "frame", 0.4, "1", 0.3, 0.5)
    solution = solve(Texture(), measured(boiling, Reading.missing("face_ipd", "face", "px", why_not)), CLIP)
    assert solution.values["strength"] == expected
    assert (why_not in solution.reasons["strength"]) == (expected == 0.0)
