"""Words of the lexicon, where they mean what it is afraid of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from unplastic.prompts.finding import Finding
from unplastic.prompts.lexicon import Model, Word
from unplastic.prompts.parse import Prompt

AROUND = 40
"""Characters before and after a word in which its meaning is looked for."""

NEGATED = re.compile(
    r"(?:\bno|\bnot|\bnever|\bwithout(?: any)?|\bavoid|\bdon't(?: \w+)?|\bnothing|\bnon)[ -](?:\w+ )?$", re.I
)

EXCUSED_BY = {
    "realism_words": ("lens", "texture"),
    "bokeh_alone": ("lens",),
    "golden_hour_alone": ("side",),
    "neon_alone": ("side",),
    "default_youth": ("texture",),
}
"""Slots that, filled, make a word harmless."""


def check(prompt: Prompt, _: Model | None) -> Iterator[Finding]:
    """A finding for each word that is neither negated nor excused by what is around it."""
    for word, start, end in prompt.hits:
        if not _is_excused(prompt, word, start, end):
            text = prompt.text[start:end]
            yield Finding(word.code, word.severity, text, word.why, word.fix, start, end, word.act == "remove")


def _is_excused(prompt: Prompt, word: Word, start: int, end: int) -> bool:
    before, after = prompt.open[max(0, start - AROUND) : start], prompt.open[end : end + AROUND]
    if word.unless_after and _compiled(word.unless_after).match(after):
        return True
    if word.unless_before and _compiled(word.unless_before).search(before):
        return True
    if NEGATED.search(before):
        return True
    slots = EXCUSED_BY.get(word.code)
    return bool(slots) and all(prompt.has(slot) for slot in slots or ())


@lru_cache(maxsize=256)
def _compiled(find: str) -> re.Pattern[str]:
    return re.compile(find, re.IGNORECASE)
