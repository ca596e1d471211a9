"""No defocus: a score must not be bought with blur."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unplastic.guards.bounds import no_more
from unplastic.guards.pair import Pair
from unplastic.parameter import check, parameter
from unplastic.reading import Guard


@dataclass(frozen=True)
class Focus:
    """Edges may become wider, since halos go, but not soft."""

    name: ClassVar[str] = "focus"
    blames: ClassVar[tuple[str, ...]] = ("soften", "deboil", "deflicker")

    ratio_max: float = parameter(1.4, "10-90 % rise of edges after over that before", low=1.0, high=10.0)

    def __post_init__(self) -> None:
        check(self)

    def check(self, pair: Pair) -> Guard:
        """From the reports."""
        return no_more(self, pair, "edge_width", "px", ratio=self.ratio_max)
