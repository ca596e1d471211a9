"""No new banding: smooth slopes are not drawn in steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unplastic.guards.bounds import no_more
from unplastic.guards.pair import Pair
from unplastic.parameter import check, parameter
from unplastic.reading import Guard


@dataclass(frozen=True)
class Banding:
    """Share of the picture that is a slope in visible steps."""

    name: ClassVar[str] = "banding"
    blames: ClassVar[tuple[str, ...]] = ("shape", "grade", "deboil", "deflicker")

    ratio_max: float = parameter(1.1, "share after over that before", low=1.0, high=10.0)
    more_percent: float = parameter(0.05, "share of the picture that may be added", low=0.0, high=100.0)

    def __post_init__(self) -> None:
        check(self)

    def check(self, pair: Pair) -> Guard:
        """From the reports."""
        return no_more(self, pair, "banding", "%", ratio=self.ratio_max, more=self.more_percent)
