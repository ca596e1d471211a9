"""One worker: it gives work to the engine, looks at it, keeps its own right to do so, and stops cleanly when it must.

Crash-only: what it was doing is in the books and in the engine, so that a worker that dies at any line and one that is
asked to stop leave the same behind.
"""

from __future__ import annotations

import os
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from unplastic.errors import DatabaseGone, NotSent, WorkError
from unplastic.pipeline import foreman
from unplastic.pipeline.agent import DAILY
from unplastic.pipeline.desk import STRAYS, Desk
from unplastic.pipeline.engine import Engine, Limit
from unplastic.pipeline.owner import Among, Owner
from unplastic.pipeline.stage import CPU, IO
from unplastic.pipeline.take import Doing, Job
from unplastic.providers.payment import Till, take_up_strays
from unplastic.registry import members
from unplastic.settings import Settings

GPU = "gpu"
PLAIN = (CPU, GPU, IO)
SWEEP_S, REAP_S = 5.0, 3.0
AT_ONCE, PER_MINUTE, REHEARSED_PER_MINUTE = 4, 30, 6000


@dataclass
class Worker:
    """``films`` None: all that the database has. It works from `begin` to `end`; `tick` is called often meanwhile."""

    desk: Desk
    engine_url: str
    owner: Owner
    films: tuple[str, ...] | None = None
    places: int = 1
    poll_s: float = 0.5
    say: Callable[[str], None] = lambda _: None
    trouble: list[Exception] = field(default_factory=list)

    def begin(self, queues: Iterable[str] | None = None) -> None:
        """Work on all queues, or on these kinds ("cpu", "gpu", "io", "service", "service/ark")."""
        limits = limits_of(self.desk.settings, self.places)
        self.engine = Engine(self.engine_url, self.owner.name, limits, poll_s=self.poll_s)
        self._queues = expanded(queues) if queues is not None else None
        self._swept = self._reaped = -1e9
        self._since = datetime.now().astimezone()
        self._beat()
        take_up_strays(Till(self.desk.ledger, 0.0, self.desk.scratch / STRAYS, self.desk.now))
        self.engine.serve(self._look, self._queues)
        if self.engine.unserved():
            self.say(f"{self.engine.unserved()} runs were begun by another release: only that one can end them")

    def give(self, jobs: Iterable[Job]) -> None:
        """Put work into its queues."""
        for job in jobs:
            self.engine.enqueue(foreman.queue_of(self.desk, job), job)

    def tick(self) -> None:
        """Look after what is nobody's work. Raises what made the machine unfit, and `WorkError` when lost."""
        if self.trouble:
            raise self.trouble[0]
        if isinstance(self.owner, Among) and self.owner.is_lost():
            raise _given_up()
        now = time.monotonic()
        if now - self._reaped > REAP_S:
            self._reaped = now
            self._beat()
            self._reap()
        if now - self._swept > SWEEP_S:
            self._swept = now
            self.sweep()
            self._daily()

    def sweep(self) -> int:
        """Take up what is in no queue although the books say so; how much that was."""
        found = [job for film in self._films() for job in foreman.astray(self.desk, film, self.engine.states)]
        self.give(found)
        return len(found)

    def is_idle(self, film: str) -> bool:
        """Whether nothing of that film is in hand, and nothing was forgotten."""
        return not self.desk.tables.jobs(film, Doing.QUEUED) and not self.sweep()

    def end(self) -> None:
        """Stop; what is in hand is taken up in the next life."""
        self.desk.workshop.close()
        if isinstance(self.owner, Among):
            self.desk.tables.bury(self.owner.name)
        self.engine.stop()

    def _look(
        self, film: str, take: str, agent: str, turn: int, run: int
    ) -> tuple[float | None, list[tuple[str, Job]]]:
        try:
            found = foreman.look(self.desk, film, take, agent, turn, run)
            return found.wait_s, [(foreman.queue_of(self.desk, job), job) for job in found.started]
        except foreman.Trouble as trouble:
            self._stand_still(trouble.args[0])
        except DatabaseGone as trouble:
            self._stand_still(trouble)
        except NotSent:
            return 1.0, []
        except foreman.Fault as fault:
            started = self._fault(fault.job, fault.__cause__ or fault)
            return None, [(foreman.queue_of(self.desk, job), job) for job in started]
        raise AssertionError("it stands still")

    def _stand_still(self, trouble: Exception) -> None:
        """Never return: an answer would be written down as the end of it. The process ends, and begins here again."""
        self.trouble.append(trouble)
        threading.Event().wait()

    def _fault(self, job: Job, error: BaseException) -> tuple[Job, ...]:
        if not self.owner.alive():  # another has taken over while this slept, and what it left is no fault
            self._stand_still(_given_up())
        folder = self.desk.scratch / "faults"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            log = folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{threading.get_ident()}.log"
            log.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
            said = f"something in unplastic broke: {type(error).__name__}: {error}; log: {log}"
            return foreman.failed(self.desk, job, said)
        except (OSError, DatabaseGone) as trouble:
            self._stand_still(trouble)
        raise AssertionError("it stands still")

    def _films(self) -> Iterable[str]:
        return self.films if self.films is not None else self.desk.tables.films()

    def _beat(self) -> None:
        if isinstance(self.owner, Among):
            queues = ",".join(self._queues or ("all",))
            self.desk.tables.beat(self.owner.name, socket.gethostname(), queues, os.getpid(), self.desk.now())

    def _reap(self) -> None:
        """Put back what dead workers had in hand: whoever gets a worker's lock knows that it is dead."""
        if not isinstance(self.owner, Among):
            return
        # One that slept may have taken up work after it was buried: it has no row then, but work in its name.
        known = {row["id"] for row in self.desk.tables.workers()} | self.engine.workers()
        for name in sorted(known - {self.owner.name}):
            held = self.desk.database.hold(f"worker {name}")
            if held is None:
                continue
            try:
                count = self.engine.recover(name)
                self.desk.tables.bury(name)
            finally:
                held.release()
            self.say(f"{name} is gone: {count} pieces of its work go on here")

    def _daily(self) -> None:
        """Agents that work by the clock: once a day, at their time or when the machine is next awake after it."""
        now = datetime.now().astimezone()
        for film in self._films():
            for name, version in foreman.agents(self.desk, film).items():
                agent = self.desk.recipe(film, name, version)
                at = DAILY.fullmatch(agent.when)
                due = at and now.replace(hour=int(at[1]), minute=int(at[2]), second=0, microsecond=0)
                if due and self._since <= due <= now:
                    self.desk.tables.add_job(Job(film, "", name, int(now.strftime("%Y%m%d")), version, Doing.WAITING))
                    self.give(foreman.released(self.desk, film, agent))


