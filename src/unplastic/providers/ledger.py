"""What was ordered, for how much, and how it ended: one row an attempt, in SQLite, safe against a crash at any line.

WAL with ``synchronous=FULL``: a row that was written is on the disk before the next line runs. Amounts are whole
micro-dollars. No key is ever written here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from unplastic.errors import BudgetSpent, SettlementError
from unplastic.providers.provider import Job

WAIT_S = 30.0
TABLE = """
create table if not exists attempt (
  key text primary key, shot text not null, take integer not null, provider text not null, request text not null,
  seed integer, reserved_micro_usd integer not null, charged_micro_usd integer, state text not null,
  created_s real not null, job text, job_id text, note text not null default '', results text not null default '[]',
  generation integer not null default 1,
  unique (provider, job_id)
) strict
"""
VERSION = 1
MIGRATIONS = ("alter table attempt add column generation integer not null default 1",)
"""From each version of the file to the next; version 0 is what the first release wrote."""


class Stage(StrEnum):
    """How far an attempt is. Only `RELEASED` gives its money back to the budget."""

    INTENT = "intent"
    SUBMITTED = "submitted"
    LATE = "late"
    SETTLED = "settled"
    FAILED = "failed"
    UNKNOWN = "unknown"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One paid attempt. ``created_s`` is Unix time; ``charged_usd`` None: the service has not said.

    ``generation`` counts how often its key was reserved: 2 and more where it was released and ordered again.
    """

    key: str
    shot: str
    take: int
    provider: str
    request: str
    seed: int | None
    reserved_usd: float
    charged_usd: float | None
    stage: Stage
    created_s: float
    job: Job | None
    note: str
    results: str
    generation: int = 1


class Ledger(Protocol):
    """The port: what the payment protocol asks of whoever keeps the books."""

    def reserve(self, attempt: Attempt, cap_usd: float) -> tuple[Attempt, bool]:
        """Write the intent, if the cap allows, and say whether it is new; raises `BudgetSpent`."""
        ...

    def confirm(self, key: str, job: Job, generation: int = 1) -> None:
        """The service took it: its id, before anything else is done.

        Raises `SettlementError` where the attempt was released and ordered again meanwhile, by somebody else.
        """
        ...

    def move(self, key: str, stage: Stage, *, note: str = "", usd: float | None = None, results: str = "") -> None:
        """To another stage. ``usd`` is what the service says that it charged."""
        ...

    def find(self, key: str) -> Attempt | None:
        """The attempt of that key."""
        ...

    def attempts(self, *stages: Stage) -> list[Attempt]:
        """All attempts of these stages, oldest first."""
        ...

    def spent_usd(self) -> float:
        """What is charged, and what is reserved where no charge is known."""
        ...


