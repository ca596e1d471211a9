"""Orders that go to a server with their film: each once, cut off at any line, and nothing that sleeps pays twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rehearsed import rehearsed
from unplastic.cast import draw
from unplastic.database import at
from unplastic.errors import BudgetSpent, NotSent
from unplastic.pipeline.moving import brought_over, is_left
from unplastic.pipeline.project import Project, opened
from unplastic.providers.ledger import Attempt, SqlLedger, Stage, ledger_in
from unplastic.providers.payment import Till, order
from unplastic.providers.provider import Job, PortraitRequest, Provider
from unplastic.rehearsal import Rehearsal
from unplastic.secret import Secret
from unplastic.settings import Settings
from unplastic.shot import Character, Film

JOB = Job("recraft", "j-1", "m", "https://a.test")


@pytest.fixture
def server(postgres, request: pytest.FixtureRequest) -> Iterator[SqlLedger]:
    database = at(postgres.database(f"v{abs(hash(request.node.name)) % 10**8}"))
    yield SqlLedger(database)
    database.close()


@pytest.fixture
def own(tmp_path: Path) -> SqlLedger:
    return ledger_in(tmp_path / "own.sqlite")


@pytest.fixture
def drawer() -> Iterator[tuple[Rehearsal, Provider]]:
    with rehearsed("recraft") as pair:
        yield pair


def film(folder: Path, budget_usd: float = 10.0) -> Film:
    mara = Character(name="Mara", anchor="Mara, 54, a welder")
    return Film(title="t", folder=folder, budget_usd=budget_usd, characters=(mara,))


def cast(project: Project, ledger: SqlLedger, service: Provider, cap_usd: float = 10.0, **more):
    """As the verb does it."""
    till = Till(ledger, cap_usd, project.strays[0], lambda: 0.0, film=project.id, is_own=ledger.database.is_sqlite)
    wanted = film(project.folder)
    return draw(wanted, wanted.characters[0], service, till, count=1, sleep=lambda _: None, **more)


def at_server(project: Project, url: str) -> Project:
    return opened(project.folder, "t", Settings(keys={"UNPLASTIC_DATABASE_URL": Secret(url, "a test")}))


def test_a_portrait_of_the_film_s_own_file_is_not_ordered_again_on_a_server(postgres, drawer, tmp_path: Path) -> None:
    bill, service = drawer
    project = opened(tmp_path, "t", Settings())
    with project.ledger() as own:
        first = cast(project, own, service)
    away = at_server(project, postgres.database("portraits"))
    with away.ledger() as ledger:
        assert cast(away, ledger, service).candidates == first.candidates
        assert ledger.spent_usd(project.id) == pytest.approx(0.25)
        cast(away, ledger, service, batch=2)
    assert len(bill.bill.jobs()) == 2


def test_a_portrait_that_an_earlier_release_ordered_is_known_in_a_file_and_on_a_server(
    postgres, drawer, tmp_path: Path
) -> None:
    """It had no film's name in its row, nor in its key."""
    bill, service = drawer
    project = opened(tmp_path, "t", Settings())
    wanted = film(tmp_path)
    with project.ledger() as own:
        old = Till(own, 10.0, project.strays[0], lambda: 0.0)
        draw(wanted, wanted.characters[0], service, old, count=1, sleep=lambda _: None)
        cast(project, own, service)
        assert [(each.film, each.shot) for each in own.attempts()] == [("", "cast Mara")]
    away = at_server(project, postgres.database("earlier"))
    with away.ledger() as ledger:
        cast(away, ledger, service)
        assert [(each.film, each.shot) for each in ledger.attempts()] == [(project.id, "cast Mara")]
    assert len(bill.bill.jobs()) == 1


