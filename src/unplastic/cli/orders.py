"""``unplastic orders``: every cent of a film with the services' own ids, and what waits for you."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from unplastic.providers.ledger import Attempt, SqlLedger, Stage


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

    with _opened(film, rehearsal) as books:
        for each in books if look else ():
            _look(each)
        _settle([each.ledger for each in books], free or [], paid or [])
        attempts = [attempt for each in books for attempt in each.attempts()]
    spent_usd = sum(each.usd for each in attempts)
    if as_json:
        print_json({"spent_usd": round(spent_usd, 6), "orders": [_document(each) for each in attempts]})
        return
    for each in attempts:
        _print(each)
    waiting = sum(each.stage in {"unknown", "intent"} for each in attempts)
    typer.echo(f"{spent_usd:.2f} USD spent or reserved in {len(attempts)} orders; {waiting} wait for an answer")


@dataclass(frozen=True)
class _Books:
    """A ledger with a film's orders, and the files of ids that it could not take. ``film`` None: it has no other's."""

    ledger: SqlLedger
    strays: tuple[Path, ...]
    film: str | None = None

    def attempts(self, *stages: Stage) -> list[Attempt]:
        return self.ledger.attempts(*stages, film=self.film)


@contextlib.contextmanager
def _opened(film: Path, rehearsal: bool) -> Iterator[list[_Books]]:
    """The film's own file, where casting keeps its orders in any case, and the server that keeps those of its shots."""
    from unplastic.database import at
    from unplastic.errors import FilmError
    from unplastic.pipeline.entry import project_of, read_or_folder
    from unplastic.pipeline.project import BOOKS, DATABASE, IDENTITY, STATE
    from unplastic.providers.ledger import SqlLedger, ledger_in
    from unplastic.settings import settings

    read, known = read_or_folder(film), settings()
    folder = read.folder / STATE / ("rehearsal" if rehearsal or known.rehearsal else "")
    strays = (folder / "strays.jsonl", folder / "work" / "strays.jsonl")
    found = [_Books(ledger_in(folder / BOOKS), strays)] if (folder / BOOKS).is_file() else []
    url = known.key(DATABASE)
    with contextlib.ExitStack() as stack:
        if url and (folder / IDENTITY).is_file():
            database = at(url.reveal())
            stack.callback(database.close)
            found.append(_Books(SqlLedger(database), strays, project_of(read, known, rehearsal=rehearsal).id))
        if not found:
            raise FilmError(f"{film}: nothing was ordered yet", "unplastic cast FILM orders portraits")
        yield found


def _look(books: _Books) -> None:
    """Once more for what was parked, too: a list may have been late."""
    import time

    from unplastic.errors import ProviderError
    from unplastic.providers import connect
    from unplastic.providers.ledger import Stage
    from unplastic.providers.payment import Till, take_up_strays
    from unplastic.providers.reconcile import reconcile
    from unplastic.settings import settings

    known = settings()
    tills = [Till(books.ledger, 0.0, strays, time.time) for strays in books.strays]
    for till in tills:
        take_up_strays(till)
    for each in books.attempts(Stage.INTENT, Stage.UNKNOWN):
        try:
            after = reconcile(tills[0], connect(each.provider, known), each, again=True)
            typer.echo(f"{each.key[:8]}: {after.stage}{f' ({after.note})' if after.note else ''}", err=True)
        except ProviderError as trouble:
            typer.echo(f"{each.key[:8]}: {trouble.message}; {trouble.hint}", err=True)


def _settle(ledgers: list[SqlLedger], free: list[str], paid: list[str]) -> None:
    import time

    from unplastic.errors import SettlementError
    from unplastic.providers.byhand import did_cost, was_never_ordered

    for start in free:
        was_never_ordered(*_named(ledgers, start), now_s=time.time())
    for each in paid:
        start, _, amount = each.partition("=")
        try:
            usd = float(amount)
        except ValueError:
            raise SettlementError(
                f"{each!r} is no charge", "write --paid KEY=USD, such as --paid 1a2b3c4d=0.75"
            ) from None
        ledger, attempt = _named(ledgers, start)
        did_cost(ledger, attempt, usd, now_s=time.time())


def _named(ledgers: list[SqlLedger], start: str) -> tuple[SqlLedger, Attempt]:
    """The order and the books that have it; the last ones say what is wrong where none has."""
    from unplastic.errors import SettlementError
    from unplastic.providers.byhand import named

    for ledger in ledgers[:-1]:
        with contextlib.suppress(SettlementError):
            return ledger, named(ledger, start)
    return ledgers[-1], named(ledgers[-1], start)


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
