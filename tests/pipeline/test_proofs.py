"""The promises of the engine, through the command line: one owner, the cap, changed code, a full disk, a real stop."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import filming
from scenes import write_scene
from unplastic.rehearsal import Rehearsal

MODEL = "seedance-2.0 by ark"
SOURCE = Path(__file__).parents[2] / "src"


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, err = process.communicate(timeout=120)
    return process.returncode, err


def test_a_second_run_on_one_project_refuses_and_the_first_goes_on(tmp_path: Path) -> None:
    film = filming.write_film(tmp_path / "film", 3, model=MODEL, artist=filming.QUICK)
    with Rehearsal(speed=1.0) as server:  # nothing ends before it is told to be quick
        first = filming.begin("run", film, UNPLASTIC_REHEARSAL=server.url)
        filming.until(lambda: len(server.stage.of("ark")) >= 1)
        for verb in (["run", film], ["watch", film, "--once"]):
            code, _, err = filming.done(*verb, UNPLASTIC_REHEARSAL=server.url)
            assert code == 1
            assert f"process {first.pid}" in err
            assert "works on this film already" in err
        assert filming.told(film, UNPLASTIC_REHEARSAL=server.url)["takes"], "looking is free"
        filming.until(lambda: len(server.stage.of("ark")) == 3)
        server.stage.speed = 100.0
        assert ended(first)[0] == 0
        assert len(server.stage.of("ark")) == 3


def test_twenty_shots_against_a_cap_for_five_order_exactly_five(tmp_path: Path) -> None:
    film = filming.write_film(tmp_path / "film", 20, model=MODEL, artist=filming.QUICK)
    with Rehearsal() as server:
        code, _, err = filming.done("run", film, "--budget", "0.01", UNPLASTIC_REHEARSAL=server.url)
        assert code == 1, err
        assert server.stage.of("ark") == []
        told = filming.told(film, UNPLASTIC_REHEARSAL=server.url)
        assert {each["status"] for each in told["takes"]} == {"held"}
        assert all("is left" in each["note"] for each in told["takes"]), told["takes"][0]
        one = price(tmp_path, server.url)
        before = len(server.stage.of("ark"))
        code, _, err = filming.done("run", film, "--budget", f"{5 * one + one / 2}", UNPLASTIC_REHEARSAL=server.url)
        assert code == 1, err
        assert len(server.stage.of("ark")) - before == 5
        told = filming.told(film, UNPLASTIC_REHEARSAL=server.url)
        assert sorted(each["status"] for each in told["takes"]) == ["held"] * 15 + ["review"] * 5
        assert told["spent_usd"] == pytest.approx(5 * one)
        code, _, err = filming.done("run", film, "--budget", f"{20.5 * one}", UNPLASTIC_REHEARSAL=server.url)
        assert code == 0, err
        assert len(server.stage.of("ark")) - before == 20, "with more money the rest is ordered, and nothing twice"


def price(folder: Path, url: str) -> float:
    """What one shot costs, said by the books of a film that has only one."""
    film = filming.write_film(folder / "one", 1, model=MODEL, artist=filming.QUICK)
    code, _, err = filming.done("run", film, UNPLASTIC_REHEARSAL=url)
    assert code == 0, err
    return filming.told(film, UNPLASTIC_REHEARSAL=url)["spent_usd"]


def test_every_cap_is_looked_at_before_an_order(tmp_path: Path) -> None:
    """Of the day, the scene, the agent in all and on a day: each lets two of four through."""
    with Rehearsal() as server:
        one = price(tmp_path, server.url)
        for cap in ("budget_usd_per_day", "scene", "usd", "usd_per_day"):
            before, two = len(server.stage.of("ark")), f"{2.5 * one:.6f}"
            film = filming.write_film(tmp_path / cap, 4, model=MODEL, artist=filming.QUICK)
            file = film / "film.toml"
            if cap == "scene":
                file.write_text(file.read_text().replace('light = "', f'budget_usd = {two}\nlight = "'))
            elif cap == "budget_usd_per_day":
                file.write_text(f"{cap} = {two}\n{file.read_text()}")
            else:
                known = (SOURCE / "unplastic" / "data" / "agents" / "casting.toml").read_text()
                limited = known.replace("[[do]]", f"[limits]\n{cap} = {two}\n\n[[do]]", 1)
                (film / "agents" / "casting.toml").write_text(limited)
            code, _, err = filming.done("run", film, UNPLASTIC_REHEARSAL=server.url)
            assert code == 1, err
            assert len(server.stage.of("ark")) - before == 2, (cap, err)
            takes = filming.told(film, UNPLASTIC_REHEARSAL=server.url)["takes"]
            held = [each for each in takes if each["status"] == "held"]
            assert [bool(each["hint"]) for each in held] == [True, True]


def test_after_a_restart_with_changed_code_shots_in_review_take_a_verdict(tmp_path: Path) -> None:
    """The engine's own version is the hash of all workflows: an edited comment would strand what it began."""
    film = filming.write_film(tmp_path / "film", 3, model=MODEL, artist=filming.QUICK)
    (film / "agents" / "librarian.toml").write_text(
        'name = "Librarian"\nwhen = "shot.approved"\nmandate = "Copies what was approved."\n'
        '[[do]]\nstage = "export"\nroles = ["original"]\n'
    )
    with Rehearsal() as server:
        code, _, err = filming.done("run", film, UNPLASTIC_REHEARSAL=server.url)
        assert code == 0, err
        changed = tmp_path / "changed"
        shutil.copytree(SOURCE, changed, ignore=shutil.ignore_patterns("__pycache__"))
        for name, old, new in (
            ("engine", "def work(key: list[Any]) -> str:", "def work(key: list[Any]) -> str:  # another line"),
            ("foreman", "def _looked(", "def _unused() -> None:\n    pass\n\n\ndef _looked("),
        ):
            path = changed / "unplastic" / "pipeline" / f"{name}.py"
            text = path.read_text()
            assert old in text
            path.write_text(text.replace(old, new))
        more = {"UNPLASTIC_REHEARSAL": server.url, "PYTHONPATH": str(changed)}
        where = subprocess.run([sys.executable, "-c", "import unplastic; print(unplastic.__file__)"], text=True,
                               capture_output=True, check=True, env=filming.environment(**more)).stdout  # fmt: skip
        assert where.startswith(str(changed)), "the changed code is the one that runs"
        code, out, err = filming.done("verdict", film, "sh001", "approve", "--seen", "in a test", **more)
        assert code == 0, err
        assert "Librarian begins" in out
        code, _, err = filming.done("run", film, **more)
        assert code == 0, err
        assert [path.name for path in (film / "approved").iterdir()] == ["sc00_sh001_tk01_original.mp4"]
        assert len(server.stage.of("ark")) == 3


