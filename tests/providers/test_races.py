"""A process that sleeps at any line, and wakes after others have gone on: what has ended stays as it ended."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tills import START_S, WISH, Clock, Fake, job, later, listed, lost, pay
from unplastic.errors import Ambiguous, ContentInput, NoSuchJob, SettlementError
from unplastic.providers.byhand import did_cost, was_never_ordered
from unplastic.providers.ledger import Attempt, SqlLedger, Stage, ledger_in
from unplastic.providers.payment import LATE_S, Till, follow, order, stop, take_up_strays
from unplastic.providers.provider import Cancelled, Phase, State
from unplastic.providers.reconcile import SETTLE_S, reconcile


@pytest.fixture
def till(tmp_path: Path) -> Till:
    return Till(ledger_in(tmp_path / "ledger.sqlite"), 10.0, tmp_path / "strays.jsonl", Clock())


def only(till: Till) -> Attempt:
    (attempt,) = till.ledger.attempts()
    return attempt


@dataclass
class Sleeper(Fake):
    """A service in the hands of a process that sleeps before it hears the answer; ``meanwhile`` is what others do."""

    meanwhile: Callable[[], None] = lambda: None
    wakes: Exception | None = None
    stops: Cancelled | None = None

    def submit(self, request) -> Any:
        found = super().submit(request)
        self.meanwhile()
        if self.wakes:
            raise self.wakes
        return found

    def poll(self, job) -> State:
        self.meanwhile()
        if self.wakes:
            raise self.wakes
        return super().poll(job)

    def cancel(self, job) -> Cancelled:
        self.meanwhile()
        assert self.stops
        return self.stops


def settled(till: Till) -> Callable[[], None]:
    """Another worker finds the job in the list and settles it."""

    def act() -> None:
        attempt = only(till)
        if attempt.job is None:
            till.ledger.confirm(attempt.key, job("j1"), attempt.generation)
        assert till.ledger.advance(only(till), Stage.SETTLED, usd=0.5, results='["x"]')

    return act


def freed_and_ordered_again(till: Till) -> Callable[[], None]:
    """A person frees it, and it is ordered once more, under the same key."""

    def act() -> None:
        till.ledger.move(only(till).key, Stage.RELEASED)
        assert order(till, Fake(ordered=7), WISH, shot="sh1").job == job("j8")

    return act


def ended(till: Till) -> tuple[Stage, float | None, str | None]:
    attempt = only(till)
    return attempt.stage, attempt.charged_usd, attempt.job.id if attempt.job else None


def test_an_ambiguous_end_that_is_heard_late_does_not_reopen_what_was_settled(till: Till) -> None:
    pay(till, Sleeper(meanwhile=settled(till), wakes=Ambiguous("cut", "wait")))
    assert ended(till) == (Stage.SETTLED, 0.5, "j1")


@pytest.mark.parametrize("wakes", [Ambiguous("cut", "wait"), ContentInput("no", "change it")])
def test_an_end_that_is_heard_late_is_not_that_of_the_order_after_it(till: Till, wakes: Exception) -> None:
    """A refusal would give back the money of one that runs, and have it ordered a third time."""
    fake = Sleeper(meanwhile=freed_and_ordered_again(till), wakes=wakes)
    with contextlib.suppress(ContentInput):
        pay(till, fake)
    assert ended(till) == (Stage.SUBMITTED, None, "j8")
    assert till.ledger.spent_usd() == 1.0


def test_a_refusal_that_is_heard_after_the_order_was_parked_gives_its_money_back(till: Till) -> None:
    def parked() -> None:
        assert till.ledger.give_up(only(till), Stage.UNKNOWN, "not in the list")

    def sent() -> None:
        assert till.ledger.send(only(till).key)
        parked()

    with pytest.raises(ContentInput):
        pay(till, Sleeper(meanwhile=sent, wakes=ContentInput("no", "change it")))
    assert only(till).stage is Stage.RELEASED


def test_late_is_not_said_of_what_was_settled_meanwhile(till: Till, tmp_path: Path) -> None:
    attempt = pay(till, Fake())

    def hours() -> None:
        settled(till)()
        later(till, LATE_S + 1)

    fake: Any = Sleeper(meanwhile=hours, states=[State(Phase.RUNNING, "running")])
    assert follow(till, fake, attempt, tmp_path, probe=lambda _: None).stage is Stage.SETTLED


def test_a_failure_that_is_heard_late_is_not_that_of_the_order_after_it(till: Till, tmp_path: Path) -> None:
    attempt = pay(till, Fake())
    why = ContentInput("no", "change it")
    fake: Any = Sleeper(
        meanwhile=freed_and_ordered_again(till), states=[State(Phase.FAILED, "x", refusal=why, charge_usd=0)]
    )
    follow(till, fake, attempt, tmp_path, probe=lambda _: None)
    assert ended(till) == (Stage.SUBMITTED, None, "j8")


def test_a_job_that_is_lost_and_brought_by_another_after_all_is_settled(till: Till, tmp_path: Path) -> None:
    attempt = pay(till, Fake())

    def parked() -> None:
        assert till.ledger.advance(attempt, Stage.UNKNOWN, note="the service knows no such job")

    fake: Any = Sleeper(meanwhile=parked, states=[State(Phase.SUCCEEDED, "done", charge_usd=0.5)])
    assert follow(till, fake, attempt, tmp_path, probe=lambda _: None).stage is Stage.SETTLED
    assert not till.ledger.advance(attempt, Stage.UNKNOWN, note="no such job"), "and stays so"


@pytest.mark.parametrize(
    "stops", [Cancelled(False, "too late"), Cancelled(True), Cancelled(True, refund_usd=1.0)], ids=str
)
def test_a_stop_that_comes_too_late_changes_nothing(till: Till, stops: Cancelled) -> None:
    attempt = pay(till, Fake())
    stop(till, Sleeper(meanwhile=settled(till), stops=stops), attempt)  # type: ignore[arg-type]
    assert ended(till) == (Stage.SETTLED, 0.5, "j1")


def test_what_turned_up_while_a_person_looked_is_not_booked_by_hand(till: Till) -> None:
    _, attempt = lost(till)
    till.ledger.give_up(replace(attempt, sent=attempt.sent), Stage.UNKNOWN, "nowhere")
    seen = only(till)
    till.ledger.confirm(seen.key, job("j1"), seen.generation)
    with pytest.raises(SettlementError, match="was found while you looked"):
        did_cost(till.ledger, seen, 0.7, now_s=START_S + 1e6)
    with pytest.raises(SettlementError, match="was found while you looked"):
        was_never_ordered(till.ledger, seen, now_s=START_S + 1e6)
    assert only(till).stage is Stage.SUBMITTED


def test_two_orders_that_nobody_can_tell_apart_take_one_job_each(till: Till) -> None:
    """The other's was found first: the answer that comes late says so, lies beside the books, and blocks nobody."""
    other = pay(till, Fake(trouble=Ambiguous("cut", "wait")), take=2)
    till.ledger.confirm(other.key, job("j1"), other.generation)
    with pytest.raises(SettlementError, match="j1 is the job of another order"):
        pay(till, Fake())
    assert json.loads(till.strays.read_text())["job"]["id"] == "j1"
    assert take_up_strays(till) == 0
    mine = next(each for each in till.ledger.attempts() if each.take == 1)
    later(till, SETTLE_S)
    till.ledger.send(mine.key)
    mine = till.ledger.find(mine.key) or mine
    found = reconcile(till, Fake(rows=[listed("j1", seed=42), listed("j2", seed=42)]), mine)
    assert found.job == job("j2")


