"""Does the routing learn? Regret against greedy and random, from right, wrong and flat priors; and how long it takes.

    python benchmark/routing.py

A simulated studio: four models, eight surfaces, true means drawn about known levels, takes with a standard deviation of
12. Each policy routes films of 60 to 600 single shots and learns from every take. Regret of a shot is how many points
of plasticity the chosen model's true mean lies above the best one's, on that surface.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

from unplastic.providers.capability import Capability
from unplastic.providers.card import cards
from unplastic.registry import members
from unplastic.routing import route
from unplastic.routing.belief import TAKE_SD, Belief, believe
from unplastic.routing.candidates import Service
from unplastic.routing.evidence import Take
from unplastic.routing.model import SURFACES, Leaning, ModelCard, model
from unplastic.shot import Film, Scene, Shot

LENGTHS = (60, 180, 600)
STUDIOS = 40
BASE = ("kling-v3", "veo-3.1", "seedance-2.0", "runway-gen4.5")
FLOOR = 0.01
Policy = Callable[[dict[str, Belief], random.Random], str]


def main() -> None:
    print("| prior | policy | " + " | ".join(f"{n} shots" for n in LENGTHS) + " | best chosen in the last 60 of 600 |")
    print("|---|---|" + "---|" * (len(LENGTHS) + 1))
    for prior in ("right", "flat", "wrong"):
        for name, policy in POLICIES.items():
            regrets, hits = _policy(prior, policy)
            told = " | ".join(f"{statistics.mean(each):.2f}" for each in regrets)
            print(f"| {prior} | {name} | {told} | {100 * statistics.mean(hits):.0f} % |", flush=True)
    _speed()


def _policy(prior: str, policy: Policy) -> tuple[list[list[float]], list[float]]:
    regrets: list[list[float]] = [[] for _ in LENGTHS]
    hits = []
    for studio in range(STUDIOS):
        luck = random.Random(f"{prior}/{studio}")
        truth = _truth(luck)
        lost, best = _run(_cards(prior, truth), truth, policy, random.Random(studio))
        for place, length in enumerate(LENGTHS):
            regrets[place].append(statistics.mean(lost[:length]))
        hits.append(statistics.mean(best[-60:]))
    return regrets, hits


def _truth(luck: random.Random) -> dict[tuple[str, str], float]:
    """A level of each model, and what each surface adds."""
    found = {}
    for key in BASE:
        level = luck.gauss(53, 5)
        for surface in SURFACES:
            found[key, surface] = level + luck.gauss(0, 5)
    return found


def _cards(prior: str, truth: dict[tuple[str, str], float]) -> dict[str, ModelCard]:
    """Right leanings point where the truth is, wrong ones the other way; each weighs as much as twelve takes."""
    sign = {"right": 1.0, "flat": 0.0, "wrong": -1.0}[prior]
    mean = statistics.mean(truth.values())
    return {
        key: replace(
            model(key),
            leanings=tuple(
                Leaning(surface, 2 * sign * (truth[key, surface] - mean), 12.0, "simulated") for surface in SURFACES
            ),
        )
        for key in BASE
    }


def _run(
    known: dict[str, ModelCard], truth: dict[tuple[str, str], float], policy: Policy, luck: random.Random
) -> tuple[list[float], list[bool]]:
    takes: dict[str, list[Take]] = {key: [] for key in BASE}
    beliefs = {(key, surface): believe(card, (surface, ""), ()) for key, card in known.items() for surface in SURFACES}
    lost, best = [], []
    for _ in range(LENGTHS[-1]):
        surface = luck.choice(SURFACES)
        key = policy({each: beliefs[each, surface] for each in BASE}, luck)
        least = min(truth[each, surface] for each in BASE)
        lost.append(truth[key, surface] - least)
        best.append(truth[key, surface] == least)
        score = min(100.0, max(0.0, luck.gauss(truth[key, surface], TAKE_SD)))
        takes[key].append(Take(key, known[key].version, surface, "", score))
        for each in SURFACES:
            beliefs[key, each] = believe(known[key], (each, ""), takes[key])
    return lost, best


def _thompson(beliefs: dict[str, Belief], luck: random.Random) -> str:
    if luck.random() < FLOOR * len(beliefs):
        return luck.choice(list(beliefs))
    return min(beliefs, key=lambda key: luck.gauss(beliefs[key].mean, beliefs[key].sd))


def _greedy(beliefs: dict[str, Belief], _: random.Random) -> str:
    return min(beliefs, key=lambda key: beliefs[key].mean)


def _any(beliefs: dict[str, Belief], luck: random.Random) -> str:
    return luck.choice(list(beliefs))


POLICIES: dict[str, Policy] = {"Thompson with floors": _thompson, "greedy": _greedy, "random": _any}


def _speed() -> None:
    every = [Service(name, name, _video(name), True) for name in members("providers")]
    scenes = tuple(
        Scene(
            name=f"sc{number}",
            shots=tuple(
                Shot(name=f"sc{number}-sh{turn}", prompt="A shot.", surface=SURFACES[turn % 8]) for turn in range(10)
            ),
        )
        for number in range(100)
    )
    luck = random.Random(1)
    takes = [Take(key, model(key).version, luck.choice(SURFACES), "", luck.uniform(20, 80)) for key in BASE * 250]
    film = Film(title="long", scenes=scenes)
    start = time.process_time()
    choices = route(film, services=every, takes=takes)
    print(f"\n{len(choices)} shots chosen with {len(takes)} takes known: {time.process_time() - start:.2f} s CPU")


def _video(name: str) -> tuple[Capability, ...]:
    return tuple(card for card in cards(name) if card.work == "video")


if __name__ == "__main__":
    main()
