"""A browser without a window, for the room's tests."""

from __future__ import annotations

from starlette.testclient import TestClient

from unplastic.review.app import application
from unplastic.review.guard import Guard, known_names
from unplastic.review.room import Room

HOST = "http://127.0.0.1:8471"


def stranger(room: Room, host: str = HOST) -> TestClient:
    """A browser that was not let in."""
    return TestClient(Guard(application(room), room.door, known_names(["edit.local"])), base_url=host)
