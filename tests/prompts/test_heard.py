"""Mistakes that somebody else found, and neighbours of each, so that the mend is not of one phrase alone."""

from __future__ import annotations

import pytest

from unplastic.prompts import lint, rewrite


def codes(text: str) -> set[str]:
    return {each.code for each in lint(text)}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A perfume bottle on marble, studio lit", "studio_light"),
        ("Flat, even illumination over an office", "even_light"),
        ("A shop, uniformly lit from above", "even_light"),
        ("A woman with plastic-looking skin", "named_plastic"),
        ("A man with a waxy, doll-like face", "named_plastic"),
        ("A street market at noon in a full-HD video", "resolution_tags"),
        ("The camera dollies in, then pans right, then cranes up over the roofs", "several_camera_moves"),
        ("A chapel lit only by candles, midday sun on the altar", "light_contradiction"),
    ],
)
def test_what_was_missed_is_found(text: str, code: str) -> None:
    assert code in codes(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The high quality of mercy is carved over the court's entrance", "quality_tags"),
        ("The best quality of the old knife is its handle", "quality_tags"),
        ("A vintage flare gun hangs on the cabin wall", "lens_flare"),
        ("A brand new day: milk bottles on a step", "brand_new"),
        ("A brand-new start for the crew", "brand_new"),
        ("There is no milk left; she puts her coat on", "negative_phrase"),
        ("He has no shoes and runs", "negative_phrase"),
        ("A dolly in a toy shop; she dollies it home", "several_camera_moves"),
        ("Two cranes wade through the shallows, and the camera pans left", "several_camera_moves"),
        ("A chapel by candle light, the sun set an hour ago", "light_contradiction"),
    ],
)
def test_what_belongs_to_the_story_is_left(text: str, code: str) -> None:
    assert code not in codes(text)
    if code == "quality_tags":
        assert text.rstrip(".") in rewrite(text).text


@pytest.mark.parametrize(
    "text",
    [
        "Frau im Regen, nachts", "Ein alter Mann raucht draußen", "Une vieille dame tricote lentement",
        "Hombre viejo pescando en silencio", "Kobieta stoi przy oknie", "Kind spielt im Wald",
        "La pluie, une rue, la nuit", "Un bambino corre sulla spiaggia", "Mulher na janela",
        "Een man fietst door de stad",
        "Stary dom nad morzem w nocy", "Yaşlı bir adam denize bakıyor", "Niña con gato", "Der Hund schläft am Ofen",
        "Homme seul dans un café",
        "Una donna anziana prega", "O velho pescador conserta a rede", "Vrouw aan zee", "Dziecko i pies",
    ],
)  # fmt: skip
def test_a_short_prompt_in_another_language_is_known_for_one(text: str) -> None:
    assert "other_language" in codes(text)
    assert rewrite(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "Los Angeles, La Brea, a dog sleeps", "San Francisco, fog", "A café in El Paso", "Dr. Kind examines a patient",
        "Le Mans, pit stop, rain", "Rain on tin", "Las Vegas at dawn", "Two men in Den Haag", "Madame Dubois knits",
        "Kitchen, night", "A dame in a raincoat", "Don Quixote rides on", "An igloo, blue dusk", "Die-cast toy car",
    ],
)  # fmt: skip
def test_names_do_not_make_a_prompt_foreign(text: str) -> None:
    assert "other_language" not in codes(text)
