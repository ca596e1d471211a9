"""``unplastic plan`` and ``unplastic route``: which model makes which shot, why, and what it may cost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from unplastic.pipeline.consequence import Touched
    from unplastic.routing.plan import Plan, Planned

FILM = Annotated[Path, typer.Argument(metavar="FILM", help="film.toml, or the folder that it lies in.")]
SEED = Annotated[int, typer.Option("--seed", help="The same seed makes the same choices.")]
TAKES = Annotated[Path | None, typer.Option("--evidence", metavar="FILE", help="Measured takes; else your own file.")]
JSON = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def plan(film: FILM, seed: SEED = 0, takes: TAKES = None, as_json: JSON = False) -> None:
    """Plan a film: per shot the prompt, the model and why, seconds, price and warnings; and what changes touch.

    Nothing is spent.
    """
    from unplastic.cli.show import print_json

    made = _plan(film, seed, takes)
    touched = _touched(film, made)
    if as_json:
        print_json(made.document() | {"touched": [each.document() for each in touched]})
        return
    _print(made)
    if touched:
        generate = [each for each in touched if each.remedy == "generate"]
        usd = sum(each.usd or 0.0 for each in generate)
        typer.echo(f"\nchanged since they were made: {len(touched)} takes; to generate {len(generate)} again may cost"
                   f" {usd:.2f} USD")  # fmt: skip
        for each in touched:
            typer.echo(f"  {each.words()}")
        typer.echo("  unplastic run FILM --redo finish|all does it")


def route(
    film: Annotated[Path | None, typer.Argument(metavar="[FILM]", help="film.toml, or the folder it lies in.")] = None,
    surface: Annotated[str | None, typer.Option("--surface", help="Instead of a film: skin, hair, water ...")] = None,
    seconds: Annotated[float, typer.Option("--seconds", min=1, max=60, help="With --surface.")] = 5.0,
    seed: SEED = 0,
    takes: TAKES = None,
    as_json: JSON = False,
) -> None:
    """Say which model fits each shot of a film, or one surface, with the numbers and the runner-up."""
    from unplastic.cli.show import print_json
    from unplastic.film import read
    from unplastic.planning import evidence, services
    from unplastic.routing import route as choose
    from unplastic.settings import settings
    from unplastic.shot import Film, Scene, Shot

    if (film is None) == (surface is None):
        raise typer.BadParameter("give a FILM, or --surface NAME")
    if film is not None:
        wanted = read(film)
    else:
        shot = Shot(name="shot", prompt="a shot", surface=surface or "", seconds=seconds)
        wanted = Film(title="one shot", scenes=(Scene(name="scene", shots=(shot,)),))
    found = choose(wanted, services=services(settings()), takes=evidence(takes), seed=seed)
    if as_json:
        rows = [{"scene": each.scene, "shot": each.shot, "surface": each.surface, "why": each.why,
                 "chosen": each.best.candidate.label if each.best else None,
                 "removed": [{"candidate": one.label, "filter": one.filter, "why": one.why} for one in each.removed]}
                for each in found]  # fmt: skip
        print_json({"choices": rows})
        return
    for each in found:
        typer.echo(f"{each.shot}: {each.why}")


def _plan(film: Path, seed: int, takes: Path | None) -> Plan:
    from unplastic.film import read
    from unplastic.planning import evidence, services, written
    from unplastic.routing import plan as make
    from unplastic.settings import settings

    return make(read(film), services=services(settings()), write=written, takes=evidence(takes), seed=seed)


def _touched(path: Path, made: Plan) -> list[Touched]:
    """What was made of something else than the film says now; nothing where nothing was begun."""
    from unplastic.cli.film import begun
    from unplastic.errors import WorkError
    from unplastic.pipeline.consequence import touched
    from unplastic.pipeline.wish import Unkept, freeze

    prices = {each.choice.shot: each.choice.best and each.choice.best.candidate.price.high_usd for each in made.shots}
    try:
        with begun(path) as (film, project, desk):
            return touched(desk.tables.takes(project.id), freeze(film, Unkept()), film, prices)
    except WorkError:
        return []


def _print(made: Plan) -> None:
    typer.echo(made.film.title)
    for each in made.shots:
        _print_shot(each)
    budget = "no budget" if made.film.budget_usd is None else f"budget {made.film.budget_usd:.2f} USD"
    open_prices = f", {made.unpriced} shots without a price" if made.unpriced else ""
    typer.echo(f"\ntotal {made.low_usd:.2f} to {made.high_usd:.2f} USD{open_prices}; {budget}; nothing was spent")
    for warning in made.warnings:
        typer.echo(f"! {warning}")


def _print_shot(each: Planned) -> None:
    usd = "price unknown" if each.high_usd is None else f"{each.low_usd:.2f} to {each.high_usd:.2f} USD"
    typer.echo(f"\n{each.choice.scene} / {each.choice.shot}  {each.seconds:g} s, {each.takes:g} takes, {usd}")
    typer.echo(f"  {each.choice.why}")
    typer.echo(f"  {each.prompt}")
    if each.references:
        typer.echo(f"  with {', '.join(each.references)}")
    for warning in each.warnings:
        typer.echo(f"  ! {warning}")
