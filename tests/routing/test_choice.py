"""Choices: hard limits with their reasons, the scene's one model, deadlines, overrides, the same seed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from unplastic.errors import RoutingError, UnknownName
from unplastic.providers.capability import Capability, Limits, Price
from unplastic.routing import route
from unplastic.routing.candidates import Service
from unplastic.routing.evidence import Take
from unplastic.routing.model import model
from unplastic.shot import Film, Scene, Shot

KEYS = ("kling-v3", "veo-3.1", "seedance-2.0", "runway-gen4.5")


def card(key: str, usd: float | None = 0.1, **limits: Any) -> Capability:
    known = {"seconds": (3.0, 15.0), "sizes": ("720p", "1080p"), "images": 9, **limits}
    return Capability(
        key, key, key, "video", Limits(**known), (Price("second", usd),), "s", date(2026, 11, 1), "vendor"
    )


def service(*cards: Capability, name: str = "one", **more: Any) -> Service:
    return Service(name, name, cards, **{"ready": True, "missing": "KEY", **more})


EVERY = service(*(card(key) for key in KEYS))


def film(*shots: Shot, budget: float | None = None) -> Film:
    return Film(title="t", budget_usd=budget, scenes=(Scene(name="s", shots=shots),))


def shot(name: str = "a", **more: Any) -> Shot:
    return Shot(name=name, prompt="words", **{"surface": "skin", **more})


def takes(key: str, score: float, count: int = 40, surface: str = "skin") -> list[Take]:
    return [Take(key, model(key).version, surface, "", score, accepted=True) for _ in range(count)]


def chosen(*shots: Shot, services: Any = (EVERY,), **more: Any) -> list[str]:
    return [each.best.candidate.label if each.best else "" for each in route(film(*shots), services=services, **more)]


def test_what_was_measured_decides() -> None:
    known = [take for key in KEYS for take in takes(key, 20.0 if key == "runway-gen4.5" else 60.0)]
    found = Counter(chosen(shot(), takes=known, seed=seed)[0] for seed in range(100))
    assert found["runway-gen4.5 by one"] >= 90


def test_what_is_little_known_is_tried_now_and_then() -> None:
    found = Counter(chosen(shot(), seed=seed)[0] for seed in range(200))
    assert all(found[f"{key} by one"] >= 10 for key in KEYS)


def test_the_same_seed_chooses_the_same() -> None:
    shots = [shot(f"s{number}") for number in range(20)]
    assert chosen(*shots, seed=5) == chosen(*shots, seed=5)


def test_a_deadline_takes_the_best_mean_whatever_the_seed() -> None:
    found = {chosen(shot(deadline=True), seed=seed)[0] for seed in range(50)}
    assert len(found) == 1


def test_a_scene_keeps_one_model_unless_another_gains_more_than_the_change_costs() -> None:
    shots = [shot("a"), shot("b", surface="water"), shot("c")]
    for seed in range(30):
        assert len(set(chosen(*shots, seed=seed))) == 1
    known = takes("kling-v3", 20.0) + takes("veo-3.1", 50.0) + takes("veo-3.1", 10.0, 60, "water")
    known += takes("kling-v3", 60.0, 60, "water") + takes("seedance-2.0", 90.0) + takes("runway-gen4.5", 90.0)
    found = Counter(tuple(chosen(*shots, takes=known, seed=seed)) for seed in range(40))
    assert found.most_common(1)[0][0] == ("kling-v3 by one", "veo-3.1 by one", "kling-v3 by one")


@pytest.mark.parametrize(
    ("wanted", "own", "sieve", "says"),
    [
        ({"seconds": 20}, {}, "limits", "does not make 20 seconds"),
        ({"audio": True}, {}, "limits", "makes no sound"),
        ({"aspect": "1:1"}, {"aspects": ("16:9",)}, "limits", "1:1"),
        ({"budget_usd": 0.2}, {}, "budget", "the shot has $0.20"),
    ],
)
def test_a_limit_takes_a_model_out_with_its_reason(wanted: dict, own: dict, sieve: str, says: str) -> None:
    (found,) = route(film(shot(**wanted)), services=[service(card("kling-v3", **own))])
    assert found.best is None
    assert (found.removed[0].filter, found.removed[0].label) == (sieve, "kling-v3 by one")
    assert says in found.removed[0].why
    assert f"{sieve} removed kling-v3 by one" in found.why


def test_a_retired_model_a_missing_key_and_a_closed_service_are_taken_out() -> None:
    gone = service(replace(card("veo-3.1"), retired=date(2026, 1, 1)))
    keyless = service(card("kling-v3"), name="two", ready=False)
    closed = service(card("kling-v3"), name="three", closed="down")
    (found,) = route(film(shot()), services=[gone, keyless, closed, service(card("seedance-2.0"), name="four")])
    assert found.best
    assert {each.label: each.filter for each in found.removed} == {
        "veo-3.1 by one": "retired",
        "kling-v3 by two": "key",
        "kling-v3 by three": "closed",
    }


def test_without_any_key_a_choice_is_made_all_the_same() -> None:
    assert chosen(shot(), services=[replace(EVERY, ready=False)])[0]


def test_a_smaller_size_is_made_and_enlarged_and_a_length_is_rounded_up() -> None:
    small = service(card("kling-v3", sizes=("720p",), seconds=(4.0, 6.0, 8.0), seconds_listed=True))
    (found,) = route(film(shot(seconds=4.5)), services=[small])
    assert found.best
    request = found.best.candidate.request
    assert (request.size, request.seconds) == ("720p", 6)
    assert found.best.candidate.notes == ("made at 720p, then upscaled to 1080p", "6 s are ordered for 4.5 s")


def test_a_cheaper_service_of_the_same_model_is_taken() -> None:
    dear, cheap = service(card("kling-v3", 0.9), name="dear"), service(card("kling-v3", 0.1), name="cheap")
    assert {chosen(shot(), services=[dear, cheap], seed=seed)[0] for seed in range(20)} == {"kling-v3 by cheap"}


def test_a_shot_may_ask_for_a_model_and_is_told_where_that_cannot_be() -> None:
    assert chosen(shot(model="veo-3.1")) == ["veo-3.1 by one"]
    with pytest.raises(RoutingError, match="does not make 20 seconds"):
        chosen(shot(model="veo-3.1", seconds=20))
    with pytest.raises(RoutingError, match="no service has it"):
        chosen(shot(model="sora-2"))


def test_an_unknown_surface_names_the_nearest() -> None:
    with pytest.raises(UnknownName) as unknown:
        chosen(shot(surface="skim"))
    assert "skin" in unknown.value.hint


def test_every_choice_says_why_with_numbers_and_the_runner_up() -> None:
    known = takes("kling-v3", 30.0, 7)
    (found,) = route(film(shot()), services=[EVERY], takes=known)
    assert found.best
    assert found.runner_up
    assert found.best.candidate.label in found.why
    assert found.runner_up.candidate.label in found.why
    assert "±" in found.why
    assert "accepted" in found.why
