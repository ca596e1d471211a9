"""What goes to an editor: one take of every shot, in the film's order, and what was said of it."""

from __future__ import annotations

from datetime import UTC, datetime

from unplastic.deliver.markers import Remark
from unplastic.pipeline.desk import Desk
from unplastic.pipeline.notes import Notes
from unplastic.pipeline.take import Artefact, Status, Take


def selects(desk: Desk, film: str) -> list[Take]:
    """The approved take of every shot, the newest of them; where none is, the newest finished one that counts."""
    found: dict[tuple[str, str], Take] = {}
    for each in desk.tables.takes(film):
        key = each.scene, each.shot
        is_approved = each.status is Status.APPROVED
        if is_approved or ("finished" in each.facts and each.status.counts):
            was = found.get(key)
            if was is None or was.status is not Status.APPROVED or is_approved:
                found[key] = each
    order = [(scene.name, shot.name) for scene, shot in desk.film(film).shots]
    return [found[key] for key in dict.fromkeys((*order, *sorted(found))) if key in found]


def remarks(desk: Desk, take: Take) -> tuple[Remark, ...]:
    """The notes on a take, as markers of timelines want them."""
    said = Notes(desk.database).notes(take.film, take.id)
    return tuple(Remark(each.frame, each.text, each.side, each.who, moment(each.when_s), each.box) for each in said)


def filed(desk: Desk, take: Take, role: str, fact: str = "") -> Artefact | None:
    """The file of ``role`` that a take's facts name, under ``fact`` if that is another word."""
    digest = take.facts.get(fact or role)
    return next((each for each in desk.tables.artefacts(take.film, take.id) if each.hash == digest), None)


def moment(seconds: float) -> str:
    """A time of the books as a date with its hour, UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
