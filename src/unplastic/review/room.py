"""What the routes share: the film's desk, its notes, the door, and the bench where stills and overlays are made."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from unplastic.pipeline.desk import Desk
from unplastic.pipeline.gate import copies_of
from unplastic.pipeline.notes import Notes
from unplastic.pipeline.take import Artefact, Take
from unplastic.pipeline.viewing import Bench
from unplastic.review.session import Door

TYPES = {
    "raw_copy": "video/mp4", "finished_copy": "video/mp4", "web": "video/mp4", "still": "image/jpeg",
    "copies": "application/json",
}  # fmt: skip
"""Roles of files that the page is given, and what they are."""

SLACK_FRAMES, FASTER = 30, 1.25
"""How far a report of frames may run ahead of the clock: a page's own delay, and a rate a little above true."""


@dataclass
class Room:
    """What one served film has at hand.

    ``film`` is the id in the books. ``works`` says whether this process does the film's work as well;
    ``closing`` is set when it ends, so that open lines let go.
    """

    desk: Desk
    film: str
    door: Door
    bench: Bench
    works: bool = False
    notes: Notes = field(init=False)
    closing: threading.Event = field(default_factory=threading.Event)
    _files: dict[str, Artefact] = field(default_factory=dict)
    _paces: dict[tuple[str, str], float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Open the page's part of the books."""
        self.notes = Notes(self.desk.database)

    def take(self, name: str) -> Take:
        """A take of this film; raises `WorkError`."""
        return self.desk.tables.take(self.film, name)

    def file(self, digest: str) -> Artefact | None:
        """The file of this film with that hash; None where there is none."""
        if digest not in self._files:
            self._files = {each.hash: each for each in self.desk.tables.artefacts(self.film)}
        return self._files.get(digest)

    def is_plausible(self, viewer: str, file: str, frames: int, fps: float) -> bool:
        """Whether so many frames can have been played since that viewer's last report of that file."""
        now = time.monotonic()
        with self._lock:
            last = self._paces.get((viewer, file))
            self._paces[viewer, file] = now
        return frames <= SLACK_FRAMES or (last is not None and frames <= (now - last) * fps * FASTER + SLACK_FRAMES)

    def copies(self, take: Take) -> dict[str, Any] | None:
        """What ``copies.json`` of the take says; None where there are no copies of what is finished now."""
        return copies_of(self.desk, take)
