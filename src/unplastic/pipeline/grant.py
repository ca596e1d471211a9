"""Budget tokens: what a program may spend in a person's name, and what it has spent, over all films.

A person makes a token; a program that asks for paid work has to bring it. The films' ledgers stay the truth: each order
says by which token it was asked for, and what the token may spend on a film, its allowance, lies in the film's books,
where it is looked at in the transaction that writes the order, whoever does the work. Here it is only known which films
a token was used on. One run at a time may use it, and what it was allowed on other films ends before it is allowed on
the next: no two allowances are ever open, and the sum over the others stands still.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from unplastic.database import Database, at, in_file
from unplastic.errors import DatabaseGone, GrantError
from unplastic.pipeline.desk import Caller
from unplastic.pipeline.owner import locked
from unplastic.pipeline.project import BOOKS, DATABASE, Project
from unplastic.providers.ledger import SqlLedger, Stage
from unplastic.settings import Settings, settings

TOKEN = "UNPLASTIC_BUDGET_TOKEN"  # noqa: S105 - the name of the variable
FORM = re.compile(r"upb-([0-9a-f]{8})-([0-9a-f]{32})")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,39}")
USD_MAX = 100_000.0
AWAY = "a server"
"""In place of a film's ledger file: whoever asks has to bring the server's address, which holds a password."""
MAKE = "unplastic budget grant --usd USD --for NAME makes one"
TABLES = (
    "create table if not exists grant_ (id text primary key, caller text not null, micro_usd bigint not null,"
    " digest text not null, created_s double precision not null, ended integer not null default 0)",
    "create table if not exists draw (id text not null, film text not null, books text not null,"
    " micro_usd bigint not null, primary key (id, film))",
)


@dataclass(frozen=True, slots=True)
class Grant:
    """A token as its owner sees it: US dollars granted and spent (reservations included); the secret is never kept."""

    id: str
    caller: str
    usd: float
    spent_usd: float
    created_s: float
    ended: bool
    films: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The caller's name in the ledgers: what it is for, and which token."""
        return f"{self.caller} {self.id}"

    @property
    def left_usd(self) -> float:
        """What it may still spend; nothing where it was ended."""
        return 0.0 if self.ended else max(0.0, round(self.usd - self.spent_usd, 6))


def give(usd: float, caller: str, *, now_s: float) -> tuple[str, Grant]:
    """A new token and its grant. The token is shown once. Raises `GrantError`."""
    if not 0 < usd <= USD_MAX:
        raise GrantError(f"{usd:g} USD cannot be granted", f"give an amount up to {USD_MAX:g}")
    if not NAME.fullmatch(caller):
        raise GrantError(f"{caller!r} is no name", "use letters, digits, spaces, dots and hyphens: --for mcp")
    id_, secret = secrets.token_hex(4), secrets.token_hex(16)
    with _books().transaction("grants") as books:
        books.run(
            "insert into grant_ (id, caller, micro_usd, digest, created_s) values (:id, :caller, :usd, :digest, :now)",
            id=id_, caller=caller, usd=round(usd * 1e6), digest=_digest(secret), now=now_s,
        )  # fmt: skip
    return f"upb-{id_}-{secret}", Grant(id_, caller, usd, 0.0, now_s, ended=False)


def grants(known: Settings | None = None) -> list[Grant]:
    """Every token, oldest first, with what was spent by it over all films. ``known`` names the server, if any."""
    if not _file().is_file():
        return []
    with _books().transaction("grants") as books:
        rows = books.rows("select * from grant_ order by created_s, id")
        draws = books.rows("select * from draw order by film")
    found = []
    for row in rows:
        grant = _grant(row)
        mine = [each for each in draws if each["id"] == grant.id]
        spent = sum(_spent(grant, each, known or settings()) for each in mine)
        found.append(replace(grant, spent_usd=round(spent, 6), films=tuple(each["film"] for each in mine)))
    return found


def end(start: str) -> Grant:
    """Take a token back, by the beginning of its id: nothing more is ordered by it, not even by a run under way.

    Raises `GrantError`, also where a server is away whose workers may do work of the token; it is ended all the same.
    """
    mine = [each for each in grants() if each.id.startswith(start)] if start else []
    if len(mine) != 1:
        raise GrantError(f"{len(mine)} budget tokens begin with {start!r}", "unplastic budget list shows them")
    with _books().transaction("grants") as books:
        books.run("update grant_ set ended = 1 where id = :id", id=mine[0].id)
    closed = {(row["film"], row["books"]): _closed(mine[0], row, settings()) for row in _draws(mine[0])}
    away = [film for (film, books), usd in closed.items() if usd is None and books == AWAY]
    if away:
        what = f"{mine[0].id} was ended here, but not for workers: the books of {', '.join(away)} were not reached"
        raise GrantError(what, f"set {DATABASE} to their server, and end it once more")
    return replace(mine[0], ended=True)


