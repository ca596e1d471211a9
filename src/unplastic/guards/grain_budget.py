"""Not more grain than film has, and none that nobody asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unplastic.guards.bounds import no_more
from unplastic.guards.pair import Pair
from unplastic.parameter import check, parameter
from unplastic.reading import Guard


@dataclass(frozen=True)
class GrainBudget:
    """Standard deviation of noise in flat places.

    Too little of it is no fault: how much grain there should be is the look's affair, and less strength mends nothing.
    """

    name: ClassVar[str] = "grain budget"
    blames: ClassVar[tuple[str, ...]] = ("grain", "texture")

    sigma_max_codes8: float = parameter(3.0, "grain that is always allowed where declared", low=0.0, high=50.0)
    undeclared_max_codes8: float = parameter(0.3, "noise that may be added where none is declared", low=0.0, high=50.0)

    def __post_init__(self) -> None:
        check(self)

    def check(self, pair: Pair) -> Guard:
        """From the reports."""
        is_declared = pair.declared.grain_sigma_codes8 > 0.0
        free = self.sigma_max_codes8 if is_declared else 0.0
        more = 0.0 if is_declared else self.undeclared_max_codes8
        return no_more(self, pair, "grain_sigma", "codes", free=free, more=more)
