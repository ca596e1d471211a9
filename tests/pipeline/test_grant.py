"""Budget tokens: the secret is never kept, a cap holds over all films, and every order carries its caller's name."""

from __future__ import annotations

import json
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from filming import QUICK, done, told, write_film
from unplastic.cli.app import app
from unplastic.errors import BudgetSpent, GrantError
from unplastic.film import read
from unplastic.pipeline import order
from unplastic.pipeline.desk import NOBODY
from unplastic.pipeline.grant import drawn, end, give, granted, grants
from unplastic.pipeline.project import Project, opened
from unplastic.pipeline.take import Doing, Status, Take
from unplastic.providers import connect
from unplastic.providers.caps import Caps
from unplastic.providers.ledger import Attempt, SqlLedger, Stage
from unplastic.providers.provider import VideoRequest
from unplastic.rehearsal import Rehearsal
from unplastic.secret import Secret
from unplastic.settings import Settings


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def film(tmp_path: Path, name: str) -> Project:
    (tmp_path / name).mkdir()
    return opened(tmp_path / name, name, Settings())


def attempt(project: Project, number: int, usd: float, **more: Any) -> Attempt:
    return Attempt(f"{project.id}-{number}", f"sc/sh{number}", 1, "ark", "{}", None, usd, None, Stage.INTENT,
                   1e9, None, "", "[]", film=project.id, agent="Casting", **more)  # fmt: skip


def ordered(project: Project, number: int, usd: float) -> Attempt:
    """An order as the till writes it."""
    with project.desk() as desk:
        caps = Caps(caller_usd=project.caller.usd)
        return desk.ledger.reserve(attempt(project, number, usd, caller=project.caller.name), 1000.0, caps)[0]


def test_a_token_is_shown_once_and_never_kept(tmp_path: Path) -> None:
    token, made = give(20, "mcp", now_s=1.0)
    secret = token.rpartition("-")[2]
    for path in (tmp_path / "data").rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes()
    assert granted(token) == made
    assert grants() == [made]


@pytest.mark.parametrize(
    ("usd", "who"), [(0, "mcp"), (-1, "mcp"), (float("nan"), "mcp"), (1e9, "mcp"), (5, ""), (5, "a\nb"), (5, "x" * 99)]
)
def test_what_cannot_be_granted(usd: float, who: str) -> None:
    with pytest.raises(GrantError):
        give(usd, who, now_s=1.0)


def test_missing_wrong_and_ended_tokens_say_what_to_do() -> None:
    token, made = give(20, "mcp", now_s=1.0)
    wrong = token[:-1] + ("0" if token[-1] != "0" else "1")
    for bad in ("", "nonsense", wrong, f"upb-{'0' * 8}-{'0' * 32}", token.upper()):
        with pytest.raises(GrantError) as caught:
            granted(bad)
        assert "unplastic budget grant" in caught.value.hint
        assert token.rpartition("-")[2] not in caught.value.message
    assert end(made.id[:5]).ended
    with pytest.raises(GrantError, match="ended"):
        granted(token)
    with pytest.raises(GrantError):
        end("")


def test_every_order_carries_the_callers_name_and_stops_at_its_cap(tmp_path: Path) -> None:
    token, made = give(2, "mcp", now_s=1.0)
    with drawn(token, film(tmp_path, "one")) as project:
        assert ordered(project, 1, 1.5).caller == made.name
        with pytest.raises(BudgetSpent, match="budget token of mcp"):
            ordered(project, 2, 0.6)
        ordered(project, 3, 0.5)
    (after,) = grants()
    assert (after.spent_usd, after.left_usd, len(after.films)) == (2.0, 0.0, 1)


def test_the_cap_holds_over_all_films(tmp_path: Path) -> None:
    token, _ = give(2, "mcp", now_s=1.0)
    with drawn(token, film(tmp_path, "one")) as project:
        ordered(project, 1, 1.5)
    with drawn(token, film(tmp_path, "two")) as project:
        assert project.caller.usd == 0.5
        with pytest.raises(BudgetSpent):
            ordered(project, 1, 0.6)
        ordered(project, 2, 0.5)


def test_what_a_person_or_another_token_spends_is_not_counted(tmp_path: Path) -> None:
    token, _ = give(1, "mcp", now_s=1.0)
    other, _ = give(1, "mcp", now_s=2.0)
    project = film(tmp_path, "one")
    ordered(project, 1, 50.0)
    with drawn(other, project) as mine:
        ordered(mine, 2, 1.0)
    with drawn(token, project) as mine:
        ordered(mine, 3, 1.0)