@dataclass(frozen=True)
class SqliteLedger:
    """The ledger in a file of its own. Every call is one transaction on its own connection: threads are welcome."""

    path: Path

    def __post_init__(self) -> None:
        """Make the table where it is not there."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._transaction() as books:
            _migrate(books)

    def reserve(self, attempt: Attempt, cap_usd: float) -> tuple[Attempt, bool]:
        """Write the intent in one transaction with the look at the budget; the second of two equals gets the first.

        One that was released was never ordered, or refused: it is a new intent again, at today's price.
        """
        with self._transaction() as books:
            known = _one(books, attempt.key)
            if known and known.stage is not Stage.RELEASED:
                return known, False
            spent, wanted = _spent(books), _micro(attempt.reserved_usd)
            if spent + wanted > _micro(cap_usd):
                left = max(0, _micro(cap_usd) - spent) / 1e6
                what = f"{attempt.provider}: this may cost ${attempt.reserved_usd:.2f}, and ${left:.2f} is left"
                raise BudgetSpent(what, "raise the budget, or ask for something shorter or smaller; nothing was sent")
            generation = known.generation + 1 if known else 1
            books.execute("delete from attempt where key = ?", (attempt.key,))
            books.execute(
                "insert into attempt (key, shot, take, provider, request, seed, reserved_micro_usd, state, created_s,"
                " generation) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (attempt.key, attempt.shot, attempt.take, attempt.provider, attempt.request, attempt.seed, wanted,
                 Stage.INTENT, attempt.created_s, generation),
            )  # fmt: skip
            return replace(attempt, generation=generation), True

    def confirm(self, key: str, job: Job, generation: int = 1) -> None:
        """The service took it."""
        with self._transaction() as books:
            done = books.execute(
                "update attempt set state = ?, job = ?, job_id = ? where key = ? and generation = ?",
                (Stage.SUBMITTED, job.to_json(), job.id, key, generation),
            )
            if done.rowcount != 1:
                what = (
                    f"{key[:8]} was released and ordered again while this order was under way: {job.id} is a second one"
                )
                raise SettlementError(what, "its id is in the strays file; stop it in the service's console")

    def move(self, key: str, stage: Stage, *, note: str = "", usd: float | None = None, results: str = "") -> None:
        """To another stage; what is not given stays."""
        with self._transaction() as books:
            books.execute(
                "update attempt set state = ?, note = coalesce(nullif(?, ''), note),"
                " charged_micro_usd = coalesce(?, charged_micro_usd),"
                " results = coalesce(nullif(?, ''), results) where key = ?",
                (stage, note, None if usd is None else _micro(usd), results, key),
            )

    def find(self, key: str) -> Attempt | None:
        """The attempt of that key."""
        with self._transaction() as books:
            return _one(books, key)

    def attempts(self, *stages: Stage) -> list[Attempt]:
        """All attempts of these stages, oldest first; of every stage where none is named."""
        with self._transaction() as books:
            rows = [_attempt(row) for row in books.execute("select * from attempt order by created_s, key")]
        return [row for row in rows if not stages or row.stage in stages]

    def spent_usd(self) -> float:
        """What is charged, and what is reserved where no charge is known."""
        with self._transaction() as books:
            return _spent(books) / 1e6

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=WAIT_S, isolation_level=None)) as books:
            books.row_factory = sqlite3.Row
            books.execute("pragma journal_mode = wal")
            books.execute("pragma synchronous = full")
            books.execute("begin immediate")
            try:
                yield books
            except BaseException:
                books.execute("rollback")
                raise
            books.execute("commit")


def _migrate(books: sqlite3.Connection) -> None:
    """Make the table, or bring one of an older version up to this one."""
    is_new = not books.execute("select 1 from sqlite_master where name = 'attempt'").fetchone()
    if is_new:
        books.execute(TABLE)
    else:
        for step in MIGRATIONS[books.execute("pragma user_version").fetchone()[0] :]:
            books.execute(step)
    books.execute(f"pragma user_version = {VERSION}")


def _micro(usd: float) -> int:
    return round(usd * 1e6)


def _spent(books: sqlite3.Connection) -> int:
    query = "select coalesce(sum(coalesce(charged_micro_usd, reserved_micro_usd)), 0) from attempt where state != ?"
    return books.execute(query, (Stage.RELEASED,)).fetchone()[0]


def _one(books: sqlite3.Connection, key: str) -> Attempt | None:
    row = books.execute("select * from attempt where key = ?", (key,)).fetchone()
    return _attempt(row) if row else None


def _attempt(row: sqlite3.Row) -> Attempt:
    charged = row["charged_micro_usd"]
    return Attempt(
        row["key"], row["shot"], row["take"], row["provider"], row["request"], row["seed"],
        row["reserved_micro_usd"] / 1e6, None if charged is None else charged / 1e6, Stage(row["state"]),
        row["created_s"], Job.from_json(row["job"]) if row["job"] else None, row["note"], row["results"],
        row["generation"],
    )  # fmt: skip
