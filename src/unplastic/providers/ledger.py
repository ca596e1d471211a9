"""What was ordered, for how much, and how it ended: one row an attempt, safe against a crash at any line.

A row that was written is on the disk before the next line runs. Amounts are whole micro-dollars. Every cap is looked at
in the transaction that writes the intent, so that many at once cannot pass one. No key is ever written here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from unplastic.database import Books, Database, in_file
from unplastic.errors import BudgetSpent, SettlementError
from unplastic.providers.provider import Job

DAY_S = 86_400
SECOND = " (again)"
"""Ends the name of the shot in the one more try that a filter's refusal gets."""
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
)
MIGRATIONS = (
    "alter table attempt add column generation integer not null default 1",
    "alter table attempt add column film text not null default ''",
    "alter table attempt add column scene text not null default ''",
    "alter table attempt add column agent text not null default ''",
    "alter table attempt add column sent integer not null default 1",
    "alter table attempt add column caller text not null default ''",
)
"""From each version to the next; version 0 is what the first release wrote, in SQLite's strict table."""


class Stage(StrEnum):
    """How far an attempt is. `RELEASED` gives its money back to the budget, `REFUNDED` all but what it says it cost."""

    INTENT = "intent"
    SUBMITTED = "submitted"
    LATE = "late"
    SETTLED = "settled"
    FAILED = "failed"
    UNKNOWN = "unknown"
    REFUNDED = "refunded"
    RELEASED = "released"


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
        """What it counts for: the charge, the reservation while no charge is known, nothing where it was released."""
        if self.stage is Stage.RELEASED:
            return 0.0
        return self.reserved_usd if self.charged_usd is None else self.charged_usd


@dataclass(frozen=True, slots=True)
class Caps:
    """What may be spent besides the film's budget, in US dollars; None: no cap of that kind.

    ``shot_usd`` and ``scene_usd`` count in the attempt's film; ``agent_usd`` and ``agent_day_usd`` what its agent
    spends there; ``day_usd`` the film's orders of one day, a day of UTC; ``caller_usd`` what is left of the attempt's
    caller's budget token for this film.
    """

    shot_usd: float | None = None
    scene_usd: float | None = None
    agent_usd: float | None = None
    agent_day_usd: float | None = None
    day_usd: float | None = None
    caller_usd: float | None = None


NO_CAPS = Caps()


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

        Raises `SettlementError` where the attempt has another job by now, or was released and ordered again.
        """
        ...

    def move(self, key: str, stage: Stage, *, note: str = "", usd: float | None = None, results: str = "") -> None:
        """To another stage. ``usd`` is what the service says that it charged."""
        ...

    def give_up(self, seen: Attempt, stage: Stage, note: str) -> bool:
        """To another stage for want of a job, if it still is as it was ``seen``; whether it was."""
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
            for cap in _caps(attempt, cap_usd, caps):
                _check(books, attempt, *cap)
            generation = known.generation + 1 if known else 1
            books.run("delete from attempt where key = :key", key=attempt.key)
            books.run(
                "insert into attempt (key, shot, take, provider, request, seed, reserved_micro_usd, state, created_s,"
                " generation, film, scene, agent, sent, caller) values (:key, :shot, :take, :provider, :request, :seed,"
                " :wanted, :state, :created_s, :generation, :film, :scene, :agent, 0, :caller)",
                key=attempt.key, shot=attempt.shot, take=attempt.take, provider=attempt.provider,
                request=attempt.request, seed=attempt.seed, wanted=_micro(attempt.reserved_usd), state=Stage.INTENT,
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
        with self.database.transaction() as books:
            done = books.run(
                "update attempt set state = :state, job = :job, job_id = :id, note = ''"
                " where key = :key and generation = :turn and job_id is null",
                state=Stage.SUBMITTED, job=job.to_json(), id=job.id, key=key, turn=generation,
            )  # fmt: skip
            known = None if done else _one(books, key)
        if done or (known and known.job and known.job.id == job.id):
            return
        what = f"{key[:8]} was ordered again while this order was under way: {job.id} is a second one"
        raise SettlementError(what, "its id is in the strays file; stop it in the service's console")

    def move(self, key: str, stage: Stage, *, note: str = "", usd: float | None = None, results: str = "") -> None:
        """To another stage; what is not given stays."""
        with self.database.transaction() as books:
            books.run(
                "update attempt set state = :state, note = coalesce(nullif(:note, ''), note),"
                " charged_micro_usd = coalesce(:usd, charged_micro_usd),"
                " results = coalesce(nullif(:results, ''), results) where key = :key",
                state=stage, note=note, usd=None if usd is None else _micro(usd), results=results, key=key,
            )  # fmt: skip

    def give_up(self, seen: Attempt, stage: Stage, note: str) -> bool:
        """To another stage for want of a job: one look and one change, since whoever sent it may wake in between."""
        with self.database.transaction() as books:
            done = books.run(
                "update attempt set state = :state, note = :note where key = :key and generation = :turn"
                " and state = :was and sent = :sent and job_id is null",
                state=stage, note=note, key=seen.key, turn=seen.generation, was=seen.stage, sent=int(seen.sent),
            )  # fmt: skip
        return done == 1

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
            return _spent(books, what, {"film": film, "caller": caller}) / 1e6

    def _unversioned(self) -> int | None:
        """The version of a file that the first releases wrote, which kept it in SQLite's own place."""
        if not self.database.has_table("attempt") or self.database.has_table("schema_version"):
            return None
        with self.database.transaction() as books:
            return (books.one("pragma user_version") or {})["user_version"]


