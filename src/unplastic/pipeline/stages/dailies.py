"""The day's takes on one page: what came in, how it reads, what it cost, what waits for a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unplastic.errors import WorkError
from unplastic.pipeline.desk import Desk
from unplastic.pipeline.stage import IO, Done, Outcome, Work
from unplastic.pipeline.status import page
from unplastic.pipeline.store import FULL
from unplastic.pipeline.take import Event, Take


@dataclass(frozen=True)
class Dailies:
    """``to`` is a folder, beside the film unless it is absolute."""

    name: ClassVar[str] = "dailies"
    announces: ClassVar[Event | None] = None
    heavy: ClassVar[bool] = False

    to: str = "dailies"

    def queue(self, take: Take | None, desk: Desk) -> str:
        """The machine that has the folder."""
        return IO

    def run(self, work: Work) -> Outcome:
        """One page a day; a second one of the same day takes its place."""
        folder = work.desk.folder(work.job.film) / self.to
        try:
            folder.mkdir(parents=True, exist_ok=True)
            written, told = page(work.desk, work.job.film, folder)
        except OSError as trouble:
            if trouble.errno in FULL:
                raise
            raise WorkError(
                f"{folder}: {trouble.strerror or trouble}", "choose another folder for the dailies"
            ) from None
        return Done(f"{written.name}: {len(told.takes)} takes")