def test_what_is_released_comes_back(tmp_path: Path) -> None:
    token, _ = give(1, "mcp", now_s=1.0)
    with drawn(token, film(tmp_path, "one")) as project:
        made = ordered(project, 1, 1.0)
        with project.desk() as desk:
            desk.ledger.move(made.key, Stage.RELEASED)
        ordered(project, 2, 1.0)


def test_a_ledger_that_is_gone_counts_for_all_that_was_allowed(tmp_path: Path) -> None:
    token, made = give(2, "mcp", now_s=1.0)
    with drawn(token, film(tmp_path, "one")) as project:
        ordered(project, 1, 0.5)
    for path in project.state.glob("ledger.sqlite*"):
        path.unlink()
    with drawn(token, film(tmp_path, "two")) as project:
        assert project.caller.usd == 0.0
    assert grants()[0].left_usd == 0.0
    assert made.usd == 2.0


def test_one_process_at_a_time_uses_a_token(tmp_path: Path) -> None:
    token, _ = give(2, "mcp", now_s=1.0)
    one, two = film(tmp_path, "one"), film(tmp_path, "two")
    with drawn(token, one), pytest.raises(GrantError, match="in use"), drawn(token, two):
        pass
    with drawn(token, two):
        pass


def test_many_at_once_cannot_pass_the_cap(tmp_path: Path) -> None:
    token, _ = give(1, "mcp", now_s=1.0)
    refused: list[int] = []
    with drawn(token, film(tmp_path, "one")) as project, project.desk() as desk:
        caps = Caps(caller_usd=project.caller.usd)

        def order(number: int) -> None:
            try:
                desk.ledger.reserve(attempt(project, number, 0.1, caller=project.caller.name), 1000.0, caps)
            except BudgetSpent:
                refused.append(number)

        threads = [threading.Thread(target=order, args=(number,)) for number in range(16)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert desk.ledger.spent_usd(project.id, project.caller.name) == pytest.approx(1.0)
    assert len(refused) == 6


def test_a_rehearsal_counts_for_nothing(tmp_path: Path) -> None:
    token, made = give(2, "mcp", now_s=1.0)
    project = replace(film(tmp_path, "one"), is_rehearsal=True)
    with drawn(token, project) as mine:
        assert (mine.caller.name, mine.caller.usd) == (made.name, None)
    assert grants() == [made]


def on_server(tmp_path: Path, url: str, name: str) -> Project:
    (tmp_path / name).mkdir(exist_ok=True)
    return opened(tmp_path / name, name, Settings(keys={"UNPLASTIC_DATABASE_URL": Secret(url, "a test")}))


def by_a_worker(project: Project, take: Take, number: int, usd: float) -> Attempt:
    """An order of a worker elsewhere, which knows no token: its till has the caller from the take."""
    with replace(project, caller=NOBODY).desk() as desk:
        till = desk.till(take, "Casting")
        row = attempt(project, number, usd, caller=till.caller)
        return desk.ledger.reserve(row, till.cap_usd, till.caps)[0]


def wanted(project: Project, folder: Path) -> list[Take]:
    """What a run of the film enters on a server, for whoever does the work."""
    words = read(write_film(folder, 3))
    with project.desk() as desk:
        order.enter(desk, project, words, budget_usd=1000.0)
        order.want(desk, project, words)
        return desk.tables.takes(project.id)


def test_on_a_server_the_work_of_others_is_bound_by_the_token_too(postgres, tmp_path: Path) -> None:
    url = postgres.database("granted")
    token, made = give(2, "mcp", now_s=1.0)
    with drawn(token, on_server(tmp_path, url, "one")) as project:
        takes = wanted(project, tmp_path / "one")
    assert by_a_worker(project, takes[0], 1, 1.5).caller == made.name, "after the run has left it to others"
    with pytest.raises(BudgetSpent, match="budget token of mcp"):
        by_a_worker(project, takes[1], 2, 0.6)
    known = project.settings
    assert (grants(known)[0].spent_usd, grants()[0].left_usd) == (1.5, 0.0), "unreached books count in full"
    with drawn(token, on_server(tmp_path, url, "two")) as other:
        assert other.caller.usd == 0.5
        with pytest.raises(BudgetSpent):
            by_a_worker(project, takes[1], 2, 0.4)
        ordered(other, 1, 0.5)
    assert grants(known)[0].left_usd == 0.0


def test_what_a_person_asks_for_last_is_a_person_s(postgres, tmp_path: Path) -> None:
    url = postgres.database("persons")
    token, _ = give(1, "mcp", now_s=1.0)
    with drawn(token, on_server(tmp_path, url, "one")) as project:
        takes = wanted(project, tmp_path / "one")
        with project.desk() as desk:  # a worker holds what the token cannot pay
            for job in desk.tables.jobs(project.id):
                desk.tables.move_job(job, doing=Doing.HELD)
            for take in takes:
                desk.tables.change(take, status=Status.HELD, now_s=1.0)
    again = wanted(replace(project, caller=NOBODY), tmp_path / "one")
    assert [each.facts["caller"] for each in again] == [""] * 3
    assert by_a_worker(project, again[0], 1, 5.0).caller == ""


def test_a_token_that_is_ended_binds_whoever_is_at_work(postgres, tmp_path: Path, monkeypatch) -> None:
    url = postgres.database("ended")
    token, made = give(2, "mcp", now_s=1.0)
    with drawn(token, on_server(tmp_path, url, "one")) as project:
        takes = wanted(project, tmp_path / "one")
        with pytest.raises(GrantError, match="not for workers"):
            end(made.id)
        monkeypatch.setenv("UNPLASTIC_DATABASE_URL", url)
        assert end(made.id).ended
        with pytest.raises(BudgetSpent):
            ordered(project, 1, 0.1)
    with pytest.raises(BudgetSpent):
        by_a_worker(project, takes[0], 1, 0.1)


def test_many_machines_at_once_cannot_pass_the_token_s_cap(postgres, tmp_path: Path) -> None:
    url = postgres.database("racing")
    token, made = give(1, "mcp", now_s=1.0)
    with drawn(token, on_server(tmp_path, url, "one")) as project:
        (take, *_) = wanted(project, tmp_path / "one")

        def one(number: int) -> bool:
            try:
                return bool(by_a_worker(project, take, number, 0.1))
            except BudgetSpent:
                return False

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(one, range(16))) == 10
    assert grants(project.settings)[0].spent_usd == pytest.approx(made.usd)


