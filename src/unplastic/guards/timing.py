"""The same start and the same duration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unplastic.guards.bounds import unchecked
from unplastic.guards.pair import UNWRITTEN, Pair
from unplastic.parameter import check, parameter
from unplastic.reading import Guard

TICK_MAX_S = 0.001
"""Matroska counts milliseconds: start and end are each rounded to one, and a duration can be off by a whole one."""

EXACT_S = 1e-9
"""Times are fractions, and are compared as floats."""


@dataclass(frozen=True)
class Timing:
    """Timestamps of the file that was written, against those of the source."""

    name: ClassVar[str] = "time"
    blames: ClassVar[tuple[str, ...]] = ()

    apart_max_s: float = parameter(0.0005, "distance of starts, and of durations, in seconds", low=0.0, high=1.0)

    def __post_init__(self) -> None:
        check(self)

    def check(self, pair: Pair) -> Guard:
        """From the files."""
        source, master = pair.source, pair.master
        if master is None:
            return unchecked(self, UNWRITTEN)
        shift = abs(float(source.start_pts * source.time_base - master.start_pts * master.time_base))
        apart = max(shift, abs(float(source.duration_s - master.duration_s)))
        tick_s = float(max(source.time_base, master.time_base))
        allowed = max(self.apart_max_s, min(tick_s, TICK_MAX_S))
        return Guard(self.name, apart <= allowed + EXACT_S, f"{apart:.4f} s", f"{allowed:.4g} s")
