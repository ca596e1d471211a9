"""Each rule finds what it is for, and leaves what only looks like it."""

from __future__ import annotations

import pytest

from unplastic.errors import UnknownName
from unplastic.prompts import lint


def codes(text: str, model: str | None = None, **options: object) -> set[str]:
    return {finding.code for finding in lint(text, model, **options)}  # type: ignore[arg-type]


FOUND = [
    ("cinematic", "A cinematic look at a harbour"),
    ("quality_tags", "masterpiece, best quality, a dog"),
    ("resolution_tags", "a dog on a beach, 8K UHD"),
    ("ultra_detail", "hyper-detailed street, rich details"),
    ("sharpness", "tack sharp photo of a boat"),
    ("realism_words", "photorealistic man in a bar"),
    ("flawless", "a nurse with flawless skin"),
    ("porcelain_skin", "her glass skin in the mirror"),
    ("beauty_words", "a gorgeous woman by the sea"),
    ("beauty_light", "portrait, ring light"),
    ("studio_light", "studio lighting, a man in a suit"),
    ("soft_light", "soft lighting on her face"),
    ("even_light", "an evenly lit kitchen"),
    ("unsourced_drama", "dramatic lighting over the crowd"),
    ("vivid_colour", "vibrant colours at the market"),
    ("grade_words", "teal and orange color grading"),
    ("bokeh_alone", "a cup, creamy bokeh"),
    ("render_engine", "unreal engine 5, a robot"),
    ("art_site", "trending on artstation"),
    ("stock_and_advert", "stock footage of an office"),
    ("empty_awe", "an epic mountain"),
    ("smooth_motion", "smooth camera movement along the wall"),
    ("slow_motion", "water drops in slow motion"),
    ("symmetry", "a perfectly symmetrical face"),
    ("default_youth", "a young woman in a cafe"),
    ("brand_new", "a brand new car"),
    ("baked_grain", "a street, film grain"),
    ("lens_flare", "sunset, anamorphic lens flare"),
    ("golden_hour_alone", "a field at golden hour"),
    ("neon_alone", "a bar with neon lights"),
    ("named_plastic", "her plastic skin shines"),
    ("processing_words", "upscaled, enhanced details"),
    ("missing_light", "a man reads a letter"),
    ("face_without_light", "close-up of a man who reads a letter by candlelight"),
    ("missing_texture", "close-up of a man"),
    ("missing_lens", "a man reads"),
    ("missing_darkness", "a man reads by a lamp"),
    ("missing_capture", "a man reads"),
    ("texture_too_fine", "wide shot of a man with visible pores"),
    ("texture_conflict", "flawless skin with visible pores"),
    ("light_contradiction", "overcast sky, hard shadows on the wall"),
    ("colour_temperature_conflict", "golden hour through the window, fluorescent tubes above"),
    ("too_many_lights", "a candle, a phone screen, a television and headlights on her"),
    ("emotion_not_action", "she looks sad at the table"),
    ("real_person", "Brad Pitt walks through a door"),
    ("real_person", "a man who looks like John Smith walks"),
    ("several_camera_moves", "dolly in, then pan left across the room"),
    ("shot_size_unknown", "a man reads"),
    ("negative_phrase", "a man reads, no lens flare"),
    ("too_many_textures", "pores, freckles, scars, stubble, wrinkles, chapped lips, cracked hands, mud on his face"),
]


@pytest.mark.parametrize(("code", "text"), FOUND, ids=[f"{code}-{index}" for index, (code, _) in enumerate(FOUND)])
def test_found(code: str, text: str) -> None:
    assert code in codes(text)


ALIKE = [
    ("named_plastic", "a plastic bag drifts across the road"),
    ("porcelain_skin", "porcelain cups on a shelf"),
    ("flawless", "pristine snow on the ridge"),
    ("resolution_tags", "he finishes the 4k run"),
    ("quality_tags", "a masterpiece of the school hangs on the wall"),
    ("sharpness", "the car takes a sharp turn"),
    ("stock_and_advert", "a commercial street at noon"),
    ("baked_grain", "a field of grain in the wind"),
    ("smooth_motion", "smooth stones in a river"),
    ("neon_alone", "neon tetra fish in a tank"),
    ("lens_flare", "a distress flare over the sea"),
    ("slow_motion", "no slow motion"),
    ("empty_awe", "a magical creature in a cage"),
    ("beauty_words", "it is pretty cold outside"),
    ("render_engine", "bananas in a blender"),
    ("cinematic", 'she says "how cinematic"'),
    ("beauty_words", "the sign reads “BEAUTIFUL NAILS”"),
    ("vivid_colour", "a vivid memory of the war"),
    ("negative_phrase", "a man with no idea what to say"),
    ("negative_phrase", "she leaves without a word"),
    ("texture_too_fine", "extreme close-up, visible pores"),
    ("missing_lens", "a man at 50mm"),
    ("several_camera_moves", "[00:00] dolly in [00:03] pan left"),
]


@pytest.mark.parametrize(("code", "text"), ALIKE, ids=[f"{code}-{index}" for index, (code, _) in enumerate(ALIKE)])
def test_only_alike(code: str, text: str) -> None:
    assert code not in codes(text)


def test_places_are_those_of_the_text() -> None:
    text = "A STUNNING view, shot in 8K, of İstanbul; cinematic"
    for finding in lint(text):
        if finding.start is not None:
            assert text[finding.start : finding.end].lower() == finding.text.lower()
    assert [f.text for f in lint(text) if f.start is not None] == ["STUNNING", "shot in 8K", "cinematic"]


def test_a_model_has_its_own_rules() -> None:
    assert "fast_word" in codes("a man runs fast", "seedance-2.0")
    assert "fast_word" not in codes("a man runs fast", "kling-v3")
    assert "adverbs" in codes("she turns slowly", "seedance-2.5")
    assert "too_long" in codes("a man walks " * 300, "runway-gen4")
    assert "too_short" in codes("a man", "veo-3.1")
    assert "too_many_sentences" in codes("One. Two. Three. Four. Five.", "gemini-omni-1.2-flash")
    assert "subject_late" in codes(
        "In the early fog over the long grey bridge above the wide river a man walks", "kling-v3"
    )
    negative = next(f for f in lint("a man, no lens flare", "runway-gen4") if f.code == "negative_phrase")
    assert negative.severity == 2
    assert "missing_light" not in codes("she turns to the door", "runway-gen4")


def test_a_good_prompt_is_left_in_peace() -> None:
    text = (
        "Close-up of a welder in her fifties at a bench, a grey streak in her hair. Pores and fine lines at the eyes. "
        "A tungsten lamp from camera left, above eye level, 3 stops over the shadow side; the shop behind stays dark. "
        "85mm at T2.8, Super 35 digital at ISO 1600. One eyelid a little lower than the other."
    )
    assert codes(text) == set()


def test_wrong_wishes() -> None:
    with pytest.raises(UnknownName, match="no model"):
        lint("a man", "seedance-3")
    with pytest.raises(UnknownName, match="no shot size"):
        lint("a man", shot_size="huge")


def test_the_work_grows_with_the_text_and_no_faster() -> None:
    """100 kB in one piece: a pattern that backtracks over it would take hours, and the suite would end it."""
    for text in ("stunning " * 11_000, "a" * 100_000, "no " * 33_000, "(" * 100_000, '"' * 100_000, ". " * 50_000):
        assert isinstance(lint(text), list)
