"""A film's plan, from the verbs: whole without a key, reproducible, and nothing spent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from unplastic.cli.app import app
from unplastic.registry import members
from unplastic.routing.calibration import prompts
from unplastic.routing.evidence import read_takes
from unplastic.routing.model import SURFACES, models

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "film.toml"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for kind in members("providers").values():
        for names in kind.key_names:  # type: ignore[attr-defined]
            for name in names:
                monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert (0 if result.exit_code == 0 else 1) == code, result.output
    return result.output if code == 0 else str(result.exception)


def test_a_plan_without_a_key_is_whole_and_says_what_is_missing() -> None:
    told = json.loads(run("plan", str(EXAMPLE), "--json"))
    assert [each["shot"] for each in told["shots"]] == ["sh010", "sh020"]
    for each in told["shots"]:
        assert each["chosen"]["model"] in models()
        assert "Mara, 54, a welder" in each["prompt"]
        assert "camera left" in each["prompt"]
        assert each["why"]
        assert any("has no portrait" in warning for warning in each["warnings"])
    assert any("ARK_API_KEY" in warning for warning in told["warnings"])
    assert "nothing was spent" in run("plan", str(EXAMPLE))


def test_the_same_seed_plans_the_same_and_keys_are_a_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("plan", str(EXAMPLE), "--json", "--seed", "4") == run("plan", str(EXAMPLE), "--json", "--seed", "4")
    monkeypatch.setenv("KLING_API_KEY", "a-key-of-kling")
    told = json.loads(run("plan", str(EXAMPLE), "--json"))
    assert {each["chosen"]["service"] for each in told["shots"]} == {"kling"}
    assert any(one["filter"] == "key" for one in told["shots"][0]["removed"])


def test_a_service_that_the_user_closed_is_left_out_with_their_words(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "unplastic.toml"
    path.write_text('[providers.fal]\nclosed = "not offered in my region"\n')
    monkeypatch.setenv("UNPLASTIC_SETTINGS", str(path))
    told = json.loads(run("plan", str(EXAMPLE), "--json"))
    whys = {one["why"] for one in told["shots"][0]["removed"] if one["candidate"].endswith("by fal")}
    assert "not offered in my region" in whys


def test_a_budget_that_is_too_small_is_said(tmp_path: Path) -> None:
    path = tmp_path / "film.toml"
    path.write_text(EXAMPLE.read_text().replace("budget_usd = 40", "budget_usd = 0.1"))
    told = json.loads(run("plan", str(path), "--json"))
    for each in told["shots"]:
        assert any(one["filter"] == "budget" for one in each["removed"])
        assert each["usd"] is None, "only what nobody can price is left"
    assert told["total_usd"]["unpriced"] == 2


def test_route_answers_for_a_surface_and_for_a_film() -> None:
    assert run("route", "--surface", "skin").startswith("shot: skin: ")
    told = json.loads(run("route", str(EXAMPLE), "--json"))["choices"]
    assert [each["shot"] for each in told] == ["sh010", "sh020"]
    assert run("route", "--surface", "skim", code=1) == "no surface is called 'skim'"


def test_models_tells_what_is_believed_and_why() -> None:
    told = {each["model"]: each for each in json.loads(run("models", "--json"))["models"]}
    assert set(told) == set(models())
    skin = {key: each["surfaces"][0] for key, each in told.items()}
    assert skin["kling-v3"]["plasticity"] < skin["seedance-2.0"]["plasticity"]
    assert "leaning" in run("models", "show", "kling-v3")


def test_the_calibration_set_is_the_same_for_every_model_and_is_read_back(tmp_path: Path, plastic_clip: Path) -> None:
    assert {surface: len(each) for surface, each in prompts().items()} == dict.fromkeys(SURFACES, 3)
    path = tmp_path / "set.json"
    assert "24 prompts" in run("models", "calibrate", "kling-v3", "-o", str(path))
    document = json.loads(path.read_text())
    assert (len(document["clips"]), document["usd"] > 0) == (24, True)
    assert "in the way" in run("models", "calibrate", "kling-v3", "-o", str(path), code=1)
    assert "not one clip" in run("models", "calibrate", "--results", str(path), code=1)
    (tmp_path / document["clips"][0]["file"]).write_bytes(plastic_clip.read_bytes())
    assert "1 clips of kling-v3 read" in run("models", "calibrate", "--results", str(path))
    (take,) = read_takes(tmp_path / "data" / "unplastic" / "takes.jsonl")
    assert (take.model, take.surface) == ("kling-v3", document["clips"][0]["surface"])
