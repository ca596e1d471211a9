"""The ledger: a budget is never passed, an attempt is written once, and what is unknown stays reserved."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from unplastic.errors import BudgetSpent, SettlementError
from unplastic.providers.ledger import Attempt, Stage, ledger_in
from unplastic.providers.provider import Job

JOB = Job("ark", "cgt-1", "m", "https://ark.test")


def wish(key: str, usd: float = 1.0) -> Attempt:
    return Attempt(key, "sh1", 1, "ark", "{}", 42, usd, None, Stage.INTENT, 1000.0, None, "", "[]")


def test_twenty_at_once_against_a_cap_for_five(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path / "ledger.sqlite")

    def attempt(number: int) -> bool:
        try:
            return ledger_in(tmp_path / "ledger.sqlite").reserve(wish(f"k{number}", 0.1), cap_usd=0.5)[1]
        except BudgetSpent:
            return False

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(attempt, range(20))) == 5
    assert ledger.spent_usd() == 0.5


def test_one_wish_at_once_by_many_is_one_intent(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path / "ledger.sqlite")
    with ThreadPoolExecutor(8) as pool:
        new = list(pool.map(lambda _: ledger.reserve(wish("same"), cap_usd=100)[1], range(16)))
    assert new.count(True) == 1
    assert len(ledger.attempts()) == 1


@pytest.mark.parametrize("stage", [each for each in Stage if each not in {Stage.RELEASED, Stage.MOVED}])
def test_only_what_was_released_gives_its_money_back(tmp_path: Path, stage: Stage) -> None:
    ledger = ledger_in(tmp_path / "ledger.sqlite")
    ledger.reserve(wish("a"), cap_usd=1)
    ledger.move("a", stage)
    with pytest.raises(BudgetSpent, match=r"\$0.00 is left"):
        ledger.reserve(wish("b"), cap_usd=1)
    ledger.move("a", Stage.RELEASED)
    assert ledger.reserve(wish("b"), cap_usd=1)[1]


def test_what_was_released_can_be_ordered_again_within_the_budget(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path / "ledger.sqlite")
    ledger.reserve(wish("a"), cap_usd=1)
    ledger.move("a", Stage.RELEASED, note="no connection")
    again, is_new = ledger.reserve(wish("a", 0.5), cap_usd=1)
    assert (is_new, again.stage, again.note) == (True, Stage.INTENT, "")
    assert ledger.find("a") == again
    assert ledger.reserve(wish("a"), cap_usd=1) == (again, False)
    ledger.move("a", Stage.RELEASED)
    with pytest.raises(BudgetSpent):
        ledger.reserve(wish("a", 2.0), cap_usd=1)
    found = ledger.find("a")
    assert found is not None
    assert found.stage is Stage.RELEASED, "a refused intent changes nothing"


def test_a_charge_replaces_the_reservation(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path / "ledger.sqlite")
    ledger.reserve(wish("a", 2.0), cap_usd=10)
    ledger.confirm("a", JOB)
    ledger.move("a", Stage.SETTLED, usd=0.25, results='["x"]')
    ledger.move("a", Stage.SETTLED, note="said twice")
    found = ledger.find("a")
    assert found is not None
    assert (found.job, found.charged_usd, found.results, found.note) == (JOB, 0.25, '["x"]', "said twice")
    assert ledger.spent_usd() == 0.25


def test_one_job_belongs_to_one_attempt(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path / "ledger.sqlite")
    for key in "ab":
        ledger.reserve(wish(key), cap_usd=10)
    ledger.confirm("a", JOB)
    with pytest.raises(SettlementError, match="the job of another order"):
        ledger.confirm("b", JOB)
    assert [each.key for each in ledger.attempts(Stage.INTENT)] == ["b"]


def test_it_is_on_the_disk_before_the_next_line(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path / "ledger.sqlite")
    with ledger.database.transaction() as books:
        assert books.one("pragma synchronous") == {"synchronous": 2}
        assert books.one("pragma journal_mode") == {"journal_mode": "wal"}
    assert ledger.find("nobody") is None


def test_an_order_that_was_given_up_meanwhile_does_not_take_anothers_place(tmp_path: Path) -> None:
    """One process sleeps before its POST, its attempt is released by hand, another orders, and the first one wakes."""
    ledger = ledger_in(tmp_path / "ledger.sqlite")
    sleeper, _ = ledger.reserve(wish("a"), cap_usd=10)
    ledger.move("a", Stage.RELEASED)
    second, _ = ledger.reserve(wish("a"), cap_usd=10)
    ledger.confirm("a", JOB, second.generation)
    late = Job("ark", "cgt-2", "m", "https://ark.test")
    with pytest.raises(SettlementError, match="cgt-2 is a second one"):
        ledger.confirm("a", late, sleeper.generation)
    found = ledger.find("a")
    assert found
    assert found.job == JOB


def test_an_answer_that_comes_after_the_job_was_found_and_settled_changes_nothing(tmp_path: Path) -> None:
    """One process sleeps between its POST and the answer; another found the job in the service's list, and paid."""
    ledger = ledger_in(tmp_path / "ledger.sqlite")
    ledger.reserve(wish("a"), cap_usd=10)
    ledger.confirm("a", JOB)
    ledger.move("a", Stage.SETTLED, usd=0.25, results='["x"]')
    before = ledger.find("a")
    ledger.confirm("a", JOB)
    assert ledger.find("a") == before
    with pytest.raises(SettlementError, match="cgt-2 is a second one"):
        ledger.confirm("a", Job("ark", "cgt-2", "m", "https://ark.test"))
    assert ledger.find("a") == before


def test_what_woke_meanwhile_is_not_given_up(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path / "ledger.sqlite")
    seen, _ = ledger.reserve(wish("a"), cap_usd=10)
    assert ledger.send("a")
    assert not ledger.give_up(seen, Stage.RELEASED, "it never left"), "it left between the look and the change"
    seen = ledger.find("a") or seen
    ledger.confirm("a", JOB)
    assert not ledger.give_up(seen, Stage.UNKNOWN, "not in the list"), "its answer came between the two"
    found = ledger.find("a")
    assert found
    assert (found.stage, found.job, found.note) == (Stage.SUBMITTED, JOB, "")


def test_an_answer_to_a_parked_order_takes_its_note_away(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path / "ledger.sqlite")
    seen, _ = ledger.reserve(wish("a"), cap_usd=10)
    assert ledger.give_up(seen, Stage.UNKNOWN, "not in the list")
    ledger.confirm("a", JOB)
    found = ledger.find("a")
    assert found
    assert (found.stage, found.job, found.note) == (Stage.SUBMITTED, JOB, "")


def test_a_ledger_of_the_first_form_is_brought_up_and_keeps_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger_in(path).reserve(wish("a"), cap_usd=10)
    with closing(sqlite3.connect(path)) as books:
        for column in ("generation", "film", "scene", "agent", "sent", "caller"):
            books.execute(f"alter table attempt drop column {column}")
        books.execute("drop table schema_version")
        books.execute("pragma user_version = 0")
        books.commit()
    ledger = ledger_in(path)
    found = ledger.find("a")
    assert found
    assert (found.generation, found.reserved_usd) == (1, 1.0)
    assert ledger_in(path).find("a") == found
