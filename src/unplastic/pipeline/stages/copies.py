"""Make what the review page shows: copies at full size that browsers play, and the passages that flicker most."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from unplastic.pipeline.craft import copied
from unplastic.pipeline.desk import Desk
from unplastic.pipeline.stage import CPU, Done, Outcome, Work
from unplastic.pipeline.store import link
from unplastic.pipeline.take import Event, Take

ROLES = {"raw": "raw_copy", "finished": "finished_copy", "still": "still", "copies": "copies"}
"""Names of the files, and the roles under which the books have them."""


@dataclass(frozen=True)
class Copies:
    """No parameters: a copy that is not of full size and high quality hides what it is made to show."""

    name: ClassVar[str] = "copies"
    announces: ClassVar[Event | None] = None
    heavy: ClassVar[bool] = True

    def queue(self, take: Take | None, desk: Desk) -> str:
        """Any machine."""
        return CPU

    def run(self, work: Work) -> Outcome:
        """Copies of what is finished now; those of an earlier finish stay beside them."""
        facts = work.facts
        if "finished" not in facts:
            return Done("nothing is finished")
        if facts.get("copies_of") == facts["finished"]:
            return Done("done before")
        with work.scratch() as folder:
            finished = next(
                each
                for each in work.desk.tables.artefacts(work.take.film, work.take.id)
                if each.hash == facts["finished"]
            )
            raw, made = folder / f"original{facts.get('suffix', '.mp4')}", folder / f"made{Path(finished.name).suffix}"
            link(work.desk.store.path(facts["original"]), raw)
            link(work.desk.store.path(facts["finished"]), made)
            files, first = work.desk.workshop.run(copied, raw, made, folder / "out", stopped=work.stopped)
            kept = {
                name: work.keep(ROLES[name], Path(path), self._name(work, name, path)) for name, path in files.items()
            }
        return Done(
            f"ready to be looked at: {first}",
            {"copies": kept["copies"], "still": kept["still"], "copies_of": facts["finished"]},
        )

    def _name(self, work: Work, name: str, path: str) -> str:
        turn = "" if work.job.turn == 1 else f"_v{work.job.turn}"
        return f"{work.take.stem}_{ROLES[name]}{turn}{Path(path).suffix}"