def test_work_that_was_cut_off_goes_on_with_changed_code(tmp_path: Path) -> None:
    film = filming.write_film(tmp_path / "film", 3, model=MODEL, artist=filming.QUICK)
    with Rehearsal(speed=20.0) as server:
        run = filming.begin("run", film, UNPLASTIC_REHEARSAL=server.url)
        filming.until(lambda: len(server.stage.of("ark")) >= 2)
        run.kill()
        run.communicate()
        changed = tmp_path / "changed"
        shutil.copytree(SOURCE, changed, ignore=shutil.ignore_patterns("__pycache__"))
        path = changed / "unplastic" / "pipeline" / "engine.py"
        path.write_text(path.read_text().replace("def work(key: list[Any])", "def work(key: list)"))
        code, _, err = filming.done("run", film, UNPLASTIC_REHEARSAL=server.url, PYTHONPATH=str(changed))
        assert code == 0, err
        assert len(server.stage.of("ark")) == 3


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 200 MB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    if (
        os.geteuid()
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", place], check=False).returncode
    ):
        pytest.skip("a small disk of its own needs root and the right to mount")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


@pytest.mark.root
def test_a_full_disk_stops_cleanly_and_resumes(tmp_path: Path, small_disk: Path) -> None:
    film = filming.write_film(small_disk / "film", 2, model=MODEL)
    ballast = small_disk / "ballast"
    with Rehearsal(speed=1.0) as server:  # nothing ends before it is told to be quick
        run = filming.begin("run", film, UNPLASTIC_REHEARSAL=server.url)
        filming.until(lambda: len(server.stage.of("ark")) >= 2)
        with ballast.open("wb") as file:
            try:
                while True:
                    file.write(b"\0" * 1_000_000)
                    file.flush()
            except OSError:
                pass
        server.stage.speed = 100.0
        code, err = ended(run)
        assert code == 1, err
        assert "error: " in err
        assert "do: " in err
        assert "Traceback" not in err
        assert not list((film / "takes").rglob("*.part"))
        ballast.unlink()
        code, _, err = filming.done("run", film, UNPLASTIC_REHEARSAL=server.url)
        assert code == 0, err
        told = filming.told(film, UNPLASTIC_REHEARSAL=server.url)
        assert {each["status"] for each in told["takes"]} == {"review"}
        assert len(server.stage.of("ark")) == 2, (
            "what was ordered before the disk was full is brought, not ordered again"
        )
        assert told["spent_usd"] == pytest.approx(server.bill.total_usd(), abs=1e-4)


def test_a_cancelled_take_stops_its_encode_and_the_others_go_on(tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    folder.mkdir()
    filming.write_agents(folder)
    write_scene(folder / "long.mp4", 640, 480, 240)
    write_scene(folder / "short.mp4", 64, 48, 8)
    watch = filming.begin("watch", folder, "--once", "--settle", "0", "--places", "2")
    work = folder / ".unplastic" / "work"
    filming.until(lambda: any("long" in path.name for path in work.glob("work-*/out/*") if path.stat().st_size))
    code, out, err = filming.done("cancel", folder, "long")
    assert code == 0, err
    assert "cancelled" in out
    filming.until(lambda: not list(work.glob("work-*/*long*")), 3.0)
    code, err = ended(watch)
    assert code == 0, err
    status = {each["id"]: each["status"] for each in filming.told(folder)["takes"]}
    assert status == {"clips/long/tk01": "cancelled", "clips/short/tk01": "review"}
    made = [path.name for path in (folder / "takes").rglob("*") if path.is_file()]
    assert "tk01_original.mp4" in made
    assert not [path for path in (folder / "takes" / "clips" / "long").iterdir() if "original" not in path.name]


def test_ctrl_c_ends_within_seconds_and_the_same_command_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "a folder with 'quotes' and ü"
    folder.mkdir()
    filming.write_agents(folder)
    write_scene(folder / "-clip.mp4", 320, 240, 240)
    watch = filming.begin("watch", folder, "--once", "--settle", "0")
    work = folder / ".unplastic" / "work"
    filming.until(lambda: any(path.stat().st_size for path in work.glob("work-*/out/*")))
    watch.send_signal(signal.SIGINT)
    code, err = ended(watch)
    assert code == 130, err
    assert "takes it up again" in err
    code, out, err = filming.done("watch", folder, "--once", "--settle", "0")
    assert code == 0, err
    assert "-clip" in out
    assert {each["status"] for each in filming.told(folder)["takes"]} == {"review"}
    assert not list(work.glob("work-*"))
