"""Slots that are empty: light with its side and what stays dark, texture, lens, camera."""

from __future__ import annotations

from collections.abc import Iterator

from unplastic.prompts.finding import Finding
from unplastic.prompts.lexicon import Model
from unplastic.prompts.parse import Prompt

LOOK_LIVES_IN_THE_IMAGE = {"runway"}
"""Families whose text says only what moves."""


def check(prompt: Prompt, model: Model | None) -> Iterator[Finding]:
    """What a model fills with its default when nobody says it."""
    if model and model.family in LOOK_LIVES_IN_THE_IMAGE:
        return
    face = prompt.is_face_shot
    if not prompt.lights:
        yield _missing(
            "missing_light", 3, "no source is named: the model lights it from the front", "name what gives the light"
        )
    if not prompt.has("side"):
        code = "face_without_light" if face else "missing_light_side"
        yield _missing(code, 2 if face else 1, "the light has no side: it defaults to frontal", "say side and height")
    if not prompt.has("dark"):
        yield _missing(
            "missing_darkness",
            2 if face else 1,
            "nothing stays dark: key and fill come out the same",
            "say what the light does not reach",
        )
    if not prompt.textures:
        yield _missing(
            "missing_texture",
            2 if face else 1,
            "no surface is named: skin and cloth come out smooth",
            "one or two words that this shot size can show",
        )
    if not prompt.has("lens"):
        yield _missing(
            "missing_lens", 1, "no lens: depth and edges are the model's average", "a focal length and a stop"
        )
    if not prompt.has("capture"):
        yield _missing(
            "missing_capture",
            1,
            "nothing says what recorded it",
            "a camera or a stock, documentary rather than commercial",
        )
    if prompt.size is None:
        yield Finding(
            "shot_size_unknown",
            1,
            "",
            "no shot size: texture cannot be chosen for what the frame resolves",
            "say close-up, medium or wide",
            fixable=False,
        )


def _missing(code: str, severity: int, why: str, fix: str) -> Finding:
    return Finding(code, severity, "", why, fix)
