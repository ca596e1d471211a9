"""The verbs of a film after one watched folder and one rehearsed film: status, verdict, agents, plan, store, orders."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import filming
from scenes import write_scene
from unplastic.cli.app import app
from unplastic.errors import AgentError, WorkError
from unplastic.rehearsal import Rehearsal

LIBRARIAN = """
name = "Librarian"
when = "shot.approved"
mandate = "Copies what was approved."
[[do]]
stage = "export"
"""


@pytest.fixture(autouse=True)
def nobody_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("UNPLASTIC_DATABASE_URL", "UNPLASTIC_STORE", "UNPLASTIC_SETTINGS", "UNPLASTIC_REHEARSAL"):
        monkeypatch.delenv(name, raising=False)


def said(*words: str | Path, fails: type[Exception] | None = None) -> str:
    result = CliRunner().invoke(app, [str(each) for each in words], catch_exceptions=True)
    if fails:
        assert isinstance(result.exception, fails), result.output
        return f"{result.exception} {getattr(result.exception, 'hint', '')}"
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.output


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that was watched until its two clips were done; another one that is no clip was left out."""
    folder = tmp_path_factory.mktemp("watched") / "rushes"
    folder.mkdir()
    filming.write_agents(folder)
    (folder / "agents" / "librarian.toml").write_text(LIBRARIAN)
    write_scene(folder / "window_tk1.mp4", 128, 96, 12)
    write_scene(folder / "door.mp4", 64, 48, 8)
    (folder / "notes.mp4").write_text("this is no clip at all")
    code, out, err = filming.done("watch", folder, "--once", "--settle", "0.1", "--json")
    assert code == 0, err
    assert "notes.mp4 is left out" in err
    assert {each["id"] for each in json.loads(out)["takes"]} == {"clips/window/tk01", "clips/door/tk01"}
    return folder


def test_a_watched_folder_holds_what_it_promises(watched: Path) -> None:
    take = watched / "takes" / "clips" / "window"
    assert sorted(path.name for path in take.iterdir()) == [
        "tk01_finished.mp4", "tk01_original.mp4", "tk01_report.html", "tk01_report.json",
    ]  # fmt: skip
    assert (take / "tk01_original.mp4").read_bytes() == (watched / "window_tk1.mp4").read_bytes()
    told = json.loads(said("status", watched, "--json"))
    assert {each["status"] for each in told["takes"]} == {"review"}
    assert {each["made_by"] for each in told["takes"]} == {"Upscale Artist v1"}
    text = said("status", watched)
    assert "2 takes, 2 wait for you" in text
    assert "clips/window/tk01" in text


def test_verdicts_and_what_they_start(watched: Path, tmp_path: Path) -> None:
    folder = tmp_path / "moved away"
    shutil.copytree(watched, folder)
    assert "is a copy of" in said("status", folder, fails=WorkError)
    shutil.rmtree(folder)
    shutil.move(watched, folder)
    try:
        assert "2 takes" in said("status", folder), "a moved folder is the same film"
        assert "with a reason" in said("verdict", folder, "door", "reject", fails=WorkError)
        assert "clips/door/tk01: rejected" in said("verdict", folder, "door", "reject", "--reason", "boils")
        assert "boils" in said("status", folder)
        assert "clips/door/tk01: review" in said("verdict", folder, "clips/door/tk01", "undo")
        assert "there is no take" in said("verdict", folder, "dor", "approve", fails=WorkError)
        assert "nobody saw it at 1:1" in said("verdict", folder, "window", "approve", fails=WorkError)
        assert "Librarian begins" in said("verdict", folder, "window", "approve", "--seen", "on the grading monitor")
        code, _, err = filming.done("watch", folder, "--once", "--settle", "0")
        assert code == 0, err
        assert [path.name for path in (folder / "approved").iterdir()] == ["clips_window_tk01_finished.mp4"]
        said("verdict", folder, "window", "undo")
    finally:
        shutil.move(folder, watched)


def test_agents_on_a_film(watched: Path) -> None:
    rows = {each["name"]: each for each in json.loads(said("agents", "--film", watched, "--json"))["agents"]}
    assert rows["Upscale Artist"]["done"] == 2
    assert "Upscale Artist" in said("agents", "--film", watched)
    shown = said("agents", "show", "upscale artist", "--film", watched)
    assert 'stage = "finish"' in shown
    assert "version 1: 0 in hand" in shown
    assert "waits for you" in said("agents", "log", "Upscale Artist", "--film", watched)
    assert "rests" in said("agents", "pause", "Upscale Artist", "--film", watched)
    assert "  rests" in said("agents", "--film", watched)
    assert "works again" in said("agents", "resume", "Upscale Artist", "--film", watched)
    assert "did you mean Dailies?" in said("agents", "pause", "Dailie", "--film", watched, fails=AgentError)


