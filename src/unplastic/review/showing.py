"""What the page shows, as small JSON: the film, a take, a scene.

Every answer takes a fixed number of questions to the books, however many takes there are.
"""

from __future__ import annotations

import getpass
import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from unplastic.errors import StoreError, WorkError
from unplastic.pipeline.beside import beside, sheet
from unplastic.pipeline.gate import unseen
from unplastic.pipeline.notes import Note
from unplastic.pipeline.status import State, change, order_row, state, sums
from unplastic.pipeline.take import Status, Take
from unplastic.pipeline.viewing import dials
from unplastic.review.room import Room
from unplastic.review.session import Viewer

ENTRIES_MAX = 40
SHOWN_FACTS = (
    "clip",
    "look",
    "wish",
    "frames",
    "fps",
    "size",
    "source",
    "seconds",
    "guards_broken",
    "notes",
    "upscale",
)


def routes(room: Room) -> APIRouter:
    """Nothing here changes anything."""
    shown = APIRouter(prefix="/api")

    @shown.get("/me")
    def me(request: Request) -> dict[str, Any]:
        viewer: Viewer = request.state.viewer
        return {"name": viewer.name, "mark": room.door.mark(viewer), "works": room.works}

    @shown.get("/film")
    def film() -> dict[str, Any]:
        return film_document(room)

    @shown.get("/take")
    def take(request: Request, id: Annotated[str, Query(max_length=200)]) -> dict[str, Any]:  # noqa: A002
        return take_document(room, room.take(id), request.state.viewer)

    @shown.get("/scene")
    def scene(name: Annotated[str, Query(max_length=200)]) -> dict[str, Any]:
        return scene_document(room, name)

    @shown.get("/dials")
    def turned() -> dict[str, Any]:
        return dials()

    return shown


def film_document(room: Room) -> dict[str, Any]:
    """The whole film for the contact sheet."""
    told = state(room.desk, room.film)
    film = room.desk.film(room.film)
    facts = {each.id: each for each in room.desk.tables.takes(room.film)}
    notes: dict[str, int] = {}
    for each in room.notes.notes(room.film):
        notes[each.take] = notes.get(each.take, 0) + 1
    return {
        "film": room.film,
        "title": told.title,
        "pulse": room.notes.pulse(room.film),
        "budget_usd": told.budget_usd,
        "spent_usd": round(told.spent_usd, 4),
        "works": room.works,
        "scenes": [
            {"name": each.name, "light": each.light, "shots": [shot.name for shot in each.shots]}
            for each in film.scenes
        ],
        "takes": [_card(each, facts[each.id], notes.get(each.id, 0)) for each in told.takes if each.id in facts],
        "spend": _spend(told),
        "agents": [{"name": each.name, "paused": each.paused, "waiting": each.waiting, "in_hand": each.in_hand,
                    "held": each.held, "done": each.done, "usd": round(each.usd, 4)} for each in told.agents],
    }  # fmt: skip


def take_document(room: Room, take: Take, viewer: Viewer) -> dict[str, Any]:
    """All about one take: its files, where to look, what was found and said, and whether the gate is shut."""
    facts, film = take.facts, room.film
    copies = room.copies(take)
    files = {each.role: each for each in room.desk.tables.artefacts(film, take.id) if each.hash in _current(facts)}
    reports = [each for each in room.desk.tables.artefacts(film, take.id) if each.role == "html"]
    sights = room.notes.seen(film, take.id, facts.get("finished", ""), viewer=viewer.id)
    verdicts = [each for each in room.desk.tables.verdicts(film) if each.take == take.id]
    entries = [each for each in room.desk.tables.entries(film) if each.take == take.id][-ENTRIES_MAX:]
    return {
        **_place(take),
        **{name: facts.get(name) for name in SHOWN_FACTS},
        "before": facts.get("before"),
        "after": facts.get("after"),
        "change": change(facts),
        "raw_findings": facts.get("findings", []),
        "findings": [*facts.get("left", ()), *({"severity": "warning", "where": "frame", "frame": None, "fix": "",
                                                    **each} for each in facts.get("continuity", ()))],
        "finished": facts.get("finished", ""),
        "copies": facts.get("copies", "") if copies else "",
        "copies_files": _copies_files(room, take) if copies else {},
        "passages": copies["passages"] if copies else [],
        "curve": copies["curve"] if copies else [],
        "unseen": unseen(copies["passages"], sights) if copies else [],
        "web": files["web"].hash if "web" in files else "",
        "report": max(reports, key=lambda each: each.turn).hash if reports else "",
        "recipe": _recipe(room, take),
        "verdicts": [
            {"kind": each.kind, "reason": each.reason, "who": each.who, "when_s": each.when_s, "seen": each.seen}
            for each in verdicts
        ],
        "remarks": [remark(each) for each in room.notes.notes(film, take.id)],
        "siblings": [
            {**_place(each), "copies": each.facts.get("copies", "")}
            for each in room.desk.tables.takes(film)
            if (each.scene, each.shot) == (take.scene, take.shot) and each.id != take.id
        ],
        "log": [{"agent": each.agent, "when_s": each.when_s, "kind": each.kind, "text": each.text} for each in entries],
    }  # fmt: skip


