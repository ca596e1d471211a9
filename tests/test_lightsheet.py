"""Light sheets: words to a sheet, a sheet to TOML and back, and the sentence of a prompt."""

from __future__ import annotations

import pytest

from unplastic import lightsheet
from unplastic.errors import RecipeError
from unplastic.lightsheet import LightSheet, from_toml, from_words

LAMPS = "warm yellow from the table lamps only, camera left, 3 stops, blinds behind"


def test_words_become_a_sheet() -> None:
    sheet = from_words(LAMPS)
    assert (sheet.side, sheet.stops) == ("left", 3.0)
    assert sheet.azimuth_deg == -60.0
    assert sheet.kelvin is not None
    assert 2000 < sheet.kelvin < 3500
    assert "only" in sheet.dark
    assert sheet.colour == "warm yellow"
    assert sheet.hardness == "soft"
    assert sheet.behind == "blinds behind"
    assert "fabric shade" in sheet.source
    assert from_toml(sheet.toml()) == sheet


@pytest.mark.parametrize(
    ("words", "side", "height", "stops"),
    [
        ("one bare bulb overhead, two stops", "", "top", 2.0),
        ("candle from below, camera right", "right", "low", None),
        ("backlit, 4.5 stops", "behind", "", 4.5),
        ("the cat sat", "", "", None),
    ],
)
def test_only_what_is_said_is_filled_in(words: str, side: str, height: str, stops: float | None) -> None:
    sheet = from_words(words)
    assert (sheet.side, sheet.height, sheet.stops) == (side, height, stops)


def test_a_sheet_survives_toml() -> None:
    for sheet in (
        from_words(LAMPS),
        LightSheet(),
        LightSheet(source='a "neon" sign \\ tube', kelvin=4000, side="right"),
    ):
        assert from_toml(sheet.toml()) == sheet


def test_the_sentence_says_what_is_lit_and_what_stays_dark() -> None:
    sheet = LightSheet("a table lamp", "left", "eye", 2700, 3.0, "soft", "the room stays dark")
    assert sheet.sentence() == (
        "A table lamp, warm yellow, 2700 K, soft, its shadows without an edge, from camera left, at eye level, lights "
        "the cheek on that side; the shadow side of the face lies 3 stops down, in deep shadow, only just readable; "
        "the room stays dark."
    )
    assert LightSheet().sentence() == ""


@pytest.mark.parametrize(
    "text",
    ["side = 'up'", "stops = 9", "stops = true", "kelvin = 'warm'", "colour = 1", "side", "source = 3", "kelvin = nan"],
)
def test_a_bad_sheet_is_refused_in_words(text: str) -> None:
    with pytest.raises(RecipeError) as trouble:
        from_toml(text)
    assert trouble.value.hint


def test_long_words_are_refused_before_any_of_them_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    from_words("a " * 1000)
    monkeypatch.setattr(lightsheet, "STOPS", None)
    monkeypatch.setattr(lightsheet, "_lights", None)
    with pytest.raises(RecipeError, match="100000 characters"):
        from_words("dark " * 20_000)
