"""Negatives turned into what is there, or moved into the field that a model has for them."""

from __future__ import annotations

from unplastic.prompts.lexicon import Model
from unplastic.prompts.parse import Prompt
from unplastic.prompts.rules.negatives import NEGATIVE, meant

NEGATIVE_NOUNS = (
    "plastic skin",
    "airbrushed",
    "waxy",
    "beauty filter",
    "glossy skin",
    "oversharpened",
    "halo",
    "oversaturated",
    "even studio lighting",
    "3d render",
    "doll",
)
"""What is asked of a model that has a negative prompt: few, and plain nouns."""

NOUNS_MAX = 12


def turned(prompt: Prompt, phrase: str, model: Model | None) -> tuple[str | None, str]:
    """What to write instead of a negative phrase, and the noun for the negative prompt. None: leave it."""
    match = NEGATIVE.search(phrase)
    known = meant(prompt, match.group("what")) if match else None
    if known is None or model is None:
        return None, ""
    if model.negative == "parameter":
        return "", known.noun
    return known.write, ""


def negative_prompt(moved: str, model: Model | None, prompt: Prompt) -> str:
    """The negative prompt of a model that has one: the user's, then ours where there are people; twelve in all."""
    if model is None or model.negative != "parameter":
        return moved
    nouns = [noun.strip() for noun in moved.split(",") if noun.strip()]
    if prompt.has_person:
        nouns += NEGATIVE_NOUNS
    return ", ".join(list(dict.fromkeys(nouns))[: max(NOUNS_MAX, len(moved.split(",")))])
