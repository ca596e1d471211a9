"""``unplastic providers``: what it lists, and that no key is ever shown."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from unplastic.cli.app import app
from unplastic.errors import UnknownName
from unplastic.registry import members

KEY = "sk-a-key-nobody-may-see-7f3a"


def run(*arguments: str, **environment: str) -> str:
    result = CliRunner().invoke(app, ["providers", *arguments], env=environment, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in members("providers").values():
        for names in kind.key_names:  # type: ignore[attr-defined]
            for name in names:
                monkeypatch.delenv(name, raising=False)


def test_it_names_every_service_and_the_key_that_lacks() -> None:
    said = run()
    for name, kind in members("providers").items():
        assert f"{name} " in said
        assert kind.key_names[0][0] in said  # type: ignore[attr-defined]


def test_a_key_that_is_set_makes_it_ready_and_is_not_shown() -> None:
    for arguments in ((), ("--json",), ("show", "ark"), ("show", "ark", "--json")):
        said = run(*arguments, ARK_API_KEY=KEY)
        assert KEY not in said
    services = {each["name"]: each for each in json.loads(run("--json", ARK_API_KEY=KEY))["providers"]}
    assert services["ark"]["ready"]
    assert not services["fal"]["ready"]


def test_kling_is_ready_by_either_kind_of_key() -> None:
    for keys in ({"KLING_API_KEY": KEY}, {"KLING_ACCESS_KEY": KEY, "KLING_SECRET_KEY": KEY}):
        services = {each["name"]: each for each in json.loads(run("--json", **keys))["providers"]}
        assert services["kling"]["ready"]
    half = {each["name"]: each for each in json.loads(run("--json", KLING_ACCESS_KEY=KEY))["providers"]}
    assert not half["kling"]["ready"]


@pytest.mark.parametrize("name", sorted(members("providers")))
def test_show_tells_limits_prices_and_where_they_are_from(name: str) -> None:
    told = json.loads(run("show", name, "--json"))
    said = run("show", name)
    for model in told["models"]:
        assert model["model"] in said
        assert model["source"] in said
        assert model["checked"] in said


def test_an_unknown_service_names_the_nearest() -> None:
    with pytest.raises(UnknownName):
        run("show", "topas")
