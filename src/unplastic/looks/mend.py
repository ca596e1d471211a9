"""What brings one shot close to the others of its scene, gently: tone, colour and edges through the look's treatments.

A colourist matches the shots first and lays the look over all of them. So here: the match goes into the steps of the
grade that come first (balance and ASC CDL), and the look's own restraint is then solved for the shot as it will read.
A shot is moved to within half a tolerance of the scene, no further than a trait's reach.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from math import copysign, sqrt
from typing import Any

from unplastic.looks.consensus import (
    BLACK,
    BLUE,
    EDGE,
    MIDDLE,
    RED,
    SCENE,
    SKIN,
    WHITE,
    Consensus,
    Trait,
    grain_trait,
    listed,
)
from unplastic.looks.consensus import shown as shown_in
from unplastic.looks.match import BLUR_MAX_PX, CAST_LUMA, WIDTH_OF_SIGMA
from unplastic.looks.rules import Solution
from unplastic.looks.tonematch import Curve, curve
from unplastic.reading import Reading, Report
from unplastic.treat.grain import lines_of

SETTLED = 0.5
"""Share of the tolerance that a corrected shot is left within, so that it still matches when it is measured again."""

SOFTENED_MAX_PX = 1.25
"""Edges of this 10-90 % width and more are left alone by `treat.soften`: more blur would be defocus."""

COLOUR_READINGS = {"scene_chroma", "scene_chroma_p95", "skin_chroma", "skin_chroma_p95", "hue_chroma"}
CURVE = {"slope", "offset", "power"}


@dataclass(frozen=True, slots=True)
class Mend:
    """How one shot is brought close: a tone curve, a share of its colour, a balance of white, and the width of edges.

    ``levels`` are black, median and white afterwards; ``edge_px`` is the edge width afterwards, in its own pixels.
    """

    curve: Curve | None
    levels: tuple[float, float, float] | None
    saturation: float
    cast: tuple[float, float]
    blur_px: float
    edge_px: float | None
    reasons: dict[str, str]

    def predicted(self, report: Report) -> Report:
        """``report`` as it will read once the shot is mended."""
        changes: dict[str, Callable[[float], float]] = dict.fromkeys(COLOUR_READINGS, lambda v: v * self.saturation)
        if self.levels:
            names = (trait.name for trait in (BLACK, MIDDLE, WHITE))
            changes |= {name: lambda _, level=level: level for name, level in zip(names, self.levels, strict=True)}
        for trait, cast in zip((BLUE, RED), self.cast, strict=True):
            changes[trait.name] = lambda v, cast=cast: v + cast
        if self.edge_px is not None:
            changes[EDGE.name] = lambda _: self.edge_px or 0.0
        return replace(report, readings=tuple(_changed(r, changes.get(r.name)) for r in report.readings))


@dataclass(frozen=True, slots=True)
class _Move:
    """One trait of the shot: what it is, what it is to be, and how far apart from the scene it was."""

    trait: Trait
    here: float
    aim: float
    apart: float

    @property
    def is_held(self) -> bool:
        return abs(self.apart) - SETTLED * self.trait.tolerance > self.trait.reach


def mend(agreed: Consensus, report: Report) -> Mend:
    """What brings the shot that ``report`` measured close to what the scene ``agreed`` on."""
    levels = _moves(agreed, report, (BLACK, MIDDLE, WHITE))
    here, aims = (tuple(getattr(move, name) for move in levels) for name in ("here", "aim"))
    tone = curve(here, aims) if len(levels) == 3 and aims != here else None  # type: ignore[arg-type]
    colour = _moves(agreed, report, (SKIN,)) or _moves(agreed, report, (SCENE,))
    casts = {move.trait: move for move in _moves(agreed, report, (BLUE, RED))}
    blur, edge, why_blur = _blur(agreed, report)
    return Mend(
        curve=tone,
        levels=aims if tone else None,  # type: ignore[arg-type]
        saturation=colour[0].aim / colour[0].here if colour and colour[0].here else 1.0,
        cast=tuple(casts[trait].aim - casts[trait].here if trait in casts else 0.0 for trait in (BLUE, RED)),  # type: ignore[arg-type]
        blur_px=blur,
        edge_px=edge,
        reasons={
            "slope": _why(levels),
            "cdl_saturation": _why(colour),
            "balance_cb": _why(list(casts.values())),
            "blur_px": why_blur,
        },
    )


def raised(treatment: Any, agreed: Consensus, kept: Collection[str]) -> Any:
    """Grain of the look as the scene needs it: no less than most shots carry, since none can be taken away."""
    level = agreed.of(grain_trait("frame"))
    if treatment.name != "grain" or "sigma_codes8" in kept or level is None or level <= treatment.sigma_codes8:
        return treatment
    return replace(treatment, sigma_codes8=round(level, 2))


def joined(
    treatment: Any, solve: Callable[[Report], Solution], agreed: Consensus, report: Report, kept: Collection[str]
) -> Solution:
    """What the treatment's rule says of the shot, and what brings it to the scene.

    ``solve`` is the rule for a report; ``kept`` are parameters that nobody may change.
    """
    found = mend(agreed, report)
    if treatment.name == "grade":
        return _graded(treatment, solve(found.predicted(report)), found, kept)
    solution = solve(report)
    if treatment.name == "soften" and found.blur_px > treatment.blur_px:
        values = {"strength": 1.0, "blur_px": round(found.blur_px, 3)}
        return Solution(solution.values | values, solution.reasons | {"blur_px": found.reasons["blur_px"]})
    return solution


def _graded(treatment: Any, solution: Solution, found: Mend, kept: Collection[str]) -> Solution:
    values: dict[str, Any] = {}
    gain = 1.0
    if found.curve and not _has_own_curve(treatment, kept):
        values |= {name: (getattr(found.curve, name),) * 3 for name in sorted(CURVE)}
        gain = found.curve.gain
    if found.saturation != 1.0 or gain != 1.0:
        values["cdl_saturation"] = round(found.saturation / gain * treatment.cdl_saturation, 3)
    if found.cast != (0.0, 0.0):
        values |= {
            name: round(getattr(treatment, name) + cast / CAST_LUMA, 4)
            for name, cast in zip(("balance_cb", "balance_cr"), found.cast, strict=True)
        }
    reasons = {name: why for name, why in found.reasons.items() if name in values}
    return Solution(solution.values | values, solution.reasons | reasons)


def _has_own_curve(treatment: Any, kept: Collection[str]) -> bool:
    """A look that brings a tone curve of its own, or a user who pins one, has the say."""
    is_stated = any(getattr(treatment, name) != (1.0, 1.0, 1.0) for name in ("slope", "power"))
    return is_stated or any(treatment.offset) or bool(treatment.cdl_path) or bool(CURVE & set(kept))


def _moves(agreed: Consensus, report: Report, traits: tuple[Trait, ...]) -> list[_Move]:
    """Every one of ``traits`` that shot and scene both show, with where it is to go."""
    moves = []
    for trait in traits:
        here, there = shown_in(trait, report), agreed.of(trait)
        if here is not None and there is not None:
            apart = trait.apart(here, there)
            by = min(max(0.0, abs(apart) - SETTLED * trait.tolerance), trait.reach)
            moves.append(_Move(trait, here, trait.moved(here, -copysign(by, apart)) if by else here, apart))
    return moves


def _why(moves: list[_Move]) -> str:
    words = [move.trait.words(move.apart) for move in moves if move.aim != move.here]
    if not words:
        return "the change of tone would change colour as well"
    held = ": held back, more would be another light" if any(move.is_held for move in moves) else ""
    return f"beside the scene this shot is {listed(words)}{held}"


def _blur(agreed: Consensus, report: Report) -> tuple[float, float | None, str]:
    """Blur of hard edges in pixels of the shot, their width after it, and why; a soft shot is not sharpened."""
    wanted, here = agreed.of(EDGE), shown_in(EDGE, report)
    if wanted is None or here is None:
        return 0.0, None, ""
    to_px = lines_of(report.width, report.height) / 1080.0
    width = here * to_px
    aim = min(EDGE.moved(wanted, -SETTLED * EDGE.tolerance) * to_px, SOFTENED_MAX_PX)
    if width >= aim:
        return 0.0, None, ""
    blur = min(sqrt(aim * aim - width * width) / WIDTH_OF_SIGMA, BLUR_MAX_PX)
    why = f"edges are {width:.2f} px wide, the scene's {wanted * to_px:.2f} px at this size"
    return blur, sqrt(width * width + (blur * WIDTH_OF_SIGMA) ** 2), why


def _changed(reading: Reading, change: Callable[[float], float] | None) -> Reading:
    if change is None or not reading.valid or reading.value is None:
        return reading
    value = change(reading.value)
    by = value - reading.value
    low, high = (None if end is None else end + by for end in (reading.low, reading.high))
    return replace(reading, value=value, low=low, high=high)
