"""Shaping of key and fill: only on a face whose light is known, and no further than faces are lit by one lamp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unplastic.clip import Clip
from unplastic.looks.rules import Solution
from unplastic.reading import Report

if TYPE_CHECKING:
    from unplastic.treat.shape import Shape

RATIO_STOPS = (0.3, 4.0)
"""Where a shaped face is to end: flat light has this much already, and beyond four stops shadow is black."""


def solve(treatment: Shape, report: Report, _: Clip) -> Solution:
    """All of it, less where the ratio would leave its range, and none where no light is known on the face."""
    ratio, side = report.reading("key_fill", "face"), report.reading("light_azimuth", "face")
    if ratio is None or not ratio.valid or ratio.value is None:
        why = (ratio.why_not if ratio else None) or "the light on the face was not measured"
        return Solution({"strength": 0.0}, {"strength": f"nothing is shaped: {why}"})
    if (side is None or not side.valid) and not treatment.side:
        why = (side.why_not if side else None) or "its direction was not measured"
        return Solution({"strength": 0.0}, {"strength": f"nothing is shaped: {why}"})
    low, high = RATIO_STOPS
    stops = min(max(treatment.stops, low - ratio.value), high - ratio.value)
    if treatment.stops * stops <= 0.0:
        stops = 0.0
    share = abs(stops / treatment.stops) if treatment.stops else 0.0
    why = f"key over fill is {ratio.value:.1f} stops: it goes to {ratio.value + stops:.1f}"
    return Solution({"strength": round(treatment.strength * min(1.0, share), 3)}, {"strength": why})
