"""``unplastic agents``: who works on a film, what each does, its log and its spend; new ones, and rest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from unplastic.cli.film import JSON, REHEARSAL, begun

if TYPE_CHECKING:
    from unplastic.pipeline.agent import Agent

agents = typer.Typer(
    help="Who works on your clips: the agents, their work, their logs; make one, let one rest.",
    invoke_without_command=True,
    no_args_is_help=False,
)
OF = Annotated[Path | None, typer.Option("--film", metavar="FILM", help="On this film; else the agents in general.")]
NAME = Annotated[str, typer.Argument(metavar="NAME")]


@agents.callback(invoke_without_command=True)
def _list(context: typer.Context, film: OF = None, rehearsal: REHEARSAL = False, as_json: JSON = False) -> None:
    if context.invoked_subcommand is None:
        _print_all(film, rehearsal, as_json)


@agents.command("show")
def show(name: NAME, film: OF = None, rehearsal: REHEARSAL = False, as_json: JSON = False) -> None:
    """Print an agent's TOML, and on a film its work, its spend and the last lines of its log."""
    from dataclasses import asdict

    from unplastic.cli.show import print_json
    from unplastic.pipeline.agent import known, named
    from unplastic.pipeline.status import state

    if film is None:
        agent = named(name, known())
        print_json({"agent": agent.model_dump()}) if as_json else typer.echo(agent.toml())
        return
    with begun(film, rehearsal=rehearsal) as (_, project, desk):
        agent = named(name, known(project.folder))
        row = next((each for each in state(desk, project.id).agents if each.name == agent.name), None)
        if as_json:
            log = [asdict(each) for each in desk.tables.entries(project.id, agent.name)]
            print_json({"agent": agent.model_dump(), "state": row and asdict(row), "log": log[-20:]})
            return
        typer.echo(agent.toml())
        if row:
            typer.echo(
                f"version {row.version}: {row.in_hand} in hand, {row.waiting} waiting, {row.held} held,"
                f" {row.done} done; {row.usd:.2f} USD"
            )
        for each in desk.tables.entries(project.id, agent.name)[-20:]:
            typer.echo(f"{_clock(each.when_s)}  {each.take or 'film'}  {each.kind}: {each.text}")


@agents.command("log")
def log(
    name: NAME,
    film: Annotated[Path, typer.Option("--film", metavar="FILM")] = Path(),
    rehearsal: REHEARSAL = False,
    as_json: JSON = False,
) -> None:
    """Print all of an agent's log on a film."""
    from dataclasses import asdict

    from unplastic.cli.show import print_json
    from unplastic.pipeline.agent import known, named

    with begun(film, rehearsal=rehearsal) as (_, project, desk):
        agent = named(name, known(project.folder))
        entries = desk.tables.entries(project.id, agent.name)
        if as_json:
            print_json({"agent": agent.name, "log": [asdict(each) for each in entries]})
            return
        for each in entries:
            typer.echo(f"{_clock(each.when_s)}  {each.take or 'film'}  {each.kind}: {each.text}")


