"""Shots of a scene from end to end: matched, measured again on the files, compared, and whatever is odd is named."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import scenes
from test_finish import digest, run
from unplastic.errors import ClipMissing, ClipUnsupported, RecipeError
from unplastic.scene import finish_scene, read_scene

WIDTH, HEIGHT, FRAMES = 256, 192, 12


def write_shot(path: Path, monkeypatch: pytest.MonkeyPatch, gain: float, *, hdr: bool = False) -> Path:
    """The usual scene in light that is ``gain`` times as strong."""
    plain = scenes.scene

    def lit(width: int, height: int, frame: int) -> np.ndarray:
        return np.clip(plain(width, height, frame) * gain, 0, 255).astype(np.uint8)

    with monkeypatch.context() as patch:
        patch.setattr(scenes, "scene", lit)
        scenes.write_scene(path, WIDTH, HEIGHT, FRAMES, hdr=hdr)
    return path


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("shots")
    gains = {"a": 1.0, "b": 1.02, "c": 0.98, "dim": 0.85, "night": 0.45}
    with pytest.MonkeyPatch.context() as patch:
        return {name: write_shot(folder / f"{name}.mp4", patch, gain) for name, gain in gains.items()}


@pytest.fixture(scope="module")
def matched(shots: dict[str, Path], tmp_path_factory: pytest.TempPathFactory):
    paths = [shots[name] for name in ("a", "b", "dim", "c")]
    out = tmp_path_factory.mktemp("matched")
    return finish_scene(paths, out=out, web=False, rounds=1)


def level(report, name="median_level"):
    return report.reading(name).value


def test_a_dimmer_shot_reads_like_the_others_afterwards(matched) -> None:
    like, dim = [each for each in matched if "dim" not in each.file], matched[2]
    for name in ("median_level", "white_level"):
        was = abs(level(dim.before, name) - np.median([level(each.before, name) for each in like]))
        now = abs(level(dim.after, name) - np.median([level(each.after, name) for each in like]))
        assert now < 0.6 * was
    scene = dim.recipe["scene"]
    assert scene["distance"]["before"] > 1.0
    assert scene["distance"]["after"] <= 1.0
    assert not scene["is_outlier"]


def test_its_like_are_left_as_the_look_has_them(matched) -> None:
    for each in (matched[0], matched[3]):
        (grade,) = [step for step in each.recipe["treatments"] if step["name"] == "grade"]
        assert grade["values"]["slope"] == (1.0, 1.0, 1.0)
        assert each.recipe["scene"]["distance"]["after"] <= 1.0


def test_guards_hold(matched) -> None:
    assert [(each.file, guard.name) for each in matched for guard in each.guards if guard.ok is False] == []


def test_the_reports_tell_of_the_scene(matched) -> None:
    for each in matched:
        (clip,) = json.loads(each.outputs["json"].read_text())["clips"]
        scene = clip["recipe"]["scene"]
        assert {"others", "is_outlier", "distance", "agreed", "said", "light"} == scene.keys()
        assert len(scene["others"]) == 3
        assert {"reading", "region", "agreed", "before", "after"} <= scene["agreed"][0].keys()
        page = each.outputs["html"].read_text()
        assert f"Beside {', '.join(scene['others'])}: its worst trait lay" in page
        assert f"--recipe {each.outputs['json']}" in page


def test_an_outlier_is_named_on_every_way(shots, tmp_path: Path) -> None:
    paths = [shots[name] for name in ("a", "b", "c", "night")]
    done = run("finish", *paths, "--scene", "--rounds", "0", "--no-web", "--json", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    clips = {Path(clip["file"]).name: clip for clip in json.loads(done.stdout)["clips"]}
    named = {name for name, clip in clips.items() if clip["recipe"]["scene"]["is_outlier"]}
    assert named == {"night.mp4"}
    (finding,) = [each for each in clips["night.mp4"]["findings"] if each["name"] == "scene_outlier"]
    assert "darker" in finding["text"]
    assert finding["text"] in (tmp_path / "night_report.html").read_text()


def test_day_and_night_are_told_apart(shots, tmp_path: Path) -> None:
    again = tmp_path / "night2.mp4"
    again.write_bytes(shots["night"].read_bytes())
    scene = read_scene([shots["a"], shots["night"], shots["b"], again])
    assert [shot.others for shot in scene.shots.values()] == [("b.mp4",), ("night2.mp4",), ("a.mp4",), ("night.mp4",)]
    for shot in scene.shots.values():
        assert [finding.name for finding in shot.findings] == ["scene_groups"]
        assert "night.mp4 and night2.mp4 are" in shot.findings[0].text


def test_one_shot_is_finished_as_before(shots, tmp_path: Path) -> None:
    before = digest(shots["a"])
    (result,) = finish_scene([shots["a"]], out=tmp_path, web=False, rounds=0)
    assert digest(shots["a"]) == before
    assert [each.name for each in result.findings if each.name.startswith("scene")] == ["scene_of_one"]
    assert result.recipe["scene"]["distance"] == {"before": None, "after": None}


def test_a_damaged_shot_is_left_out_and_named(shots, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(shots["a"].read_bytes()[:2000])
    results = finish_scene([shots["a"], bad, shots["b"]], out=tmp_path / "out", web=False, rounds=0)
    assert [Path(each.file).name for each in results] == ["a.mp4", "b.mp4"]
    for each in results:
        (finding,) = [finding for finding in each.findings if finding.name == "scene_left_out"]
        assert finding.text.startswith("bad.mp4 was left out of the scene: ")


def test_on_the_command_line_too(shots, tmp_path: Path) -> None:
    done = run("finish", shots["a"], tmp_path / "none.mp4", "--scene", "--rounds", "0", "--no-web", "-o", tmp_path)
    assert done.returncode == 1
    assert done.stderr.count("error: ") == 1
    assert "Traceback" not in done.stderr
    assert (tmp_path / "a_finished.mov").exists()


def test_two_jobs_match_as_one_does(shots, matched, tmp_path: Path) -> None:
    paths = [shots[name] for name in ("a", "b", "dim", "c")]
    options = "--scene", "--jobs", "2", "--rounds", "1", "--no-web", "--json"
    done = run("finish", *paths, *options, "-o", tmp_path)
    assert done.returncode == 0, done.stderr
    clips = {Path(clip["file"]).name: clip for clip in json.loads(done.stdout)["clips"]}
    for each in matched:
        (mine,) = json.loads(each.outputs["json"].read_text())["clips"]
        assert clips[Path(each.file).name]["recipe"] == mine["recipe"]


def test_hdr_and_sdr_in_one_scene_are_refused(shots, hdr_clip: Path, tmp_path: Path) -> None:
    with pytest.raises(ClipUnsupported, match=r"hdr\.mp4 is HDR and a\.mp4 is not") as caught:
        finish_scene([shots["a"], hdr_clip], out=tmp_path / "out")
    assert caught.value.hint
    assert not (tmp_path / "out").exists()


def test_nothing_to_finish_and_a_recipe_are_one_sentence_each(matched, tmp_path: Path) -> None:
    with pytest.raises(ClipMissing):
        finish_scene([tmp_path / "none.mp4"])
    with pytest.raises(RecipeError, match="recipe"):
        finish_scene([tmp_path / "none.mp4"], recipe=matched[0].outputs["json"])
