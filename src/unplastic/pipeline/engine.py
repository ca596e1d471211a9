"""Who does the work durably: DBOS, behind seven verbs. Nothing else in the house knows it.

A run is one agent's work on one take in one queue: look, wait, look again, until it is over. What a look needs and says
is small JSON. Runs have ids of their own making, so that giving the same work twice does nothing.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSConfig, Serializer

from unplastic.database import IDLE_S
from unplastic.pipeline.take import Job

VERSION = "1"
"""Of the runs' shape. A change of what a run does step by step needs a new name for it; the old one stays."""
RUN = "work_v1"
APPLICATION = "unplastic"
THREADS_MAX = 128

Look = Callable[[str, str, str, int, int], tuple[float | None, list[tuple[str, Job]]]]
"""Does one look at (film, take, agent, turn, run): seconds until the next or None, and what it starts, by queue."""
Limit = tuple[int | None, tuple[int, float] | None, int | None]
"""Of a queue: how many at once everywhere, how many in how many seconds, how many at once in one worker."""


class Json(Serializer):
    """What is stored can be read by any later version, and by people."""

    def name(self) -> str:
        """Written beside every stored value."""
        return "unplastic_json"

    def serialize(self, data: Any) -> str:
        """To text."""
        return json.dumps(data, default=str)

    def deserialize(self, serialized_data: str) -> Any:
        """From text."""
        return json.loads(serialized_data)


class Engine:
    """One for each process. ``url`` is a SQLite file's or a PostgreSQL server's; ``limit`` says a queue's limits."""

    def __init__(self, url: str, worker: str, limit: Callable[[str], Limit], *, poll_s: float = 0.5) -> None:
        self._url, self._worker, self._limit, self._poll_s = url, worker, limit, poll_s
        self._known: set[str] = set()
        self._lock = threading.Lock()

    def serve(self, look: Look, queues: Iterable[str] | None = None) -> None:
        """Begin to work: on all queues, or on these. What this worker left undone in an earlier life comes first."""
        logging.getLogger("dbos").setLevel(logging.CRITICAL)
        config: DBOSConfig = {
            "name": APPLICATION,
            "system_database_url": self._url,
            "application_version": VERSION,
            "executor_id": self._worker,
            "enable_otlp": False,
            "serializer": Json(),
            "log_level": "CRITICAL",
            "max_executor_threads": THREADS_MAX,
            "notification_listener_polling_interval_sec": 1.0,
            "sys_db_idle_transaction_timeout_sec": IDLE_S,
        }
        DBOS(config=config)
        _register(look, self.enqueue)
        if queues is not None:
            DBOS.listen_queues(list(queues))
        DBOS.launch()
        for queue in queues or ():
            self._open(queue)

    def enqueue(self, queue: str, job: Job) -> None:
        """Give it work; the same run again is nothing new."""
        self._open(queue)
        DBOS.enqueue_workflow_with_options(
            {"workflow_name": RUN, "queue_name": queue, "workflow_id": job.workflow, "app_version": VERSION},
            [job.film, job.take, job.agent, job.turn, job.run],
        )

    def states(self, workflows: list[str]) -> Mapping[str, str]:
        """How durable runs are: ENQUEUED, PENDING, SUCCESS and so on; what is not there is not known."""
        if not workflows:
            return {}
        found = DBOS.list_workflows(workflow_ids=workflows, load_input=False, load_output=False)
        return {each.workflow_id: str(each.status) for each in found}

    def workers(self) -> set[str]:
        """Who has work in hand, alive or not."""
        found = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        return {str(each.executor_id) for each in found if each.executor_id}

    def recover(self, worker: str) -> int:
        """Put a dead worker's runs back into their own queues; only whoever holds its lock may. How many."""
        left = DBOS.list_workflows(status="PENDING", executor_id=worker, load_input=False, load_output=False)
        for queue in {str(each.queue_name) for each in left if each.queue_name}:
            DBOS.resume_workflows([each.workflow_id for each in left if each.queue_name == queue], queue_name=queue)
        return len(left)

    def unserved(self) -> int:
        """Runs of a version that nobody here can do: they wait for the release that wrote them."""
        waiting = DBOS.list_workflows(status=["PENDING", "ENQUEUED"], load_input=False, load_output=False)
        return sum(each.app_version not in {None, VERSION} for each in waiting)

    def stop(self) -> None:
        """Take up nothing new. What is in hand is taken up in the next life."""
        DBOS.destroy(workflow_completion_timeout_sec=0)

    def _open(self, queue: str) -> None:
        with self._lock:
            if queue in self._known:
                return
            everywhere, rate, here = self._limit(queue)
            DBOS.register_queue(
                queue,
                global_concurrency=everywhere,
                limiter={"limit": rate[0], "period": rate[1]} if rate else None,
                worker_concurrency=here,
                polling_interval_sec=self._poll_s,
                on_conflict="always_update",
            )
            self._known.add(queue)


def durable(path: Path) -> str:
    """The address of the engine's SQLite file, made in WAL mode: the engine itself would not set that."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(sqlite3.connect(path)) as file:
        file.execute("pragma journal_mode = wal")
    return f"sqlite:///{path}"


def _register(look: Look, enqueue: Callable[[str, Job], None]) -> None:
    """The one kind of run. It is short code that never changes: what is done is decided in `look`."""

    @DBOS.workflow(name=RUN)
    def work(key: list[Any]) -> str:
        while True:
            wait_s, started = DBOS.run_step({"name": "look"}, looked, *key)
            for queue, row in started:
                enqueue(queue, Job(**row))
            if wait_s is None:
                return "over"
            if wait_s:
                time.sleep(wait_s)  # not the engine's sleep: after a clock that jumped back that one would last a day

    def looked(*key: Any) -> list[Any]:
        wait_s, started = look(*key)
        return [wait_s, [[queue, _row(job)] for queue, job in started]]


def _row(job: Job) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(job) | {"doing": str(job.doing)}
