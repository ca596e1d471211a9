"""No new flicker of the whole picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unplastic.guards.bounds import no_more
from unplastic.guards.pair import Pair
from unplastic.parameter import check, parameter
from unplastic.reading import Guard


@dataclass(frozen=True)
class Flicker:
    """Brightness of whole frames beside its trend."""

    name: ClassVar[str] = "flicker"
    blames: ClassVar[tuple[str, ...]] = ("shape", "deflicker", "grade")

    ratio_max: float = parameter(1.1, "flicker after over that before", low=1.0, high=10.0)
    more_codes8: float = parameter(0.1, "flicker that may be added, in 8-bit codes", low=0.0, high=50.0)

    def __post_init__(self) -> None:
        check(self)

    def check(self, pair: Pair) -> Guard:
        """From the reports."""
        return no_more(self, pair, "global_flicker", "codes", ratio=self.ratio_max, more=self.more_codes8)
