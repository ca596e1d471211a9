"""``unplastic review``: the page where takes are looked at, at full size, and judged."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unplastic.cli.film import REHEARSAL, begun, follow, guarded_end, leave, say, working

if TYPE_CHECKING:
    from unplastic.pipeline.desk import Desk
    from unplastic.pipeline.project import Project
    from unplastic.review.serve import Listening
    from unplastic.shot import Film

WORK = ("cpu", "gpu", "io")
"""What is done for the page: nothing that costs money."""

LOOK_S, REST_S = 1.0, 10.0


def review(
    film: Annotated[
        Path, typer.Argument(metavar="FILM|DIR", help="film.toml, its folder, or a folder that was watched.")
    ],
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65_535, help="Else the first free one from 8471.")
    ] = None,
    host: Annotated[
        str, typer.Option("--host", help="Others than loopback need UNPLASTIC_REVIEW_PASSWORD.")
    ] = "127.0.0.1",
    name: Annotated[list[str] | None, typer.Option("--name", help="A host name that the page is asked for by.")] = None,
    certificate: Annotated[Path | None, typer.Option("--certificate", help="For https: a PEM file.")] = None,
    certificate_key: Annotated[Path | None, typer.Option("--certificate-key", help="Its key.")] = None,
    work: Annotated[
        bool, typer.Option("--work/--no-work", help="Do what is asked for on the page; orders are never sent.")
    ] = True,
    rehearsal: REHEARSAL = False,
    as_json: Annotated[bool, typer.Option("--json", help="The address that opens once, as JSON on stdout.")] = False,
    only_work: Annotated[bool, typer.Option("--only-work", hidden=True)] = False,
) -> None:
    """Open the page where takes are looked at, at full size and frame by frame, and judged."""
    from unplastic.review.serve import Listening

    with begun(film, rehearsal=rehearsal) as (wanted, project, desk):
        if only_work:
            desk.database.close()
            _work(project)
        at = Listening(host, port, tuple(name or ()), certificate, certificate_key)
        _serve(project, wanted, desk, at, work, told if as_json else say)


def told(text: str) -> None:
    """The address alone on stdout, for a program that opens it; all else is for people."""
    import json

    if text.startswith("open "):
        typer.echo(json.dumps({"review": text.split()[1]}))
    else:
        say(text)


def _serve(project: Project, film: Film, desk: Desk, at: Listening, work: bool, say: Callable[[str], None]) -> None:
    from unplastic.pipeline.viewing import enlist_projectionist
    from unplastic.review.serve import served

    enlist_projectionist(desk, project.id, film.folder)
    hand = Hand(film.folder, project.is_rehearsal)
    try:
        with served(project, desk, at, say, works=work):
            while True:
                if work and has_work(desk, project.id):
                    hand.lend()
                time.sleep(LOOK_S)
    except KeyboardInterrupt:
        say("stopped: what was said is in the books")
    finally:
        hand.end()
    leave(0)


def _work(project: Project) -> None:
    """In a process of its own: all that this machine can do for the film without money, then end."""
    with working(project, say=say) as worker:

        def act() -> int:
            worker.begin(WORK)
            worker.sweep()
            follow(worker, project.id, lambda: not has_work(worker.desk, project.id), say)
            return 0

        guarded_end(worker, act)


def has_work(desk: Desk, film: str) -> bool:
    """Whether something waits that this machine can do without money."""
    from unplastic.pipeline import foreman
    from unplastic.pipeline.take import Doing

    return any(foreman.queue_of(desk, job) in WORK for job in desk.tables.jobs(film, Doing.QUEUED))


@dataclass
class Hand:
    """A process that works while there is work: it owns the film only so long, and may die without the page."""

    folder: Path
    rehearsal: bool
    _process: subprocess.Popen[bytes] | None = None
    _not_before: float = 0.0

    def lend(self) -> None:
        """Have it at work. Where somebody else works on the film already, that one does it: look again later."""
        if self._process is not None and self._process.poll() is not None:
            self._not_before = time.monotonic() + (REST_S if self._process.returncode else 0.0)
            self._process = None
        if self._process is None and time.monotonic() >= self._not_before:
            words = [sys.executable, "-m", "unplastic", "review", str(self.folder), "--only-work"]
            self._process = subprocess.Popen(  # noqa: S603 - this program, and a folder that was named
                [*words, *(["--rehearsal"] if self.rehearsal else [])], stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip

    def end(self) -> None:
        """Stop it; what it had in hand is taken up the next time."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait()
