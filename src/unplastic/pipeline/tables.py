"""The film's own books: shots, takes, agents' work, files, verdicts and logs. They are the truth; the engine only does.

All SQL of the pipeline is here. Every call is one short transaction; a change of state says from which state it may
come, so that of two who try only one succeeds.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from unplastic.database import Database
from unplastic.errors import WorkError
from unplastic.pipeline.take import Artefact, Doing, Entry, Job, Status, Take, Verdict, take_id

TABLES = (
    "create table if not exists film (id text primary key, title text not null, folder text not null,"
    " document text not null, digest text not null, created_s double precision not null)",
    "create table if not exists take (film text not null, id text not null, scene text not null, shot text not null,"
    " number integer not null, origin text not null, status text not null, facts text not null, note text not null,"
    " hint text not null, revision integer not null, created_s double precision not null,"
    " changed_s double precision not null, primary key (film, id))",
    "create table if not exists job (film text not null, take text not null, agent text not null,"
    " turn integer not null, version integer not null, doing text not null, step integer not null,"
    " run integer not null, starts integer not null, queue text not null, note text not null,"
    " primary key (film, take, agent, turn))",
    "create table if not exists artefact (film text not null, take text not null, role text not null,"
    " turn integer not null, hash text not null, name text not null, bytes bigint not null, paid integer not null,"
    " created_s double precision not null, primary key (film, take, role, turn))",
    "create table if not exists verdict (film text not null, take text not null, kind text not null,"
    " reason text not null, who text not null, when_s double precision not null, revision integer not null,"
    " seen text not null default '', primary key (film, take, revision))",
    "create table if not exists entry (id text primary key, film text not null, agent text not null,"
    " take text not null, when_s double precision not null, kind text not null, text text not null)",
    "create table if not exists recipe (film text not null, agent text not null, version integer not null,"
    " digest text not null, toml text not null, primary key (film, agent, version))",
    "create table if not exists agent (film text not null, name text not null, paused integer not null,"
    " primary key (film, name))",
    "create table if not exists kept (film text not null, name text not null, value text not null,"
    " primary key (film, name))",
    "create table if not exists worker (id text primary key, host text not null, queues text not null,"
    " pid integer not null, started_s double precision not null, beat_s double precision not null)",
    "create index if not exists entry_when on entry (film, when_s)",
    "create index if not exists job_doing on job (film, doing)",
    "create index if not exists job_agent on job (film, agent, doing)",
)
MIGRATIONS = ("alter table verdict add column seen text not null default ''",)
"""What brings tables of an older version to this one."""


@dataclass(frozen=True)
class Tables:
    """The books in a database, of any number of films."""

    database: Database

    def __post_init__(self) -> None:
        """Make the tables where they are not there."""
        self.database.bring_up("film", TABLES, MIGRATIONS)

    # ------------------------------------------------------------------ film

    def write_film(self, film: str, title: str, folder: str, document: dict[str, Any], now_s: float) -> None:
        """The film as it is wanted now; what was made before stays."""
        text = json.dumps(document, sort_keys=True)
        with self._change(film) as books:
            books.run(
                "insert into film (id, title, folder, document, digest, created_s)"
                " values (:id, :title, :folder, :text, :digest, :now) on conflict (id) do update"
                " set title = :title, folder = :folder, document = :text, digest = :digest",
                id=film, title=title, folder=folder, text=text, digest=hashlib.sha256(text.encode()).hexdigest()[:16],
                now=now_s,
            )  # fmt: skip

    def wish(self, film: str) -> tuple[str, str, str]:
        """(digest, title, folder) of the film as it is wanted now; raises `WorkError` where there is none."""
        with self.database.transaction() as books:
            row = books.one("select digest, title, folder from film where id = :id", id=film)
        if row is None:
            raise WorkError(
                f"the books have no film {film!r}", "unplastic run FILM, or unplastic watch DIR, begins one"
            )
        return row["digest"], row["title"], row["folder"]

    def document(self, film: str, digest: str) -> dict[str, Any] | None:
        """What is wanted, as plain data; None where it is another wish by now."""
        with self.database.transaction() as books:
            row = books.one("select document from film where id = :id and digest = :digest", id=film, digest=digest)
        return json.loads(row["document"]) if row else None

    def films(self) -> list[str]:
        """The ids of all films."""
        with self.database.transaction() as books:
            return [row["id"] for row in books.rows("select id from film order by created_s")]

    def keep(self, film: str, name: str, value: Any) -> Any:
        """The value first kept under that name, which is ``value`` where there was none: the first one decides."""
        with self._change(film) as books:
            books.run(
                "insert into kept values (:film, :name, :value) on conflict do nothing",
                film=film, name=name, value=json.dumps(value),
            )  # fmt: skip
            row = books.one("select value from kept where film = :film and name = :name", film=film, name=name)
        return json.loads(row["value"]) if row else value

    def kept(self, film: str, name: str) -> Any:
        """The value kept under that name, or None."""
        with self.database.transaction() as books:
            row = books.one("select value from kept where film = :film and name = :name", film=film, name=name)
        return json.loads(row["value"]) if row else None

    def put(self, film: str, name: str, value: Any) -> None:
        """Keep a value under a name, in place of an earlier one."""
        with self._change(film) as books:
            books.run(
                "insert into kept values (:film, :name, :value) on conflict (film, name) do update set value = :value",
                film=film, name=name, value=json.dumps(value),
            )  # fmt: skip

    # ------------------------------------------------------------------ takes

    def add_take(self, take: Take) -> Take | None:
        """A new take under the next free number of its shot; None where one with the same ``facts["filed"]`` is."""
        with self._change(take.film) as books:
            rows = books.rows(
                "select number, facts from take where film = :film and scene = :scene and shot = :shot",
                film=take.film, scene=take.scene, shot=take.shot,
            )  # fmt: skip
            filed = take.facts.get("filed")
            if filed and any(json.loads(row["facts"]).get("filed") == filed for row in rows):
                return None
            number = take.number or max((row["number"] for row in rows), default=0) + 1
            new = Take(
                take.film, take_id(take.scene, take.shot, number), take.scene, take.shot, number, take.origin,
                take.status, take.facts, created_s=take.created_s, changed_s=take.created_s,
            )  # fmt: skip
            row = asdict(new) | {"facts": json.dumps(new.facts), "status": str(new.status)}
            books.run(
                "insert into take (film, id, scene, shot, number, origin, status, facts, note, hint, revision,"
                " created_s, changed_s) values (:film, :id, :scene, :shot, :number, :origin, :status, :facts, :note,"
                " :hint, :revision, :created_s, :changed_s)",
                **row,
            )
            return new

    def take(self, film: str, take: str) -> Take:
        """One take; raises `WorkError` where there is none."""
        with self.database.transaction() as books:
            row = books.one("select * from take where film = :film and id = :id", film=film, id=take)
        if row is None:
            raise WorkError(f"there is no take {take!r}", "unplastic status FILM lists them")
        return _take(row)

    def takes(self, film: str) -> list[Take]:
        """All takes of a film, by scene, shot and number as they were made."""
        with self.database.transaction() as books:
            rows = books.rows(
                "select * from take where film = :film order by created_s, scene, shot, number", film=film
            )
        return [_take(row) for row in rows]

    def change(
        self, take: Take, *, status: Status | None = None, facts: dict[str, Any] | None = None, note: str | None = None,
        hint: str | None = None, now_s: float, revision: int | None = None, was: Collection[Status] = tuple(Status),
    ) -> Take | None:  # fmt: skip
        """Change a take; ``facts`` are added to those there.

        None where it is no longer ``revision``, if one is given, or no longer in one of the states that it ``was`` in.
        """
        with self._change(take.film) as books:
            row = books.one("select * from take where film = :film and id = :id", film=take.film, id=take.id)
            if row is None or (revision is not None and row["revision"] != revision):
                return None
            old = _take(row)
            if old.status not in was:
                return None
            books.run(
                "update take set status = :status, facts = :facts, note = :note, hint = :hint, changed_s = :now,"
                " revision = revision + 1 where film = :film and id = :id",
                status=str(status or old.status), facts=json.dumps(old.facts | (facts or {})),
                note=old.note if note is None else note, hint=old.hint if hint is None else hint, now=now_s,
                film=take.film, id=take.id,
            )  # fmt: skip
            found = books.one("select * from take where film = :film and id = :id", film=take.film, id=take.id)
        return _take(found) if found else None

    # ------------------------------------------------------------------ agents' work

    def add_job(self, job: Job) -> Job | None:
        """New work, unless that turn of it is known; None then."""
        with self._change(job.film) as books:
            done = books.run(
                "insert into job values (:film, :take, :agent, :turn, :version, :doing, :step, :run, :starts, :queue,"
                " :note) on conflict do nothing",
                **asdict(job) | {"doing": str(job.doing)},
            )
        return job if done else None

    def job(self, film: str, take: str, agent: str, turn: int) -> Job | None:
        """One piece of work."""
        with self.database.transaction() as books:
            row = books.one(
                "select * from job where film = :film and take = :take and agent = :agent and turn = :turn",
                film=film, take=take, agent=agent, turn=turn,
            )  # fmt: skip
        return _job(row) if row else None

    def jobs(self, film: str, *doing: Doing) -> list[Job]:
        """All work of a film, or that which is in one of these states."""
        names = {f"state{number}": str(each) for number, each in enumerate(doing)}
        which = f"and doing in ({', '.join(f':{name}' for name in names)})" if names else ""
        with self.database.transaction() as books:
            rows = books.rows(
                f"select * from job where film = :film {which} order by take, turn, agent", film=film, **names
            )
        return [_job(row) for row in rows]

    def move_job(self, job: Job, **changes: Any) -> Job | None:
        """Change it, if it still is at that step and run of its way; None where somebody else was quicker."""
        new = asdict(job) | changes
        with self._change(job.film) as books:
            done = books.run(
                "update job set version = :version, doing = :doing, step = :step, run = :run, starts = :starts,"
                " queue = :queue, note = :note where film = :film and take = :take and agent = :agent and turn = :turn"
                " and step = :was_step and run = :was_run and doing = :was",
                **new | {"doing": str(new["doing"])}, was_step=job.step, was_run=job.run, was=str(job.doing),
            )  # fmt: skip
        return replace(job, **changes) if done else None

    def release(self, film: str, agent: str, at_once: int | None) -> list[Job]:
        """Of an agent's waiting work as much as may be in hand at once, put into the queue; none while it rests."""
        with self._change(film) as books:
            whose = {"film": film, "agent": agent}
            if books.one("select 1 as yes from agent where film = :film and name = :agent and paused = 1", **whose):
                return []
            mine = "select * from job where film = :film and agent = :agent and doing = :doing order by take, turn"
            busy = len(books.rows(mine, doing=str(Doing.QUEUED), **whose))
            waiting = [_job(row) for row in books.rows(mine, doing=str(Doing.WAITING), **whose)]
            chosen = waiting if at_once is None else waiting[: max(0, at_once - busy)]
            for each in chosen:
                books.run(
                    "update job set doing = :doing where film = :film and take = :take and agent = :agent"
                    " and turn = :turn",
                    doing=str(Doing.QUEUED), film=film, take=each.take, agent=agent, turn=each.turn,
                )  # fmt: skip
        return [replace(each, doing=Doing.QUEUED) for each in chosen]

    # ------------------------------------------------------------------ files, verdicts, logs

    def add_artefact(self, artefact: Artefact) -> None:
        """A file of a take; the same role and turn again replaces it, unless it was paid for."""
        with self._change(artefact.film) as books:
            books.run(
                "insert into artefact values (:film, :take, :role, :turn, :hash, :name, :bytes, :paid, :created_s)"
                " on conflict (film, take, role, turn) do update set hash = :hash, name = :name, bytes = :bytes,"
                " created_s = :created_s where artefact.paid = 0 or artefact.hash = :hash",
                **asdict(artefact) | {"paid": int(artefact.paid)},
            )

    def artefacts(self, film: str | None = None, take: str | None = None) -> list[Artefact]:
        """Files, of one take, of a film, or of all films."""
        rules = {"film": film, "take": take}
        said = {name: value for name, value in rules.items() if value is not None}
        where = " and ".join(f"{name} = :{name}" for name in said)
        with self.database.transaction() as books:
            rows = books.rows(f"select * from artefact {'where' if where else ''} {where} order by created_s", **said)
        return [replace(Artefact(**row), paid=bool(row["paid"])) for row in rows]

    def add_verdict(self, verdict: Verdict) -> None:
        """What a person said."""
        with self._change(verdict.film) as books:
            books.run(
                "insert into verdict (film, take, kind, reason, who, when_s, revision, seen)"
                " values (:film, :take, :kind, :reason, :who, :when_s, :revision, :seen) on conflict do nothing",
                **asdict(verdict),
            )

    def verdicts(self, film: str) -> list[Verdict]:
        """Everything that was said, oldest first."""
        with self.database.transaction() as books:
            rows = books.rows("select * from verdict where film = :film order by when_s", film=film)
        return [Verdict(**row) for row in rows]

    def log(self, entries: Iterable[Entry]) -> None:
        """Lines into the agents' logs."""
        with self.database.transaction() as books:
            for each in entries:
                books.run(
                    "insert into entry values (:id, :film, :agent, :take, :when_s, :kind, :text)",
                    id=secrets.token_hex(12), **asdict(each),
                )  # fmt: skip

    def entries(self, film: str, agent: str | None = None, *, since_s: float = 0.0) -> list[Entry]:
        """A film's log, or one agent's, oldest first."""
        which = "" if agent is None else "and agent = :agent"
        values = {} if agent is None else {"agent": agent}
        with self.database.transaction() as books:
            rows = books.rows(
                "select film, agent, take, when_s, kind, text from entry where film = :film and when_s >= :since"
                f" {which} order by when_s, id",
                film=film, since=since_s, **values,
            )  # fmt: skip
        return [Entry(**row) for row in rows]

    # ------------------------------------------------------------------ agents

    def version_of(self, film: str, agent: str, digest: str, toml: str) -> int:
        """The version of a recipe: the one it has, or the next; a version's words never change."""
        with self._change(film) as books:
            rows = books.rows(
                "select version, digest from recipe where film = :film and agent = :agent", film=film, agent=agent
            )
            known = next((row["version"] for row in rows if row["digest"] == digest), None)
            if known is not None:
                return known
            version = max((row["version"] for row in rows), default=0) + 1
            books.run(
                "insert into recipe values (:film, :agent, :version, :digest, :toml)",
                film=film, agent=agent, version=version, digest=digest, toml=toml,
            )  # fmt: skip
            return version

    def recipe(self, film: str, agent: str, version: int) -> str:
        """The words of a version; raises `WorkError` where there is none."""
        with self.database.transaction() as books:
            row = books.one(
                "select toml from recipe where film = :film and agent = :agent and version = :version",
                film=film, agent=agent, version=version,
            )  # fmt: skip
        if row is None:
            raise WorkError(f"{agent} has no version {version}", "unplastic agents show NAME lists them")
        return row["toml"]

    def pause(self, film: str, agent: str, *, paused: bool) -> None:
        """Let an agent rest, or work again."""
        with self._change(film) as books:
            books.run(
                "insert into agent values (:film, :agent, :paused)"
                " on conflict (film, name) do update set paused = :paused",
                film=film, agent=agent, paused=int(paused),
            )  # fmt: skip

    def paused(self, film: str) -> set[str]:
        """The agents that rest."""
        with self.database.transaction() as books:
            rows = books.rows("select name from agent where film = :film and paused = 1", film=film)
        return {row["name"] for row in rows}

    # ------------------------------------------------------------------ workers

    def beat(self, worker: str, host: str, queues: str, pid: int, now_s: float) -> None:
        """The worker lives."""
        with self.database.transaction() as books:
            books.run(
                "insert into worker values (:id, :host, :queues, :pid, :now, :now)"
                " on conflict (id) do update set beat_s = :now, pid = :pid, queues = :queues",
                id=worker, host=host, queues=queues, pid=pid, now=now_s,
            )  # fmt: skip

    def workers(self) -> list[dict[str, Any]]:
        """``id``, ``host``, ``queues``, ``pid``, ``started_s``, ``beat_s`` of each."""
        with self.database.transaction() as books:
            return books.rows("select * from worker order by id")

    def bury(self, worker: str) -> None:
        """It is gone, or has left."""
        with self.database.transaction() as books:
            books.run("delete from worker where id = :id", id=worker)

    def _change(self, film: str) -> Any:
        return self.database.transaction(f"film {film}")


def _take(row: dict[str, Any]) -> Take:
    return Take(**row | {"facts": json.loads(row["facts"]), "status": Status(row["status"])})


def _job(row: dict[str, Any]) -> Job:
    return replace(Job(**row), doing=Doing(row["doing"]))
