"""The plan of a film: per shot its prompt, the model and why, and what it may cost. Nothing is spent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from unplastic.providers.card import is_stale, today
from unplastic.routing.belief import CUSUM_ALARM, drift
from unplastic.routing.candidates import Service
from unplastic.routing.choice import Choice, Scored, route
from unplastic.routing.evidence import Take
from unplastic.shot import Film, Scene, Shot

Write = Callable[[Scene, str, Film], Mapping[str, str]]
"""Writes a scene's prompts for one model: (scene, model key, film) to prompts by the shot's name. The caller's."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One shot of a plan. ``low_usd`` is for the takes that are wanted, ``high_usd`` for those that are expected."""

    choice: Choice
    prompt: str
    references: tuple[str, ...]
    seconds: float
    takes: float
    low_usd: float | None
    high_usd: float | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A film's plan. A total is None where a shot's price is not known; ``unpriced`` counts those."""

    film: Film
    shots: tuple[Planned, ...]
    warnings: tuple[str, ...]

    @property
    def unpriced(self) -> int:
        """Shots whose price nobody knows, or that nothing can make."""
        return sum(each.high_usd is None for each in self.shots)

    @property
    def low_usd(self) -> float:
        """The least, over the shots whose price is known."""
        return sum(each.low_usd or 0.0 for each in self.shots)

    @property
    def high_usd(self) -> float:
        """What is to be expected at most, over the shots whose price is known."""
        return sum(each.high_usd or 0.0 for each in self.shots)

    def document(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "title": self.film.title,
            "budget_usd": self.film.budget_usd,
            "total_usd": {"low": round(self.low_usd, 4), "high": round(self.high_usd, 4), "unpriced": self.unpriced},
            "warnings": list(self.warnings),
            "shots": [_document(each) for each in self.shots],
        }


def plan(film: Film, *, services: Sequence[Service], write: Write, takes: Sequence[Take] = (), seed: int = 0) -> Plan:
    """Route every shot, write its prompt for the chosen model, and add up. Raises what `route` raises."""
    choices = {(each.scene, each.shot): each for each in route(film, services=services, takes=takes, seed=seed)}
    prompts: dict[tuple[str, str], Mapping[str, str]] = {}
    planned = []
    for scene, shot in film.shots:
        choice = choices[scene.name, shot.name]
        key = choice.best.candidate.model.key if choice.best else ""
        if (scene.name, key) not in prompts:
            prompts[scene.name, key] = write(scene, key, film)
        planned.append(_planned(film, shot, choice, prompts[scene.name, key][shot.name]))
    return Plan(film, tuple(planned), _warnings(film, planned, services, takes))


def _planned(film: Film, shot: Shot, choice: Choice, prompt: str) -> Planned:
    best = choice.best
    if best is None:
        return Planned(choice, prompt, (), shot.seconds, 0.0, None, None, (choice.why,))
    request, price = best.candidate.request, best.candidate.price
    expected = max(float(shot.takes), choice.expected_takes)
    return Planned(
        choice,
        prompt,
        tuple(each.label or str(each.path or each.address) for each in request.references),
        request.seconds or shot.seconds,
        round(expected, 2),
        None if price.low_usd is None else price.low_usd * shot.takes,
        None if price.high_usd is None else price.high_usd * expected,
        (*best.candidate.notes, *_shot_warnings(film, shot, best)),
    )


def _shot_warnings(film: Film, shot: Shot, best: Scored) -> tuple[str, ...]:
    found = []
    if best.candidate.price.high_usd is None:
        found.append(best.candidate.price.note)
    if is_stale(best.candidate.card):
        found.append(f"its price is of {best.candidate.card.checked}: look again")
    for name in shot.characters:
        who = film.character(name)
        if who and who.portrait is None:
            found.append(f"{name} has no portrait: unplastic cast")
    return tuple(found)


def _warnings(
    film: Film, planned: Sequence[Planned], services: Sequence[Service], takes: Sequence[Take]
) -> tuple[str, ...]:
    found = []
    if not any(each.ready for each in services):
        wanted = "; ".join(f"{each.title}: {each.missing}" for each in services)
        found.append(f"no key at all is set, so nothing could be ordered: {wanted}")
    high = sum(each.high_usd or 0.0 for each in planned)
    if film.budget_usd is None:
        found.append("the film has no budget_usd")
    elif high > film.budget_usd:
        found.append(f"${high:.2f} are to be expected, and the budget is ${film.budget_usd:.2f}")
    used = {
        each.choice.best.candidate.model.key: each.choice.best.candidate.model for each in planned if each.choice.best
    }
    for card in used.values():
        if card.is_stale(today()):
            found.append(f"{card.key}: its card is of {card.checked}: look again")
        if drift(card, takes) >= CUSUM_ALARM:
            found.append(f"{card.key}: its takes are no longer what they were: unplastic models calibrate")
    return tuple(found)


def _document(each: Planned) -> dict[str, Any]:
    best = each.choice.best
    chosen = best and {
        "model": best.candidate.model.key,
        "service": best.candidate.service.name,
        "size": best.candidate.request.size,
        "plasticity": {"mean": round(best.belief.mean, 2), "sd": round(best.belief.sd, 2), "takes": best.belief.takes},
        "acceptance": round(best.belief.acceptance, 3),
    }
    return {
        "scene": each.choice.scene,
        "shot": each.choice.shot,
        "surface": each.choice.surface,
        "chosen": chosen,
        "why": each.choice.why,
        "runner_up": each.choice.runner_up.candidate.label if each.choice.runner_up else None,
        "removed": [{"candidate": one.label, "filter": one.filter, "why": one.why} for one in each.choice.removed],
        "prompt": each.prompt,
        "references": list(each.references),
        "seconds": each.seconds,
        "takes": each.takes,
        "usd": None if each.high_usd is None else {"low": round(each.low_usd or 0, 4), "high": round(each.high_usd, 4)},
        "warnings": list(each.warnings),
    }
