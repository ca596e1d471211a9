"""Calm as much as texture boils, and not at all where it is only grain, or does not boil more than cameras do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unplastic.clip import Clip
from unplastic.looks.aims import Aim
from unplastic.looks.rules import Solution, between
from unplastic.reading import Report

if TYPE_CHECKING:
    from unplastic.treat.deboil import Deboil

BOIL_SHARE = {"frame": (0.10, 0.20), "skin": (0.15, 0.25), "hair": (0.16, 0.28), "cloth": (0.20, 0.30)}
"""Share of the fine band that changes without being grain: three in four web camera clips lie below the first value
(benchmark/tells.md); from the second on the look applies in full. Cloth boils as much on camera clips as elsewhere."""

AGAINST_GRAIN = 0.15, 0.35
"""What boils over all that the next frame does not show again: noise is white in time and has next to none of it."""


def solve(treatment: Deboil, report: Report, _: Clip) -> Solution:
    """The strength that the region asks for that boils most."""
    measured = [found for region in BOIL_SHARE if (found := _need(report, region))]
    if not measured:
        return Solution({"strength": 0.0}, {"strength": "what texture does over time could not be measured"})
    need, region, boil, is_white = max(measured)
    where = "texture" if region == "frame" else f"the {region}"
    if need == 0.0:
        why = "what changes there is grain" if is_white else f"camera clips reach {BOIL_SHARE[region][0]:.0%}"
        return Solution({"strength": 0.0}, {"strength": f"{boil:.0%} of {where} boils: {why}"})
    reason = f"{boil:.0%} of {where} boils, camera clips stay under {BOIL_SHARE[region][0]:.0%}"
    return Solution({"strength": round(treatment.strength * need, 3)}, {"strength": reason})


def aims(_: Deboil) -> tuple[Aim, ...]:
    """No surface boils more than on three in four camera clips."""
    return tuple(
        Aim("strength", "boil_share", region, -1, high=most, why="three in four camera clips")
        for region, (most, _) in BOIL_SHARE.items()
    )


def _need(report: Report, region: str) -> tuple[float, str, float, bool] | None:
    boil, rho = report.reading("boil_share", region), report.reading("rho_1", region)
    if boil is None or rho is None or not boil.valid or boil.value is None or rho.value is None:
        return None
    new = max(1.0 - rho.value, 1e-6)
    coloured = between(boil.value / new, AGAINST_GRAIN)
    need = between(boil.value, BOIL_SHARE[region]) * coloured
    return need, region, boil.value, coloured == 0.0 and boil.value > BOIL_SHARE[region][0]
