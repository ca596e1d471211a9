"""What was said, to take along: notes and verdicts as CSV, notes as markers on the film's takes in OTIO or EDL."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Response

from unplastic.deliver.relink import Delivered, Piece, strung
from unplastic.deliver.timeline import write_timeline
from unplastic.errors import WorkError
from unplastic.pipeline.beside import after
from unplastic.pipeline.selects import filed, moment, remarks, selects
from unplastic.pipeline.take import Take
from unplastic.review.room import Room

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is a formula to a spreadsheet, whoever wrote it."""


def routes(room: Room) -> APIRouter:
    """Files to download."""
    files = APIRouter(prefix="/export")

    @files.get("/notes.csv")
    def notes() -> Response:
        return _file(_table(NOTE_HEAD, note_rows(room)), "text/csv; charset=utf-8", f"{room.film}_notes.csv")

    @files.get("/verdicts.csv")
    def verdicts() -> Response:
        return _file(_table(*verdict_rows(room)), "text/csv; charset=utf-8", f"{room.film}_verdicts.csv")

    @files.get("/markers.otio")
    def otio() -> Response:
        return _file(_written(room, ".otio"), "application/json", f"{room.film}_markers.otio")

    @files.get("/markers.edl")
    def edl() -> Response:
        return _file(_written(room, ".edl"), "text/plain; charset=utf-8", f"{room.film}_markers.edl")

    return files


NOTE_HEAD = ("scene", "shot", "take", "frame", "timecode", "side", "x", "y", "width", "height", "note", "who", "when")


def note_rows(room: Room) -> list[list[Any]]:
    """One row a note."""
    takes = {each.id: each for each in room.desk.tables.takes(room.film)}
    rows = []
    for each in room.notes.notes(room.film):
        take = takes.get(each.take)
        if take:
            rows.append([take.scene, take.shot, take.stem, each.frame, _timecode(each.frame, _fps(take)), each.side,
                         *(each.box or ("", "", "", "")), each.text, each.who, moment(each.when_s)])  # fmt: skip
    return rows


def verdict_rows(room: Room) -> tuple[tuple[str, ...], list[list[Any]]]:
    """Head and one row a verdict, with what the finished take reads like: for whoever fits weights or asks why."""
    takes = {each.id: each for each in room.desk.tables.takes(room.film)}
    said = [each for each in room.desk.tables.verdicts(room.film) if each.take in takes]
    reports = {name: after(room.desk, takes[name]) for name in {each.take for each in said}}
    names = sorted({f"{r.name}/{r.region}" for found in reports.values() if found for r in found.readings if r.valid})
    head = ("take", "verdict", "reason", "who", "when", "seen", "model", "surface", "before", "after", *names)
    rows = []
    for each in said:
        facts, report = takes[each.take].facts, reports[each.take]
        values = {f"{r.name}/{r.region}": r.value for r in report.readings if r.valid} if report else {}
        route = facts.get("route", {})
        rows.append([each.take, each.kind, each.reason, each.who, moment(each.when_s), each.seen,
                     route.get("model", ""), route.get("surface", ""),
                     *(facts.get(when, {}).get("score") for when in ("before", "after")),
                     *(values.get(name) for name in names)])  # fmt: skip
    return head, rows


def timeline(room: Room) -> Any:
    """One clip a shot in the film's order: the approved take, else the newest that counts; its notes as markers."""
    film = room.desk.film(room.film)
    return strung([_piece(room, take) for take in selects(room.desk, room.film) if "finished" in take.facts],
                  film.title or room.film)  # fmt: skip


def _piece(room: Room, take: Take) -> Piece:
    """Its finished file, where the film's folder has it: no path of this machine leaves it."""
    found = filed(room.desk, take, "finished")
    name = found.name if found else f"{take.stem}_finished"
    return Piece(
        f"{take.shot}_{take.stem}", Delivered(Path("takes", take.scene, take.shot, name)), 0,
        take.facts.get("frames", 1), _fps(take), "", remarks(room.desk, take),
        said={"take": take.id, "status": str(take.status)},
    )  # fmt: skip


def _written(room: Room, suffix: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="unplastic-") as folder:
        path = Path(folder) / f"film{suffix}"
        lost = write_timeline(timeline(room), path)
        if not path.is_file():
            raise WorkError("; ".join(lost), "take the .otio")
        return path.read_bytes()


def _table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    for row in rows:
        writer.writerow([f"'{each}" if isinstance(each, str) and each.startswith(FORMULA) else each for each in row])
    return out.getvalue().encode("utf-8-sig")


def _file(content: bytes, kind: str, name: str) -> Response:
    return Response(content, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})


def _fps(take: Take) -> float:
    return float(take.facts.get("fps") or 24.0)


def _timecode(frame: int, fps: float) -> str:
    whole = max(1, round(fps))
    seconds, rest = divmod(frame, whole)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}:{rest:02d}"
