"""A worker's own rules: its queues, their limits, the clock's agents, and what it does with its trouble."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from desks import Studio, agent
from unplastic.errors import WorkError
from unplastic.pipeline import foreman
from unplastic.pipeline import worker as module
from unplastic.pipeline.owner import Alone
from unplastic.pipeline.take import Doing, Job
from unplastic.pipeline.worker import AT_ONCE, PER_MINUTE, Worker, expanded, limits_of
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
