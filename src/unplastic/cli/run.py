"""``unplastic run``, ``watch``, ``worker``: the agents at work on a film, on a folder, on many machines."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unplastic.cli.film import FILM, JSON, asked_by, follow, guarded_end, project_of, read_or_folder, say, working

if TYPE_CHECKING:
    from unplastic.pipeline.desk import Desk
    from unplastic.pipeline.project import Project
    from unplastic.pipeline.take import Job
    from unplastic.pipeline.worker import Worker
    from unplastic.settings import Settings
    from unplastic.shot import Film

PLACES = Annotated[int, typer.Option("--places", min=1, max=64, help="Clips that are worked on at once.")]


def run(
    film: FILM,
    budget_usd: Annotated[
        float | None, typer.Option("--budget", min=0, metavar="USD", help="For the whole film; else its budget_usd.")
    ] = None,
    rehearse: Annotated[bool, typer.Option("--rehearse", help="Against the rehearsal: no key, no cost.")] = False,
    shots: Annotated[list[str] | None, typer.Option("--shot", metavar="NAME", help="Only this shot.")] = None,
    again: Annotated[
        list[str] | None, typer.Option("--again", metavar="SHOT", help="One more take of this shot.")
    ] = None,
    redo: Annotated[
        str,
        typer.Option(
            "--redo", metavar="finish|all", help="What changed in the film: finish again, or generate again as well."
        ),
    ] = "",
    unknown_price_usd: Annotated[
        float | None,
        typer.Option("--unknown-price", min=0, metavar="USD", help="What an order of unknown price may cost."),
    ] = None,
    leave: Annotated[
        bool, typer.Option("--leave", help="Order it, and leave the work to workers that run elsewhere.")
    ] = False,
    places: PLACES = 1,
    as_json: JSON = False,
) -> None:
    """Take every shot of a film from its prompt to review: written, routed, generated, upscaled, finished, measured."""
    if redo not in {"", "finish", "all"}:
        raise typer.BadParameter("--redo is finish or all")
    wanted = read_or_folder(film)
    with _settings(rehearse, wanted) as (known, poll_s):
        cap = _budget(wanted, budget_usd)
        wish = _Wish(cap, unknown_price_usd, tuple(shots or ()), tuple(again or ()), redo)
        with asked_by(project_of(wanted, known, rehearsal=rehearse), leave=leave) as project:
            if leave:
                with project.desk() as desk:
                    _left(len(_enter(desk, project, wanted, wish)), as_json)
                return
            with working(project, places=places, poll_s=poll_s, say=say) as worker:
                guarded_end(worker, lambda: _run(worker, project, wanted, wish, as_json))


def watch(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="A folder; with a film.toml in it, clips are filed by their shots' names."),
    ],
    look: Annotated[str, typer.Option("--look", help="Where no film says it.")] = "fine-35mm",
    budget_usd: Annotated[
        float, typer.Option("--budget", min=0, metavar="USD", help="For paid upscaling; 0 pays nothing.")
    ] = 0.0,
    once: Annotated[bool, typer.Option("--once", help="End when everything that is there is done.")] = False,
    settle_s: Annotated[
        float,
        typer.Option("--settle", min=0, max=3600, metavar="SECONDS", help="How long a clip must have kept still."),
    ] = 2.0,
    places: PLACES = 1,
    as_json: JSON = False,
) -> None:
    """Take every clip that appears in a folder: file it as a take, finish and measure it, put it up for review."""
    from unplastic.errors import ClipMissing
    from unplastic.looks import look as find_look
    from unplastic.settings import settings

    if not folder.is_dir():
        raise ClipMissing(f"{folder}: no such folder", "name the folder that your clips arrive in")
    find_look(look)
    film = read_or_folder(folder)
    film = film if film.scenes else film.model_copy(update={"look": look})
    known = settings()
    with (
        asked_by(project_of(film, known)) as project,
        working(project, places=places, say=say) as worker,
    ):
        guarded_end(worker, lambda: _watch(worker, project, film, budget_usd, once, settle_s, as_json))


def worker(
    queues: Annotated[
        str,
        typer.Option(
            "--queues", metavar="LIST", help="Kinds of work, with commas: cpu, gpu, io, service, service/NAME."
        ),
    ] = "cpu,io,service",
    places: PLACES = 1,
    once: Annotated[bool, typer.Option("--once", help="End when nothing is left to do.")] = False,
    as_json: JSON = False,
) -> None:
    """Work on every film of the database that UNPLASTIC_DATABASE_URL names, beside any number of other workers."""
    from unplastic.errors import SettingsError
    from unplastic.pipeline.owner import among
    from unplastic.pipeline.project import DATABASE, books_of, desk
    from unplastic.pipeline.worker import Worker, expanded
    from unplastic.settings import settings

    known = settings()
    url = known.key(DATABASE)
    if not url:
        raise SettingsError(
            "no database is named", f"set {DATABASE}=postgresql://...; a film in a folder is worked on by unplastic run"
        )
    kinds = [each.strip() for each in queues.split(",") if each.strip()]
    expanded(kinds)
    state = _machine_folder()
    role = "-".join(each.replace("/", "-") for each in kinds)
    with (
        among(books_of(known, state), role) as own,
        desk(known, state, is_rehearsal=bool(known.rehearsal), places=places, alive=own.alive) as at_hand,
    ):
        at_work = Worker(at_hand, url.reveal(), own, None, places, 0.5, say)
        guarded_end(at_work, lambda: _serve(at_work, kinds, once, as_json))


@dataclass(frozen=True)
class _Wish:
    """What is asked of a film besides its file."""

    cap_usd: float
    unknown_price_usd: float | None
    shots: tuple[str, ...]
    again: tuple[str, ...]
    redo: str


def _run(worker: Worker, project: Project, film: Film, wish: _Wish, as_json: bool) -> int:
    jobs = _enter(worker.desk, project, film, wish)
    worker.begin()
    worker.give(jobs)
    worker.sweep()
    follow(worker, project.id, lambda: worker.is_idle(project.id), say)
    return _told(worker.desk, project, as_json)


def _enter(desk: Desk, project: Project, film: Film, wish: _Wish) -> list[Job]:
    """Write the wish into the books; the work that may begin at once."""
    from unplastic.pipeline import order
    from unplastic.pipeline.consequence import touched

    order.enter(desk, project, film, budget_usd=wish.cap_usd, unknown_price_usd=wish.unknown_price_usd)
    found = touched(desk.tables.takes(project.id), desk.document(project.id), film)
    only_look = [each.take for each in found if each.remedy == "finish" and "report" in each.take.facts]
    changed = sorted({each.take.shot for each in found if each.remedy == "generate"})
    again = (*wish.again, *(changed if wish.redo == "all" else ()))
    jobs = order.want(desk, project, film, shots=wish.shots, again=again)
    if wish.redo:
        return jobs + order.finish_again(desk, film, only_look)
    if only_look or changed:
        say(f"{len(only_look)} takes were finished with another look, {len(changed)} shots were changed since they were"
            " made: unplastic plan FILM lists them, --redo finish|all does them again")  # fmt: skip
    return jobs


def _left(count: int, as_json: bool) -> None:
    from unplastic.cli.show import print_json

    if as_json:
        print_json({"waiting": count})
    else:
        typer.echo(f"{count} pieces of work wait for a worker")


def _watch(
    worker: Worker, project: Project, film: Film, budget_usd: float, once: bool, settle_s: float, as_json: bool
) -> int:
    from unplastic.pipeline import order
    from unplastic.pipeline.watch import Watch

    order.enter(worker.desk, project, film, budget_usd=budget_usd)

    def take(path: Path) -> bool:
        scene, shot = order.place(film, path, project.folder)
        jobs = order.file(worker.desk, project, film, path, scene, shot)
        worker.give(jobs or ())
        return jobs is not None

    seen = worker.desk.tables.kept(project.id, "watched") or {}
    eye = Watch(project.folder, take, settle_s, say, {name: (stamp[0], stamp[1]) for name, stamp in seen.items()})
    worker.begin()
    worker.give(order.want(worker.desk, project, film.model_copy(update={"scenes": ()})))
    worker.sweep()
    say(f"watching {project.folder} (Ctrl-C ends it)")

    def done() -> bool:
        before = len(eye.seen)
        eye.look()
        if len(eye.seen) != before:
            worker.desk.tables.put(project.id, "watched", eye.seen)
        return once and eye.is_settled() and worker.is_idle(project.id)

    follow(worker, project.id, done, say)
    return _told(worker.desk, project, as_json)


def _serve(worker: Worker, kinds: list[str], once: bool, as_json: bool) -> int:
    import time

    from unplastic.cli.show import print_json

    worker.begin(kinds)
    worker.sweep()
    say(f"{worker.owner.name} works on {', '.join(kinds)} (Ctrl-C ends it)")
    while True:
        worker.tick()
        if once and all(worker.is_idle(film) for film in worker.desk.tables.films()):
            if as_json:
                print_json({"worker": worker.owner.name, "queues": kinds, "films": worker.desk.tables.films()})
            return 0
        time.sleep(0.2)


def _told(desk: Desk, project: Project, as_json: bool) -> int:
    from unplastic.cli.show import print_json
    from unplastic.cli.status import print_state
    from unplastic.pipeline.status import state

    told = state(desk, project.id)
    if as_json:
        print_json(told.document())
    else:
        print_state(told)
    return 1 if any(each.status in {"held", "failed"} for each in told.takes) else 0


def _budget(film: Film, budget_usd: float | None) -> float:
    from unplastic.errors import FilmError

    cap = budget_usd if budget_usd is not None else film.budget_usd
    if cap is None:
        raise FilmError("the film has no budget", "add budget_usd to the file, or say --budget USD")
    return cap


@contextlib.contextmanager
def _settings(rehearse: bool, film: Film) -> Iterator[tuple[Settings, float]]:
    """The user's settings, and how often queues are looked at; a rehearsal begins anew, as its server does."""
    import shutil

    from unplastic.settings import Settings, settings

    known = settings()
    if known.rehearsal:
        yield known, 0.1
        return
    if not rehearse:
        yield known, 0.5
        return
    from unplastic.pipeline.owner import alone
    from unplastic.rehearsal import Rehearsal

    state = film.folder / ".unplastic" / "rehearsal"
    with alone(state):  # nobody else is rehearsing it
        for path in state.iterdir():
            if path.name != "owner.lock":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    with Rehearsal() as server:
        yield Settings(rehearsal=server.url), 0.1


def _machine_folder() -> Path:
    import os

    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home / "unplastic" / "worker"
