"""Texture words: not too many, none that the shot size cannot show, none beside words that deny them."""

from __future__ import annotations

from collections.abc import Iterator

from unplastic.prompts.finding import Finding
from unplastic.prompts.lexicon import Model, Span
from unplastic.prompts.parse import Prompt

TEXTURES_MAX = {"ecu": 6, "cu": 6, "mcu": 6, "ms": 5, "ws": 5}
"""Words; a phrase holds about two. Three phrases are the budget, two from a medium shot on."""

DENIED_BY = ("flawless", "porcelain_skin", "beauty_light")


def check(prompt: Prompt, _: Model | None) -> Iterator[Finding]:
    """Findings with the place of the word."""
    spans = prompt.textures
    most = TEXTURES_MAX[prompt.size_or_guess]
    if len(spans) > most:
        why = f"{len(spans)} texture words: the model averages them"
        yield _at(prompt, "too_many_textures", 1, spans[most], why, "keep the three that matter", is_fixable=False)
    if prompt.size in {"ms", "ws"}:
        for span in prompt.find("fine"):
            fix = "shape and wear instead: weathered, sunburnt, rumpled"
            yield _at(prompt, "texture_too_fine", 2, span, "this shot size cannot show it", fix)
    if spans and any(word.code in DENIED_BY for word, _, _ in prompt.hits):
        why = "the prompt asks for smooth skin as well, and the model averages"
        yield _at(prompt, "texture_conflict", 2, spans[0], why, "take out what is smooth")


def _at(
    prompt: Prompt, code: str, severity: int, span: Span, why: str, fix: str, *, is_fixable: bool = True
) -> Finding:
    start, end, _ = span
    return Finding(code, severity, prompt.text[start:end], why, fix, start, end, is_fixable)
