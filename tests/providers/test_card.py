"""Cards: read from data, found by any name, over-ruled by the user's file, and wrong where they are wrong."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from unplastic.errors import ModelRetired, RequestUnfit, SettingsError
from unplastic.providers import card as room
from unplastic.providers.card import cards, fit, is_stale, named
from unplastic.providers.provider import PortraitRequest, VideoRequest
from unplastic.registry import members

SERVICES = sorted(members("providers", outside=False))
NEW = """
source = "my own bill"
checked = 2026-11-23
[[models]]
model = "{model}"
native = "n-1"
title = "Mine"
work = "video"
confidence = "vendor"
{more}
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's file of cards for Ark, not yet written."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    path = tmp_path / "unplastic" / "providers" / "ark.toml"
    path.parent.mkdir(parents=True)
    return path


@pytest.mark.parametrize("service", SERVICES)
def test_every_card_states_where_it_is_from(service: str) -> None:
    found = cards(service)
    assert found
    for card in found:
        assert card.source
        assert card.checked <= room.today()
        assert card.title
        for price in card.prices:
            assert price.usd is None or price.usd > 0


@pytest.mark.parametrize("service", SERVICES)
def test_no_word_means_two_models(service: str) -> None:
    words = [word for card in cards(service) for word in {card.model, card.native, *card.aliases}]
    assert len(words) == len(set(words))


def test_a_model_is_found_by_each_of_its_names() -> None:
    assert named("ark", "seedance-2.0") is named("ark", "dreamina-seedance-2-0-260128")


def test_an_unknown_model_names_the_nearest() -> None:
    with pytest.raises(RequestUnfit) as unfit:
        named("ark", "seedanc-2.0")
    assert "did you mean seedance-2.0?" in unfit.value.hint


def test_another_kind_of_work_is_refused() -> None:
    with pytest.raises(RequestUnfit, match="makes no portrait"):
        fit("ark", PortraitRequest("seedance-2.0", "words"))


def test_the_users_file_replaces_a_model_and_adds_one(own: Path) -> None:
    before = {card.model for card in cards("ark")}
    own.write_text(NEW.format(model="seedance-2.0", more="") + NEW.split("\n", 3)[3].format(model="mine", more=""))
    assert {card.model for card in cards("ark")} == before | {"mine"}
    assert named("ark", "seedance-2.0").title == "Mine"
    own.unlink()
    assert named("ark", "seedance-2.0").title == "Seedance 2.0"


def test_a_retired_model_says_since_when(own: Path) -> None:
    own.write_text(NEW.format(model="old", more="retired = 2026-10-01"))
    with pytest.raises(ModelRetired, match="1 October 2026"):
        fit("ark", VideoRequest("old", "words"))
    own.write_text(NEW.format(model="old", more="retired = 2099-10-01"))
    assert fit("ark", VideoRequest("old", "words")).model == "old"


def test_a_card_grows_stale(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own.write_text(NEW.format(model="mine", more=""))
    monkeypatch.setattr(room, "today", lambda: date(2027, 3, 1))
    assert not is_stale(named("ark", "mine"))
    monkeypatch.setattr(room, "today", lambda: date(2027, 4, 1))
    assert is_stale(named("ark", "mine"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("models = [", "no file of cards"),
        ("x = 1", "no 'models'"),
        (NEW.format(model="m", more="colour = 1"), "'colour' is not known"),
        (NEW.format(model="m", more="[models.limits]\nsecond = [1, 2]"), "'seconds' is"),
        (NEW.format(model="m", more='[[models.prices]]\nunit = "second"'), "usd"),
        (NEW.replace('native = "n-1"\n', "").format(model="m", more=""), "native"),
    ],
)
def test_a_users_file_that_is_wrong_says_what(own: Path, text: str, says: str) -> None:
    own.write_text(text)
    with pytest.raises(SettingsError) as wrong:
        cards("ark")
    assert says in wrong.value.message
    assert str(own) in wrong.value.message
