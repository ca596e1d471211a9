"""``unplastic orders``: every cent of a film with the services' own ids, and what waits for you."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from unplastic.pipeline.project import Project
    from unplastic.providers.ledger import Attempt, SqlLedger


def orders(
    film: Annotated[Path, typer.Argument(metavar="FILM", help="film.toml, or the folder that it lies in.")],
    look: Annotated[
        bool, typer.Option("--look", help="Look in the services' lists for orders without an answer.")
    ] = False,
    free: Annotated[list[str] | None, typer.Option("--free", metavar="KEY", help="It was never ordered.")] = None,
    paid: Annotated[
        list[str] | None, typer.Option("--paid", metavar="KEY=USD", help="It cost that, says the console.")
    ] = None,
    rehearsal: Annotated[bool, typer.Option("--rehearsal", help="The books of the rehearsal.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """List a film's orders; look for those whose answer was lost; settle by hand what nobody can find."""
    from unplastic.cli.show import print_json

    with _opened(film, rehearsal) as (project, ledger):
        if look:
            _look(project, ledger)
        _settle(ledger, free or [], paid or [])
        attempts = ledger.attempts(film=project.id)
    spent_usd = sum(each.usd for each in attempts)
    if as_json:
        print_json({"spent_usd": round(spent_usd, 6), "orders": [_document(each) for each in attempts]})
        return
    for each in attempts:
        _print(each)
    waiting = sum(each.stage in {"unknown", "intent"} for each in attempts)
    typer.echo(f"{spent_usd:.2f} USD spent or reserved in {len(attempts)} orders; {waiting} wait for an answer")


@contextlib.contextmanager
def _opened(film: Path, rehearsal: bool) -> Iterator[tuple[Project, SqlLedger]]:
    """The film's books, casting's orders among them, where they are."""
    from unplastic.errors import FilmError
    from unplastic.pipeline.entry import project_of, read_or_folder
    from unplastic.pipeline.project import BOOKS, DATABASE, IDENTITY, state_of
    from unplastic.settings import settings

    read, known = read_or_folder(film), settings()
    folder = state_of(read.folder, is_rehearsal=rehearsal or bool(known.rehearsal))
    if not (folder / (IDENTITY if known.key(DATABASE) else BOOKS)).is_file():
        raise FilmError(f"{film}: nothing was ordered yet", "unplastic cast FILM orders portraits")
    project = project_of(read, known, rehearsal=rehearsal)
    with project.ledger() as ledger:
        yield project, ledger


def _look(project: Project, ledger: SqlLedger) -> None:
    """Once more for what was parked, too: a list may have been late."""
    import time

    from unplastic.errors import ProviderError
    from unplastic.providers import connect
    from unplastic.providers.ledger import Stage
    from unplastic.providers.payment import Till, take_up_strays
    from unplastic.providers.reconcile import reconcile

    tills = [Till(ledger, 0.0, strays, time.time) for strays in project.strays]
    for till in tills:
        take_up_strays(till)
    for each in ledger.attempts(Stage.INTENT, Stage.UNKNOWN, film=project.id):
        try:
            after = reconcile(tills[0], connect(each.provider, project.settings), each, again=True)
            typer.echo(f"{each.key[:8]}: {after.stage}{f' ({after.note})' if after.note else ''}", err=True)
        except ProviderError as trouble:
            typer.echo(f"{each.key[:8]}: {trouble.message}; {trouble.hint}", err=True)


def _settle(ledger: SqlLedger, free: list[str], paid: list[str]) -> None:
    import time

    from unplastic.errors import SettlementError
    from unplastic.providers.byhand import did_cost, named, was_never_ordered

    for start in free:
        was_never_ordered(ledger, named(ledger, start), now_s=time.time())
    for each in paid:
        start, _, amount = each.partition("=")
        try:
            usd = float(amount)
        except ValueError:
            raise SettlementError(
                f"{each!r} is no charge", "write --paid KEY=USD, such as --paid 1a2b3c4d=0.75"
            ) from None
        did_cost(ledger, named(ledger, start), usd, now_s=time.time())


def _document(each: Attempt) -> dict[str, Any]:
    return {
        "key": each.key,
        "shot": each.shot,
        "take": each.take,
        "provider": each.provider,
        "id": each.job.id if each.job else None,
        "state": str(each.stage),
        "reserved_usd": each.reserved_usd,
        "charged_usd": each.charged_usd,
        "note": each.note,
        "caller": each.caller,
    }


def _print(each: Attempt) -> None:
    usd = f"reserved {each.reserved_usd:.2f}" if each.charged_usd is None else f"charged {each.charged_usd:.2f}"
    typer.echo(f"{each.key[:8]}  {each.stage:<9} {usd:>14} USD  {each.shot} take {each.take}  "
               f"{each.provider} {each.job.id if each.job else 'no id'}")  # fmt: skip
    if each.note:
        typer.echo(f"{'':<10}{each.note}")