@pytest.mark.parametrize("where", ["file", "server"])
def test_the_cap_of_a_film_counts_its_portraits_and_its_shots_together(
    postgres, drawer, tmp_path: Path, where: str
) -> None:
    _, service = drawer
    project = opened(tmp_path, "t", Settings())
    project = project if where == "file" else at_server(project, postgres.database("together"))
    shot = Attempt("s", "sc/sh", 1, "ark", "{}", None, 9.5, None, Stage.INTENT, 1.0, None, "", "[]", film=project.id)
    with project.ledger() as ledger:
        ledger.reserve(shot, 10.0)
        cast(project, ledger, service)
        cast(project, ledger, service, batch=2)
        with pytest.raises(BudgetSpent, match=r"\$0.00 is left"):
            cast(project, ledger, service, batch=3)
        with pytest.raises(BudgetSpent, match=r"\$0.00 is left"):
            ledger.reserve(replace(shot, key="t", reserved_usd=0.1), 10.0)


def test_two_films_with_the_same_character_are_two_orders_on_a_server(postgres, drawer, tmp_path: Path) -> None:
    bill, service = drawer
    url = postgres.database("sequel")
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        project = opened(tmp_path / name, "t", Settings())
        with project.ledger() as own:
            cast(project, own, service)
        away = at_server(project, url)
        with away.ledger() as ledger:
            cast(away, ledger, service)
    assert len(bill.bill.jobs()) == 2


def intent(own: SqlLedger, *, sent: bool) -> Attempt:
    row = Attempt("k" * 8, "cast Mara", 1, "recraft", "{}", None, 1.0, None, Stage.INTENT, 1.0, None, "", "[]")
    made, _ = own.reserve(row, 10.0)
    if sent:
        assert own.send(made.key)
    return own.find(made.key) or made


def test_an_intent_that_has_not_left_is_given_up_and_never_leaves(own, server, drawer, tmp_path: Path) -> None:
    """Its process slept between the books and the line; it wakes after the film went to a server."""
    bill, service = drawer

    def goes_away() -> None:
        brought_over(own, server, "f", ())

    till = Till(own, 10.0, tmp_path / "strays", lambda: 0.0, fence=goes_away)
    with pytest.raises(NotSent, match="given up while it was prepared"):
        order(till, service, PortraitRequest("recraft-v4.1", "A welder."), shot="cast Mara")
    assert (server.attempts(), bill.bill.jobs()) == ([], ())
    assert not is_left(own)


def test_an_answer_that_comes_after_the_move_is_brought_the_next_time(own, server) -> None:
    seen = intent(own, sent=True)
    assert brought_over(own, server, "f", ()) == 1
    (there,) = server.attempts()
    assert (there.stage, there.job, server.spent_usd("f")) == (Stage.INTENT, None, 1.0)
    assert not is_left(own)
    own.confirm(seen.key, JOB, seen.generation)
    assert is_left(own)
    brought_over(own, server, "f", ())
    assert [(each.stage, each.job) for each in server.attempts()] == [(Stage.SUBMITTED, JOB)]
    assert not is_left(own)


def test_an_id_beside_the_old_books_finds_its_order_on_the_server(own, server, tmp_path: Path) -> None:
    seen = intent(own, sent=True)
    brought_over(own, server, "f", ())
    strays = tmp_path / "strays.jsonl"
    strays.write_text(json.dumps({"key": seen.key, "generation": 1, "job": json.loads(JOB.to_json())}) + "\n")
    brought_over(own, server, "f", [strays, tmp_path / "none"])
    assert [each.job for each in server.attempts()] == [JOB]


def test_a_move_that_was_cut_off_is_done_again_and_changes_nothing_that_went_on(own, server, monkeypatch) -> None:
    seen = intent(own, sent=True)
    own.confirm(seen.key, JOB)
    with monkeypatch.context() as dies:
        dies.setattr(SqlLedger, "give_up", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            brought_over(own, server, "f", ())
    (there,) = server.attempts()
    assert server.advance(there, Stage.SETTLED, usd=0.5)
    brought_over(own, server, "f", ())
    assert [(each.stage, each.charged_usd) for each in server.attempts()] == [(Stage.SETTLED, 0.5)]
    assert [each.stage for each in own.attempts()] == [Stage.MOVED]
    assert own.spent_usd() == 0.0
