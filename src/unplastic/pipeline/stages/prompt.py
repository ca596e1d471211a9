"""Read the shot's prompt, and say what makes plastic and what is missing, before anything is paid."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import ClassVar

from unplastic.pipeline.desk import Desk
from unplastic.pipeline.stage import CPU, Done, Hold, Outcome, Work
from unplastic.pipeline.take import Event, Take
from unplastic.prompts import lint

WORST = 3
HOLDS = ("never", "worst")


@dataclass(frozen=True)
class Prompt:
    """``hold``: "never", or "worst" to stop for findings of the highest severity."""

    name: ClassVar[str] = "prompt"
    announces: ClassVar[Event | None] = "shot.written"
    heavy: ClassVar[bool] = False

    hold: str = "never"

    def __post_init__(self) -> None:
        if self.hold not in HOLDS:
            raise ValueError(f"hold is one of {', '.join(HOLDS)}, not {self.hold!r}")

    def queue(self, take: Take | None, desk: Desk) -> str:
        """Any machine."""
        return CPU

    def run(self, work: Work) -> Outcome:
        """Findings of the prompt as it was written; it is rewritten where the model is known."""
        if work.shot is None:
            return Done("no shot of the film: nothing to read")
        _, shot = work.shot
        found = lint(shot.prompt)
        worst = [each for each in found if each.severity >= WORST]
        if worst and self.hold == "worst":
            return Hold(f"the prompt says {worst[0].text!r}: {worst[0].why}", worst[0].fix or "change the prompt")
        told = [{key: value for key, value in asdict(each).items() if key != "severity"} for each in found]
        return Done(f"{len(found)} findings, {len(worst)} of them grave", {"prompt_findings": told})
