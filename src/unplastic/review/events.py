"""A line that stays open: the page hears when anything of the film has changed, and that the server is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from unplastic.errors import DatabaseGone
from unplastic.review.room import Room

LOOK_S = 1.0
BEAT_LOOKS = 10


def routes(room: Room) -> APIRouter:
    """One route; a browser opens it again by itself when it was cut off."""
    lines = APIRouter()

    @lines.get("/api/events")
    async def events(request: Request) -> StreamingResponse:
        return StreamingResponse(_pulses(room, request), media_type="text/event-stream")

    return lines


async def _pulses(room: Room, request: Request) -> AsyncIterator[str]:
    last, looks = "", 0
    while not room.closing.is_set() and not await request.is_disconnected():
        try:
            pulse = await asyncio.to_thread(room.notes.pulse, room.film)
        except DatabaseGone:
            pulse = last
        if pulse != last:
            yield f"retry: 1000\nevent: changed\ndata: {pulse}\n\n"
            last = pulse
        elif looks % BEAT_LOOKS == 0:
            yield ": here\n\n"
        looks += 1
        await asyncio.sleep(LOOK_S)
