"""What was ordered, for how much, and how it ended: one row an attempt, safe against a crash at any line.

A row that was written is on the disk before the next line runs. Amounts are whole micro-dollars. Every cap is looked at
in the transaction that writes the intent, so that many at once cannot pass one. No key is ever written here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from unplastic.database import Books, Clash, Database, in_file
from unplastic.errors import SettlementError
from unplastic.providers.caps import FILM, NO_CAPS, Caps, check, micro, rules, spent
from unplastic.providers.provider import Job

TABLES = (
    """
create table if not exists attempt (
  key text primary key, shot text not null, take integer not null, provider text not null, request text not null,
  seed bigint, reserved_micro_usd bigint not null, charged_micro_usd bigint, state text not null,
  created_s double precision not null, job text, job_id text, note text not null default '',
  results text not null default '[]', generation integer not null default 1, film text not null default '',
  scene text not null default '', agent text not null default '', sent integer not null default 1,
  caller text not null default '',
  unique (provider, job_id)
)""",
    """
create table if not exists allowance (
  film text not null, caller text not null, micro_usd bigint not null, primary key (film, caller)
)""",
)
MIGRATIONS = (
    "alter table attempt add column generation integer not null default 1",
    "alter table attempt add column film text not null default ''",
    "alter table attempt add column scene text not null default ''",
    "alter table attempt add column agent text not null default ''",
    "alter table attempt add column sent integer not null default 1",
    "alter table attempt add column caller text not null default ''",
    TABLES[1],
)
"""From each version to the next; version 0 is what the first release wrote, in SQLite's strict table."""


class Stage(StrEnum):
    """How far an attempt is. `RELEASED` gives its money back to the budget, `REFUNDED` all but what it says it cost.

    `MOVED` counts in other books: those of the server that keeps the film's orders now.
    """

    INTENT = "intent"
    SUBMITTED = "submitted"
    LATE = "late"
    SETTLED = "settled"
    FAILED = "failed"
    UNKNOWN = "unknown"
    REFUNDED = "refunded"
    RELEASED = "released"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One paid attempt. ``created_s`` is Unix time; ``charged_usd`` None: the service has not said.

    ``generation`` counts how often its key was reserved: 2 and more where it was released and ordered again. ``film``,
    ``scene`` and ``agent`` say on whose account it goes, and ``caller`` by whose budget token it was asked for; empty
    where nobody said. An intent that is not ``sent`` has never reached the line: its process was cut off, or is still
    preparing it.
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
    film: str = ""
    scene: str = ""
    agent: str = ""
    sent: bool = False
    caller: str = ""

    @property
    def usd(self) -> float:
        """What it counts for here: the charge, or the reservation while no charge is known; nothing if released."""
        if self.stage in {Stage.RELEASED, Stage.MOVED}:
            return 0.0
        return self.reserved_usd if self.charged_usd is None else self.charged_usd


class Ledger(Protocol):
    """The port: what the payment protocol asks of whoever keeps the books."""

    def reserve(self, attempt: Attempt, cap_usd: float, caps: Caps = NO_CAPS) -> tuple[Attempt, bool]:
        """Write the intent, if the caps allow, and say whether it is new; raises `BudgetSpent`."""
        ...

    def send(self, key: str, generation: int = 1) -> bool:
        """The order goes out now; False where it must not, since the intent was given up meanwhile."""
        ...

    def confirm(self, key: str, job: Job, generation: int = 1) -> None:
        """The service took it: its id, before anything else is done.

        Raises `SettlementError` where the attempt has another job by now, was released and ordered again, or where the
        job is another attempt's.
        """
        ...

    def advance(
        self, seen: Attempt, stage: Stage, *, note: str = "", usd: float | None = None, results: str = ""
    ) -> bool:
        """To another stage, while the job that was ``seen`` is under way, or lost; whether it was.

        ``usd`` is what the service says that it charged.
        """
        ...

    def give_up(self, seen: Attempt, stage: Stage, note: str, *, usd: float | None = None) -> bool:
        """To another stage by decision, if it still is as it was ``seen``; whether it was."""
        ...

    def find(self, key: str) -> Attempt | None:
        """The attempt of that key."""
        ...

    def attempts(self, *stages: Stage, film: str | None = None) -> list[Attempt]:
        """All attempts of these stages, oldest first; of one film, or of all."""
        ...

    def spent_usd(self, film: str | None = None, caller: str | None = None) -> float:
        """What is charged, and what is reserved where no charge is known; by one caller, or by all."""
        ...


