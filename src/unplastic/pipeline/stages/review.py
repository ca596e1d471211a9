"""Put a take up for review: from here on a person decides, and nothing runs meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unplastic.pipeline.desk import Desk
from unplastic.pipeline.stage import IO, Done, Outcome, Work
from unplastic.pipeline.take import IN_HAND, Event, Status, Take


@dataclass(frozen=True)
class Review:
    """No parameters."""

    name: ClassVar[str] = "review"
    announces: ClassVar[Event | None] = None
    heavy: ClassVar[bool] = False

    def queue(self, take: Take | None, desk: Desk) -> str:
        """Any machine."""
        return IO

    def run(self, work: Work) -> Outcome:
        """A verdict that was given meanwhile stays."""
        if work.take.status in IN_HAND:
            work.desk.tables.change(
                work.take, status=Status.REVIEW, note="", hint="", now_s=work.desk.now(), was=IN_HAND
            )
        return Done("waits for you")
