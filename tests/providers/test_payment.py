"""Paid once: what is new is ordered, what may have arrived is looked for, and what is unknown waits for a person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tills import WISH, Clock, Fake, job, later, listed, lost, pay
from unplastic.errors import Ambiguous, BudgetSpent, ContentInput, ContentOutput, NotSent, Protocol, RequestUnfit
from unplastic.providers.ledger import Attempt, SqlLedger, Stage, ledger_in
from unplastic.providers.payment import LATE_S, Till, follow, take_up_strays, try_again
from unplastic.providers.provider import Phase, State
from unplastic.providers.reconcile import SETTLE_S, reconcile


@pytest.fixture
def till(tmp_path: Path) -> Till:
    return Till(ledger_in(tmp_path / "ledger.sqlite"), 10.0, tmp_path / "strays.jsonl", Clock())


def test_the_same_take_is_ordered_once(till: Till) -> None:
    fake = Fake()
    first, second = pay(till, fake), pay(till, fake)
    assert (fake.ordered, first, first.stage) == (1, second, Stage.SUBMITTED)
    assert pay(till, fake, take=2).job != first.job


@pytest.mark.parametrize("kind", [NotSent, RequestUnfit, ContentInput])
def test_what_was_not_taken_gives_its_money_back(till: Till, kind: type) -> None:
    with pytest.raises(kind):
        pay(till, Fake(trouble=kind("no", "do")))
    assert till.ledger.spent_usd() == 0


@pytest.mark.parametrize("kind", [Ambiguous, Protocol])
def test_what_may_have_arrived_is_kept_and_never_sent_again(till: Till, kind: type) -> None:
    fake = Fake(trouble=kind("cut", "wait"))
    assert pay(till, fake).stage is Stage.INTENT
    fake.trouble = None
    assert pay(till, fake).stage is Stage.INTENT
    assert (fake.ordered, till.ledger.spent_usd()) == (1, 1.0)


def test_a_lost_answer_is_found_by_its_seed(till: Till) -> None:
    service, attempt = lost(till, rows=[listed("other", seed=7), listed("ours", seed=42, model="m")])
    assert reconcile(till, service, attempt).stage is Stage.INTENT
    later(till, SETTLE_S)
    assert reconcile(till, service, attempt).job == job("ours")
    assert service.ordered == 1


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [listed("a", seed=7)],
        [listed("a")],
        [listed("a", seed=42, model="another")],
        [listed("a", seed=42), listed("b", seed=42)],
    ],
)
def test_what_is_not_found_for_certain_is_parked_with_its_money(till: Till, rows: list) -> None:
    service, attempt = lost(till, rows=rows)
    later(till, SETTLE_S)
    assert reconcile(till, service, attempt).stage is Stage.UNKNOWN
    assert (service.ordered, till.ledger.spent_usd()) == (1, 1.0)


def test_a_service_without_a_list_parks(till: Till) -> None:
    service, attempt = lost(till, lists=False)
    later(till, SETTLE_S)
    parked = reconcile(till, service, attempt)
    assert parked.stage is Stage.UNKNOWN
    assert "no list" in parked.note


def test_a_job_that_is_somebodys_is_not_adopted(till: Till) -> None:
    fake = Fake()
    pay(till, fake)
    service = Fake(trouble=Ambiguous("cut", "wait"), rows=[listed("j1", seed=42)])
    attempt = pay(till, service, take=2)
    later(till, SETTLE_S)
    assert reconcile(till, service, attempt).stage is Stage.UNKNOWN


def test_an_unknown_price_is_asked_about(till: Till) -> None:
    fake = Fake(usd=None)
    with pytest.raises(BudgetSpent, match="nobody knows what m costs"):
        pay(till, fake)
    allowed = Till(till.ledger, till.cap_usd, till.strays, till.now, unknown_price_usd=2.5)
    assert pay(allowed, fake).reserved_usd == 2.5


def test_an_id_that_the_books_cannot_take_is_written_beside_them(till: Till, monkeypatch) -> None:
    with monkeypatch.context() as full:
        full.setattr(SqlLedger, "confirm", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            pay(till, Fake())
    assert '"id": "j1"' in till.strays.read_text()
    with till.strays.open("a") as lines:
        lines.write('{"key": "cut o')
    (attempt,) = till.ledger.attempts()
    found = reconcile(till, Fake(lists=False), attempt)  # once there is room again, whatever the service can list
    assert (found.stage, found.job and found.job.id) == (Stage.SUBMITTED, "j1")
    assert take_up_strays(till) == 0


def test_an_id_beside_the_books_belongs_to_a_parked_order_too(till: Till, monkeypatch) -> None:
    with monkeypatch.context() as full:
        full.setattr(SqlLedger, "confirm", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            pay(till, Fake())
    (attempt,) = till.ledger.attempts()
    assert till.ledger.give_up(attempt, Stage.UNKNOWN, "another machine looked in the list and saw nothing")
    assert take_up_strays(till) == 1
    assert [(each.stage, each.note) for each in till.ledger.attempts()] == [(Stage.SUBMITTED, "")]


def test_late_is_late_and_results_come_with_the_first_finished_poll(till: Till, tmp_path: Path) -> None:
    running = State(Phase.RUNNING, "running")
    fake: Any = Fake(states=[running, running, State(Phase.SUCCEEDED, "succeeded", charge_usd=0.5)])
    attempt = pay(till, fake)
    assert follow(till, fake, attempt, tmp_path, probe=lambda _: None).stage is Stage.SUBMITTED
    later(till, LATE_S + 1)
    late = follow(till, fake, attempt, tmp_path, probe=lambda _: None)
    assert late.stage is Stage.LATE
    done = follow(till, fake, late, tmp_path, probe=lambda _: None)
    assert (done.stage, done.charged_usd, '"sha256": "ab"' in done.results) == (Stage.SETTLED, 0.5, True)
    assert follow(till, fake, done, tmp_path, probe=lambda _: None) == done


def test_a_failure_says_why_and_costs_what_the_service_says(till: Till, tmp_path: Path) -> None:
    why = ContentInput("fake: no", "change it")
    fake: Any = Fake(states=[State(Phase.FAILED, "failed", refusal=why, charge_usd=0.0)])
    failed = follow(till, fake, pay(till, fake), tmp_path, probe=lambda _: None)
    assert (failed.stage, failed.note, till.ledger.spent_usd()) == (Stage.FAILED, "ContentInput: fake: no", 0.0)


def fail(till: Till, fake: Fake, kind: type = ContentOutput, **more: Any) -> Attempt:
    fake.states = [State(Phase.FAILED, "failed", refusal=kind("fake: no", "change it"), charge_usd=0.0)]
    return follow(till, fake, pay(till, fake, **more), Path(), probe=lambda _: None)


def test_what_a_filter_took_away_is_ordered_once_more_and_never_twice(till: Till) -> None:
    fake = Fake()
    failed = fail(till, fake)
    again = try_again(till, fake, WISH, failed)
    assert again
    assert (again.stage, again.seed, fake.ordered) == (Stage.SUBMITTED, 43, 2)
    assert try_again(till, fake, WISH, failed) == again
    assert fake.ordered == 2
    fake.states = [State(Phase.FAILED, "failed", refusal=ContentOutput("fake: no", "change it"), charge_usd=0.0)]
    twice = follow(till, fake, again, Path(), probe=lambda _: None)
    assert try_again(till, fake, WISH, twice) is None
    assert fake.ordered == 2


def test_any_other_end_is_not_tried_again(till: Till) -> None:
    fake = Fake()
    assert try_again(till, fake, WISH, pay(till, fake)) is None
    assert try_again(till, fake, WISH, fail(till, fake, ContentInput, take=2)) is None


def test_the_second_try_is_inside_the_budget(till: Till) -> None:
    fake = Fake(usd=6.0)
    failed = fail(till, fake)
    pay(till, fake, take=2)
    with pytest.raises(BudgetSpent):
        try_again(till, fake, WISH, failed)
    assert fake.ordered == 2
