"""Enter what was measured as evidence: the routing learns which model makes which surface well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unplastic.pipeline.desk import Desk
from unplastic.pipeline.stage import IO, Done, Outcome, Work
from unplastic.pipeline.take import Event, Take
from unplastic.routing.evidence import Take as Evidence
from unplastic.routing.evidence import add_takes, default_file


@dataclass(frozen=True)
class Measure:
    """``learn`` False keeps the take out of the evidence. A rehearsal never teaches anything."""

    name: ClassVar[str] = "measure"
    announces: ClassVar[Event | None] = "take.measured"
    heavy: ClassVar[bool] = False

    learn: bool = True

    def queue(self, take: Take | None, desk: Desk) -> str:
        """Any machine; the evidence is in the file of its user."""
        return IO

    def run(self, work: Work) -> Outcome:
        """The finish has measured both; here is what follows from it."""
        facts = work.facts
        after, before = work.need("after")["score"], facts["before"]["score"]
        told = "plasticity could not be measured" if after is None else f"plasticity {after:.0f}"
        gained = "" if before is None or after is None else f" (raw {before:.0f})"
        can_learn = self.learn and not work.desk.is_rehearsal and work.take.origin == "generated"
        if can_learn and "learned" not in facts and work.shot:
            route = facts["route"]
            size = work.shot[1].shot_size or ""
            add_takes(default_file(), [Evidence(
                route["model"], route.get("version", ""), route["surface"], size, after, facts["after"]["coverage"],
                None, work.take.id, work.desk.now(),
            )])  # fmt: skip
            return Done(f"{told}{gained}; entered as evidence", {"learned": True})
        return Done(f"{told}{gained}")