@dataclass(frozen=True)
class SqlLedger:
    """The ledger in a database. Every call is one transaction: threads, processes and machines are welcome."""

    database: Database

    def __post_init__(self) -> None:
        """Make the table where it is not there."""
        self.database.bring_up("ledger", TABLES, MIGRATIONS, old=self._unversioned())

    def reserve(self, attempt: Attempt, cap_usd: float, caps: Caps = NO_CAPS) -> tuple[Attempt, bool]:
        """Write the intent in one transaction with the look at the budget; the second of two equals gets the first.

        One that was released was never ordered, or refused: it is a new intent again, at today's price.
        """
        with self.database.transaction(f"budget {attempt.film}") as books:
            known = _one(books, attempt.key)
            if known and known.stage is not Stage.RELEASED:
                return known, False
            for cap in rules(attempt, cap_usd, _allowed(books, attempt, caps)):
                check(books, attempt, *cap)
            generation = known.generation + 1 if known else 1
            books.run("delete from attempt where key = :key", key=attempt.key)
            books.run(
                "insert into attempt (key, shot, take, provider, request, seed, reserved_micro_usd, state, created_s,"
                " generation, film, scene, agent, sent, caller) values (:key, :shot, :take, :provider, :request, :seed,"
                " :wanted, :state, :created_s, :generation, :film, :scene, :agent, 0, :caller)",
                key=attempt.key, shot=attempt.shot, take=attempt.take, provider=attempt.provider,
                request=attempt.request, seed=attempt.seed, wanted=micro(attempt.reserved_usd), state=Stage.INTENT,
                created_s=attempt.created_s, generation=generation, film=attempt.film, scene=attempt.scene,
                agent=attempt.agent, caller=attempt.caller,
            )  # fmt: skip
            return replace(attempt, generation=generation), True

    def send(self, key: str, generation: int = 1) -> bool:
        """The order goes out now: only while it is an intent, and only the one that was reserved."""
        with self.database.transaction() as books:
            done = books.run(
                "update attempt set sent = 1 where key = :key and generation = :turn and state = :intent",
                key=key, turn=generation, intent=Stage.INTENT,
            )  # fmt: skip
        return done == 1

    def confirm(self, key: str, job: Job, generation: int = 1) -> None:
        """The service took it; what is known of that very job already stays as it is."""
        try:
            with self.database.transaction() as books:
                done = books.run(
                    "update attempt set state = :state, job = :job, job_id = :id, note = ''"
                    " where key = :key and generation = :turn and job_id is null",
                    state=Stage.SUBMITTED, job=job.to_json(), id=job.id, key=key, turn=generation,
                )  # fmt: skip
                known = None if done else _one(books, key)
        except Clash:
            what = f"{job.id} is the job of another order than {key[:8]}"
            raise SettlementError(what, "look at both in the service's console: unplastic orders FILM") from None
        if done or (known and known.job and known.job.id == job.id):
            return
        what = f"{key[:8]} was ordered again while this order was under way: {job.id} is a second one"
        raise SettlementError(what, "its id is in the strays file; stop it in the service's console")

    def move(self, key: str, stage: Stage, *, note: str = "", usd: float | None = None, results: str = "") -> None:
        """To another stage, whatever it is now; what is not given stays."""
        with self.database.transaction() as books:
            books.run(MOVE, **_moved(key, stage, note, usd, results))

    def advance(
        self, seen: Attempt, stage: Stage, *, note: str = "", usd: float | None = None, results: str = ""
    ) -> bool:
        """To another stage: one look and one change, since whoever asks the service may sleep before it writes.

        What has ended stays as it ended, and an order that was made anew under the same key is another one.
        """
        under_way = RUNNING if stage in {Stage.SUBMITTED, Stage.LATE} else f"({RUNNING} or state = 'unknown')"
        with self.database.transaction() as books:
            done = books.run(
                f"{MOVE} and generation = :turn and job_id = :id and {under_way}",
                **_moved(seen.key, stage, note, usd, results), turn=seen.generation,
                id=seen.job.id if seen.job else None,
            )  # fmt: skip
        return done == 1

    def give_up(self, seen: Attempt, stage: Stage, note: str, *, usd: float | None = None) -> bool:
        """To another stage by decision: one look and one change, since whoever sent it may wake in between."""
        with self.database.transaction() as books:
            done = books.run(
                f"{MOVE} and generation = :turn and state = :was and sent = :sent and coalesce(job_id, '') = :id",
                **_moved(seen.key, stage, note, usd, ""), turn=seen.generation, was=seen.stage, sent=int(seen.sent),
                id=seen.job.id if seen.job else "",
            )  # fmt: skip
        return done == 1

    def enter(self, attempt: Attempt) -> bool:
        """Write an order that other books had, as it is; False where it is here already."""
        with self.database.transaction(f"budget {attempt.film}") as books:
            done = books.run(
                f"insert into attempt ({COLUMNS}) values ({', '.join(f':{each}' for each in COLUMNS.split(', '))})"
                " on conflict do nothing",
                **_row(attempt),
            )
        return done == 1

    def allow(self, film: str, caller: str, usd: float) -> None:
        """What a budget token may spend on a film in all, whoever does the work; in place of an earlier allowance."""
        with self.database.transaction(f"budget {film}") as books:
            _allow(books, film, caller, micro(usd))

    def allowed(self, film: str, caller: str) -> float | None:
        """What that budget token may spend on that film in all; None: nobody has said."""
        with self.database.transaction() as books:
            found = _allowance(books, film, caller)
        return None if found is None else found / 1e6

    def close(self, film: str, caller: str) -> float | None:
        """Nothing more is ordered by that budget token on that film: what it has spent; None: it has no allowance."""
        with self.database.transaction(f"budget {film}") as books:
            if _allowance(books, film, caller) is None:
                return None
            so_far = spent(books, f"{FILM} and caller = :caller", {"film": film, "caller": caller})
            _allow(books, film, caller, so_far)
        return so_far / 1e6

    def find(self, key: str) -> Attempt | None:
        """The attempt of that key."""
        with self.database.transaction() as books:
            return _one(books, key)

    def attempts(self, *stages: Stage, film: str | None = None) -> list[Attempt]:
        """All attempts of these stages, oldest first; of every stage where none is named."""
        where = "" if film is None else "where film = :film or film = ''"
        values = {} if film is None else {"film": film}
        with self.database.transaction() as books:
            rows = [
                _attempt(row) for row in books.rows(f"select * from attempt {where} order by created_s, key", **values)
            ]
        return [row for row in rows if not stages or row.stage in stages]

    def spent_usd(self, film: str | None = None, caller: str | None = None) -> float:
        """What is charged, and what is reserved where no charge is known; by one caller, or by all."""
        what = ("" if film is None else FILM) + ("" if caller is None else " and caller = :caller")
        with self.database.transaction() as books:
            return spent(books, what, {"film": film, "caller": caller}) / 1e6

    def _unversioned(self) -> int | None:
        """The version of a file that the first releases wrote, which kept it in SQLite's own place."""
        if not self.database.has_table("attempt") or self.database.has_table("schema_version"):
            return None
        with self.database.transaction() as books:
            return (books.one("pragma user_version") or {})["user_version"]


