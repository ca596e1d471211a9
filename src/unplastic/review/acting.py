"""What people do on the page: verdicts, notes, a name, what they have seen, a new finish. One small JSON each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from unplastic.errors import WorkError
from unplastic.pipeline import verdict
from unplastic.pipeline.gate import PLACE_MAX, Eyes, unseen
from unplastic.pipeline.notes import WORDS_MAX, Note, Sight
from unplastic.pipeline.viewing import finish_again, make_copies
from unplastic.review.room import Room
from unplastic.review.session import NAME_MAX, Viewer

TakeName = Annotated[str, Field(max_length=200)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Pixel = Annotated[int, Field(ge=0, le=65_535)]
FrameNumber = Annotated[int, Field(ge=0, le=10_000_000)]
FRAMES_MAX = 10_000


class Said(BaseModel):
    """Whatever a page sends: known keys, right kinds."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Login(Said):
    """A password, and the name that verdicts are to be signed with."""

    password: Annotated[str, Field(max_length=1000)]
    name: Annotated[str, Field(min_length=1, max_length=NAME_MAX)]


class Named(Said):
    """Another name."""

    name: Annotated[str, Field(min_length=1, max_length=NAME_MAX)]


class Judged(Said):
    """A verdict on the state of the take that was seen; ``seen`` is where, if not on this page."""

    take: TakeName
    kind: Literal["approve", "fix", "reject", "undo"]
    reason: Annotated[str, Field(max_length=WORDS_MAX)] = ""
    revision: int
    seen: Annotated[str, Field(max_length=PLACE_MAX)] = ""


class Box(Said):
    """A part of a picture, in pixels."""

    x: Pixel
    y: Pixel
    width: Pixel
    height: Pixel

    def plain(self) -> tuple[int, int, int, int]:
        """x, y, width, height."""
        return self.x, self.y, self.width, self.height


class Noted(Said):
    """A note on a frame. ``id`` is the page's own, so that a note sent twice is one note."""

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{24}$")]
    take: TakeName
    file: Hash
    side: Literal["raw", "finished"]
    frame: FrameNumber
    box: Box | None = None
    text: Annotated[str, Field(min_length=1, max_length=WORDS_MAX)]


class TakenBack(Said):
    """A note that is taken back, or, with ``gone`` false, put there again."""

    id: Annotated[str, Field(max_length=64)]
    gone: bool = True


class Seen(Said):
    """Frames that were played at 1:1 or larger, and the part of the picture that was in view."""

    take: TakeName
    file: Hash
    start: FrameNumber
    stop: FrameNumber
    box: Box


class Wish(Said):
    """Another finish for this take alone; what is None or not named stays as it was."""

    look: Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9_-]*$")] = ""
    strength: Annotated[float, Field(ge=0, le=1)] = 1.0
    pins: dict[str, dict[str, float | int]] = Field(default_factory=dict, max_length=12)


class Finished(Said):
    """A take to be finished once more."""

    take: TakeName
    revision: int
    wish: Wish


class Asked(Said):
    """A take for which something is to be done."""

    take: TakeName


def routes(room: Room, remember: Callable[[Viewer, Response], None]) -> APIRouter:
    """The changes. Every one is signed with the viewer's name and the time."""
    acts = APIRouter(prefix="/api")

    @acts.post("/me")
    def name(said: Named, request: Request) -> Response:
        viewer = room.door.renamed(request.state.viewer, said.name)
        answer = JSONResponse({"name": viewer.name})
        remember(viewer, answer)
        return answer

    @acts.post("/verdict")
    def judge(said: Judged, request: Request) -> dict[str, Any]:
        viewer: Viewer = request.state.viewer
        eyes = Eyes(viewer.name, viewer.id, said.seen)
        changed, jobs = verdict.say(
            room.desk, room.take(said.take), said.kind, reason=said.reason, who=viewer.name, eyes=eyes,
            revision=said.revision,
        )  # fmt: skip
        return {"status": changed.status, "revision": changed.revision, "starts": [each.agent for each in jobs]}

    @acts.post("/note")
    def note(said: Noted, request: Request) -> dict[str, Any]:
        room.take(said.take)
        row = Note(said.id, room.film, said.take, said.file, said.side, said.frame,
                   said.box.plain() if said.box else None, said.text,
                   request.state.viewer.name, room.desk.now())  # fmt: skip
        return {"id": room.notes.add(row).id}

    @acts.post("/note/back")
    def back(said: TakenBack) -> dict[str, Any]:
        room.notes.take_back(room.film, said.id, gone=said.gone)
        return {"gone": said.gone}

    @acts.post("/seen")
    def seen(said: Seen, request: Request) -> dict[str, Any]:
        return _saw(room, said, request.state.viewer)

    @acts.post("/finish")
    def finish(said: Finished) -> dict[str, Any]:
        take, jobs = finish_again(room.desk, room.take(said.take), said.wish.model_dump(), said.revision)
        return {"revision": take.revision, "starts": [each.agent for each in jobs], "works": room.works}

    @acts.post("/copies")
    def copies(said: Asked) -> dict[str, Any]:
        jobs = make_copies(room.desk, room.take(said.take))
        return {"starts": [each.agent for each in jobs], "works": room.works}

    return acts


def _saw(room: Room, said: Seen, viewer: Viewer) -> dict[str, Any]:
    take = room.take(said.take)
    found = room.copies(take)
    if found is None or take.facts.get("finished") != said.file:
        raise WorkError(f"{take.id} was finished again while you looked", "look at what it is now")
    pictures = len(found["finished"]["pictures"])
    count = said.stop - said.start
    fps = found["finished"]["fps"]
    if not 0 < count <= FRAMES_MAX or said.stop > pictures:
        raise WorkError("those frames are not in the clip", "load the take again")
    if not room.is_plausible(viewer.id, said.file, count, fps[0] / fps[1]):
        raise WorkError("so many frames cannot have been played in that time", "play the passage once more")
    if found["finished"]["is_full"]:
        room.notes.saw(
            Sight(room.film, take.id, said.file, viewer.id, said.start, said.stop, said.box.plain(), room.desk.now(),
                  viewer.name)
        )  # fmt: skip
    return {"unseen": unseen(found["passages"], room.notes.seen(room.film, take.id, said.file, viewer=viewer.id))}
