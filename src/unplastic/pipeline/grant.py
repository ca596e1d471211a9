"""Budget tokens: what a program may spend in a person's name, and what it has spent, over all films.

A person makes a token; a program that asks for paid work has to bring it. The films' ledgers stay the truth: each order
says by which token it was asked for, and the token's cap is looked at in the transaction that writes the order. Here it
is only known which films a token was used on, so that a cap over all of them can be told to each. One at a time may use
a token: the sum over the other films then stands still.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from unplastic.database import Database, in_file
from unplastic.errors import DatabaseGone, GrantError
from unplastic.pipeline.desk import Caller
from unplastic.pipeline.owner import locked
from unplastic.pipeline.project import BOOKS, DATABASE, Project
from unplastic.providers.ledger import SqlLedger

TOKEN = "UNPLASTIC_BUDGET_TOKEN"  # noqa: S105 - the name of the variable
FORM = re.compile(r"upb-([0-9a-f]{8})-([0-9a-f]{32})")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,39}")
USD_MAX = 100_000.0
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


def grants() -> list[Grant]:
    """Every token, oldest first, with what was spent by it over all films."""
    if not _file().is_file():
        return []
    with _books().transaction("grants") as books:
        rows = books.rows("select * from grant_ order by created_s, id")
        draws = books.rows("select * from draw order by film")
    found = []
    for row in rows:
        grant = Grant(row["id"], row["caller"], row["micro_usd"] / 1e6, 0.0, row["created_s"], bool(row["ended"]))
        mine = [each for each in draws if each["id"] == grant.id]
        spent = sum(_spent(grant, each["film"], Path(each["books"]), each["micro_usd"] / 1e6) for each in mine)
        found.append(replace(grant, spent_usd=round(spent, 6), films=tuple(each["film"] for each in mine)))
    return found


def end(start: str) -> Grant:
    """Take a token back, by the beginning of its id: nothing more is ordered by it. Raises `GrantError`."""
    mine = [each for each in grants() if each.id.startswith(start)] if start else []
    if len(mine) != 1:
        raise GrantError(f"{len(mine)} budget tokens begin with {start!r}", "unplastic budget list shows them")
    with _books().transaction("grants") as books:
        books.run("update grant_ set ended = 1 where id = :id", id=mine[0].id)
    return replace(mine[0], ended=True)


def granted(token: str) -> Grant:
    """The grant of a token. Raises `GrantError` for one that is missing, malformed, unknown or ended."""
    if not token:
        raise GrantError("this spends money, and no budget token was brought", MAKE)
    form = FORM.fullmatch(token.strip())
    found = next((each for each in grants() if form and each.id == form[1]), None)
    if form is None or found is None or not hmac.compare_digest(_digest(form[2]), _digest_of(found.id)):
        raise GrantError("the budget token is not known here", MAKE)
    if found.ended:
        raise GrantError(f"the budget token {found.id} was ended", MAKE)
    return found


@contextmanager
def drawn(token: str, project: Project) -> Iterator[Project]:
    """The project as the token's caller may use it: its orders carry the caller's name, and stop at its cap.

    A rehearsal costs nothing and counts for nothing. Raises `GrantError`, also where another process uses the token.
    """
    grant = granted(token)
    if project.is_rehearsal:
        yield replace(project, caller=Caller(grant.name))
        return
    if project.settings.key(DATABASE):
        what = "the film's books are on a server, where workers that know no token may do its work"
        raise GrantError(what, "run it yourself: unplastic run FILM --budget USD")
    with _only(grant):
        others = replace(grant, spent_usd=_elsewhere(grant, project.id))
        books = project.state / BOOKS
        with _books().transaction("grants") as known:
            known.run(
                "insert into draw values (:id, :film, :books, :usd)"
                " on conflict (id, film) do update set books = :books, micro_usd = :usd",
                id=grant.id, film=project.id, books=str(books), usd=round(others.left_usd * 1e6),
            )  # fmt: skip
        yield replace(project, caller=Caller(grant.name, others.left_usd))


def _elsewhere(grant: Grant, film: str) -> float:
    """What it spent on other films. A ledger that cannot be read any more counts for all that it was allowed."""
    with _books().transaction("grants") as books:
        rows = books.rows("select * from draw where id = :id and film != :film", id=grant.id, film=film)
    return sum(_spent(grant, row["film"], Path(row["books"]), row["micro_usd"] / 1e6) for row in rows)


def _spent(grant: Grant, film: str, path: Path, allowed_usd: float) -> float:
    if not path.is_file():
        return allowed_usd
    try:
        return SqlLedger(in_file(path)).spent_usd(film, grant.name)
    except DatabaseGone:
        return allowed_usd


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


def _digest_of(id_: str) -> str:
    with _books().transaction("grants") as books:
        row = books.one("select digest from grant_ where id = :id", id=id_)
    return str(row["digest"]) if row else ""


def _file() -> Path:
    """Beside the evidence: what this user's programs know, for all films."""
    home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return home / "unplastic" / "budget.sqlite"


def _books() -> Database:
    database = in_file(_file())
    database.bring_up("grants", TABLES, ())
    return database