def ledger_in(path: Path) -> SqlLedger:
    """The ledger in a SQLite file of its own."""
    return SqlLedger(in_file(path))


FILM = "and (film = :film or film = '')"


def _caps(attempt: Attempt, cap_usd: float, caps: Caps) -> list[tuple[str, float, str, dict[str, Any]]]:
    """(whose, cap, what counts, with which values), the film's first."""
    day = attempt.created_s // DAY_S * DAY_S
    shot = attempt.shot.removesuffix(SECOND)
    rules: list[tuple[str, float | None, str, dict[str, Any]]] = [
        ("the film", cap_usd, FILM, {}),
        (f"scene {attempt.scene}", caps.scene_usd, f"{FILM} and scene = :scene", {"scene": attempt.scene}),
        (f"shot {shot}", caps.shot_usd, f"{FILM} and shot in (:shot, :again)", {"shot": shot, "again": shot + SECOND}),
        ("today", caps.day_usd, f"{FILM} and created_s >= :day", {"day": day}),
        (attempt.agent, caps.agent_usd, f"{FILM} and agent = :agent", {"agent": attempt.agent}),
        (f"{attempt.agent} today", caps.agent_day_usd, f"{FILM} and agent = :agent and created_s >= :day",
         {"agent": attempt.agent, "day": day}),
        (f"the budget token of {attempt.caller}", caps.caller_usd, f"{FILM} and caller = :caller",
         {"caller": attempt.caller}),
    ]  # fmt: skip
    return [(whose, cap, what, values) for whose, cap, what, values in rules if cap is not None]


def _check(books: Books, attempt: Attempt, whose: str, cap_usd: float, what: str, values: dict[str, Any]) -> None:
    spent, wanted = _spent(books, what, {"film": attempt.film, **values}), _micro(attempt.reserved_usd)
    if spent + wanted > _micro(cap_usd):
        left = max(0, _micro(cap_usd) - spent) / 1e6
        said = f"{attempt.provider}: this may cost ${attempt.reserved_usd:.2f}, and ${left:.2f} is left"
        raise BudgetSpent(
            said if whose == "the film" else f"{said} for {whose}",
            "raise the budget, or ask for something shorter or smaller; nothing was sent",
        )


def _micro(usd: float) -> int:
    return round(usd * 1e6)


def _spent(books: Books, what: str, values: dict[str, Any]) -> int:
    used = {name: value for name, value in values.items() if f":{name}" in what}
    row = books.one(
        "select coalesce(sum(coalesce(charged_micro_usd, reserved_micro_usd)), 0) as micro_usd from attempt"
        f" where state != :released {what}",
        released=Stage.RELEASED, **used,
    )  # fmt: skip
    return int(row["micro_usd"]) if row else 0


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
