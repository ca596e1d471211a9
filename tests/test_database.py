"""Transactions on a real server: whoever falls asleep inside one does not keep the others from their rows for ever."""

from __future__ import annotations

import time

import pytest

from unplastic import database as databases
from unplastic.database import at
from unplastic.errors import DatabaseGone


@pytest.fixture
def url(postgres, request: pytest.FixtureRequest) -> str:
    return postgres.database(f"asleep_{len(request.node.name)}")


def test_a_sleeper_s_transaction_ends_and_its_rows_are_free(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "IDLE_S", 0.5)
    sleeper, other = at(url), at(url)
    with sleeper.transaction() as books:
        books.run("create table row (value integer)")
        books.run("insert into row values (1)")

    def sleep_and_wake() -> None:
        with sleeper.transaction("budget of a film") as books:
            books.run("update row set value = 2")
            with other.transaction("budget of a film") as theirs:  # waits until the server has ended the sleeper's
                theirs.run("update row set value = value + 10")
            books.run("update row set value = 3")

    with pytest.raises(DatabaseGone):
        sleep_and_wake()
    with other.transaction() as books:
        assert books.one("select value from row") == {"value": 11}, "what the sleeper had begun was taken back"
    sleeper.close()
    other.close()


def test_a_worker_s_lock_outlives_the_limit_of_a_transaction(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "IDLE_S", 0.2)
    database = at(url)
    held = database.hold("worker a")
    assert held
    time.sleep(0.6)
    assert held.is_held()
    assert database.hold("worker a") is None
    held.release()
    database.close()
