"""Carry the characters' portraits, the frames and the references into the order, by the hashes of their bytes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

from unplastic.pipeline.desk import Desk
from unplastic.pipeline.stage import CPU, Done, Hold, Outcome, Work
from unplastic.pipeline.take import Event, Take
from unplastic.providers.provider import Role
from unplastic.providers.upload import measured
from unplastic.shot import Character


@dataclass(frozen=True)
class References:
    """``portraits``: True holds a shot whose character has no portrait; else the prompt's anchor has to do."""

    name: ClassVar[str] = "references"
    announces: ClassVar[Event | None] = None
    heavy: ClassVar[bool] = False

    portraits: bool = False

    def queue(self, take: Take | None, desk: Desk) -> str:
        """Any machine."""
        return CPU

    def run(self, work: Work) -> Outcome:
        """Each as plain data with its hash in the store, or the address under which the service knows it."""
        if "references" in work.facts:
            return Done("carried before")
        if work.shot is None:
            return Hold(f"the film has no shot {work.take.shot} any more", "put it back, or cancel the take")
        _, shot = work.shot
        service = work.need("route")["service"]
        found: list[dict[str, Any]] = []
        frames: tuple[tuple[Path | None, Role], ...] = (
            (shot.first_frame, "first_frame"),
            (shot.last_frame, "last_frame"),
        )
        found += [_kept(work, path, role) for path, role in frames if path]
        for who in filter(None, map(work.film.character, shot.characters)):
            if who.portrait is None and self.portraits:
                return Hold(
                    f"{who.name} has no portrait", "unplastic cast FILM draws some, --pick NAME=NUMBER takes one"
                )
            if who.portrait:
                found.append(_portrait(work, who, service))
        found += [_kept(work, path, "reference") for path in shot.references]
        return Done(f"{len(found)} pictures go with it", {"references": found})


def _portrait(work: Work, who: Character, service: str) -> dict[str, Any]:
    assert who.portrait is not None
    found = _kept(work, who.portrait, "character", who.name)
    address = who.registered.get(service, "")
    return found | {"address": address, "hash": ""} if address else found


def _kept(work: Work, path: Path, role: Role, label: str = "") -> dict[str, Any]:
    digest = work.desk.document(work.take.film)["pictures"][str(path)]
    known = asdict(measured("image", work.desk.store.path(digest), role, label))
    return {key: value for key, value in known.items() if key != "path"} | {"hash": digest}