@agents.command("new")
def new(
    name: NAME,
    in_words: Annotated[
        str, typer.Option("--in-words", metavar="WORDS", help="What it does, in plain words, instead of the flags.")
    ] = "",
    when: Annotated[
        str, typer.Option("--when", help="clip.finished, take.measured, shot.approved ..., or 'daily 18:00'.")
    ] = "",
    do: Annotated[
        list[str] | None,
        typer.Option("--do", metavar="'STAGE key=value'", help="A stage with its parameters; several in order."),
    ] = None,
    mandate: Annotated[str, typer.Option("--mandate", help="What it is there for, in words.")] = "",
    at_once: Annotated[int | None, typer.Option("--at-once", min=1, help="Takes in hand at once.")] = None,
    usd: Annotated[float | None, typer.Option("--usd", min=0, help="What it may spend on a film.")] = None,
    usd_per_day: Annotated[
        float | None, typer.Option("--usd-per-day", min=0, help="What it may spend on one day.")
    ] = None,
    llm: Annotated[
        str | None, typer.Option(help="With --in-words: ask this language model where our grammar does not understand.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="With --in-words: do not ask, write it.")] = False,
    film: OF = None,
    as_json: JSON = False,
) -> None:
    """Make an agent, for one film or, without --film, for all of yours: by flags, or in plain words."""
    from unplastic.cli.show import print_json
    from unplastic.film import read
    from unplastic.pipeline.agent import user_folder, write

    if bool(in_words) == bool(when or do):
        raise typer.BadParameter("say it with --in-words, or with --when and --do")
    folder = read(film).folder / "agents" if film else user_folder()
    agent, notes = (
        _in_words(name, in_words, llm)
        if in_words
        else (
            _by_flags(name, when, do or [], mandate, {"at_once": at_once, "usd": usd, "usd_per_day": usd_per_day}),
            (),
        )
    )
    is_sure = yes or not in_words or (not as_json and _confirmed(agent.toml(), notes))
    path = write(agent, folder) if is_sure else None
    if as_json:
        print_json({"toml": agent.toml(), "notes": list(notes), "file": str(path) if path else None})
    else:
        typer.echo(f"{path}" if path else "nothing was written")


def _in_words(name: str, words: str, llm: str | None) -> tuple[Agent, tuple[str, ...]]:
    from unplastic.pipeline.asked import from_words

    made = from_words(name, words, llm=llm)
    return made.agent, made.notes


def _by_flags(name: str, when: str, do: list[str], mandate: str, caps: dict[str, Any]) -> Agent:
    from unplastic.pipeline.agent import Agent, Limits, parse, step_of

    steps = tuple(step_of(each) for each in do if each.strip())
    if not when or not steps:
        raise typer.BadParameter("--when says what it waits for, and --do names a stage, such as --do finish")
    wanted = mandate or f"{steps[0]['stage']} when {when}"
    made = Agent.model_construct(name=name, when=when, mandate=wanted, do=steps, limits=Limits(**caps))
    return parse(made.toml(), name)


def _confirmed(toml: str, notes: tuple[str, ...]) -> bool:
    typer.echo(toml)
    for note in notes:
        typer.echo(f"note: {note}")
    return typer.confirm("Write it?")


@agents.command("stages")
def stages(as_json: JSON = False) -> None:
    """List the stages that agents are made of, with their parameters."""
    from dataclasses import MISSING, fields

    from unplastic.cli.show import print_json
    from unplastic.registry import members

    found = {
        name: {each.name: None if each.default is MISSING else each.default for each in fields(kind)}  # type: ignore[arg-type]
        for name, kind in members("pipeline.stages").items()
    }
    if as_json:
        print_json({"stages": found})
        return
    for name, parameters in found.items():
        typer.echo(f"{name:<12} {', '.join(f'{key}={value!r}' for key, value in parameters.items())}")


@agents.command("pause")
def pause(
    name: NAME,
    film: Annotated[Path, typer.Option("--film", metavar="FILM")],
    rehearsal: REHEARSAL = False,
    as_json: JSON = False,
) -> None:
    """Let an agent rest on a film: what it has in hand it puts down at the next look, new work waits."""
    _rest(name, film, rehearsal, as_json, paused=True)


@agents.command("resume")
def resume(
    name: NAME,
    film: Annotated[Path, typer.Option("--film", metavar="FILM")],
    rehearsal: REHEARSAL = False,
    as_json: JSON = False,
) -> None:
    """Let it work again."""
    _rest(name, film, rehearsal, as_json, paused=False)


def _rest(name: str, film: Path, rehearsal: bool, as_json: bool, *, paused: bool) -> None:
    from unplastic.cli.show import print_json
    from unplastic.pipeline.agent import known, named

    with begun(film, rehearsal=rehearsal) as (_, project, desk):
        agent = named(name, known(project.folder))
        desk.tables.pause(project.id, agent.name, paused=paused)
    if as_json:
        print_json({"agent": agent.name, "paused": paused})
    else:
        typer.echo(f"{agent.name} {'rests' if paused else 'works again'}")


def _print_all(film: Path | None, rehearsal: bool, as_json: bool) -> None:
    from dataclasses import asdict

    from unplastic.cli.show import print_json
    from unplastic.pipeline.agent import known
    from unplastic.pipeline.status import state

    if film is None:
        found = known()
        if as_json:
            print_json({"agents": [each.model_dump() for each in found.values()]})
            return
        for each in found.values():
            typer.echo(
                f"{each.name:<16} {each.when:<14} {' -> '.join(str(step['stage']) for step in each.do)}"
                f"\n  {each.mandate}"
            )
        return
    with begun(film, rehearsal=rehearsal) as (_, project, desk):
        rows = state(desk, project.id).agents
    if as_json:
        print_json({"agents": [asdict(each) for each in rows]})
        return
    for row in rows:
        rest = "  rests" if row.paused else ""
        typer.echo(f"{row.name:<16} v{row.version} {row.when:<14} {row.in_hand} in hand, {row.waiting} waiting, "
                   f"{row.held} held, {row.done} done; {row.usd:.2f} USD{rest}")  # fmt: skip


def _clock(when_s: float) -> str:
    from datetime import datetime

    return datetime.fromtimestamp(when_s).astimezone().strftime("%d %b %H:%M:%S")
