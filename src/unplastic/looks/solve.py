"""From a look and a measurement to a recipe: every step is driven by a measured deficit and can become zero.

A treatment's rule is the module of its name in ``looks/rules``; a treatment without one is used as the look states it.
A rule is a function ``solve(treatment, report, clip) -> Solution``: the values that measurement changes, and why. It
may also state ``aims(treatment)``: the readings that the loop is to bring into range by its parameters.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from unplastic.clip import Clip
from unplastic.errors import RecipeError
from unplastic.looks.consensus import Consensus
from unplastic.looks.look import Look, Step
from unplastic.looks.match import match
from unplastic.looks.mend import joined, raised
from unplastic.looks.plate import Plate
from unplastic.looks.recipe import Dose, Recipe
from unplastic.looks.rules import Rule, Solution, rule_of
from unplastic.reading import Report
from unplastic.registry import member

NOT_FOR_HDR = {
    "grade": "the clip is HDR: a display-referred grade would be wrong on it",
    "texture": "the clip is HDR: what skin lacks was measured on display-referred pictures",
}

MATCHED = {"grade", "soften", "grain"}
"""What a plate sets: its values are the target, not the range of cameras at large."""


def solve(
    look: Look,
    report: Report,
    clip: Clip,
    *,
    strength: float = 1.0,
    seed: int = 0,
    pins: dict[str, dict[str, Any]] | None = None,
    plate: Plate | None = None,
    scene: Consensus | None = None,
) -> Recipe:
    """The recipe of ``look`` for the clip that ``report`` measured.

    ``strength`` 0..1 scales every treatment; ``pins`` maps a treatment to values that neither the look nor the
    measurement may change. What the look or the user pins, a ``plate`` does not move either, nor do the other shots of
    the clip's ``scene``, which it is matched to where there is no plate to match all of them to. Raises `RecipeError`
    for a strength or value outside its interval, `ClipUnsupported` for an HDR clip with a plate.
    """
    if not 0.0 <= strength <= 1.0:
        raise RecipeError(f"strength {strength:g} is outside [0, 1]", "0 changes nothing, 1 is the look as written")
    pins = pins or {}
    for name in pins:
        member("treat", name)
    steps = [
        *look.steps,
        *(Step(name, {}, frozenset()) for name in pins if name not in {s.treatment for s in look.steps}),
    ]
    doses, left_out = [], {}
    for step in steps:
        if step.treatment in NOT_FOR_HDR and clip.color.is_hdr:
            left_out[step.treatment] = NOT_FOR_HDR[step.treatment]
            continue
        doses.append(_dose(step, pins.get(step.treatment, {}), report, clip, strength, plate or scene))
    doses.sort(key=lambda dose: dose.treatment.order)
    return Recipe(look.name, strength, seed, tuple(doses), left_out)


def _dose(
    step: Step, pins: dict[str, Any], report: Report, clip: Clip, strength: float, target: Plate | Consensus | None
) -> Dose:
    kind: Any = member("treat", step.treatment)
    unknown = [key for key in pins if key not in kind.__dataclass_fields__]
    if unknown:
        raise RecipeError(
            f"{step.treatment} has no parameter {unknown[0]!r}", f"see: unplastic looks show {step.treatment}"
        )
    kept = step.pinned | pins.keys()
    treatment = kind(**{**step.values, **pins})
    if isinstance(target, Consensus):
        treatment = raised(treatment, target, kept)
    full = replace(treatment, strength=treatment.strength * (1.0 if "strength" in pins else strength))
    rule = rule_of(step.treatment)
    solution = _solution(treatment, rule, report, clip, target, kept)
    values = {name: value for name, value in solution.values.items() if name not in kept}
    reasons = {name: solution.reasons[name] for name in values if name in solution.reasons}
    reasons |= dict.fromkeys(sorted(kept), "pinned")
    treatment = replace(treatment, **values)
    if "strength" not in pins:
        treatment = replace(treatment, strength=treatment.strength * strength)
    is_matched = isinstance(target, Plate) and step.treatment in MATCHED
    aims = () if is_matched else tuple(aim for aim in rule.aims(full) if aim.parameter not in kept)
    return Dose(treatment, reasons, full, aims)


def _solution(
    treatment: Any,
    rule: Rule,
    report: Report,
    clip: Clip,
    target: Plate | Consensus | None,
    kept: frozenset[str],
) -> Solution:
    """What the rule says, turned towards the plate or the other shots of the scene."""
    if isinstance(target, Consensus):
        return joined(treatment, lambda seen: rule.solve(treatment, seen, clip), target, report, kept)
    solution = rule.solve(treatment, report, clip)
    return match(treatment, solution, target, report, clip) if target else solution
