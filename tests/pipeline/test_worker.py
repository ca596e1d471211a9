"""A worker's own rules: its queues, their limits, the clock's agents, and what it does with its trouble."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from desks import Studio, agent
from unplastic.errors import WorkError
from unplastic.pipeline import foreman, owner
from unplastic.pipeline import worker as module
from unplastic.pipeline.owner import Alone
from unplastic.pipeline.take import Doing, Job
from unplastic.pipeline.worker import AT_ONCE, PER_MINUTE, Worker, expanded, limits_of
from unplastic.providers.ledger import Attempt, Stage
from unplastic.settings import Settings


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    with Studio(tmp_path, monkeypatch) as made:
        yield made


class Given:
    """In place of the engine: what it was given."""

    def __init__(self) -> None:
        self.jobs: list[tuple[str, Job]] = []

    def enqueue(self, queue: str, job: Job) -> None:
        self.jobs.append((queue, job))

    def states(self, workflows: list[str]) -> dict[str, str]:
        known = {job.workflow for _, job in self.jobs}
        return {each: "PENDING" for each in workflows if each in known}


def at_work(studio: Studio, since: datetime | None = None) -> tuple[Worker, Given]:
    worker, engine = Worker(studio.desk, "", Alone(), (studio.project.id,)), Given()
    worker.engine = engine  # type: ignore[assignment]
    worker._swept = worker._reaped = -1e9
    worker._since = since or datetime.now().astimezone()
    return worker, engine


def test_kinds_of_queues() -> None:
    assert expanded(["cpu", "io", "cpu"]) == ["cpu", "io"]
    assert "service/ark" in expanded(["service"])
    assert expanded(["service/ark"]) == ["service/ark"]
    with pytest.raises(WorkError, match="no queue 'gpus'") as wrong:
        expanded(["gpus"])
    assert "gpu" in wrong.value.hint


def test_limits_of_a_service_hold_for_everybody_and_are_checked() -> None:
    limit = limits_of(Settings(options={"ark": {"at_once": 2, "per_minute": 7}}), 3)
    assert limit("service/ark") == (2, (7, 60.0), None)
    assert limit("service/kling") == (AT_ONCE, (PER_MINUTE, 60.0), None)
    assert limit("cpu")[:2] == (None, None)
    for value in (0, -1, True, "4", 1.5):
        with pytest.raises(WorkError, match="at_once"):
            limits_of(Settings(options={"ark": {"at_once": value}}), 1)("service/ark")


def test_an_agent_of_the_clock_works_once_a_day_when_its_time_has_come(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.enlist(agent("Evening", "daily 18:00", "page"))
    noon = datetime.now().astimezone().replace(hour=12, minute=0, second=0, microsecond=0)
    worker, engine = at_work(studio, noon)

    class Clock(datetime):
        at = noon

        @classmethod
        def now(cls, tz=None):
            return cls.at

    monkeypatch.setattr(module, "datetime", Clock)
    for hours, given in ((0, 0), (5.9, 0), (6, 1), (6.1, 1), (11, 1), (29, 1), (30.5, 2), (31, 2), (6, 2)):
        Clock.at = noon + timedelta(hours=hours)
        worker._daily()
        assert len(engine.jobs) == given, f"{hours} hours after noon"
    (_, first), _ = engine.jobs
    studio.work_off([first])
    assert studio.done == [("", "page")]
    assert [each.doing for each in studio.desk.tables.jobs(first.film)] == [Doing.DONE, Doing.QUEUED]


def test_what_breaks_in_us_is_logged_and_the_take_waits(studio: Studio) -> None:
    studio.enlist(agent("A", "clip.finished", "one"))
    studio.outcomes["one"] = ZeroDivisionError("ours")
    take = studio.take()
    (job,) = foreman.announce(studio.desk, "clip.finished", take.film, take.id)
    worker, _ = at_work(studio)
    assert worker._look(job.film, job.take, job.agent, job.turn, job.run) == (None, [])
    held = studio.again(take)
    assert (held.status, "ZeroDivisionError: ours" in held.note) == ("held", True)
    (log,) = (studio.desk.scratch / "faults").iterdir()
    assert "Traceback" in log.read_text()
    assert str(log) in held.note


def test_the_machine_s_trouble_ends_the_worker(studio: Studio) -> None:
    worker, _ = at_work(studio)
    worker.trouble.append(OSError(28, "No space left on device"))
    with pytest.raises(OSError, match="No space"):
        worker.tick()


def test_what_was_forgotten_is_taken_up_by_the_sweep(studio: Studio) -> None:
    studio.enlist(agent("A", "clip.finished", "one"))
    studio.take(facts={"original": "0" * 64})
    worker, engine = at_work(studio)
    assert worker.sweep() == 1
    assert worker.sweep() == 0
    assert not worker.is_idle(studio.project.id)
    studio.work_off([job for _, job in engine.jobs])
    assert worker.is_idle(studio.project.id)


def test_ids_that_the_books_could_not_take_are_entered_when_a_worker_begins(studio: Studio, monkeypatch) -> None:
    """Another machine may have parked the order since; only this one has its id."""
    studio.enlist(agent("A", "clip.finished", "one"))
    row = Attempt("k1", "sc/sh0", 1, "ark", "{}", None, 1.0, None, Stage.INTENT, 1.0, None, "", "[]")
    seen, _ = studio.desk.ledger.reserve(row, 10.0)
    assert studio.desk.ledger.give_up(seen, Stage.UNKNOWN, "not in the list")
    studio.desk.scratch.mkdir(exist_ok=True)
    job = {"provider": "ark", "id": "cgt-1", "model": "m", "address": "https://ark.test", "handle": {}}
    (studio.desk.scratch / "strays.jsonl").write_text(json.dumps({"key": "k1", "generation": 1, "job": job}) + "\n")
    monkeypatch.setattr(module, "Engine", lambda *_, **__: Quiet())
    Worker(studio.desk, "", Alone(), (studio.project.id,)).begin()
    assert [(each.stage, each.job and each.job.id) for each in studio.desk.ledger.attempts()] == [
        (Stage.SUBMITTED, "cgt-1")
    ]


class Quiet(Given):
    """An engine that does nothing."""

    def serve(self, look, queues) -> None: ...

    def unserved(self) -> int:
        return 0


class Gone(Alone):
    """A right to work that another has by now."""

    def alive(self) -> bool:
        return False


def test_a_fault_of_one_that_was_given_up_is_nobody_s(studio: Studio, monkeypatch) -> None:
    studio.enlist(agent("A", "clip.finished", "one"))
    take = studio.take()
    (job,) = foreman.announce(studio.desk, "clip.finished", take.film, take.id)
    studio.outcomes["one"] = FileNotFoundError("another has brought it home")
    worker, _ = at_work(studio)
    worker.owner = Gone()

    def stands(trouble: Exception) -> None:
        raise SystemExit(str(trouble))

    monkeypatch.setattr(worker, "_stand_still", stands)
    with pytest.raises(SystemExit, match="given up while it slept"):
        worker._look(job.film, job.take, job.agent, job.turn, job.run)
    assert [each.doing for each in studio.desk.tables.jobs(take.film)] == [Doing.QUEUED]


def test_a_machine_that_was_asleep_knows_it_at_once(monkeypatch) -> None:
    """A clock that stands still in a sleeping machine would say for two seconds that the lock is still its own."""
    clock = {"s": 1000.0}
    monkeypatch.setattr(owner, "awake_s", lambda: clock["s"])
    monkeypatch.setattr(owner, "BEAT_S", 60.0)
    own = owner.Among(Always(), "a/cpu")  # type: ignore[arg-type]
    try:
        assert own.alive()
        clock["s"] += 3600.0
        assert not own.alive()
    finally:
        own.close()
    monkeypatch.undo()
    assert owner.awake_s() <= owner.awake_s()


class Always:
    """A lock that is always there."""

    def is_held(self) -> bool:
        return True

    def release(self) -> None: ...
