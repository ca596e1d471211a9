"""One film for the room's tests: a take with sound, a second take of the same shot, and a take of another."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from review_stand import stranger
from reviewing import Filmed, filmed, write_numbered
from unplastic.pipeline.viewing import Bench
from unplastic.review.room import Room
from unplastic.review.session import Door


@pytest.fixture(scope="session")
def finished_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a film whose takes have gone through all stages; tests work on copies of it."""
    folder = tmp_path_factory.mktemp("finished") / "film"
    clips = tmp_path_factory.mktemp("numbered")
    with filmed(folder) as film:
        film.work(film.file(write_numbered(clips / "a.mp4", 60, sound=True), "sh010"))
        film.as_it_is(write_numbered(clips / "b.mp4", 60), "sh010")
        film.as_it_is(write_numbered(clips / "c.mp4", 30), "sh020")
    return folder


@pytest.fixture
def film(finished_film: Path, tmp_path: Path) -> Iterator[Filmed]:
    """A copy of it that a test may change."""
    folder = tmp_path / "film"
    shutil.copytree(finished_film, folder)
    identity = folder / ".unplastic" / "film.json"
    identity.write_text(identity.read_text().replace(str(finished_film), str(folder)))
    with filmed(folder) as found:
        yield found


@pytest.fixture
def room(film: Filmed) -> Iterator[Room]:
    """What a served film has at hand."""
    bench = Bench()
    yield Room(film.desk, film.project.id, Door(b"k" * 32, film.project.id), bench)
    bench.close()


@pytest.fixture
def client(room: Room) -> Iterator[TestClient]:
    """A browser that was let in; ``mark`` is in its headers."""
    with stranger(room) as found:
        found.get(f"/enter?token={room.door.token()}")
        found.headers["x-unplastic"] = found.get("/api/me").json()["mark"]
        yield found