def test_a_new_agent_is_made_shown_and_refused_twice(tmp_path: Path) -> None:
    words = ["agents", "new", "My Colourist", "--when", "clip.finished", "--do", "finish look=16mm strength=0.8",
             "--do", "review", "--usd-per-day", "3"]  # fmt: skip
    path = Path(said(*words).strip())
    assert path.parent == tmp_path / "config" / "unplastic" / "agents"
    assert 'look = "16mm"' in said("agents", "show", "My Colourist")
    assert "My Colourist" in said("agents")
    assert "is there" in said(*words, fails=AgentError)
    assert "did you mean clip.finished?" in said("agents", "new", "X", "--when", "clip.finish", "--do", "finish",
                                                 fails=AgentError)  # fmt: skip
    assert "finish" in json.loads(said("agents", "stages", "--json"))["stages"]
    assert "strength=1.0" in said("agents", "stages")


def test_the_store_says_what_was_changed_or_is_missing(watched: Path) -> None:
    assert "0 are not as they were" in said("store", "verify", watched)
    kept = sorted((watched / ".unplastic" / "store").glob("??/*"))
    path = next(each for each in kept if each.stat().st_size > 1000)
    whole = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(b"changed")
    wrong = json.loads(said("store", "verify", watched, "--json"))["wrong"]
    assert [(each["hash"], "it was changed" in each["wrong"]) for each in wrong] == [(path.name, True)]
    path.unlink()
    assert "it is missing" in said("store", "verify", watched)
    path.write_bytes(whole)
    assert "can be removed" in said("store", "clean", watched)


def test_nothing_begun_says_so(tmp_path: Path) -> None:
    for verb in (["status"], ["store", "verify"], ["agents", "log", "Dailies", "--film"]):
        assert "nothing was begun yet" in said(*verb, tmp_path, fails=WorkError)
    code, _, err = filming.done("watch", tmp_path / "nowhere")
    assert code == 1
    assert "no such folder" in err
    code, _, err = filming.done("worker")
    assert code == 1
    assert "UNPLASTIC_DATABASE_URL" in err


def test_a_change_is_planned_before_anything_runs_and_done_on_demand(tmp_path: Path) -> None:
    film = filming.write_film(tmp_path / "film", 2, scenes=2, model="seedance-2.0 by ark")
    with Rehearsal() as server:
        more = {"UNPLASTIC_REHEARSAL": server.url}
        code, _, err = filming.done("run", film, **more)
        assert code == 0, err
        file = film / "film.toml"
        text = file.read_text()
        file.write_text(text.replace('title = "The test"', 'title = "The test"\nlook = "16mm"')
                        .replace("number 1", "number 1, at dusk"))  # fmt: skip
        code, out, err = filming.done("plan", film, "--json", **more)
        assert code == 0, err
        rows = {each["take"]: each for each in json.loads(out)["touched"]}
        assert rows["sc00/sh000/tk01"] == {"take": "sc00/sh000/tk01", "changed": ["look"], "do": "finish", "usd": 0.0}
        assert rows["sc01/sh001/tk01"]["changed"] == ["prompt", "look"]
        assert rows["sc01/sh001/tk01"]["do"] == "generate"
        assert rows["sc01/sh001/tk01"]["usd"] > 0
        _, out, _ = filming.done("plan", film, **more)
        assert "changed since they were made: 2 takes" in out
        assert len(server.stage.of("ark")) == 2, "planning runs nothing"
        code, _, err = filming.done("run", film, **more)
        assert (code, len(server.stage.of("ark"))) == (0, 2), "and a run without --redo neither"
        assert "--redo finish|all" in err
        code, _, err = filming.done("run", film, "--redo", "finish", **more)
        assert (code, len(server.stage.of("ark"))) == (0, 2), err
        names = {path.name for path in (film / "takes" / "sc00" / "sh000").iterdir()}
        assert {"tk01_finished.mp4", "tk01_finished_v2.mp4"} <= names, "what was made before stays"
        code, _, err = filming.done("run", film, "--redo", "all", **more)
        assert (code, len(server.stage.of("ark"))) == (0, 3), err
        told = filming.told(film, **more)
        assert {each["id"] for each in told["takes"]} == {"sc00/sh000/tk01", "sc01/sh001/tk01", "sc01/sh001/tk02"}
        code, out, err = filming.done("status", film, "--spend", **more)
        assert f"in all {server.bill.total_usd():.4f} USD" in out
        assert all(job.rpartition("/")[2] in out for job in server.bill.jobs())
