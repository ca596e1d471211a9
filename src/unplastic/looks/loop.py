"""The closed loop: treat samples, measure them again, and turn the dials until they read like live action.

A recipe solved from the findings is a forecast. Here it is tried: every aim of a rule (`Aim`) is checked on treated
samples, its parameter is moved along the secant of what it has brought about so far, and a guard-rail that breaks takes
half of what it blames, then all of it. It ends inside the range, or where the look or a guard-rail binds, and says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from unplastic.guards import blamed
from unplastic.looks.aims import LITTLE, Aim, Tuned, tune
from unplastic.looks.recipe import Dose, Recipe
from unplastic.reading import Guard, Report

ROUNDS = 4
HALVINGS = 2
"""How often a guard-rail may halve a treatment before it is left out."""


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """What treated samples read like, and which guard-rails they kept."""

    report: Report
    guards: tuple[Guard, ...]

    @property
    def broken(self) -> tuple[Guard, ...]:
        """The guard-rails that did not hold."""
        return tuple(guard for guard in self.guards if guard.ok is False)


Trial = Callable[[Recipe], Tried]


@dataclass(frozen=True, slots=True)
class Round:
    """One trial: the ``values`` that were tried ("treatment.parameter"), the score, and what came of it."""

    values: dict[str, float]
    score: float | None
    broken: tuple[str, ...]
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """The recipe that was settled on, how it was reached, and why the loop ended there."""

    recipe: Recipe
    rounds: tuple[Round, ...]
    ending: str

    def document(self) -> dict[str, Any]:
        """Plain data for the report."""
        return {
            "ending": self.ending,
            "rounds": [
                {"values": r.values, "score": r.score, "broken": list(r.broken), "said": list(r.said)}
                for r in self.rounds
            ],
        }


@dataclass
class _Dials:
    """The recipe as it is being turned: the aims that may turn it, and what guard-rails forbid."""

    recipe: Recipe
    halved: dict[str, int] = field(default_factory=dict)

    @property
    def aims(self) -> tuple[tuple[str, Aim], ...]:
        return tuple((dose.treatment.name, aim) for dose in self.recipe.doses for aim in dose.aims)

    def value(self, treatment: str, parameter: str) -> float:
        return float(getattr(self.dose(treatment).treatment, parameter))

    def full(self, treatment: str, parameter: str) -> float:
        dose = self.dose(treatment)
        return float(getattr(dose.full or dose.treatment, parameter))

    def dose(self, treatment: str) -> Dose:
        return next(dose for dose in self.recipe.doses if dose.treatment.name == treatment)

    def turn(self, treatment: str, values: dict[str, float], why: str) -> None:
        dose = self.dose(treatment)
        kept = {name: round(value, 4) for name, value in values.items()}
        reasons = dose.reasons | dict.fromkeys(kept, why)
        changed = replace(dose, treatment=replace(dose.treatment, **kept), reasons=reasons)  # type: ignore[type-var]
        doses = tuple(changed if each is dose else each for each in self.recipe.doses)
        self.recipe = replace(self.recipe, doses=doses)


def settle(recipe: Recipe, before: Report, trial: Trial, *, rounds: int = ROUNDS) -> Settled:
    """Turn ``recipe`` until its aims are met on treated samples; no dial goes further than the look states.

    ``before`` is the report of the untreated clip; ``trial`` treats the samples and measures them.
    """
    dials = _Dials(recipe)
    if not recipe.treatments:
        return Settled(recipe, (), "nothing to try: no treatment is at work")
    said: list[Round] = []
    best: tuple[tuple[float, ...], Recipe, int] | None = None
    for count in range(rounds):
        tried = trial(dials.recipe)
        tuned = _tuned(dials, before, tried.report)
        said.append(_round(dials, tried, tuned))
        rank = _rank(tried, tuned)
        if best is None or rank < best[0]:
            best = rank, dials.recipe, count
        if tried.broken and _hold_back(dials, tried.broken):
            continue
        if not _follow(dials, tuned):
            return Settled(best[1], tuple(said), _ending(tried, tuned, dials))
    assert best is not None
    return Settled(best[1], tuple(said), f"{rounds} rounds were used; the best of them, number {best[2] + 1}, is kept")


def _tuned(dials: _Dials, before: Report, after: Report) -> list[tuple[str, Aim, Tuned]]:
    found = []
    for name, aim in dials.aims:
        value, full = dials.value(name, aim.parameter), dials.full(name, aim.parameter)
        next_value = tune(aim, before, after, value, full)
        if next_value is not None:
            found.append((name, aim, next_value))
    return found


def _follow(dials: _Dials, tuned: list[tuple[str, Aim, Tuned]]) -> bool:
    """Turn what the aims ask for; what a guard-rail has held back is turned no further.

    Where several aims share a parameter, one that went too far has the say, else the one that asks for most.
    """
    turned = False
    wishes: dict[tuple[str, str], list[Tuned]] = {}
    for name, aim, wish in tuned:
        wishes.setdefault((name, aim.parameter), []).append(wish)
    for (name, parameter), each in wishes.items():
        value, full = dials.value(name, parameter), dials.full(name, parameter)
        less = [wish for wish in each if wish.value < value]
        wish = min(less, key=lambda w: w.value) if less else max(each, key=lambda w: w.value)
        target = min(wish.value, value) if name in dials.halved else wish.value
        if abs(target - value) > LITTLE * max(full, 1e-9):
            dials.turn(name, {parameter: target}, wish.text)
            turned = True
    return turned


def _hold_back(dials: _Dials, broken: tuple[Guard, ...]) -> bool:
    """Halve the first treatment at work that a broken guard-rail blames, or leave it out; False when none is left.

    Once in a round, however many guard-rails blame it: whether half of it is enough is for the next round to say.
    """
    held: set[str] = set()
    for guard in broken:
        names = {treatment.name for treatment in dials.recipe.treatments}
        suspect = next((name for name in blamed(guard.name) if name in names), None)
        if suspect is None or suspect in held:
            continue
        times = dials.halved[suspect] = dials.halved.get(suspect, 0) + 1
        strength = 0.0 if times > HALVINGS else dials.value(suspect, "strength") / 2.0
        state = "left out" if strength == 0.0 else "halved"
        dials.turn(suspect, {"strength": strength}, f"{state}: the guard-rail {guard.name} broke ({guard.value})")
        held.add(suspect)
    return bool(held)


def _rank(tried: Tried, tuned: list[tuple[str, Aim, Tuned]]) -> tuple[float, ...]:
    """Fewer broken guard-rails first, then fewer missed aims, then the lower score."""
    missed = sum(aim.misses(tried.report) != 0.0 for _, aim, _ in tuned)
    score = tried.report.plasticity.score
    return float(len(tried.broken)), float(missed), 100.0 if score is None else score


def _round(dials: _Dials, tried: Tried, tuned: list[tuple[str, Aim, Tuned]]) -> Round:
    values = {f"{name}.{aim.parameter}": dials.value(name, aim.parameter) for name, aim, _ in tuned}
    broken = tuple(f"{guard.name}: {guard.value}, allowed {guard.limit}" for guard in tried.broken)
    said = tuple(f"{name}: {wish.text}" for name, _, wish in tuned)
    return Round(values, tried.report.plasticity.score, broken, said)


def _ending(tried: Tried, tuned: list[tuple[str, Aim, Tuned]], dials: _Dials) -> str:
    held = sorted(name for name, times in dials.halved.items() if times)
    if held:
        return f"a guard-rail binds: {', '.join(held)} held back"
    missed = [f"{aim.reading} ({aim.region})" for _, aim, _ in tuned if aim.misses(tried.report)]
    if not missed:
        return "inside the live-action range" if tuned else "no aim could be measured on the samples"
    return f"the look goes no further: {', '.join(dict.fromkeys(missed))} outside the live-action range"
