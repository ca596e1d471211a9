"""What brings one shot close to the others of its scene, gently: tone, colour and edges through the look's treatments.

A colourist matches the shots first and lays the look over all of them. So here: the match goes into the steps of the
grade that come first (balance and ASC CDL), and the look's own restraint is then solved for the shot as it will read.
A shot is moved to within half a tolerance of the scene, no further than a trait's reach.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

from unplastic.looks.consensus import BLACK, BLUE, EDGE, MIDDLE, RED, SCENE, SKIN, WHITE, Consensus, Trait, grain_trait
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


def mend(agreed: Consensus, report: Report) -> Mend:
    """What brings the shot that ``report`` measured close to what the scene ``agreed`` on."""
    reasons: dict[str, str] = {}
    levels = tuple(_aimed(agreed, report, trait, "slope", reasons) for trait in (BLACK, MIDDLE, WHITE))
    here = tuple(shown_in(trait, report) for trait in (BLACK, MIDDLE, WHITE))
    tone = curve(here, levels) if None not in levels and levels != here else None  # type: ignore[arg-type]
    colour = SKIN if shown_in(SKIN, report) is not None and agreed.of(SKIN) is not None else SCENE
    wanted, was = _aimed(agreed, report, colour, "cdl_saturation", reasons), shown_in(colour, report)
    cast = tuple(_moved(agreed, report, trait, "balance_cb", reasons) for trait in (BLUE, RED))
    blur, edge = _blur(agreed, report, reasons)
    return Mend(
        curve=tone,
        levels=levels if tone else None,  # type: ignore[arg-type]
        saturation=wanted / was if wanted and was else 1.0,
        cast=(cast[0], cast[1]),
        blur_px=blur,
        edge_px=edge,
        reasons=reasons,
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
    if "cdl_saturation" in values and "cdl_saturation" not in reasons:
        reasons["cdl_saturation"] = "the change of tone would change colour as well"
    return Solution(solution.values | values, solution.reasons | reasons)


def _has_own_curve(treatment: Any, kept: Collection[str]) -> bool:
    """A look that brings a tone curve of its own, or a user who pins one, has the say."""
    is_stated = any(getattr(treatment, name) != (1.0, 1.0, 1.0) for name in ("slope", "power"))
    return is_stated or any(treatment.offset) or bool(treatment.cdl_path) or bool(CURVE & set(kept))


def _moved(agreed: Consensus, report: Report, trait: Trait, parameter: str, reasons: dict[str, str]) -> float:
    """How far the shot moves in a trait, with its reason; 0 where it is close enough or unknown."""
    here, there = shown_in(trait, report), agreed.of(trait)
    if here is None or there is None:
        return 0.0
    apart = trait.apart(here, there)
    too_far = max(0.0, abs(apart) - SETTLED * trait.tolerance)
    move = -min(too_far, trait.reach) * (1.0 if apart > 0.0 else -1.0)
    if move:
        held = ": held back, more would be another light" if too_far > trait.reach else ""
        said = f"beside the scene this shot is {trait.words(apart)}{held}"
        reasons[parameter] = f"{reasons[parameter]}; {said}" if parameter in reasons else said
    return move


def _aimed(agreed: Consensus, report: Report, trait: Trait, parameter: str, reasons: dict[str, str]) -> float | None:
    here = shown_in(trait, report)
    return None if here is None else trait.moved(here, _moved(agreed, report, trait, parameter, reasons))


def _blur(agreed: Consensus, report: Report, reasons: dict[str, str]) -> tuple[float, float | None]:
    """Blur of hard edges in pixels of the shot, and their width after it; a soft shot is not sharpened."""
    wanted, here = agreed.of(EDGE), shown_in(EDGE, report)
    if wanted is None or here is None:
        return 0.0, None
    to_px = lines_of(report.width, report.height) / 1080.0
    width = here * to_px
    aim = min(EDGE.moved(wanted, -SETTLED * EDGE.tolerance) * to_px, SOFTENED_MAX_PX)
    if width >= aim:
        return 0.0, None
    blur = min(sqrt(aim * aim - width * width) / WIDTH_OF_SIGMA, BLUR_MAX_PX)
    reasons["blur_px"] = f"edges are {width:.2f} px wide, the scene's {wanted * to_px:.2f} px at this size"
    return blur, sqrt(width * width + (blur * WIDTH_OF_SIGMA) ** 2)


def _changed(reading: Reading, change: Callable[[float], float] | None) -> Reading:
    if change is None or not reading.valid or reading.value is None:
        return reading
    value = change(reading.value)
    by = value - reading.value
    low, high = (None if end is None else end + by for end in (reading.low, reading.high))
    return replace(reading, value=value, low=low, high=high)
