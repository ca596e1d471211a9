"""Texture words: not too many, none that the shot size cannot show, none beside words that deny them."""

from __future__ import annotations

from collections.abc import Iterator

from unplastic.prompts.finding import Finding
from unplastic.prompts.lexicon import Model
from unplastic.prompts.parse import Prompt

TEXTURES_MAX = {"ecu": 6, "cu": 6, "mcu": 6, "ms": 5, "ws": 5}
"""Words; a phrase holds about two. Three phrases are the budget, two from a medium shot on."""

DENIED_BY = ("flawless", "porcelain_skin", "beauty_light")


def check(prompt: Prompt, _: Model | None) -> Iterator[Finding]:
    """Findings with the place of the word."""
    words = prompt.textures
    most = TEXTURES_MAX[prompt.size_or_guess]
    if len(words) > most:
        start, end = words[most].span()
        yield Finding(
            "too_many_textures",
            1,
            words[most].group(),
            f"{len(words)} texture words: the model averages them",
            "keep the three that matter",
            start,
            end,
            False,
        )
    if prompt.size in {"ms", "ws"}:
        for match in prompt.find("fine"):
            yield Finding(
                "texture_too_fine",
                2,
                match.group(),
                "this shot size cannot show it",
                "shape and wear instead: weathered, sunburnt, rumpled",
                *match.span(),
            )
    if words and _denies(prompt):
        start, end = words[0].span()
        yield Finding(
            "texture_conflict",
            2,
            words[0].group(),
            "the prompt asks for smooth skin as well, and the model averages",
            "take out what is smooth",
            start,
            end,
        )


def _denies(prompt: Prompt) -> bool:
    return any(word.code in DENIED_BY for word, _, _ in prompt.hits)
