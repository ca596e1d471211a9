"""``unplastic plan`` and ``unplastic route``: which model makes which shot, why, and what it may cost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
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
    from unplastic.pipeline.entry import touched_by
    from unplastic.planning import planned

    made = planned(film, seed=seed, takes=takes)
    touched = touched_by(film, made)
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
    from unplastic.planning import routed

    if (film is None) == (surface is None):
        raise typer.BadParameter("give a FILM, or --surface NAME")
    found = routed(film, surface=surface or "", seconds=seconds, seed=seed, takes=takes)
    if as_json:
        print_json({"choices": [each.document() for each in found]})
        return
    for each in found:
        typer.echo(f"{each.shot}: {each.why}")


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
