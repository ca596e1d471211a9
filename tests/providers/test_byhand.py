"""By hand: only what nobody can find is decided by a person, and the budget follows."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from unplastic.cli.app import app
from unplastic.database import at as database_at
from unplastic.errors import SettlementError
from unplastic.pipeline.project import opened
from unplastic.providers.byhand import did_cost, named, was_never_ordered
from unplastic.providers.ledger import Attempt, SqlLedger, Stage, ledger_in
from unplastic.providers.provider import Job
from unplastic.providers.reconcile import SETTLE_S
from unplastic.settings import Settings

KEY = "1a2b3c4d5e6f"
FILM = 'title = "t"\nbudget_usd = 10\n'


def attempt(key: str = KEY) -> Attempt:
    return Attempt(key, "sh1", 1, "fal", "{}", None, 2.0, None, Stage.INTENT, 0.0, None, "", "[]")


@pytest.fixture
def ledger(tmp_path: Path) -> SqlLedger:
    books = ledger_in(tmp_path / ".unplastic" / "ledger.sqlite")
    books.reserve(attempt(), 10.0)
    assert books.send(KEY)
    (tmp_path / "film.toml").write_text(FILM)
    return books


def at(ledger: SqlLedger) -> Attempt:
    return named(ledger, KEY[:8])


def test_what_was_never_ordered_gives_its_money_back_and_can_be_ordered_again(ledger: SqlLedger) -> None:
    ledger.move(KEY, Stage.UNKNOWN)
    was_never_ordered(ledger, at(ledger), now_s=0.0)
    assert ledger.spent_usd() == 0
    assert ledger.reserve(attempt(), 10.0)[1]


def test_what_cost_something_is_booked(ledger: SqlLedger) -> None:
    ledger.move(KEY, Stage.UNKNOWN)
    did_cost(ledger, at(ledger), 0.75, now_s=0.0)
    assert ledger.spent_usd() == pytest.approx(0.75)
    with pytest.raises(SettlementError, match=r"cost \$0.75"):
        was_never_ordered(ledger, at(ledger), now_s=0.0)


def test_an_order_that_may_be_under_way_is_left_alone(ledger: SqlLedger) -> None:
    with pytest.raises(SettlementError, match="is intent"):
        was_never_ordered(ledger, at(ledger), now_s=SETTLE_S - 1)
    ledger.confirm(KEY, Job("fal", "j-1", "m", "https://a.test"))
    with pytest.raises(SettlementError, match="is submitted"):
        did_cost(ledger, at(ledger), 1.0, now_s=1e9)
    assert ledger.spent_usd() == pytest.approx(2.0)


@pytest.mark.parametrize("start", ["", "1a2b", "ffffffff"])
def test_a_key_that_names_no_order_is_refused(ledger: SqlLedger, start: str) -> None:
    with pytest.raises(SettlementError, match="no order begins"):
        named(ledger, start)


def test_two_orders_of_one_beginning_are_not_guessed(ledger: SqlLedger) -> None:
    ledger.reserve(attempt(KEY + "00"), 10.0)
    with pytest.raises(SettlementError, match="2 orders"):
        named(ledger, KEY[:8])


@pytest.mark.parametrize("usd", [-1.0, float("nan"), 1e9])
def test_a_charge_that_is_none_is_refused(ledger: SqlLedger, usd: float) -> None:
    ledger.move(KEY, Stage.UNKNOWN)
    with pytest.raises(SettlementError, match="no charge"):
        did_cost(ledger, at(ledger), usd, now_s=0.0)


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["orders", *arguments])
    assert (0 if result.exit_code == 0 else 1) == code, result.output
    return result.output if code == 0 else str(result.exception)


def test_the_verb_lists_settles_and_adds_up(ledger: SqlLedger, tmp_path: Path) -> None:
    ledger.move(KEY, Stage.UNKNOWN, note="look in the console")
    said = run(str(tmp_path))
    assert "1a2b3c4d" in said
    assert "look in the console" in said
    assert "1 wait for an answer" in said
    told = json.loads(run(str(tmp_path), "--paid", "1a2b3c4d=0.5", "--json"))
    assert (told["spent_usd"], told["orders"][0]["state"], told["orders"][0]["charged_usd"]) == (0.5, "failed", 0.5)
    assert "is no charge" in run(str(tmp_path), "--paid", "1a2b3c4d", code=1)


def test_looking_parks_what_a_service_without_a_list_lost(ledger: SqlLedger, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["orders", str(tmp_path), "--look"])
    assert "unknown" in result.output
    assert ledger.attempts()[0].stage is Stage.UNKNOWN


def test_looking_again_finds_what_a_late_list_hid(ledger: SqlLedger, tmp_path: Path) -> None:
    """Parked is not the end: the id lies beside the books since their disk was full."""
    ledger.move(KEY, Stage.UNKNOWN)
    job = Job("fal", "j-1", "m", "https://a.test")
    work = tmp_path / ".unplastic" / "work"
    work.mkdir()
    row = {"key": KEY, "generation": 1, "job": json.loads(job.to_json())}
    (work / "strays.jsonl").write_text(json.dumps(row) + "\n")
    run(str(tmp_path), "--look")
    assert [(each.stage, each.job) for each in ledger.attempts()] == [(Stage.SUBMITTED, job)]


def test_what_was_found_while_a_person_looked_is_not_freed(ledger: SqlLedger) -> None:
    ledger.move(KEY, Stage.UNKNOWN)
    seen = at(ledger)
    ledger.confirm(KEY, Job("fal", "j-1", "m", "https://a.test"))
    with pytest.raises(SettlementError, match="was found while you looked"):
        was_never_ordered(ledger, seen, now_s=0.0)
    assert ledger.attempts()[0].stage is Stage.SUBMITTED


def test_a_server_s_books_are_the_film_s_too(postgres, ledger: SqlLedger, tmp_path: Path, monkeypatch) -> None:
    """Casting's orders lie in the film's file, its shots' on the server; the verb lists and settles both."""
    url = postgres.database("orders")
    film = opened(tmp_path, "t", Settings())
    database = database_at(url)
    server = SqlLedger(database)
    for key, whose in (("aa" * 6, film.id), ("bb" * 6, "another film")):
        server.reserve(replace(attempt(key), film=whose, shot=f"shot of {whose}"), 10.0)
        server.move(key, Stage.UNKNOWN)
    monkeypatch.setenv("UNPLASTIC_DATABASE_URL", url)
    told = json.loads(run(str(tmp_path), "--paid", "aaaaaaaa=0.5", "--json"))
    assert [(each["key"][:4], each["state"]) for each in told["orders"]] == [("1a2b", "intent"), ("aaaa", "failed")]
    assert told["spent_usd"] == 2.5
    database.close()


def test_a_film_without_orders_says_so(tmp_path: Path) -> None:
    (tmp_path / "film.toml").write_text(FILM)
    assert "nothing was ordered yet" in run(str(tmp_path), code=1)
