"""Everything moves as it did: motion from frame to frame before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unplastic.guards.bounds import said, unchecked
from unplastic.guards.distance import typical_distance_px
from unplastic.guards.pair import Pair
from unplastic.guards.sight import Sight
from unplastic.parameter import check, parameter
from unplastic.reading import Guard


@dataclass(frozen=True)
class Movement:
    """Median end-point difference of the optical flow to the next frame, where there is structure to follow."""

    name: ClassVar[str] = "motion"
    blames: ClassVar[tuple[str, ...]] = ("deboil", "deflicker", "texture")

    apart_max_px: float = parameter(0.25, "median distance in pixels of the finished size", low=0.0, high=10.0)

    def __post_init__(self) -> None:
        check(self)

    def look(self, sight: Sight) -> float | None:
        """The median from the middle frame to the next; None where nothing can be followed."""
        scene = sight.before[sight.middle]
        before, after = scene.to_next, sight.after[sight.middle].to_next
        if before is None or after is None or sight.structured is None:
            return None
        return typical_distance_px(after.flow - before.flow, sight.structured & before.trusted, scene.ratio)

    def check(self, pair: Pair) -> Guard:
        """From the worst run."""
        seen = pair.seen(self)
        if not seen:
            return unchecked(self, "nothing was seen to move whose motion can be followed")
        return Guard(self.name, max(seen) <= self.apart_max_px, said(max(seen), "px"), said(self.apart_max_px, "px"))
