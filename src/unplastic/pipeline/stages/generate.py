"""Order the shot once, follow it, and bring the clip home as a paid original that is never removed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from unplastic.media import probe
from unplastic.pipeline.desk import Desk
from unplastic.pipeline.paid import brought, followed
from unplastic.pipeline.stage import CPU, Done, Outcome, Work
from unplastic.pipeline.take import Event, Take
from unplastic.providers.provider import Reference, VideoRequest


@dataclass(frozen=True)
class Generate:
    """No parameters: what is ordered is what the route and the references said."""

    name: ClassVar[str] = "generate"
    announces: ClassVar[Event | None] = "clip.finished"
    heavy: ClassVar[bool] = False

    def queue(self, take: Take | None, desk: Desk) -> str:
        """The service's own queue: its limits hold for everybody who orders there."""
        return f"service/{take.facts['route']['service']}" if take and "route" in take.facts else CPU

    def run(self, work: Work) -> Outcome:
        """One look: order, poll, or fetch, whatever comes next."""
        if "original" in work.facts:
            return Done("it is here")
        work.need("request")
        service = work.desk.service(work.need("route")["service"])
        outcome = followed(work, service, _request(work), shot=f"{work.take.scene}/{work.take.shot}", probe=probe)
        if not isinstance(outcome, Done):
            return outcome
        path = brought(work, service, outcome.facts["attempt"], probe=probe)
        clip = probe(path)
        digest = work.keep("original", path, f"{work.take.stem}_original{path.suffix}", paid=True)
        path.unlink(missing_ok=True)
        length = f"{clip.width}x{clip.height}, {float(clip.frames / clip.frame_rate):.1f} s"
        facts: dict[str, Any] = {**outcome.facts, "original": digest, "suffix": path.suffix, "clip": length}
        return Done(f"{outcome.text}: {length}", facts)


def _request(work: Work) -> VideoRequest:
    """As it was frozen; a picture's file comes out of the store."""
    rows = work.facts.get("references", [])
    references = tuple(
        Reference(**{key: value for key, value in row.items() if key != "hash"},
                  path=work.desk.store.path(row["hash"]) if row["hash"] else None)
        for row in rows
    )  # fmt: skip
    return VideoRequest(**work.facts["request"], references=references)
