"""The choice: what is expected of each candidate, one draw for each from what is believed, and the reason in words.

Thompson (1933): a draw from each belief, and the best draw wins, so that what is little known is tried now and then. A
floor keeps every model in play. A shot with a deadline takes the best mean and tries nothing out. A scene keeps one
model unless another gains more than the change costs in continuity.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from unplastic.errors import RoutingError
from unplastic.routing.belief import Belief, Context, believe
from unplastic.routing.candidates import Candidate, Removed, Service, candidates
from unplastic.routing.evidence import Take
from unplastic.routing.model import ModelCard, surface_named
from unplastic.shot import Film, Scene, Shot

USD_POINTS = 4.0
"""Points of plasticity that one dollar for an accepted shot is worth: judgement."""
MINUTE_POINTS = 0.2
CONTINUITY_POINTS = 4.0
"""What carrying a character fully is worth where there is one."""
CHANGE_POINTS = 5.0
"""What another model inside a scene costs in continuity."""
FLOOR = 0.01
"""The least share of scenes that every model gets, where exploring is allowed."""
WIDE = {"ls", "els", "mls"}


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with what is believed of it and what it is expected to be worth (more is better)."""

    candidate: Candidate
    belief: Belief
    worth: float
    drawn: float


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen for a shot, and why. ``best`` None: nothing could make it, and ``why`` says so."""

    scene: str
    shot: str
    surface: str
    best: Scored | None
    runner_up: Scored | None
    removed: tuple[Removed, ...]
    why: str

    @property
    def expected_takes(self) -> float:
        """How many takes an accepted one is expected to need."""
        return 1.0 / self.best.belief.acceptance if self.best else 0.0

    def document(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "scene": self.scene,
            "shot": self.shot,
            "surface": self.surface,
            "why": self.why,
            "chosen": self.best.candidate.label if self.best else None,
            "removed": [{"candidate": each.label, "filter": each.filter, "why": each.why} for each in self.removed],
        }


class Beliefs:
    """What is believed, worked out once for each model and context."""

    def __init__(self, takes: Sequence[Take]) -> None:
        self._by_model: dict[str, list[Take]] = {}
        for take in takes:
            self._by_model.setdefault(take.model, []).append(take)
        self._known: dict[tuple[str, Context], Belief] = {}

    def of(self, card: ModelCard, context: Context) -> Belief:
        """The belief about ``card`` in ``context``."""
        key = (card.key, context)
        if key not in self._known:
            self._known[key] = believe(card, context, self._by_model.get(card.key, ()))
        return self._known[key]


def route(film: Film, *, services: Sequence[Service], takes: Sequence[Take] = (), seed: int = 0) -> tuple[Choice, ...]:
    """A choice for every shot of ``film``, in its order; the same seed gives the same choices.

    Raises `RoutingError` for a shot that wants a model which cannot make it, and `UnknownName` for a surface that is
    none. A shot that nothing can make gets a choice without a best, whose ``removed`` says what each filter took.

    >>> from unplastic.planning import services
    >>> from unplastic.settings import Settings
    >>> from unplastic.shot import Film, Scene, Shot
    >>> shot = Shot(name="sh010", prompt="Rain runs down a window.", surface="water")
    >>> film = Film(title="Rain", scenes=(Scene(name="night", shots=(shot,)),))
    >>> [choice.surface for choice in route(film, services=services(Settings()))]
    ['water']
    """
    beliefs = Beliefs(takes)
    return tuple(choice for scene in film.scenes for choice in _scene(film, scene, services, beliefs, seed))


def surface_of(shot: Shot) -> str:
    """The shot's surface, or the one that its size speaks for: skin where somebody is near, else wide."""
    if shot.surface:
        return surface_named(shot.surface)
    return "skin" if shot.characters and shot.shot_size not in WIDE else "wide"


def _scene(film: Film, scene: Scene, services: Sequence[Service], beliefs: Beliefs, seed: int) -> list[Choice]:
    tables = [_scored(film, scene, shot, services, beliefs, seed) for shot in scene.shots]
    all_scored = [scored for scored, _ in tables]
    kept, tried = _kept_model(scene, all_scored), _tried_out(scene, all_scored, seed)
    return [
        _choice(scene, shot, scored, removed, tried or kept, bool(tried))
        for shot, (scored, removed) in zip(scene.shots, tables, strict=True)
    ]


def _scored(
    film: Film, scene: Scene, shot: Shot, services: Sequence[Service], beliefs: Beliefs, seed: int
) -> tuple[list[Scored], tuple[Removed, ...]]:
    able, removed = candidates(film, scene, shot, services)
    if shot.model:
        able = _overruled(shot, able, removed)
    surface = surface_of(shot)
    dearest = max((_usd(each) or 0.0 for each in able), default=0.0)
    found = []
    for each in able:
        belief = beliefs.of(each.model, (surface, shot.shot_size or ""))
        # One draw a model in a scene: its level is the same in all of its shots, and so is the luck of the draw.
        luck = random.Random(f"{seed}/{scene.name}/{each.model.key}")  # noqa: S311 - a choice, not a secret
        score = belief.mean if shot.deadline else luck.gauss(belief.mean, belief.sd)
        share = belief.acceptance if shot.deadline else luck.betavariate(belief.accepted, belief.rejected)
        rest = _rest(each, shot, dearest)
        mean = -belief.mean - rest / belief.acceptance + _continuity(each, shot)
        drawn = -score - rest / max(share, 0.1) + _continuity(each, shot)
        found.append(Scored(each, belief, mean, drawn))
    return sorted(found, key=lambda one: (-one.drawn, one.candidate.label)), removed