def test_a_run_ended_in_a_file_orders_nothing_more(tmp_path: Path) -> None:
    token, made = give(2, "mcp", now_s=1.0)
    with drawn(token, film(tmp_path, "one")) as project:
        ordered(project, 1, 0.5)
        end(made.id)
        with pytest.raises(BudgetSpent):
            ordered(project, 2, 0.1)


def test_a_film_that_went_to_a_server_is_not_counted_twice_nor_forgotten(postgres, tmp_path: Path) -> None:
    url = postgres.database("wentaway")
    token, _ = give(2, "mcp", now_s=1.0)
    with drawn(token, film(tmp_path, "one")) as project, project.desk() as desk:
        assert desk.ledger.send(ordered(project, 1, 0.5).key)
    away = on_server(tmp_path, url, "one")
    with away.ledger() as ledger:
        assert ledger.spent_usd(away.id) == 0.5
    assert grants(away.settings)[0].spent_usd == 2.0, "nobody has said what is allowed there"
    with drawn(token, away) as mine:
        assert mine.caller.usd == 2.0
        with pytest.raises(BudgetSpent):
            ordered(mine, 2, 1.6)
    assert grants(away.settings)[0].spent_usd == 0.5


def test_a_ledger_of_the_last_release_is_brought_up(tmp_path: Path) -> None:
    """Its rows had no caller: they are nobody's."""
    project = film(tmp_path, "one")
    ordered(project, 1, 1.0)
    path = project.state / "ledger.sqlite"
    with sqlite3.connect(path) as books:
        books.execute("alter table attempt drop column caller")
        books.execute("update schema_version set version = 5 where part = 'ledger'")
    books.close()
    with project.desk() as desk:
        assert [each.caller for each in desk.ledger.attempts()] == [""]
        assert isinstance(desk.ledger, SqlLedger)


def test_the_verbs(tmp_path: Path) -> None:
    run = CliRunner()
    made = run.invoke(app, ["budget", "grant", "--usd", "20", "--for", "mcp"])
    token = made.stdout.splitlines()[0]
    assert granted(token).caller == "mcp"
    listed = json.loads(run.invoke(app, ["budget", "list", "--json"]).stdout)["grants"]
    assert listed[0]["left_usd"] == 20
    assert token not in run.invoke(app, ["budget", "list"]).stdout
    assert "ended" in run.invoke(app, ["budget", "end", listed[0]["id"]]).stdout


