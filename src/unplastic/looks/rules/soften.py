"""Soften as much as the edges overshoot, and not at all when they do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unplastic.clip import Clip
from unplastic.looks.aims import Aim
from unplastic.looks.rules import Solution
from unplastic.reading import Report

if TYPE_CHECKING:
    from unplastic.treat.soften import Soften

AIM_PERCENT = 7.0
"""Three in four web camera clips lie below (data/reference): softening stops here. Clean optics stay under 5, but
cameras sharpen too, and a picture is not to be softer than the ones beside which it will be cut."""


def solve(treatment: Soften, report: Report, _: Clip) -> Solution:
    """Remove the share of the overshoot that lies above the aim."""
    overshoot = report.reading("edge_overshoot")
    if overshoot is None or not overshoot.valid or overshoot.value is None:
        why = overshoot.why_not if overshoot else "no edge measure ran"
        return Solution({"strength": 0.0}, {"strength": f"edges could not be measured: {why}"})
    share = max(0.0, 1.0 - AIM_PERCENT / max(overshoot.value, 1e-6))
    if share == 0.0:
        return Solution({"strength": 0.0}, {"strength": f"edges overshoot by {overshoot.value:.1f} %: not over-sharp"})
    reason = f"edges overshoot by {overshoot.value:.1f} %, camera clips stay under {AIM_PERCENT:g} %"
    return Solution({"strength": round(treatment.strength * share, 3)}, {"strength": reason})


def aims(_: Soften) -> tuple[Aim, ...]:
    """Halos no wider than those of three in four camera clips."""
    return (Aim("strength", "edge_overshoot", "frame", -1, high=AIM_PERCENT, why="three in four camera clips"),)