def granted(token: str) -> Grant:
    """The grant of a token, without what was spent. Raises `GrantError` for one that is missing, unknown or ended."""
    if not token:
        raise GrantError("this spends money, and no budget token was brought", MAKE)
    form = FORM.fullmatch(token.strip())
    row = _row(form[1]) if form else None
    if form is None or row is None or not hmac.compare_digest(_digest(form[2]), row["digest"]):
        raise GrantError("the budget token is not known here", MAKE)
    if row["ended"]:
        raise GrantError(f"the budget token {row['id']} was ended", MAKE)
    return _grant(row)


@contextmanager
def drawn(token: str, project: Project) -> Iterator[Project]:
    """The project as the token's caller may use it: its orders carry the caller's name, and stop at its cap.

    A rehearsal costs nothing and counts for nothing. Raises `GrantError`, also where another process uses the token.
    """
    grant = granted(token)
    if project.is_rehearsal:
        yield replace(project, caller=Caller(grant.name))
        return
    with _only(grant):
        left = replace(grant, spent_usd=_elsewhere(grant, project)).left_usd
        books = AWAY if project.settings.key(DATABASE) else str(project.state / BOOKS)
        with project.ledger() as ledger:
            ledger.close(project.id, grant.name)  # nothing of an earlier allowance is open when less is written down
            with _books().transaction("grants") as known:
                known.run(
                    "insert into draw values (:id, :film, :books, :usd)"
                    " on conflict (id, film) do update set books = :books, micro_usd = :usd",
                    id=grant.id, film=project.id, books=books, usd=round(left * 1e6),
                )  # fmt: skip
            ledger.allow(project.id, grant.name, left)
            now = _row(grant.id)
            if now is None or now["ended"]:  # in this very moment
                ledger.close(project.id, grant.name)
                raise GrantError(f"the budget token {grant.id} was ended", MAKE)
        yield replace(project, caller=Caller(grant.name, left))


def _elsewhere(grant: Grant, project: Project) -> float:
    """What it spent on other films, where nothing more can be spent by it from now on.

    Books that cannot be reached count for all that it was allowed there.
    """
    others = [row for row in _draws(grant) if row["film"] != project.id]
    spent = ((row, _closed(grant, row, project.settings)) for row in others)
    return sum(row["micro_usd"] / 1e6 if usd is None else usd for row, usd in spent)


def _draws(grant: Grant) -> list[dict[str, Any]]:
    with _books().transaction("grants") as books:
        return books.rows("select * from draw where id = :id order by film", id=grant.id)


def _spent(grant: Grant, draw: dict[str, Any], known: Settings) -> float:
    def ask(ledger: SqlLedger) -> float | None:
        is_its = draw["books"] != AWAY or ledger.allowed(draw["film"], grant.name) is not None
        return ledger.spent_usd(draw["film"], grant.name) if is_its else None

    usd = _asked(draw, known, ask)
    return draw["micro_usd"] / 1e6 if usd is None else usd


def _closed(grant: Grant, draw: dict[str, Any], known: Settings) -> float | None:
    """What it spent on that film, and nothing more is ordered there; None where the film's books are not reached."""

    def ask(ledger: SqlLedger) -> float | None:
        usd = ledger.close(draw["film"], grant.name)
        return ledger.spent_usd(draw["film"], grant.name) if usd is None and draw["books"] != AWAY else usd

    return _asked(draw, known, ask)


def _asked(draw: dict[str, Any], known: Settings, ask: Callable[[SqlLedger], float | None]) -> float | None:
    """What the film's books say: its own file, or the server that the settings name; None where they are not there."""
    url, path, is_away = known.key(DATABASE), Path(draw["books"]), draw["books"] == AWAY
    if not (url if is_away else path.is_file()):
        return None
    database = at(url.reveal()) if url and is_away else in_file(path)
    try:
        ledger = SqlLedger(database)
        is_elsewhere = not is_away and ledger.attempts(Stage.MOVED)  # on a server by now
        return None if is_elsewhere else ask(ledger)
    except DatabaseGone:
        return None
    finally:
        database.close()


@contextmanager
def _only(grant: Grant) -> Iterator[None]:
    """One process at a time: the lock ends with it, whatever becomes of it."""
    handle = os.open(_file().with_name(f"budget-{grant.id}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not locked(handle):
            raise GrantError(f"the budget token {grant.id} is in use", "wait for that run to end, or grant another one")
        yield
    finally:
        os.close(handle)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _row(id_: str) -> dict[str, Any] | None:
    if not _file().is_file():
        return None
    with _books().transaction("grants") as books:
        return books.one("select * from grant_ where id = :id", id=id_)


def _grant(row: dict[str, Any]) -> Grant:
    return Grant(row["id"], row["caller"], row["micro_usd"] / 1e6, 0.0, row["created_s"], bool(row["ended"]))


def _file() -> Path:
    """Beside the evidence: what this user's programs know, for all films."""
    home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return home / "unplastic" / "budget.sqlite"


def _books() -> Database:
    database = in_file(_file())
    database.bring_up("grants", TABLES, ())
    return database
