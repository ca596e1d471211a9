"""What was said, to take along: notes and verdicts as CSV, notes as markers on the film's takes in OTIO or EDL."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Response

from unplastic.errors import WorkError
from unplastic.pipeline.beside import after
from unplastic.pipeline.notes import Note
from unplastic.pipeline.take import Status, Take
from unplastic.review.room import Room

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is a formula to a spreadsheet, whoever wrote it."""

EXTRA = "pip install 'unplastic[edit]'"
COLOURS = {"raw": "BLUE", "finished": "ORANGE"}


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
        return _file(_written(room, "otio_json", ".otio"), "application/json", f"{room.film}_markers.otio")

    @files.get("/markers.edl")
    def edl() -> Response:
        return _file(_written(room, "cmx_3600", ".edl"), "text/plain; charset=utf-8", f"{room.film}_markers.edl")

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
                         *(each.box or ("", "", "", "")), each.text, each.who, _when(each.when_s)])  # fmt: skip
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
        rows.append([each.take, each.kind, each.reason, each.who, _when(each.when_s), each.seen,
                     route.get("model", ""), route.get("surface", ""),
                     *(facts.get(when, {}).get("score") for when in ("before", "after")),
                     *(values.get(name) for name in names)])  # fmt: skip
    return head, rows


def timeline(room: Room) -> Any:
    """One clip a shot in the film's order: the approved take, else the newest that counts; its notes as markers."""
    try:
        import opentimelineio as otio
    except ImportError:
        raise WorkError("timelines need OpenTimelineIO", EXTRA) from None
    film = room.desk.film(room.film)
    made = otio.schema.Timeline(film.title or room.film)
    track = otio.schema.Track("takes", kind=otio.schema.TrackKind.Video)
    made.tracks.append(track)
    for take in chosen(room):
        fps = _fps(take)
        length = otio.opentime.TimeRange(otio.opentime.RationalTime(0, fps),
                                         otio.opentime.RationalTime(take.facts.get("frames", 1), fps))  # fmt: skip
        name = next((each.name for each in room.desk.tables.artefacts(room.film, take.id)
                     if each.hash == take.facts.get("finished")), f"{take.stem}_finished")  # fmt: skip
        reference = otio.schema.ExternalReference(f"takes/{take.scene}/{take.shot}/{name}", length)
        clip = otio.schema.Clip(f"{take.shot}_{take.stem}", reference, length)
        clip.metadata["unplastic"] = {"take": take.id, "status": str(take.status)}
        clip.markers.extend(_marker(otio, each, fps) for each in room.notes.notes(room.film, take.id))
        track.append(clip)
    return made


def chosen(room: Room) -> list[Take]:
    """The take of every shot that an editor would cut, in the film's order."""
    found: dict[tuple[str, str], Take] = {}
    for each in room.desk.tables.takes(room.film):
        key = each.scene, each.shot
        if "finished" in each.facts and each.status.counts:
            was = found.get(key)
            if was is None or was.status is not Status.APPROVED or each.status is Status.APPROVED:
                found[key] = each
    order = [(scene.name, shot.name) for scene, shot in room.desk.film(room.film).shots]
    return [found[key] for key in dict.fromkeys((*order, *found)) if key in found]


def _marker(otio: Any, note: Note, fps: float) -> Any:
    at = otio.opentime.TimeRange(otio.opentime.RationalTime(note.frame, fps), otio.opentime.RationalTime(1, fps))
    text = " ".join(note.text.split())
    return otio.schema.Marker(
        text, at, getattr(otio.schema.MarkerColor, COLOURS[note.side]),
        {"unplastic": {"who": note.who, "when": _when(note.when_s), "side": note.side, "box": list(note.box or ())}},
    )  # fmt: skip


def _written(room: Room, adapter: str, suffix: str) -> bytes:
    made = timeline(room)
    import opentimelineio as otio

    if adapter == "cmx_3600":
        _on_record_time(made)
    with tempfile.TemporaryDirectory(prefix="unplastic-") as folder:
        path = Path(folder) / f"film{suffix}"
        try:
            otio.adapters.write_to_file(made, os.fspath(path), adapter_name=adapter)
        except (otio.exceptions.OTIOError, ValueError) as trouble:
            said = str(trouble).splitlines()[0] if str(trouble) else type(trouble).__name__
            raise WorkError(f"the film does not fit into {suffix[1:].upper()}: {said}", "take the .otio") from None
        return path.read_bytes()


def _on_record_time(made: Any) -> None:
    """An EDL's locators count along the timeline, where OpenTimelineIO's count in their clip."""
    import opentimelineio as otio

    for clip in made.find_clips():
        for marker in clip.markers:
            at = clip.transformed_time(marker.marked_range.start_time, made.tracks)
            marker.marked_range = otio.opentime.TimeRange(at, marker.marked_range.duration)


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


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
