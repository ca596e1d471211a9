"""A finish at another size, from end to end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import unplastic as up
from scenes import write_scene
from unplastic.errors import RecipeError
from unplastic.media import pictures, probe
from unplastic.upscale import enlarged


@pytest.fixture(scope="module")
def finished(plastic_clip: Path, tmp_path_factory: pytest.TempPathFactory) -> up.Finished:
    return up.finish(plastic_clip, out=tmp_path_factory.mktemp("larger"), upscale="2x")


def test_master_and_web_file_have_the_new_size(finished: up.Finished, plastic_clip: Path) -> None:
    source = probe(plastic_clip)
    for role in ("master", "web"):
        written = probe(finished.outputs[role])
        assert (written.width, written.height) == (2 * source.width, 2 * source.height)
        assert (written.frames, written.frame_rate) == (source.frames, source.frame_rate)
        assert len(written.sound) == len(source.sound)
    assert probe(finished.outputs["master"]).color == source.color


def test_it_is_said_and_recorded(finished: up.Finished) -> None:
    assert finished.notes[0] == "enlarged from 256x192 to 512x384 (lanczos)"
    larger = finished.recipe["upscale"]
    assert larger["active"]
    assert (larger["size"], larger["upscaler"], larger["width"], larger["height"]) == ("2x", "lanczos", 512, 384)
    (clip,) = json.loads(finished.outputs["json"].read_text())["clips"]
    assert clip["recipe"]["upscale"] == larger
    assert "--upscale 2x --upscaler lanczos" in finished.outputs["html"].read_text()


def test_before_and_after_are_compared_at_one_size(finished: up.Finished) -> None:
    assert (finished.before.width, finished.before.height) == (512, 384)
    assert (finished.after.width, finished.after.height) == (512, 384)
    assert finished.crops
    for crop in finished.crops:
        assert crop.before.shape == crop.after.shape == (crop.place.height, crop.place.width, 3)
        a, b = crop.before.astype(float).ravel(), crop.after.astype(float).ravel()
        if min(a.std(), b.std()) > 8:
            assert np.corrcoef(a, b)[0, 1] > 0.9
    assert [guard.name for guard in finished.guards if guard.ok is False] == []


def test_without_treatment_only_the_upscaler_is_seen(plastic_clip: Path, tmp_path: Path) -> None:
    result = up.finish(plastic_clip, out=tmp_path, strength=0.0, master="ffv1", web=False, upscale="1.5x")
    clip = probe(plastic_clip)
    larger = enlarged(clip, "1.5x")
    for a, b in zip(pictures(clip), pictures(probe(result.outputs["master"])), strict=True):
        expected = larger(a)
        np.testing.assert_array_equal(expected.y, b.y)
        np.testing.assert_array_equal(expected.cb, b.cb)


def test_hdr_keeps_its_tags(hdr_clip: Path, tmp_path: Path) -> None:
    result = up.finish(hdr_clip, out=tmp_path, web=False, upscale="2x")
    written = probe(result.outputs["master"])
    assert (written.width, written.color.transfer) == (512, 16)


def test_an_untagged_small_clip_keeps_its_colours(tmp_path: Path) -> None:
    """Players read an untagged clip of few lines by another matrix than a large one: it must be written down."""
    path = tmp_path / "small.mp4"
    write_scene(path, 480, 320, 8)
    source = probe(path)
    result = up.finish(path, out=tmp_path / "out", strength=0.0, master="ffv1", web=False, upscale="1080p")
    written = probe(result.outputs["master"])
    assert (written.width, written.height) == (1620, 1080)
    assert written.color.matrix in {source.color.matrix, 6}
    if source.color.matrix == 2:
        assert written.color.matrix == 6


def test_nothing_to_do_is_a_note(plastic_clip: Path, tmp_path: Path) -> None:
    result = up.finish(plastic_clip, out=tmp_path, web=False, upscale="1x")
    assert result.notes[0].startswith("--upscale 1x: nothing to do")
    assert not result.recipe["upscale"]["active"]


@pytest.mark.parametrize("options", [{"upscale": "huge"}, {"upscale": "2x", "upscaler": "astra"}])
def test_a_wrong_wish_is_two_lines_and_leaves_nothing(plastic_clip: Path, tmp_path: Path, options) -> None:
    with pytest.raises(RecipeError) as error:
        up.finish(plastic_clip, out=tmp_path, **options)
    assert error.value.hint
    assert list(tmp_path.iterdir()) == []


def test_the_command_line_takes_it(plastic_clip: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "unplastic", "finish", str(plastic_clip), "--out", str(tmp_path), "--no-web"]
    done = subprocess.run([*command, "--upscale", "1.5x", "--json"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["clips"][0]["recipe"]["upscale"]["width"] == 384
    wrong = subprocess.run([*command, "--upscaler", "astra"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 1
    assert "astra" in wrong.stderr
    assert "do: " in wrong.stderr
