"""No new clipping at white."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unplastic.guards.bounds import no_more
from unplastic.guards.pair import Pair
from unplastic.parameter import check, parameter
from unplastic.reading import Guard


@dataclass(frozen=True)
class White:
    """Share of pixels at or above white."""

    name: ClassVar[str] = "white clipping"
    blames: ClassVar[tuple[str, ...]] = ("shape", "grade")

    more: float = parameter(0.002, "share of pixels that may be added", low=0.0, high=1.0)

    def __post_init__(self) -> None:
        check(self)

    def check(self, pair: Pair) -> Guard:
        """From the reports."""
        return no_more(self, pair, "clipped_high", more=self.more)