def test_a_rehearsed_run_by_a_token_writes_the_callers_name(tmp_path: Path) -> None:
    token, made = give(20, "mcp", now_s=1.0)
    folder = write_film(tmp_path / "film", 1, model="seedance-2.0", artist=QUICK)
    code, _, err = done("run", folder, "--rehearse", UNPLASTIC_BUDGET_TOKEN=token)
    assert code == 0, err
    code, out, _ = done("status", folder, "--rehearsal", "--json")
    orders = json.loads(out)["orders"]
    assert [each["caller"] for each in orders] == [made.name]
    assert orders[0]["agent"] == "Casting"
    assert told is not None


def price_usd() -> float:
    """Of one take of such a film."""
    wish = VideoRequest("seedance-2.0", "Rain.", seconds=5, size="720p")
    return connect("ark", Settings(keys={"ARK_API_KEY": Secret("k", "a test")})).estimate(wish).high_usd or 0.0


def test_a_run_that_pays_stops_at_the_token(tmp_path: Path) -> None:
    """No rehearsal in its own eyes: a service at an address of the user's, which is the rehearsal's, with a key."""
    folder = write_film(tmp_path / "film", 2, model="seedance-2.0", artist=QUICK)
    with Rehearsal(speed=1000.0) as service:
        (tmp_path / "unplastic.toml").write_text(
            f'[keys]\nARK_API_KEY = "k-1234567890"\n[providers.ark]\naddress = "{service.url}/ark/api/v3"\n'
        )
        more = {"UNPLASTIC_SETTINGS": str(tmp_path / "unplastic.toml")}
        one = price_usd()
        token, made = give(round(1.5 * one, 4), "mcp", now_s=1.0)
        _, _, err = done("run", folder, "--budget", "100", UNPLASTIC_BUDGET_TOKEN=token, **more)
        _, out, _ = done("status", folder, "--json", **more)
        orders = json.loads(out)["orders"]
        assert [each["caller"] for each in orders] == [made.name], err
        assert "budget token of mcp" in out
        assert len(service.bill.jobs()) == 1
    (after,) = grants()
    assert 0 < after.spent_usd <= made.usd
    assert after.left_usd < one


def test_a_worker_elsewhere_stops_at_the_token_of_whoever_left_the_work(postgres, tmp_path: Path) -> None:
    folder = write_film(tmp_path / "film", 2, model="seedance-2.0", artist=QUICK)
    with Rehearsal(speed=1000.0) as service:
        (tmp_path / "unplastic.toml").write_text(
            f'[keys]\nARK_API_KEY = "k-1234567890"\n[providers.ark]\naddress = "{service.url}/ark/api/v3"\n'
        )
        more = {"UNPLASTIC_SETTINGS": str(tmp_path / "unplastic.toml"), "XDG_CACHE_HOME": str(tmp_path / "elsewhere"),
                "UNPLASTIC_DATABASE_URL": postgres.database("left")}  # fmt: skip
        one = price_usd()
        token, made = give(round(1.5 * one, 4), "mcp", now_s=1.0)
        code, _, err = done("run", folder, "--leave", "--budget", "100", UNPLASTIC_BUDGET_TOKEN=token, **more)
        assert code == 0, err
        code, _, err = done("worker", "--once", **more)
        assert code == 0, err
        _, out, _ = done("status", folder, "--json", **more)
        assert [each["caller"] for each in json.loads(out)["orders"]] == [made.name], err
        assert "budget token of mcp" in out
        assert len(service.bill.jobs()) == 1


def test_a_run_by_an_unknown_token_orders_nothing(tmp_path: Path) -> None:
    folder = write_film(tmp_path / "film", 1, model="seedance-2.0", artist=QUICK)
    code, _, err = done("run", folder, "--budget", "5", UNPLASTIC_BUDGET_TOKEN="upb-nonsense")
    assert code == 1
    assert "budget token is not known" in err
    token, _ = give(20, "mcp", now_s=1.0)
    code, _, err = done("run", folder, "--leave", "--budget", "5", UNPLASTIC_BUDGET_TOKEN=token)
    assert (code, "--leave" in err) == (1, True)
