"""What is computed while somebody looks: a still under another wish, and what a measure sees in a frame."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from unplastic.pipeline.viewing import Side
from unplastic.review.acting import FrameNumber, Said, TakeName, Wish
from unplastic.review.room import Room

Kind = Literal["flicker", "texture", "edges", "skin", "light"]


class Rested(Said):
    """A frame at which the player rests."""

    take: TakeName
    frame: FrameNumber


class Still(Said):
    """A frame, and the wish that it is to be shown under."""

    take: TakeName
    frame: FrameNumber
    wish: Wish


def routes(room: Room) -> APIRouter:
    """Both work in processes of their own; the server goes on meanwhile."""
    made = APIRouter(prefix="/api")

    @made.post("/still")
    def still(said: Still, request: Request) -> Response:
        take = room.take(said.take)
        found = room.bench.still(room.desk, take, said.frame, said.wish.model_dump(), request.state.viewer.id)
        size = {"x-width": str(found["width"]), "x-height": str(found["height"])}
        return Response(found["rgba"], media_type="application/octet-stream", headers=size)

    @made.post("/still/ready")
    def ready(said: Rested, request: Request) -> dict[str, bool]:
        return {"ready": room.bench.make_ready(room.desk, room.take(said.take), said.frame, request.state.viewer.id)}

    @made.get("/overlay")
    def overlay(
        take: Annotated[TakeName, Query()], side: Side, frame: Annotated[FrameNumber, Query()], kind: Kind
    ) -> Response:
        found = dict(room.bench.overlay(room.desk, room.take(take), side, frame, kind))
        found["png"] = bool(found["png"])
        return JSONResponse(found)

    @made.get("/overlay.png")
    def picture(
        take: Annotated[TakeName, Query()], side: Side, frame: Annotated[FrameNumber, Query()], kind: Kind
    ) -> Response:
        found = room.bench.overlay(room.desk, room.take(take), side, frame, kind)
        return Response(found["png"], media_type="image/png")

    return made
