"""Every sound track is still there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unplastic.guards.bounds import unchecked
from unplastic.guards.pair import UNWRITTEN, Pair
from unplastic.reading import Guard


@dataclass(frozen=True)
class Sound:
    """Tracks of the file that was written."""

    name: ClassVar[str] = "sound"
    blames: ClassVar[tuple[str, ...]] = ()

    def check(self, pair: Pair) -> Guard:
        """From the files."""
        if pair.master is None:
            return unchecked(self, UNWRITTEN)
        now, was = len(pair.master.sound), len(pair.source.sound)
        return Guard(self.name, now == was, f"{now} tracks", f"{was} tracks")
