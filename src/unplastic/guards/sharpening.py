"""No sharpening: edges do not become steeper than they were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unplastic.guards.bounds import no_less, unchecked
from unplastic.guards.pair import Pair
from unplastic.parameter import check, parameter
from unplastic.reading import Guard


@dataclass(frozen=True)
class Sharpening:
    """Nothing that finishes may sharpen. An upscaler that draws its own detail may: nothing can be said then."""

    name: ClassVar[str] = "sharpening"
    blames: ClassVar[tuple[str, ...]] = ("texture", "grade", "soften")

    ratio_min: float = parameter(0.85, "10-90 % rise of edges after over that before", low=0.0, high=1.0)

    def __post_init__(self) -> None:
        check(self)

    def check(self, pair: Pair) -> Guard:
        """From the reports."""
        if pair.declared.is_redrawn:
            return unchecked(self, "the upscaler draws edges of its own")
        return no_less(self, pair, "edge_width", "px", ratio=self.ratio_min)
