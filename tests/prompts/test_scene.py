"""One light, one identity, the same words in every shot."""

from __future__ import annotations

from unplastic.lightsheet import from_words
from unplastic.prompts import lint
from unplastic.prompts.scene import continuity, multi_shot, scene

LIGHT = "Warm yellow from the lamps only, from camera left, 3 stops over the shadow side; the hall stays dark"
MARA = "Mara, 54, a welder with a grey streak in her hair"
SHOTS = [
    "Close-up. Mara lifts the mask.",
    "Mara crosses the hall. Warm yellow from lamps only, from camera right, 3 stops over the shadow side; all dark.",
    "The door closes.",
]


def test_light_stands_in_every_shot_and_identity_where_she_is() -> None:
    made = scene(SHOTS, "kling-v3", light=LIGHT, identities={"Mara": MARA})
    for shot in made.shots:
        assert shot.text.count(LIGHT) == 1
        assert "camera right" not in shot.text
    assert [MARA in shot.text for shot in made.shots] == [True, True, False]
    assert [(f.code, f.text.split(":")[0]) for f in made.findings] == [("light_differs", "shot 2")]


def test_the_same_again() -> None:
    first = [shot.text for shot in scene(SHOTS, light=LIGHT, identities={"Mara": MARA}).shots]
    assert [shot.text for shot in scene(first, light=LIGHT, identities={"Mara": MARA}).shots] == first


def test_what_differs_is_named_and_what_is_missing_is_not_a_difference() -> None:
    assert [f.code for f in continuity(SHOTS, LIGHT, "light_differs")] == ["light_differs"]
    assert continuity([f"She waits. {LIGHT}."], LIGHT, "light_differs") == []


def test_multi_shot_entries_repeat_and_keep_their_limit() -> None:
    text = multi_shot([("She lifts the mask", 3), ("She turns; sparks fly", 2)], LIGHT, MARA)
    entries = [entry.strip() for entry in text.strip(";").split("; shot ")]
    assert len(entries) == 2
    assert all(LIGHT.replace(";", ",") in entry and MARA in entry for entry in entries)
    assert text.startswith("shot 1, 3s, Mara")
    long = multi_shot([("word " * 95, 5)], LIGHT, MARA)
    assert len(long) <= 513
    assert LIGHT[:20] not in long


def test_a_light_sheet_s_sentence_goes_in_verbatim() -> None:
    sheet = from_words("a candle from camera right, 3 stops, the room stays black")
    assert sheet.side == "right"
    light = sheet.sentence()
    made = scene(["Close-up. Mara reads.", "Mara stands up."], "veo-3.1", light=light).shots
    assert all(shot.text.count(light.rstrip(".")) == 1 for shot in made)
    assert not {"missing_light", "missing_light_side", "missing_darkness"} & {f.code for f in lint(made[0].text)}
