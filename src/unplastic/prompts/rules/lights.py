"""Lights that contradict each other, or are too many."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from unplastic.prompts.finding import Finding
from unplastic.prompts.lexicon import Model
from unplastic.prompts.parse import Prompt

LIGHTS_MAX = 3
CONTRADICTIONS = (
    (r"overcast|cloudy", r"hard shadows?|harsh shadows?|sunbeams?|direct sun", "an overcast sky casts no hard shadow"),
    (r"candle\w*", r"evenly lit|even light\w*|bright room|well[- ]lit", "a candle does not light a room evenly"),
    (
        r"candle\w*(?:\s+(?:only|alone))|only by (?:\w+ )?candle\w*",
        r"sun(?:light|shine|beams?)?\b|daylight|noon|flood ?lights?",
        "candles alone, and another light",
    ),
    (r"night(?!stand)|midnight", r"high[- ]key|bright daylight|sunlight|sunshine|noon", "night and day in one frame"),
    (r"silhouett\w+", r"visible pores|every pore|skin texture", "a silhouette shows no skin"),
)
PAIRS = tuple((re.compile(a, re.I), re.compile(b, re.I), why) for a, b, why in CONTRADICTIONS)
LATER = re.compile("|".join(b for _, b, _ in CONTRADICTIONS))
"""Any of the second words: there is none in most sentences."""
DAY_WARM = {"L32"}
COLD_TUBES = {"L20", "L21"}


@lru_cache(maxsize=2000)
def _is_later(sentence: str) -> bool:
    return LATER.search(sentence) is not None


def check(prompt: Prompt, _: Model | None) -> Iterator[Finding]:
    """Findings at the second of the two words."""
    for first, second, why in PAIRS if any(_is_later(text) for _, text, _ in prompt.pieces) else ():
        other = second.search(prompt.open)
        if other and first.search(prompt.open):
            yield Finding("light_contradiction", 2, other.group(), why, "keep one of the two", *other.span(), False)
    named = {light.id for light in prompt.lights}
    if named & DAY_WARM and named & COLD_TUBES:
        why = "low sun and fluorescent tubes: two whites, and nobody says which is which"
        yield Finding("colour_temperature_conflict", 1, "", why, "name the colour of both", fixable=False)
    if len(prompt.lights) > LIGHTS_MAX:
        names = ", ".join(light.phrase for light in prompt.lights)
        yield Finding(
            "too_many_lights",
            1,
            "",
            f"{len(prompt.lights)} sources ({names}): none is the key",
            "one key, a second one weaker and of another colour",
            fixable=False,
        )
