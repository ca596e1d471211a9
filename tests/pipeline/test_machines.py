"""Several workers on a real PostgreSQL server, with files in a real S3 server: killed, asleep, cut off."""

from __future__ import annotations

import signal
import subprocess
from collections import Counter
from pathlib import Path

import pytest

import filming
from unplastic.database import at
from unplastic.providers.ledger import SqlLedger
from unplastic.rehearsal import Rehearsal

SHOTS = 9
MODEL = "seedance-2.0 by ark"


@pytest.fixture
def shared(postgres, s3: str, tmp_path: Path, request: pytest.FixtureRequest) -> dict[str, str]:
    """What workers of several machines have in common: the database, the bucket, the settings."""
    import httpx

    name = f"m{abs(hash(request.node.name)) % 10**8}"
    assert httpx.put(f"{s3}/{name}").status_code == 200
    file = tmp_path / "unplastic.toml"
    file.write_text(
        f'[providers.store]\nendpoint = "{s3}"\naccess_key_id = "t"\nsecret_access_key = "t"\nregion = "us-east-1"\n'
        "client_options = { allow_http = true }\n[providers.ark]\nat_once = 3\nper_minute = 600\n"
    )
    return {
        "UNPLASTIC_DATABASE_URL": postgres.database(name), "UNPLASTIC_STORE": f"s3://{name}/films",
        "UNPLASTIC_SETTINGS": str(file), "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }  # fmt: skip


def worker(shared: dict[str, str], url: str, tmp_path: Path, number: int) -> subprocess.Popen[str]:
    """A worker with a cache of its own, as on another machine."""
    more = shared | {"UNPLASTIC_REHEARSAL": url, "XDG_CACHE_HOME": str(tmp_path / f"machine{number}")}
    return filming.begin("worker", "--queues", "cpu,io,service", **more)


def all_done(postgres, shared: dict[str, str], seconds: float = 120.0) -> None:
    """Every take is in review; else what every take, piece of work and order of it says."""
    queries = ("select id, status, note from take where status != 'review'", "select * from job where doing != 'done'",
               "select shot, state, note, sent, job_id from attempt where state != 'settled'",
               "select workflow_uuid, status, executor_id, queue_name from dbos.workflow_status"
               " where status not in ('SUCCESS')")  # fmt: skip
    url = shared["UNPLASTIC_DATABASE_URL"]
    filming.until(lambda: _done(postgres, shared) == SHOTS, seconds,
          lambda: "\n".join(str(row) for query in queries for row in postgres.query(url, query)))  # fmt: skip


def put_to_sleep(process: subprocess.Popen[str], postgres, url: str) -> None:
    """The line to the server is cut, as it is when a machine is shut while it works."""
    process.send_signal(signal.SIGSTOP)
    postgres.query(
        url,
        "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'"
        " and database = (select oid from pg_database where datname = current_database())",
    )


def ended(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGINT)
    return process.communicate(timeout=120)[1]


def check_paid_once(server: Rehearsal, url: str, shots: int) -> None:
    database = at(url)
    attempts = SqlLedger(database).attempts()
    database.close()
    seeds = [job.request["seed"] for job in server.stage.of("ark")]
    assert len(seeds) == len(set(seeds)) == shots, "a shot was ordered twice, or never"
    assert Counter(each.shot for each in attempts) == Counter(f"sc00/sh{number:03d}" for number in range(shots))
    assert sum(each.charged_usd or 0 for each in attempts) == pytest.approx(server.bill.total_usd(), abs=1e-4)


def test_of_two_workers_one_is_killed_and_all_shots_finish(postgres, shared, tmp_path: Path) -> None:
    film = filming.write_film(tmp_path / "film", SHOTS, model=MODEL, artist=filming.QUICK)
    with Rehearsal(speed=30.0) as server:
        at_once: list[int] = []

        def seen() -> bool:
            """Counts what runs at the service at this moment."""
            at_once.append(sum(server.stage.state(job) in {"queued", "running"} for job in server.stage.of("ark")))
            return True

        both = [worker(shared, server.url, tmp_path, number) for number in (1, 2)]
        filming.until(lambda: len(_workers(postgres, shared)) == 2)
        ordering = filming.begin("run", film, "--leave", UNPLASTIC_REHEARSAL=server.url, **shared)
        filming.until(lambda: seen() and len(server.stage.of("ark")) >= 3)
        both[0].kill()
        both[0].communicate()
        _, err = ordering.communicate(timeout=240)
        assert ordering.returncode == 0, err
        filming.until(lambda: seen() and _done(postgres, shared) == SHOTS)
        assert 0 < max(at_once) <= 3, "after one had taken over, more jobs ran at the service than it may have at once"
        said = ended(both[1])
        assert "is gone" in said, said
        check_paid_once(server, shared["UNPLASTIC_DATABASE_URL"], SHOTS)
        limits = postgres.query(shared["UNPLASTIC_DATABASE_URL"],
                                "select concurrency from dbos.queues where name = 'service/ark'")  # fmt: skip
        assert limits == [(3,)]


def test_a_worker_that_slept_while_another_took_over_orders_nothing(postgres, shared, tmp_path: Path) -> None:
    film = filming.write_film(tmp_path / "film", SHOTS, model=MODEL, artist=filming.QUICK)
    url = shared["UNPLASTIC_DATABASE_URL"]
    with Rehearsal(speed=30.0) as server:
        sleeper = worker(shared, server.url, tmp_path, 1)
        filming.until(lambda: len(_workers(postgres, shared)) == 1)
        ordering = filming.begin("run", film, "--leave", UNPLASTIC_REHEARSAL=server.url, **shared)
        filming.until(lambda: len(server.stage.of("ark")) >= 2)
        put_to_sleep(sleeper, postgres, url)
        other = worker(shared, server.url, tmp_path, 2)
        filming.until(lambda: _done(postgres, shared) >= SHOTS // 2, 240)
        sleeper.send_signal(signal.SIGCONT)
        filming.until(lambda: sleeper.poll() is not None, 60)
        said = sleeper.communicate()[1]  # it was given up, or finds a line of its own cut before it knows
        assert "given up while it slept" in said or "cannot be reached" in said, said
        assert "Traceback" not in said
        all_done(postgres, shared)
        ordering.communicate(timeout=60)
        ended(other)
        check_paid_once(server, url, SHOTS)


def test_an_order_that_lay_on_the_line_while_its_worker_slept_is_found(postgres, shared, tmp_path: Path) -> None:
    """It reaches the service long after another worker looked for it in vain; whoever sent it never hears of it."""
    film = filming.write_film(tmp_path / "film", 3, model=MODEL, artist=filming.QUICK)
    url = shared["UNPLASTIC_DATABASE_URL"]
    parked = "select key from attempt where state = 'unknown'"
    with Rehearsal(speed=30.0, faults="ark.create#2=delayed:25") as server:
        sleeper = worker(shared, server.url, tmp_path, 1)
        filming.until(lambda: len(_workers(postgres, shared)) == 1)
        ordering = filming.begin("run", film, "--leave", UNPLASTIC_REHEARSAL=server.url, **shared)
        filming.until(lambda: len(server.stage.of("ark")) >= 1 and not server.faults.as_json())
        put_to_sleep(sleeper, postgres, url)
        other = worker(shared, server.url, tmp_path, 2)
        filming.until(lambda: postgres.query(url, parked) or len(server.stage.of("ark")) == 3)
        filming.until(lambda: _done(postgres, shared) == 3, why=lambda: str(postgres.query(url, "select * from take")))
        ordering.communicate(timeout=60)
        ended(other)
        sleeper.kill()
        sleeper.communicate()
        check_paid_once(server, url, 3)


def test_the_server_goes_away_and_comes_back(postgres, shared, tmp_path: Path) -> None:
    film = filming.write_film(tmp_path / "film", 4, model=MODEL, artist=filming.QUICK)
    with Rehearsal(speed=1.0) as server:  # nothing ends before it is told to be quick
        first = filming.begin("run", film, UNPLASTIC_REHEARSAL=server.url, **shared)
        filming.until(lambda: len(server.stage.of("ark")) >= 2)
        postgres.stop()
        _, err = first.communicate(timeout=120)
        assert first.returncode == 1, err
        assert "error:" in err
        assert "Traceback" not in err
        code, _, err = filming.done("status", film, UNPLASTIC_REHEARSAL=server.url, **shared)
        assert code == 1
        assert "cannot be reached" in err
        postgres.start()
        server.stage.speed = 100.0
        code, _, err = filming.done("run", film, UNPLASTIC_REHEARSAL=server.url, **shared)
        assert code == 0, err
        check_paid_once(server, shared["UNPLASTIC_DATABASE_URL"], 4)


def _workers(postgres, shared: dict[str, str]) -> list[tuple]:
    try:
        return postgres.query(shared["UNPLASTIC_DATABASE_URL"], "select id from worker where id like '%/cpu%'")
    except Exception:
        return []


def _done(postgres, shared: dict[str, str]) -> int:
    query = "select count(*) from take where status = 'review'"
    return postgres.query(shared["UNPLASTIC_DATABASE_URL"], query)[0][0]
