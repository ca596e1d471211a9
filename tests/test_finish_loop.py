"""The loop from end to end: samples are tried, the ending is said, and a recipe runs again or anew."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import unplastic as up
from plates import write_plate
from test_finish import run
from unplastic.errors import RecipeError
from unplastic.looks.stored import read_recipe
from unplastic.media import pictures, probe


@pytest.fixture(scope="module")
def finished(plastic_clip: Path, tmp_path_factory: pytest.TempPathFactory) -> up.Finished:
    return up.finish(plastic_clip, out=tmp_path_factory.mktemp("loop"), master="ffv1", web=False, seed=3)


def test_what_was_tried_and_why_it_ended_is_in_the_report(finished: up.Finished) -> None:
    (clip,) = json.loads(finished.outputs["json"].read_text())["clips"]
    loop = clip["recipe"]["loop"]
    assert loop["ending"]
    assert 1 <= len(loop["rounds"]) <= 4
    assert {"values", "score", "broken", "said"} == loop["rounds"][0].keys()
    assert loop["ending"] in finished.outputs["html"].read_text()


def test_without_rounds_the_forecast_is_taken(plastic_clip: Path, tmp_path: Path) -> None:
    result = up.finish(plastic_clip, out=tmp_path, web=False, rounds=0)
    assert result.recipe["loop"] == {"ending": "not tried: the forecast was taken", "rounds": []}


def test_a_recipe_runs_again_value_for_value(finished: up.Finished, plastic_clip: Path, tmp_path: Path) -> None:
    again = up.finish(plastic_clip, out=tmp_path, master="ffv1", web=False, recipe=finished.outputs["json"])
    mine, theirs = (json.dumps(each.recipe["treatments"]) for each in (again, finished))
    assert mine == theirs
    for a, b in zip(*(pictures(probe(f.outputs["master"])) for f in (finished, again)), strict=True):
        np.testing.assert_array_equal(a.y, b.y)


def test_a_recipe_is_solved_anew_with_its_pins(plastic_clip: Path, tmp_path: Path) -> None:
    first = up.finish(
        plastic_clip, out=tmp_path / "a", web=False, look="16mm", seed=5, pins={"grain": {"sigma_codes8": 1.1}}
    )
    done = run("finish", plastic_clip, "--out", tmp_path / "b", "--no-web", "--json", "--resolve", "--recipe",
               first.outputs["json"])  # fmt: skip
    assert done.returncode == 0, done.stderr
    (clip,) = json.loads(done.stdout)["clips"]
    assert (clip["recipe"]["look"], clip["recipe"]["seed"]) == ("16mm", 5)
    grain = next(step for step in clip["recipe"]["treatments"] if step["name"] == "grain")
    assert grain["values"]["sigma_codes8"] == 1.1
    assert grain["reasons"]["sigma_codes8"] == "pinned"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"clips": []}', '{"clips": [{"recipe": {"look": "x"}}]}'])
def test_a_file_without_a_recipe(tmp_path: Path, text: str) -> None:
    (tmp_path / "report.json").write_text(text)
    with pytest.raises(RecipeError) as caught:
        read_recipe(tmp_path / "report.json")
    assert "_report.json" in caught.value.hint


def test_resolve_alone_is_one_sentence(plastic_clip: Path) -> None:
    done = run("finish", plastic_clip, "--resolve")
    assert done.returncode == 1
    assert "--recipe" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_plate_survives_regeneration(plastic_clip: Path, tmp_path: Path) -> None:
    """Solved anew, a recipe that was matched to a plate is matched to it again, or says where it looked."""
    write_plate(tmp_path / "plate.mkv", 2.0, frames=12)
    first = up.finish(plastic_clip, out=tmp_path, web=False, rounds=0, match=tmp_path / "plate.mkv")
    again = ["finish", plastic_clip, "--out", tmp_path / "b", "--no-web", "--rounds", "0", "--json", "--resolve",
             "--recipe", first.outputs["json"]]  # fmt: skip
    done = run(*again)
    assert done.returncode == 0, done.stderr
    (clip,) = json.loads(done.stdout)["clips"]
    assert clip["recipe"]["plate"]["file"] == "plate.mkv"
    (tmp_path / "plate.mkv").unlink()
    lost = run(*again, "--overwrite")
    assert lost.returncode == 1
    assert "--match" in lost.stderr
    assert "Traceback" not in lost.stderr
