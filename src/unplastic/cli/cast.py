"""``unplastic cast``: each character's portrait, drawn for skin, measured, picked by you."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from unplastic.cast import Drawn
    from unplastic.pipeline.project import Project
    from unplastic.providers.payment import Till
    from unplastic.settings import Settings
    from unplastic.shot import Film


def cast(
    film: Annotated[Path, typer.Argument(metavar="FILM", help="film.toml, or the folder that it lies in.")],
    who: Annotated[list[str] | None, typer.Option("--who", metavar="NAME", help="Only this character.")] = None,
    picks: Annotated[
        list[str] | None, typer.Option("--pick", metavar="NAME=NUMBER", help="Take this candidate.")
    ] = None,
    count: Annotated[int, typer.Option("--count", min=1, max=24, help="Candidates for each character.")] = 4,
    batch: Annotated[int, typer.Option("--batch", min=1, help="A higher number orders new candidates.")] = 1,
    service: Annotated[str, typer.Option("--provider", help="The service that draws.")] = "recraft",
    model: Annotated[str, typer.Option("--model", help="Its model.")] = "recraft-v4.1-pro",
    budget_usd: Annotated[
        float | None, typer.Option("--budget", min=0, help="US dollars for the whole film; else its budget_usd.")
    ] = None,
    rehearse: Annotated[bool, typer.Option("--rehearse", help="Against the rehearsal: no key, no cost.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Draw portraits of the characters that have none, say whose skin holds up, and take the one you pick."""
    from unplastic.cli.film import asked_by, project_of
    from unplastic.film import read

    wanted = read(film)
    with _settings(rehearse) as known:
        if picks:
            _pick(film, wanted, picks, known)
            return
        cap = _budget(wanted, budget_usd)
        with asked_by(project_of(wanted, known, rehearsal=rehearse)) as project, _till(project, wanted, cap) as till:
            code = _draw(wanted, who or [], till, project, service=service, model=model, count=count, batch=batch,
                         as_json=as_json)  # fmt: skip
    raise typer.Exit(code)


@contextlib.contextmanager
def _settings(rehearse: bool) -> Iterator[Settings]:
    from unplastic.settings import Settings, settings

    if not rehearse:
        yield settings()
        return
    from unplastic.rehearsal import Rehearsal

    with Rehearsal() as server:
        yield Settings(rehearsal=server.url)


def _budget(film: Film, budget_usd: float | None) -> float:
    from unplastic.errors import FilmError

    cap = budget_usd if budget_usd is not None else film.budget_usd
    if cap is None:
        raise FilmError("the film has no budget", "add budget_usd to the file, or say --budget USD")
    return cap


@contextlib.contextmanager
def _till(project: Project, film: Film, cap_usd: float) -> Iterator[Till]:
    """The film's books, where its shots' orders lie; a rehearsal has its own, so that nothing rehearsed is paid."""
    import time

    from unplastic.providers.caps import Caps
    from unplastic.providers.payment import Till

    caps = Caps(day_usd=film.budget_usd_per_day, caller_usd=project.caller.usd)
    with project.ledger() as ledger:
        yield Till(
            ledger, cap_usd, project.strays[0], time.time, film=project.id, caps=caps, caller=project.caller.name,
            is_own=ledger.database.is_sqlite,
        )  # fmt: skip


def _draw(film: Film, who: list[str], till: Till, project: Project, *, service: str, model: str, count: int, batch: int,
          as_json: bool) -> int:  # fmt: skip
    """Every character's portraits; one that cannot be had does not stop the others. The exit code."""
    from unplastic.cast import draw
    from unplastic.cli.outcome import DONE, UNMET, say_error
    from unplastic.cli.show import print_json
    from unplastic.errors import BudgetSpent, FilmError, ProviderError, SettlementError
    from unplastic.pipeline.desk import REHEARSED, Pace
    from unplastic.providers import connect

    names = [each.name for each in film.characters]
    for name in who:
        if name not in names:
            raise FilmError(f"nobody is called {name!r}", f"the film knows {', '.join(names) or 'nobody'}")
    open_parts = [each for each in film.characters if (each.name in who) or (not who and each.portrait is None)]
    if not open_parts:
        typer.echo("every character has a portrait; --who NAME --batch 2 draws new ones")
        return DONE
    drawer, pace = connect(service, project.settings), REHEARSED if project.is_rehearsal else Pace()
    rows: list[dict[str, Any]] = []
    for each in open_parts:
        try:
            drawn = draw(
                film,
                each,
                drawer,
                till,
                model=model,
                count=count,
                batch=batch,
                poll_s=pace.poll_s,
                settle_s=pace.settle_s,
            )
        except (BudgetSpent, ProviderError, SettlementError) as trouble:
            say_error(trouble)
            said = f"{trouble.message} ({trouble.hint})"
            rows.append({"character": each.name, "candidates": [], "missing": [said], "best": None})
            continue
        rows.append(_document(drawn))
        if not as_json:
            _print(drawn)
    if as_json:
        print_json({"cast": rows})
    return UNMET if any(each["missing"] for each in rows) else DONE


def _document(drawn: Drawn) -> dict[str, Any]:
    from dataclasses import asdict

    whole = asdict(drawn)
    for each in whole["candidates"]:
        each["path"] = str(each["path"])
        del each["address"]  # a signed address is a key to its file
    return whole | {"best": drawn.candidates[0].number if drawn.candidates else None}


def _print(drawn: Drawn) -> None:
    paid = "" if drawn.charged_usd is None else f", {drawn.charged_usd:.2f} USD"
    typer.echo(f"{drawn.character} ({drawn.model}{paid})\n  {drawn.prompt}")
    for place, each in enumerate(drawn.candidates):
        told = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in each.readings.items())
        skin = f"skin not measured: {each.why_not}" if each.why_not else "skin measured"
        typer.echo(
            f"  {'->' if place == 0 else '  '} {each.number}  {each.path}\n        {skin}; {told or 'no reading'}"
        )
    for said in drawn.missing:
        typer.echo(f"  did not come: {said}")
    typer.echo(f"  look at them at full size, then: unplastic cast FILM --pick {drawn.character}=NUMBER")


def _pick(path: Path, film: Film, picks: list[str], known: Settings) -> None:
    from unplastic.cast import pick, wanting
    from unplastic.errors import FilmError
    from unplastic.film import read
    from unplastic.providers import connect
    from unplastic.registry import members

    services = wanting(connect(name, known) for name in members("providers"))
    for each in picks:
        name, _, number = each.rpartition("=")
        if not name or not number.isdigit():
            raise FilmError(f"{each!r} is no pick", "write --pick NAME=NUMBER, such as --pick Mara=2")
        for line in pick(path, film, name, int(number), services):
            typer.echo(f"{name}: {line}")
        character = read(path).character(name)
        typer.echo(f"{name}: {character.portrait if character else 'nobody'} is the portrait now")
