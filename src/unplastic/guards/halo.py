"""No new halo: edges overshoot no more than before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unplastic.guards.bounds import no_more
from unplastic.guards.pair import Pair
from unplastic.parameter import check, parameter
from unplastic.reading import Guard


@dataclass(frozen=True)
class Halo:
    """Clean optics overshoot by up to 5 % of an edge's step; that much is nobody's fault."""

    name: ClassVar[str] = "halo"
    blames: ClassVar[tuple[str, ...]] = ("deboil", "texture", "grade")

    ratio_max: float = parameter(1.1, "overshoot after over that before", low=1.0, high=10.0)
    free_percent: float = parameter(5.0, "overshoot that is always allowed, % of the step", low=0.0, high=100.0)

    def __post_init__(self) -> None:
        check(self)

    def check(self, pair: Pair) -> Guard:
        """From the reports."""
        return no_more(self, pair, "edge_overshoot", "%", ratio=self.ratio_max, free=self.free_percent)