def _rest(each: Candidate, shot: Shot, dearest: float) -> float:
    """Points that money and waiting cost for one take; an unknown price counts as the dearest that is known."""
    usd = _usd(each)
    minutes = each.model.latency_s[1 if shot.deadline else 0] / 60
    return USD_POINTS * (dearest if usd is None else usd) + MINUTE_POINTS * minutes


def _usd(each: Candidate) -> float | None:
    return each.price.high_usd


def _continuity(each: Candidate, shot: Shot) -> float:
    return CONTINUITY_POINTS * each.model.continuity if shot.characters else 0.0


def _overruled(shot: Shot, able: Sequence[Candidate], removed: Sequence[Removed]) -> tuple[Candidate, ...]:
    """Only the model that the shot wants, "kling-v3" or "kling-v3 by fal". Raises `RoutingError` where it cannot."""
    chosen = tuple(each for each in able if shot.model in (each.model.key, each.label))
    if chosen:
        return chosen
    whys = [
        f"{each.label}: {each.why}" for each in removed if shot.model in (each.label.partition(" by ")[0], each.label)
    ]
    what = f"shot {shot.name} wants {shot.model}, and it cannot make it"
    raise RoutingError(f"{what}: {'; '.join(whys) or 'no service has it'}", "change the shot, or leave its model out")


def _kept_model(scene: Scene, tables: Sequence[Sequence[Scored]]) -> str:
    """The model with the most drawn worth over the scene's shots; one that cannot make a shot loses by the change."""
    sums: dict[str, float] = {}
    keys = {one.candidate.model.key for table in tables for one in table}
    for table in tables:
        best = {}
        for one in table:
            best.setdefault(one.candidate.model.key, one.drawn)
        if best:
            worst = min(best.values()) - CHANGE_POINTS
            for key in keys:
                sums[key] = sums.get(key, 0.0) + best.get(key, worst)
    return max(sums, key=lambda key: (sums[key], key), default="") if len(scene.shots) > 1 else ""


def _tried_out(scene: Scene, tables: Sequence[Sequence[Scored]], seed: int) -> str:
    """Now and then a model that can make the whole scene at a known price, whatever is believed; else nothing."""
    if any(shot.deadline or shot.model for shot in scene.shots) or not all(tables):
        return ""
    able = set.intersection(*({one.candidate.model.key for one in table if _usd(one.candidate)} for table in tables))
    luck = random.Random(f"{seed}/{scene.name}/floor")  # noqa: S311 - a choice, not a secret
    return luck.choice(sorted(able)) if able and luck.random() < FLOOR * len(able) else ""


def _choice(
    scene: Scene, shot: Shot, scored: list[Scored], removed: tuple[Removed, ...], kept: str, is_tried: bool
) -> Choice:
    surface = surface_of(shot)
    if not scored:
        return Choice(scene.name, shot.name, surface, None, None, removed, _nobody(removed))
    best, reason = scored[0], ""
    of_scene = next((one for one in scored if one.candidate.model.key == kept), None)
    gain = best.drawn - of_scene.drawn if of_scene else 0.0
    if of_scene and best.candidate.model.key != kept and (is_tried or gain <= CHANGE_POINTS):
        best, reason = of_scene, "kept for the scene"
    if is_tried:
        reason = "tried out in this scene: every model gets a share"
    elif shot.model:
        reason = "the shot asks for it"
    elif shot.deadline:
        reason = reason or "the best mean: a deadline tries nothing out"
    others = [one for one in scored if one.candidate.model.key != best.candidate.model.key]
    runner_up = max(others, key=lambda one: one.worth, default=None)
    return Choice(scene.name, shot.name, surface, best, runner_up, removed, _why(best, runner_up, surface, reason))


def _why(best: Scored, runner_up: Scored | None, surface: str, reason: str) -> str:
    text = f"{surface}: {_told(best)}"
    if runner_up:
        text += f"; next {_told(runner_up)}"
    return f"{text}; {reason}" if reason else text


def _told(one: Scored) -> str:
    belief, price = one.belief, one.candidate.price
    basis = f"{belief.takes} takes here, {belief.all_takes} in all" if belief.all_takes else "nothing measured yet"
    usd = "price unknown" if price.high_usd is None else f"${price.high_usd:.2f} a take"
    share = f"{100 * belief.acceptance:.0f} % accepted"
    return f"{one.candidate.label} (plasticity {belief.mean:.0f} ± {belief.sd:.0f}, {basis}, {share}, {usd})"


def _nobody(removed: Sequence[Removed]) -> str:
    by: Mapping[str, list[str]] = {}
    for each in removed:
        by.setdefault(each.filter, []).append(each.label)  # type: ignore[attr-defined]
    told = "; ".join(f"{name} removed {', '.join(labels)}" for name, labels in by.items())
    return f"no model can make it: {told or 'no service carries a video model'}"
