"""Hues stay what they were: a grade may warm and cool, not turn colours into others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unplastic.guards.bounds import said, unchecked
from unplastic.guards.pair import Pair
from unplastic.guards.sight import Sight
from unplastic.parameter import check, parameter
from unplastic.reading import Guard

NEUTRAL_CODES8 = 128.0
COLOURED_CODES8 = 10.0
COLOURED_MIN = 100


@dataclass(frozen=True)
class Hue:
    """Mean turn of atan2(Cr, Cb), the more coloured a place the more it counts."""

    name: ClassVar[str] = "hue"
    blames: ClassVar[tuple[str, ...]] = ("grade", "texture")

    graded_max_deg: float = parameter(8.0, "turn where a grade is declared, degrees", low=0.0, high=180.0)
    ungraded_max_deg: float = parameter(2.0, "turn without a grade, degrees", low=0.0, high=180.0)

    def __post_init__(self) -> None:
        check(self)

    def look(self, sight: Sight) -> float | None:
        """Degrees of one run; None when nearly all of it is grey."""
        was, now = (
            (colours[..., 1:].reshape(-1, 2) - NEUTRAL_CODES8) @ np.array([1.0, 1.0j]) for colours in sight.colours
        )
        coloured = np.abs(was) >= COLOURED_CODES8
        if coloured.sum() < COLOURED_MIN:
            return None
        return float(np.degrees(np.angle(np.sum(np.conj(was[coloured]) * now[coloured]))))

    def check(self, pair: Pair) -> Guard:
        """From the worst run."""
        seen = [abs(turn) for turn in pair.seen(self)]
        if not seen:
            return unchecked(self, "there is too little colour to have a hue")
        limit = self.graded_max_deg if pair.declared.is_graded else self.ungraded_max_deg
        return Guard(self.name, max(seen) <= limit, said(max(seen), "deg"), said(limit, "deg"))
