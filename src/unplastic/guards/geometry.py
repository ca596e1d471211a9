"""Nothing has moved: where the content of a frame lies before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unplastic.guards.bounds import said, unchecked
from unplastic.guards.distance import typical_distance_px
from unplastic.guards.pair import Pair
from unplastic.guards.sight import Sight
from unplastic.parameter import check, parameter
from unplastic.reading import Guard
from unplastic.vision.motion import motion

LOST_PX = 8.0
"""Where the content cannot be found again: no place is further away than anything that counts."""


@dataclass(frozen=True)
class Geometry:
    """Median optical flow from a frame before to the same frame after, where there is structure."""

    name: ClassVar[str] = "geometry"
    blames: ClassVar[tuple[str, ...]] = ("shape", "deboil", "deflicker", "texture")

    apart_max_px: float = parameter(0.25, "median distance in pixels of the finished size", low=0.0, high=10.0)

    def __post_init__(self) -> None:
        check(self)

    def look(self, sight: Sight) -> float | None:
        """The median of the middle frame; None without enough structure to be found again."""
        before, after = sight.before[sight.middle], sight.after[sight.middle]
        if sight.structured is None:
            return None
        found = motion(before.small, sight.tone(sight.after, sight.before)(after.small))
        known = sight.structured & found.trusted
        if 2 * known.sum() < sight.structured.sum():
            return LOST_PX
        return typical_distance_px(found.flow, known, before.ratio)

    def check(self, pair: Pair) -> Guard:
        """From the worst run."""
        seen = pair.seen(self)
        if not seen:
            return unchecked(self, "too little structure to see whether it has moved")
        return Guard(self.name, max(seen) <= self.apart_max_px, said(max(seen), "px"), said(self.apart_max_px, "px"))
