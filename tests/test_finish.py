"""The main job from end to end, on small clips with known contents."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import unplastic as up
from scenes import write_scene
from unplastic.errors import RecipeError, ResultExists, UnknownName
from unplastic.media import pictures, probe

RESULTS = {"shot_finished.mov", "shot_web.mp4", "shot_report.html", "shot_report.json"}


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def run(*arguments: str | Path, **options) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "unplastic", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=240, **options)


@pytest.fixture(scope="module")
def finished(plastic_clip: Path, tmp_path_factory: pytest.TempPathFactory) -> up.Finished:
    return up.finish(plastic_clip, out=tmp_path_factory.mktemp("out"))


def test_everything_is_there_and_the_source_is_untouched(plastic_clip: Path, tmp_path: Path) -> None:
    before = digest(plastic_clip)
    result = up.finish(plastic_clip, out=tmp_path)
    assert files(tmp_path) == RESULTS
    assert set(result.outputs) == {"master", "web", "html", "json"}
    assert digest(plastic_clip) == before
    assert files(plastic_clip.parent) == {"shot.mp4"}


def test_the_master_is_ten_bits_and_keeps_frames_time_sound_and_timecode(
    finished: up.Finished, plastic_clip: Path
) -> None:
    source, master = probe(plastic_clip), probe(finished.outputs["master"])
    assert (master.codec, master.bit_depth) == ("prores", 10)
    assert (master.frames, master.frame_rate, master.timecode) == (source.frames, source.frame_rate, source.timecode)
    assert [s.codec for s in master.sound] == ["aac"]
    assert master.color == source.color


def test_guards_hold_and_halos_shrink(finished: up.Finished) -> None:
    assert [guard.name for guard in finished.guards if guard.ok is False] == []
    before, after = (report.reading("edge_overshoot") for report in (finished.before, finished.after))
    if before and after and before.valid and after.valid:
        assert after.value < before.value


def test_the_json_has_the_shape_that_others_rely_on(finished: up.Finished) -> None:
    document = json.loads(finished.outputs["json"].read_text())
    (clip,) = document["clips"]
    assert {"file", "outputs", "before", "after", "recipe", "guards", "seconds", "frames"} <= clip.keys()
    for moment in ("before", "after"):
        report = clip[moment]
        assert {"file", "width", "height", "fps", "frames", "plasticity", "readings", "findings"} <= report.keys()
        assert {"score", "low", "high", "coverage", "worst", "verdict"} == report["plasticity"].keys()
        for reading in report["readings"]:
            assert {"name", "region", "value", "unit", "low", "high", "valid", "why_not"} == reading.keys()
            assert reading["valid"] or reading["why_not"]
    for guard in clip["guards"]:
        assert {"name", "ok", "value", "limit"} == guard.keys()


def test_zero_strength_is_the_identity(plastic_clip: Path, tmp_path: Path) -> None:
    result = up.finish(plastic_clip, out=tmp_path, strength=0.0, master="ffv1", web=False)
    for a, b in zip(pictures(probe(plastic_clip)), pictures(probe(result.outputs["master"])), strict=True):
        for before, after in ((a.y, b.y), (a.cb, b.cb), (a.cr, b.cr)):
            np.testing.assert_array_equal(before.astype(np.uint16) << 2, after)


def test_the_same_seed_gives_the_same_pixels_and_another_seed_others(plastic_clip: Path, tmp_path: Path) -> None:
    pins = {"grain": {"sigma_codes8": 2.0}}
    planes = []
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        out = tmp_path / name
        result = up.finish(plastic_clip, out=out, seed=seed, master="ffv1", web=False, pins=pins)
        planes.append(np.stack([picture.y for picture in pictures(probe(result.outputs["master"]))]))
    np.testing.assert_array_equal(planes[0], planes[1])
    assert np.mean(planes[0] != planes[2]) > 0.3


def test_the_grain_that_was_asked_for_is_in_the_master(plastic_clip: Path, tmp_path: Path) -> None:
    """Master minus a master without grain: fresh in every frame, of the asked level."""
    lumas = []
    for sigma in (0.0, 2.0):
        pins = {"grain": {"sigma_codes8": sigma}, "soften": {"strength": 0.0}, "grade": {"strength": 0.0}}
        result = up.finish(plastic_clip, out=tmp_path / str(sigma), master="ffv1", web=False, pins=pins)
        lumas.append(np.stack([p.y.astype(float) / 4 for p in pictures(probe(result.outputs["master"]))]))
    grain = lumas[1] - lumas[0]
    middle = (lumas[0] > 90) & (lumas[0] < 130)
    assert grain[middle].std() == pytest.approx(2.0, rel=0.1)
    assert abs(np.corrcoef(grain[3].ravel(), grain[4].ravel())[0, 1]) < 0.03


def test_hdr_passes_ungraded_and_says_so(tmp_path: Path, hdr_clip: Path) -> None:
    result = up.finish(hdr_clip, out=tmp_path, web=False)
    assert [each["name"] for each in result.recipe["left_out"]] == ["texture", "grade"]
    assert any("HDR" in finding.text for finding in result.findings)
    assert probe(result.outputs["master"]).color.transfer == 16


def test_a_clip_without_a_name_of_its_own_is_refused_before_any_work(plastic_clip: Path, tmp_path: Path) -> None:
    up.finish(plastic_clip, out=tmp_path, web=False)
    kept = {name: digest(tmp_path / name) for name in files(tmp_path)}
    with pytest.raises(ResultExists):
        up.finish(plastic_clip, out=tmp_path, web=False)
    assert {name: digest(tmp_path / name) for name in files(tmp_path)} == kept
    up.finish(plastic_clip, out=tmp_path, web=False, overwrite=True, look="16mm")


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"look": "fine-35m"}, UnknownName),
        ({"master": "betacam"}, UnknownName),
        ({"pins": {"grain": {"sigma_codes8": 99.0}}}, RecipeError),
        ({"pins": {"grain": {"sigma": 1.0}}}, RecipeError),
        ({"pins": {"sparkle": {"a": 1.0}}}, UnknownName),
        ({"strength": 1.5}, RecipeError),
    ],
)
def test_a_wrong_wish_is_one_sentence_and_leaves_nothing(plastic_clip: Path, tmp_path: Path, options, error) -> None:
    with pytest.raises(error) as caught:
        up.finish(plastic_clip, out=tmp_path, **options)
    assert caught.value.hint
    assert files(tmp_path) == set()


def test_a_batch_goes_on_past_a_bad_clip(plastic_clip: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    (folder / "shot.mp4").write_bytes(plastic_clip.read_bytes())
    (folder / "bad.mp4").write_bytes(plastic_clip.read_bytes()[:2000])
    (folder / "empty.mov").touch()
    done = run("finish", folder, "--out", out, "--json", "--no-web")
    assert done.returncode == 1
    assert [Path(clip["file"]).name for clip in json.loads(done.stdout)["clips"]] == ["shot.mp4"]
    assert done.stderr.count("error: ") == 2
    assert done.stderr.count("   do: ") == 2
    assert "Traceback" not in done.stderr
    assert files(out) == RESULTS - {"shot_web.mp4"}


def test_two_jobs_give_the_same_results_as_one(plastic_clip: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.mp4", "b.mp4"):
        (folder / name).write_bytes(plastic_clip.read_bytes())
    done = run("finish", folder, "--out", tmp_path / "out", "--jobs", "2", "--master", "ffv1", "--no-web")
    assert done.returncode == 0, done.stderr
    a, b = (next(pictures(probe(tmp_path / "out" / f"{name}_finished.mkv"))) for name in "ab")
    np.testing.assert_array_equal(a.y, b.y)


def test_ctrl_c_leaves_no_file(plastic_clip: Path, tmp_path: Path) -> None:
    long = tmp_path / "long.mp4"
    write_scene(long, 640, 480, 240)
    out = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-m", "unplastic", "finish", str(long), "--out", str(out)],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not list(out.glob(".*partial*") if out.exists() else []):
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert files(out) == set()


def test_kill_leaves_no_final_name_and_the_next_run_clears_up(plastic_clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = subprocess.Popen([sys.executable, "-m", "unplastic", "finish", str(plastic_clip), "--out", str(out)])
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not list(out.glob(".*partial*") if out.exists() else []):
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert not files(out) & RESULTS
    up.finish(plastic_clip, out=out)
    assert files(out) == RESULTS


@pytest.mark.parametrize("limit_bytes", [20_000, 200_000])
def test_a_full_disk_is_one_sentence_and_leaves_nothing(plastic_clip: Path, tmp_path: Path, limit_bytes: int) -> None:
    """The largest file a process may write stands in for a full disk: every write past it fails as a quota would."""
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit_bytes}, {limit_bytes}));"
        "sys.argv = ['unplastic', *sys.argv[1:]]; from unplastic.cli import main; main()"
    )
    out = tmp_path / "out"
    done = subprocess.run(
        [sys.executable, "-B", "-c", code, "finish", str(plastic_clip), "--out", str(out), "--no-web"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "disk is full" in done.stderr
    assert files(out) == set()


def test_measure_and_compare_speak_json(plastic_clip: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    done = run("measure", plastic_clip, "--json", "--html", page)
    assert done.returncode == 0
    assert json.loads(done.stdout)["clips"][0]["frames"] == 24
    assert "<html" in page.read_text()
    done = run("compare", plastic_clip, plastic_clip, "--json")
    assert all(change["a"] == change["b"] for change in json.loads(done.stdout)["changes"])


def test_looks_are_listed_and_explained() -> None:
    assert "fine-35mm" in run("looks").stdout
    assert "sigma_codes8" in run("looks", "show", "grain").stdout
    assert "source:" in run("looks", "show", "16mm").stdout
    wrong = run("looks", "show", "16m")
    assert wrong.returncode == 1
    assert "16mm" in wrong.stderr