def test_two_that_look_in_the_list_at_once_do_not_share_a_job(till: Till, monkeypatch) -> None:
    service, attempt = lost(till, rows=[listed("j5", seed=42)])
    other = pay(till, Fake(trouble=Ambiguous("cut", "wait")), take=2)
    later(till, SETTLE_S)
    known = SqlLedger.confirm

    def confirm(self, key, found, generation=1) -> None:
        monkeypatch.setattr(SqlLedger, "confirm", known)
        known(self, other.key, found)
        known(self, key, found, generation)

    till.ledger.send(attempt.key)
    monkeypatch.setattr(SqlLedger, "confirm", confirm)
    assert reconcile(till, service, till.ledger.find(attempt.key) or attempt).job is None
    assert [each.take for each in till.ledger.attempts() if each.job] == [2]


@pytest.mark.parametrize("jump_s", [-3 * 86_400.0, 400 * 86_400.0])
def test_a_clock_that_was_wrong_when_it_ordered_hides_nothing(till: Till, jump_s: float) -> None:
    """A year ahead, the intent would be young for a year; and the list would be read from a day that never was."""
    asked: list[datetime] = []

    @dataclass
    class Dated(Fake):
        def list(self, since):
            asked.append(since)
            return iter(self.rows if since.timestamp() < START_S else [])

    service = Dated(trouble=Ambiguous("cut", "wait"), rows=[listed("ours", seed=42)])
    later(till, jump_s)
    attempt = pay(till, service)
    till.ledger.send(attempt.key)
    later(till, -jump_s + 2 * SETTLE_S)  # it is right again
    assert reconcile(till, service, till.ledger.find(attempt.key) or attempt).job == job("ours")
    assert asked
    assert asked[0] < datetime.fromtimestamp(START_S, UTC)


def test_a_clock_set_back_a_little_leaves_a_young_intent_alone(till: Till) -> None:
    service, attempt = lost(till)
    later(till, -SETTLE_S / 2)
    assert reconcile(till, service, attempt) == attempt


def test_what_another_release_does_not_know_counts_here(till: Till) -> None:
    """`NoSuchJob` is heard late, of an order that was settled: it stays."""
    attempt = pay(till, Fake())
    settled(till)()
    assert not till.ledger.advance(attempt, Stage.UNKNOWN, note=NoSuchJob("gone", "look").message)
    assert ended(till) == (Stage.SETTLED, 0.5, "j1")
