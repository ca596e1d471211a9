"""Look at a take beside the other shots of its scene: tone, colour, grain, and the light on the face."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar

from unplastic.lightsheet import light_of
from unplastic.looks.consensus import consensus
from unplastic.looks.lighting import lighting
from unplastic.pipeline.desk import Desk
from unplastic.pipeline.stage import CPU, Done, Outcome, Work
from unplastic.pipeline.take import Event, Status, Take
from unplastic.reading import Report
from unplastic.report.document import read_clip

SHOTS_MIN = 2


@dataclass(frozen=True)
class Continuity:
    """``tolerances`` is how far apart, in what nine in ten framings of one camera shot keep to, is worth a word."""

    name: ClassVar[str] = "continuity"
    announces: ClassVar[Event | None] = None
    heavy: ClassVar[bool] = False

    tolerances: float = 1.5

    def __post_init__(self) -> None:
        if not 0.1 <= self.tolerances <= 100:
            raise ValueError(f"tolerances is from 0.1 to 100, not {self.tolerances}")

    def queue(self, take: Take | None, desk: Desk) -> str:
        """Any machine."""
        return CPU

    def run(self, work: Work) -> Outcome:
        """Findings beside those of the finish; they stop nothing."""
        if "report" not in work.facts:
            return Done("nothing was measured")
        mine = _after(work, work.take)
        others = [_after(work, each) for each in _newest(work)]
        found = [*self._apart(mine, others), *_light(work, mine, others)]
        text = "; ".join(each["text"] for each in found) or _fits(len(others))
        return Done(text, {"continuity": found})

    def _apart(self, mine: Report, others: list[Report]) -> list[dict[str, Any]]:
        if len(others) < SHOTS_MIN:
            return []
        agreed = consensus([mine, *others], is_hdr=False)
        return [
            {"name": f"apart_{each.trait.name}", "text": f"it is {each.trait.words(each.apart)} than its scene",
             "tolerances": round(each.tolerances, 2)}
            for each in agreed.departures(mine)
            if each.tolerances > self.tolerances
        ]  # fmt: skip


def _fits(others: int) -> str:
    if not others:
        return "it is the first measured shot of its scene"
    return f"it sits with the {others} other shots of its scene" if others > 1 else "it sits with the other shot"


def _newest(work: Work) -> list[Take]:
    """The last measured take of every other shot of the scene."""
    last: dict[str, Take] = {}
    for each in work.desk.tables.takes(work.take.film):
        is_other = each.scene == work.take.scene and each.shot != work.take.shot
        if is_other and "report" in each.facts and each.status in {Status.REVIEW, Status.APPROVED, Status.FIX}:
            last[each.shot] = each
    return list(last.values())


def _after(work: Work, take: Take) -> Report:
    text = work.desk.store.path(take.facts["report"]).read_text(encoding="utf-8")
    return read_clip(json.loads(text)["clips"][0]["after"])


def _light(work: Work, mine: Report, others: list[Report]) -> list[dict[str, Any]]:
    """Where its light is not the sheet's, or not the other shots'; with what mends it."""
    said = work.shot[0].light if work.shot else ""
    if not said and len(others) < SHOTS_MIN:
        return []
    shot = lighting([mine, *others], light_of(said, work.film.folder) if said else None)[0]
    return [
        {"name": each.name, "text": each.text.split(": ", 1)[1], "fix": each.fix}
        for each in shot.findings
        if each.severity == "warning"  # tone and colour are `_apart`'s
    ]
