"""Sound starts when it started: lips and voices stay together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unplastic.guards.bounds import unchecked
from unplastic.guards.pair import UNWRITTEN, Pair
from unplastic.parameter import check, parameter
from unplastic.reading import Guard


@dataclass(frozen=True)
class SoundOffset:
    """First timestamps of the tracks."""

    name: ClassVar[str] = "sound offset"
    blames: ClassVar[tuple[str, ...]] = ()

    apart_max_s: float = parameter(0.0005, "distance of the starts of a track, in seconds", low=0.0, high=1.0)

    def __post_init__(self) -> None:
        check(self)

    def check(self, pair: Pair) -> Guard:
        """From the files."""
        if pair.master is None:
            return unchecked(self, UNWRITTEN)
        if not pair.source.sound:
            return unchecked(self, "the clip is silent")
        tracks = zip(pair.source.sound, pair.master.sound, strict=False)
        apart = max((abs(float(a.start_s - b.start_s)) for a, b in tracks), default=0.0)
        return Guard(self.name, apart <= self.apart_max_s, f"{apart:.4f} s", f"{self.apart_max_s} s")
