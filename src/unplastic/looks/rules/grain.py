"""Grain fills up to the look's level: what the clip already carries is counted, never doubled."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from unplastic.clip import Clip
from unplastic.looks.aims import Aim
from unplastic.looks.rules import Solution
from unplastic.reading import Report

if TYPE_CHECKING:
    from unplastic.treat.grain import Grain

VISIBLE_CODES8 = 0.35
"""A top-up weaker than this is neither seen nor kept by an encoder: it becomes zero."""

NEAR = 0.15
"""Share by which the measured level may differ from the look's: mid grey is not where the film curve peaks."""


def solve(treatment: Grain, report: Report, _: Clip) -> Solution:
    """Independent grains add in power, so the missing part is the root of the difference of squares.

    Boiling detail can pass for grain, with a wide interval: only its lower end is counted as present.
    """
    present = report.reading("grain_sigma")
    if present is None or not present.valid or present.value is None:
        return Solution({}, {"sigma_codes8": "the clip's own grain could not be measured: the look's level is used"})
    aim = treatment.sigma_codes8
    surely = present.value if present.low is None else min(present.low, present.value)
    missing = sqrt(max(0.0, aim * aim - surely * surely))
    if missing < VISIBLE_CODES8:
        return Solution({"sigma_codes8": 0.0}, {"sigma_codes8": f"the clip carries {surely:.1f} codes already"})
    reason = f"the look wants {aim:.1f} codes, the clip surely carries {surely:.1f}"
    return Solution({"sigma_codes8": round(missing, 2)}, {"sigma_codes8": reason})


def aims(treatment: Grain) -> tuple[Aim, ...]:
    """The level that the look states, however much of it the clip carries itself."""
    level = treatment.strength * treatment.sigma_codes8
    near = (level * (1.0 - NEAR), level * (1.0 + NEAR))
    return (Aim("sigma_codes8", "grain_sigma", "frame", +1, *near, why="the look"),) if level else ()
