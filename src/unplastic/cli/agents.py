"""``unplastic agents``: who works on a film, what each does, its log and its spend; new ones, and rest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from unplastic.cli.film import JSON, REHEARSAL, begun

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
def show(name: NAME, film: OF = None, rehearsal: REHEARSAL = False) -> None:
    """Print an agent's TOML, and on a film its work, its spend and the last lines of its log."""
    from unplastic.pipeline.agent import known, named
    from unplastic.pipeline.status import state

    if film is None:
        typer.echo(named(name, known()).toml())
        return
    with begun(film, rehearsal=rehearsal) as (_, project, desk):
        agent = named(name, known(project.folder))
        typer.echo(agent.toml())
        row = next((each for each in state(desk, project.id).agents if each.name == agent.name), None)
        if row:
            typer.echo(
                f"version {row.version}: {row.in_hand} in hand, {row.waiting} waiting, {row.held} held,"
                f" {row.done} done; {row.usd:.2f} USD"
            )
        for each in desk.tables.entries(project.id, agent.name)[-20:]:
            typer.echo(f"{_clock(each.when_s)}  {each.take or 'film'}  {each.kind}: {each.text}")


@agents.command("log")
def log(
    name: NAME, film: Annotated[Path, typer.Option("--film", metavar="FILM")] = Path(), rehearsal: REHEARSAL = False
) -> None:
    """Print all of an agent's log on a film."""
    from unplastic.pipeline.agent import known, named

    with begun(film, rehearsal=rehearsal) as (_, project, desk):
        agent = named(name, known(project.folder))
        for each in desk.tables.entries(project.id, agent.name):
            typer.echo(f"{_clock(each.when_s)}  {each.take or 'film'}  {each.kind}: {each.text}")


@agents.command("new")
def new(
    name: NAME,
    when: Annotated[
        str, typer.Option("--when", help="clip.finished, take.measured, shot.approved ..., or 'daily 18:00'.")
    ],
    do: Annotated[
        list[str],
        typer.Option("--do", metavar="'STAGE key=value'", help="A stage with its parameters; several in order."),
    ],
    mandate: Annotated[str, typer.Option("--mandate", help="What it is there for, in words.")] = "",
    at_once: Annotated[int | None, typer.Option("--at-once", min=1, help="Takes in hand at once.")] = None,
    usd: Annotated[float | None, typer.Option("--usd", min=0, help="What it may spend on a film.")] = None,
    usd_per_day: Annotated[
        float | None, typer.Option("--usd-per-day", min=0, help="What it may spend on one day.")
    ] = None,
    film: OF = None,
) -> None:
    """Make an agent, for one film or, without --film, for all of yours."""
    from unplastic.film import read
    from unplastic.pipeline.agent import Agent, Limits, parse, step_of, user_folder, write

    limits = Limits(at_once=at_once, usd=usd, usd_per_day=usd_per_day)
    steps = tuple(step_of(each) for each in do if each.strip())
    if not steps:
        raise typer.BadParameter("--do names a stage, such as --do finish")
    made = Agent.model_construct(
        name=name, when=when, mandate=mandate or f"{steps[0]['stage']} when {when}", do=steps, limits=limits
    )
    agent = parse(made.toml(), name)
    folder = read(film).folder / "agents" if film else user_folder()
    typer.echo(f"{write(agent, folder)}")


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
    name: NAME, film: Annotated[Path, typer.Option("--film", metavar="FILM")], rehearsal: REHEARSAL = False
) -> None:
    """Let an agent rest on a film: what it has in hand it puts down at the next look, new work waits."""
    _rest(name, film, rehearsal, paused=True)


@agents.command("resume")
def resume(
    name: NAME, film: Annotated[Path, typer.Option("--film", metavar="FILM")], rehearsal: REHEARSAL = False
) -> None:
    """Let it work again."""
    _rest(name, film, rehearsal, paused=False)


def _rest(name: str, film: Path, rehearsal: bool, *, paused: bool) -> None:
    from unplastic.pipeline.agent import known, named

    with begun(film, rehearsal=rehearsal) as (_, project, desk):
        agent = named(name, known(project.folder))
        desk.tables.pause(project.id, agent.name, paused=paused)
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
