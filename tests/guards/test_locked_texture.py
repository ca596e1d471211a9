"""A gain in score is not to come from grain alone."""

from __future__ import annotations

import pytest
from made import CLIP, GRAIN, report

from unplastic.guards import Pair
from unplastic.guards.locked_texture import LockedTexture
from unplastic.measure import score
from unplastic.measure.score import plasticity
from unplastic.measure.weighing import TELLS, Weight
from unplastic.reading import Guard, Report

PLASTIC = {"locked_texture": 0.6, "texture_to_edge": 0.05, "edge_overshoot": 12.0, "fresh_grain": 0.02}


@pytest.fixture(autouse=True)
def _score_that_grain_can_buy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Today's weights give grain nothing; the guard is for the day when a fit does."""
    weights = tuple(
        Weight(tell, 0.25) for tell in TELLS if (tell.reading, tell.region) in {(n, "frame") for n in PLASTIC}
    )
    monkeypatch.setattr(score, "WEIGHTS", weights)


def scored(**values: float) -> Report:
    bare = report(**values)
    verdict = plasticity(bare.readings, CLIP)
    assert verdict.score is not None
    return report(verdict.score, **values)


def checked(**changes: float) -> Guard:
    return LockedTexture().check(Pair(scored(**PLASTIC), scored(**(PLASTIC | changes)), CLIP, None, GRAIN))


def test_grain_alone_is_not_a_gain() -> None:
    bought = checked(fresh_grain=1.5)
    assert bought.ok is False
    assert bought.value == "1.00"


def test_grain_over_better_texture_is_one() -> None:
    assert checked(fresh_grain=1.5, locked_texture=1.2).ok is True
    assert checked(fresh_grain=1.5, edge_overshoot=6.0).ok is True


def test_without_a_gain_there_is_nothing_to_explain() -> None:
    assert checked().ok is True


def test_without_a_score_it_is_not_checked() -> None:
    assert LockedTexture().check(Pair(report(), report(), CLIP)).ok is None