def scene_document(room: Room, name: str) -> dict[str, Any]:
    """The newest take of every shot of a scene, side by side; raises `WorkError` where there is no such scene."""
    takes = [each for each in room.desk.tables.takes(room.film) if each.scene == name]
    scene = next((each for each in room.desk.film(room.film).scenes if each.name == name), None)
    if not takes and scene is None:
        raise WorkError(f"the film has no scene {name!r}", "go back to the sheet")
    newest: dict[str, Take] = {}
    for each in takes:
        if each.status.counts or each.shot not in newest:
            newest[each.shot] = each
    order = [shot.name for shot in scene.shots] if scene else sorted(newest)
    chosen = [newest[shot] for shot in dict.fromkeys((*order, *newest)) if shot in newest]
    return {"name": name, "light": sheet(scene.light if scene else ""), "shots": beside(room.desk, chosen)}


def remark(note: Note) -> dict[str, Any]:
    """A note as the page has it."""
    box = dict(zip(("x", "y", "width", "height"), note.box, strict=True)) if note.box else None
    return {"id": note.id, "file": note.file, "side": note.side, "frame": note.frame, "box": box, "text": note.text,
            "who": note.who, "when_s": note.when_s}  # fmt: skip


def login_name() -> str:
    """Who sits at this machine."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"


def _card(row: Any, take: Take, notes: int) -> dict[str, Any]:
    facts = take.facts
    found = [*facts.get("left", facts.get("findings", ())), *facts.get("continuity", ())]
    return {
        **_place(take),
        "doing": row.doing,
        "model": row.model,
        "before": row.before,
        "after": row.after,
        "change": row.change,
        "usd": round(row.usd, 4),
        "findings": [each["text"] for each in found[:3]],
        "faults": sum(each.get("severity") == "fault" for each in found),
        "found": len(found),
        "notes": notes,
        "still": facts.get("still", ""),
        "ready": bool(facts.get("copies")) and facts.get("copies_of") == facts.get("finished"),
        "seconds": round(facts["frames"] / facts["fps"], 2) if facts.get("frames") and facts.get("fps") else None,
        "size": facts.get("size"),
    }


def _place(take: Take) -> dict[str, Any]:
    return {
        "id": take.id, "scene": take.scene, "shot": take.shot, "number": take.number, "status": str(take.status),
        "revision": take.revision, "note": take.note, "hint": take.hint, "origin": take.origin,
        "model": take.facts.get("route", {}).get("model", ""), "changed_s": take.changed_s,
        "waits": take.status in {Status.REVIEW, Status.HELD},
    }  # fmt: skip


def _spend(told: State) -> dict[str, Any]:
    by = {name: sums(told.spend, name) for name in ("scene", "agent", "provider", "day")}
    return {"by": by, "orders": [order_row(each) for each in told.spend]}


def _current(facts: dict[str, Any]) -> set[str]:
    return {facts.get(name, "") for name in ("original", "upscaled", "finished", "web", "copies", "still")}


def _copies_files(room: Room, take: Take) -> dict[str, str]:
    """The hashes of the two films that ``copies.json`` of this take describes: those that were kept with it."""
    rows = room.desk.tables.artefacts(room.film, take.id)
    turn = next((each.turn for each in reversed(rows) if each.hash == take.facts["copies"]), None)
    roles = {"raw_copy": "raw", "finished_copy": "finished"}
    return {roles[each.role]: each.hash for each in rows if each.turn == turn and each.role in roles}


def _recipe(room: Room, take: Take) -> list[dict[str, Any]]:
    """What was done, treatment by treatment, with the reasons; empty where the report is gone."""
    try:
        text = room.desk.store.path(take.facts["report"]).read_text(encoding="utf-8")
        steps = json.loads(text)["clips"][0]["recipe"]["treatments"]
    except (KeyError, IndexError, OSError, ValueError, StoreError):
        return []
    return [{"name": each["name"], "active": each["active"], "values": _numbers(each["values"]),
             "reasons": each["reasons"]} for each in steps]  # fmt: skip


def _numbers(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if isinstance(value, int | float | str)}
