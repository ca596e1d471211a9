"""The same number of frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unplastic.guards.bounds import unchecked
from unplastic.guards.pair import UNWRITTEN, Pair
from unplastic.reading import Guard


@dataclass(frozen=True)
class Frames:
    """Counted from packets, in the file that was written."""

    name: ClassVar[str] = "frames"
    blames: ClassVar[tuple[str, ...]] = ()

    def check(self, pair: Pair) -> Guard:
        """From the files."""
        if pair.master is None:
            return unchecked(self, UNWRITTEN)
        return Guard(
            self.name, pair.master.frames == pair.source.frames, str(pair.master.frames), str(pair.source.frames)
        )