def _given_up() -> WorkError:
    return WorkError("this worker was given up while it slept: others go on", "start it again")


def expanded(queues: Iterable[str]) -> list[str]:
    """Queues by their kinds; raises `WorkError` for one that is none."""
    services = [f"service/{name}" for name in members("providers")]
    found: list[str] = []
    for each in queues:
        if each == "service":
            found += services
        elif each in PLAIN or each in services:
            found.append(each)
        else:
            raise WorkError(f"there is no queue {each!r}", f"known: {', '.join((*PLAIN, 'service', *services))}")
    return list(dict.fromkeys(found))


def limits_of(settings: Settings, places: int) -> Callable[[str], Limit]:
    """What a queue may do at once. ``[providers.NAME]`` has ``at_once`` and ``per_minute`` for a service."""

    def limit(queue: str) -> Limit:
        if not queue.startswith("service/"):
            return None, None, places + 4 if queue in {CPU, GPU} else 8
        options: Mapping[str, object] = settings.options.get(queue.partition("/")[2], {})
        per_minute = REHEARSED_PER_MINUTE if settings.rehearsal else PER_MINUTE
        return _whole(options, "at_once", AT_ONCE), (_whole(options, "per_minute", per_minute), 60.0), None

    return limit


def _whole(options: Mapping[str, object], name: str, default: int) -> int:
    value = options.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise WorkError(f"{name} of a service is {value!r}", "write a whole number above 0 in the settings file")
    return value