def ledger_in(path: Path) -> SqlLedger:
    """The ledger in a SQLite file of its own."""
    return SqlLedger(in_file(path))


MOVE = (
    "update attempt set state = :state, note = coalesce(nullif(:note, ''), note),"
    " charged_micro_usd = coalesce(:usd, charged_micro_usd), results = coalesce(nullif(:results, ''), results)"
    " where key = :key"
)
RUNNING = "state in ('submitted', 'late')"
COLUMNS = (
    "key, shot, take, provider, request, seed, reserved_micro_usd, charged_micro_usd, state, created_s, job, job_id,"
    " note, results, generation, film, scene, agent, sent, caller"
)


def _moved(key: str, stage: Stage, note: str, usd: float | None, results: str) -> dict[str, Any]:
    return {"key": key, "state": stage, "note": note, "usd": None if usd is None else micro(usd), "results": results}


def _allowed(books: Books, attempt: Attempt, caps: Caps) -> Caps:
    """With what the attempt's budget token may spend on the film, whichever is less."""
    found = _allowance(books, attempt.film, attempt.caller) if attempt.caller else None
    known = [usd for usd in (caps.caller_usd, None if found is None else found / 1e6) if usd is not None]
    return replace(caps, caller_usd=min(known, default=None))


def _allowance(books: Books, film: str, caller: str) -> int | None:
    row = books.one("select micro_usd from allowance where film = :film and caller = :caller", film=film, caller=caller)
    return int(row["micro_usd"]) if row else None


def _allow(books: Books, film: str, caller: str, micro_usd: int) -> None:
    books.run(
        "insert into allowance values (:film, :caller, :usd) on conflict (film, caller) do update set micro_usd = :usd",
        film=film, caller=caller, usd=micro_usd,
    )  # fmt: skip


def _one(books: Books, key: str) -> Attempt | None:
    row = books.one("select * from attempt where key = :key", key=key)
    return _attempt(row) if row else None


def _attempt(row: dict[str, Any]) -> Attempt:
    charged = row["charged_micro_usd"]
    return Attempt(
        row["key"], row["shot"], row["take"], row["provider"], row["request"], row["seed"],
        row["reserved_micro_usd"] / 1e6, None if charged is None else charged / 1e6, Stage(row["state"]),
        row["created_s"], Job.from_json(row["job"]) if row["job"] else None, row["note"], row["results"],
        row["generation"], row["film"], row["scene"], row["agent"], bool(row["sent"]), row["caller"],
    )  # fmt: skip


def _row(attempt: Attempt) -> dict[str, Any]:
    """The same, the other way round."""
    charged, job = attempt.charged_usd, attempt.job
    return {
        "key": attempt.key, "shot": attempt.shot, "take": attempt.take, "provider": attempt.provider,
        "request": attempt.request, "seed": attempt.seed, "reserved_micro_usd": micro(attempt.reserved_usd),
        "charged_micro_usd": None if charged is None else micro(charged), "state": attempt.stage,
        "created_s": attempt.created_s, "job": job.to_json() if job else None, "job_id": job.id if job else None,
        "note": attempt.note, "results": attempt.results, "generation": attempt.generation, "film": attempt.film,
        "scene": attempt.scene, "agent": attempt.agent, "sent": int(attempt.sent), "caller": attempt.caller,
    }  # fmt: skip
