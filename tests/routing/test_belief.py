"""Beliefs: the closed form against a sampled one, healing of wrong priors, versions, drift."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unplastic.routing.belief import (
    CONTEXT_SD,
    CUSUM_ALARM,
    LEVEL,
    LEVEL_SD,
    TAKE_SD,
    believe,
    drift,
)
from unplastic.routing.evidence import Take
from unplastic.routing.model import Leaning, model

PLAIN = replace(model("veo-3.1"), leanings=())
SKIN, HAIR = ("skin", ""), ("hair", "")


def takes(count: int, score: float, surface: str = "skin", **more) -> list[Take]:
    return [Take(PLAIN.key, more.pop("version", PLAIN.version), surface, "", score, **more) for _ in range(count)]


def test_nothing_measured_is_the_prior() -> None:
    found = believe(PLAIN, SKIN, [])
    assert found.mean == LEVEL
    assert found.sd == pytest.approx((LEVEL_SD**2 + CONTEXT_SD**2) ** 0.5)
    assert (found.takes, found.acceptance) == (0, 0.5)


def test_the_closed_form_is_the_multivariate_normal() -> None:
    """Level and two contexts as one Gaussian, conditioned on the takes by linear algebra."""
    scores = {"skin": [40.0, 44.0, 38.0], "hair": [61.0]}
    data = [take for surface, each in scores.items() for score in each for take in takes(1, score, surface)]
    prior = np.full((2, 2), LEVEL_SD**2) + np.eye(2) * CONTEXT_SD**2
    rows = np.array([[1.0, 0.0]] * 3 + [[0.0, 1.0]])
    noise = np.eye(4) * TAKE_SD**2
    y = np.array([40.0, 44.0, 38.0, 61.0])
    gain = prior @ rows.T @ np.linalg.inv(rows @ prior @ rows.T + noise)
    mean = LEVEL + gain @ (y - LEVEL)
    covariance = prior - gain @ rows @ prior
    for place, context in enumerate((SKIN, HAIR)):
        found = believe(PLAIN, context, data)
        assert found.mean == pytest.approx(mean[place])
        assert found.sd == pytest.approx(covariance[place, place] ** 0.5)


def test_takes_of_one_surface_say_a_little_about_another() -> None:
    skin = believe(PLAIN, SKIN, takes(20, 30.0))
    hair = believe(PLAIN, HAIR, takes(20, 30.0))
    assert skin.mean < hair.mean < LEVEL
    assert skin.sd < hair.sd < believe(PLAIN, HAIR, []).sd


def test_a_wrong_leaning_heals() -> None:
    wrong = replace(PLAIN, leanings=(Leaning("skin", -20.0, 10.0, "a claim"),))
    assert believe(wrong, SKIN, []).mean < 40
    assert believe(wrong, SKIN, takes(60, 65.0)).mean == pytest.approx(65.0, abs=3.0)


def test_a_new_version_widens_and_old_takes_count_half() -> None:
    old = believe(PLAIN, SKIN, takes(12, 30.0, version="before"))
    new = believe(PLAIN, SKIN, takes(12, 30.0))
    assert old.sd > new.sd
    assert new.mean < old.mean < LEVEL


def test_others_takes_and_unmeasured_ones_say_nothing_about_the_score() -> None:
    other = [Take("kling-v3", "3.0", "skin", "", 10.0)]
    blind = [Take(PLAIN.key, PLAIN.version, "skin", "", None, accepted=True)]
    found = believe(PLAIN, SKIN, other + blind)
    assert found.mean == LEVEL
    assert found.acceptance == pytest.approx(3 / 5)


@given(st.lists(st.floats(0, 100), max_size=30))
def test_a_belief_lies_between_what_was_believed_and_what_was_seen(scores: list[float]) -> None:
    found = believe(PLAIN, SKIN, [take for score in scores for take in takes(1, score)])
    low, high = min([LEVEL, *scores]), max([LEVEL, *scores])
    assert low - 1e-6 <= found.mean <= high + 1e-6
    assert 0 < found.sd <= believe(PLAIN, SKIN, []).sd + 1e-9


def test_a_model_that_changed_raises_the_alarm_and_a_steady_one_does_not() -> None:
    luck = random.Random(3)
    steady = [replace(each, score=min(100, max(0, luck.gauss(50, TAKE_SD)))) for each in takes(40, 50.0)]
    assert drift(PLAIN, steady) < CUSUM_ALARM
    assert drift(PLAIN, steady + takes(12, 85.0)) >= CUSUM_ALARM
