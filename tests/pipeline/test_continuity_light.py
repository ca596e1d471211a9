"""The Continuity Eye on light: a take beside its scene's sheet and the scene's other takes."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from unplastic.pipeline.stages.continuity import _light
from unplastic.reading import Plasticity, Reading, Report
from unplastic.shot import Film, Scene, Shot


def report(azimuth: float, stops: float) -> Report:
    values = {"light_azimuth": azimuth, "light_elevation": 15.0, "key_fill": stops}
    readings = tuple(Reading(name, "face", value, "1", value, value) for name, value in values.items())
    return Report("a.mov", 640, 480, 24.0, 24, None, Plasticity(None, None, None, 0.0, None), readings, ())


def work(light: str, folder: Path) -> Any:
    scene = Scene(name="sc", light=light, shots=(Shot(name="sh", prompt="She waits."),))
    return SimpleNamespace(shot=(scene, scene.shots[0]), film=Film(title="f", scenes=(scene,), folder=folder))


def test_a_take_lit_from_the_other_side_is_told_with_its_prompt(tmp_path) -> None:
    (found,) = _light(work("a table lamp, camera left, 3 stops", tmp_path), report(55.0, 0.6), [])
    assert found["text"].startswith("it is lit from camera right, the scene says left")
    assert "instead of 3.0" in found["text"]
    assert "table lamp" in found["fix"]


def test_a_sheet_in_the_film_s_folder_and_a_take_that_fits(tmp_path) -> None:
    (tmp_path / "night.toml").write_text('side = "left"\nstops = 3.0\n')
    assert _light(work("night.toml", tmp_path), report(-55.0, 2.8), []) == []
    assert _light(work("night.toml", tmp_path), report(55.0, 2.8), [])


def test_without_a_sheet_the_other_takes_say_what_the_light_is(tmp_path) -> None:
    others = [report(-50.0, 2.0), report(-60.0, 2.2)]
    assert _light(work("", tmp_path), report(50.0, 2.0), others)
    assert _light(work("", tmp_path), report(-55.0, 2.1), others) == []
    assert _light(work("", tmp_path), report(50.0, 2.0), others[:1]) == []
