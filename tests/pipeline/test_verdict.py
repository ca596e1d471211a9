"""Verdicts: one at a time, on what was seen, with a reason where it is needed; an approval starts who waits for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desks import Studio, agent
from unplastic.errors import WorkError
from unplastic.pipeline import verdict
from unplastic.pipeline.take import Kind, Status
from unplastic.routing.evidence import default_file


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with Studio(tmp_path / "film", monkeypatch) as made:
        made.enlist(agent("A", "shot.approved", "one"))
        yield made


def test_an_approval_starts_what_waits_for_it_once(studio: Studio) -> None:
    take = studio.take(status=Status.REVIEW)
    changed, jobs = verdict.say(studio.desk, take, "approve", who="Ida")
    assert (changed.status, [each.agent for each in jobs]) == (Status.APPROVED, ["A"])
    _, more = verdict.say(studio.desk, changed, "approve", who="Ida")
    assert more == (), "the same again starts nothing"
    rows = studio.desk.tables.verdicts(take.film)
    assert [(each.kind, each.who) for each in rows] == [("approve", "Ida")] * 2


def test_of_two_who_look_at_the_same_take_only_one_decides(studio: Studio) -> None:
    take = studio.take(status=Status.REVIEW)
    verdict.say(studio.desk, take, "reject", reason="boiling hair", revision=take.revision)
    with pytest.raises(WorkError, match="was changed while you looked"):
        verdict.say(studio.desk, take, "approve", revision=take.revision)
    assert studio.again(take).status is Status.REJECTED
    assert len(studio.desk.tables.verdicts(take.film)) == 1


@pytest.mark.parametrize("first", ["approve", "fix", "reject"])
def test_a_verdict_is_taken_back(studio: Studio, first: Kind) -> None:
    changed, _ = verdict.say(studio.desk, studio.take(status=Status.REVIEW), first, reason="hair")
    undone, _ = verdict.say(studio.desk, changed, "undo")
    assert undone.status is Status.REVIEW
    with pytest.raises(WorkError):
        verdict.say(studio.desk, undone, "undo")


@pytest.mark.parametrize("status", [Status.MAKING, Status.HELD, Status.CANCELLED, Status.FAILED])
def test_what_is_not_there_to_be_judged_is_not(studio: Studio, status: Status) -> None:
    with pytest.raises(WorkError, match=f"is {status}"):
        verdict.say(studio.desk, studio.take(status=status), "approve")


def test_a_rejection_needs_a_reason(studio: Studio) -> None:
    with pytest.raises(WorkError, match="with a reason"):
        verdict.say(studio.desk, studio.take(status=Status.REVIEW), "reject", reason="  ")


def test_a_verdict_on_a_generated_take_teaches_the_routing(studio: Studio) -> None:
    route = {"model": "kling-v3", "version": "1", "surface": "skin"}
    take = studio.take(status=Status.REVIEW, facts={"route": route})
    verdict.say(studio.desk, take, "reject", reason="wax")
    assert "kling-v3" in default_file().read_text()
    assert "false" in default_file().read_text().lower()
