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

from unplastic.looks.consensus import BLUE, EDGE, LEVELS, RED, SCENE, SKIN, Consensus, Trait, grain_trait, listed
from unplastic.looks.consensus import shown as shown_in
from unplastic.looks.match import BLUR_MAX_PX, CAST_LUMA, WIDTH_OF_SIGMA
from unplastic.looks.plate import SIGMA_MAX_CODES8
from unplastic.looks.rules import Solution
from unplastic.looks.tonematch import Curve, Levels, curve
from unplastic.reading import Reading, Report
from unplastic.treat.grain import lines_of

SETTLED = 0.5
"""Share of the tolerance that a corrected shot is left within, so that it still matches when it is measured again."""

SOFTENED_MAX_PX = 1.25
"""Edges of this 10-90 % width and more are left alone by `treat.soften`: more blur would be defocus."""

LEAST_SPAN, GAIN_MIN = 0.01, 0.25
"""Keep what is divided by away from zero, on pictures that are nearly all white."""

SATURATION_MAX, BALANCE_MAX = 4.0, 0.1
"""As far as the grade's own parameters go."""

COLOUR_READINGS = {"scene_chroma", "scene_chroma_p95", "skin_chroma", "skin_chroma_p95", "hue_chroma"}
CURVE = "slope", "offset", "power"


@dataclass(frozen=True, slots=True)
class Mend:
    """How one shot is brought close: a tone curve, a share of its colour, a balance of white, and the width of edges.

    ``tone`` is the curve, and black, median and white after it; ``gain`` is what it does to the colours by itself, and
    ``saturation`` what is to become of them all in all. ``edge_px`` is the edge width afterwards, in the shot's own
    pixels.
    """

    tone: tuple[Curve, Levels] | None
    gain: float
    saturation: float
    cast: tuple[float, float]
    blur_px: float
    edge_px: float | None
    reasons: dict[str, str]

    def predicted(self, report: Report) -> Report:
        """``report`` as it will read once the shot is mended."""
        changes: dict[str, Callable[[float], float]] = dict.fromkeys(COLOUR_READINGS, lambda v: v * self.saturation)
        if self.tone:
            for trait, level in zip(LEVELS, self.tone[1], strict=True):
                changes[trait.name] = lambda _, level=level: level
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
    levels = _moves(agreed, report, LEVELS)
    colour = _moves(agreed, report, (SKIN,)) or _moves(agreed, report, (SCENE,))
    casts = _moves(agreed, report, (BLUE, RED))
    if any(cast.is_held for cast in casts):
        casts = []  # another light, or a coloured wall: half of the way would be neither
    tone = _tone(levels)
    blur, edge, why_blur = _blur(agreed, report)
    return Mend(
        tone=tone,
        gain=_gain(tone[0], levels, report) if tone else 1.0,
        saturation=colour[0].aim / colour[0].here if colour and colour[0].here else 1.0,
        cast=(_shift(casts, BLUE), _shift(casts, RED)),
        blur_px=blur,
        edge_px=edge,
        reasons={
            "slope": _why(levels),
            "cdl_saturation": _why(colour),
            "balance_cb": _why(casts),
            "blur_px": why_blur,
        },
    )


def raised(treatment: Any, agreed: Consensus, kept: Collection[str]) -> Any:
    """Grain of the look as the scene needs it: no less than most shots carry, since none can be taken away."""
    level = agreed.of(grain_trait("frame"))
    if treatment.name != "grain" or "sigma_codes8" in kept or level is None or level <= treatment.sigma_codes8:
        return treatment
    return replace(treatment, sigma_codes8=round(min(level, SIGMA_MAX_CODES8), 2))


def joined(
    treatment: Any, solve: Callable[[Report], Solution], agreed: Consensus, report: Report, kept: Collection[str]
) -> Solution:
    """What the treatment's rule says of the shot, and what brings it to the scene.

    ``solve`` is the rule for a report; ``kept`` are parameters that nobody may change.
    """
    found = mend(agreed, report)
    if treatment.name == "grade":
        if _has_own_curve(treatment, kept):
            found = replace(found, tone=None)
        return _graded(treatment, solve(found.predicted(report)), found)
    solution = solve(report)
    if treatment.name == "soften" and found.blur_px:
        values = {"strength": 1.0, "blur_px": round(max(found.blur_px, treatment.blur_px), 3)}
        return Solution(solution.values | values, solution.reasons | {"blur_px": found.reasons["blur_px"]})
    return solution


def _graded(treatment: Any, solution: Solution, found: Mend) -> Solution:
    values: dict[str, Any] = {}
    gain = found.gain if found.tone else 1.0
    if found.tone:
        line, _ = found.tone
        values |= {name: (getattr(line, name),) * 3 for name in CURVE}
    if found.saturation != 1.0 or gain != 1.0:
        values["cdl_saturation"] = round(
            min(found.saturation / max(gain, GAIN_MIN) * treatment.cdl_saturation, SATURATION_MAX), 3
        )
    if found.cast != (0.0, 0.0):
        values |= {
            name: round(min(max(getattr(treatment, name) + cast / CAST_LUMA, -BALANCE_MAX), BALANCE_MAX), 4)
            for name, cast in zip(("balance_cb", "balance_cr"), found.cast, strict=True)
        }
    reasons = {name: why for name, why in found.reasons.items() if name in values}
    return Solution(solution.values | values, solution.reasons | reasons)


def _has_own_curve(treatment: Any, kept: Collection[str]) -> bool:
    """A look that brings a tone curve of its own, or a user who pins one, has the say."""
    is_stated = any(getattr(treatment, name) != (1.0, 1.0, 1.0) for name in ("slope", "power"))
    return is_stated or any(treatment.offset) or bool(treatment.cdl_path) or any(name in kept for name in CURVE)


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


def _shift(moves: list[_Move], trait: Trait) -> float:
    return next((move.aim - move.here for move in moves if move.trait == trait), 0.0)


def _tone(moves: list[_Move]) -> tuple[Curve, Levels] | None:
    """The curve that moves all three levels; None where nothing moves or one of them is unknown."""
    if len(moves) < len(LEVELS) or all(move.aim == move.here for move in moves):
        return None
    black, middle, white = moves
    aims = black.aim, middle.aim, white.aim
    found = curve((black.here, middle.here, white.here), aims)
    return (found, aims) if found else None


def _gain(line: Curve, levels: list[_Move], report: Report) -> float:
    """What the curve does to colour: at the luma of skin, or on the way from the median to white, where colours lie."""
    skin = report.reading("skin_level", "skin")
    if skin and skin.valid and skin.value is not None and shown_in(SKIN, report) is not None:
        return line.gain_at(skin.value)
    _, middle, white = levels
    return (white.aim - middle.aim) / max(white.here - middle.here, LEAST_SPAN)


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
