"""What the verbs of a film share: its project, its desk, and a worker that works until nothing is left to do."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from unplastic.pipeline.desk import Desk
    from unplastic.pipeline.project import Project
    from unplastic.pipeline.worker import Worker
    from unplastic.settings import Settings
    from unplastic.shot import Film

FILM = Annotated[Path, typer.Argument(metavar="FILM", help="film.toml, or the folder that it lies in.")]
REHEARSAL = Annotated[bool, typer.Option("--rehearsal", help="The books of the rehearsal.")]
JSON = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
TICK_S = 0.2
BEHIND_S = 5.0
"""How far the clock of one of our threads, or of another worker, may be behind in the agents' logs."""


def read_or_folder(path: Path) -> Film:
    """The film in ``path``; a folder without a film file is a film of the clips in it."""
    from unplastic.pipeline.entry import read_or_folder as read

    return read(path)


def project_of(film: Film, known: Settings, *, rehearsal: bool = False) -> Project:
    """The film's project; begun where there is none."""
    from unplastic.pipeline.entry import project_of as opened

    return opened(film, known, rehearsal=rehearsal)


@contextmanager
def begun(path: Path, *, rehearsal: bool = False) -> Iterator[tuple[Film, Project, Desk]]:
    """The film, its project and a desk, where something was begun; raises `WorkError` where nothing was."""
    from unplastic.pipeline.entry import begun as opened

    with opened(path, rehearsal=rehearsal) as found:
        yield found


@contextmanager
def working(project: Project, *, places: int = 1, poll_s: float = 0.5, say: Callable[[str], None]) -> Iterator[Worker]:
    """A worker of that film, and of no other, on all queues; raises `WorkError` where another process owns it."""
    from unplastic.pipeline.engine import durable
    from unplastic.pipeline.owner import alone, among
    from unplastic.pipeline.project import DATABASE, ENGINE
    from unplastic.pipeline.worker import Worker

    url = project.settings.key(DATABASE)
    owner = among(project.database, "run") if url else alone(project.state)
    with owner as own, project.desk(places=places, alive=own.alive) as desk:
        address = url.reveal() if url else durable(project.state / ENGINE)
        yield Worker(desk, address, own, (project.id,), places, poll_s, say)


@contextlib.contextmanager
def asked_by(project: Project, *, leave: bool = False) -> Iterator[Project]:
    """The project as the budget token of the environment allows; a person has none, and needs none."""
    from unplastic.errors import GrantError
    from unplastic.pipeline.grant import TOKEN, drawn
    from unplastic.pipeline.project import DATABASE

    token = os.environ.get(TOKEN, "")
    if not token:
        yield project
        return
    if leave and not project.settings.key(DATABASE):
        raise GrantError("work that is left to the next run is not bound by a budget token", "leave out --leave")
    with drawn(token, project) as found:
        yield found


def follow(worker: Worker, film: str, done: Callable[[], bool], say: Callable[[str], None]) -> None:
    """Tick until ``done``, telling what the agents write into their logs. Raises what stops a worker."""
    last = worker.desk.now()
    told: set[tuple[float, str, str]] = set()
    while True:
        worker.tick()
        since = min(last, worker.desk.now()) - BEHIND_S
        for each in worker.desk.tables.entries(film, since_s=since):
            key = (each.when_s, each.take, each.text)
            if key not in told:
                say(f"{each.take or 'film'}  {each.agent}: {each.text}")
                told.add(key)
            last = max(last, each.when_s)
        told = {key for key in told if key[0] >= since}
        if done():
            return
        time.sleep(TICK_S)


def leave(code: int) -> NoReturn:
    """End the process now. Threads that wait for a service would hold it open, and have nothing left to do."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def say(text: str) -> None:
    """One line on stderr."""
    sys.stderr.write(text + "\n")


def guarded_end(worker: Worker, act: Callable[[], int]) -> NoReturn:
    """Run ``act``, end the worker, and leave with the exit code that fits what happened."""
    from unplastic.cli.outcome import INTERRUPTED, UNMET, guarded, say_error
    from unplastic.errors import UnplasticError, WorkError

    code: list[int] = []
    try:
        code.append(act())
    except UnplasticError as trouble:
        say_error(trouble)
        code.append(UNMET)
    except OSError as trouble:
        say_error(
            WorkError(
                f"this machine cannot go on: {trouble.strerror or trouble}",
                "free some space, then start again: nothing is lost",
            )
        )
        code.append(UNMET)
    except KeyboardInterrupt:
        say("stopped: nothing half-written was left behind; the same command takes it up again")
        code.append(INTERRUPTED)
    except Exception as error:
        found = error
        code.append(guarded(lambda: _raise(found)))
    with contextlib.suppress(Exception):
        worker.desk.workshop.close()
        if not worker.trouble:
            worker.end()
    leave(code[0])


def _raise(error: Exception) -> NoReturn:
    raise error
