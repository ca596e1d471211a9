"""What a rewrite promises, checked each time: no noun of the story is lost, markers are whole, limits are kept."""

from __future__ import annotations

import re
from collections.abc import Sequence

from unplastic.prompts.finding import Change
from unplastic.prompts.lexicon import Model
from unplastic.prompts.parse import PROTECTED
from unplastic.prompts.strike import EMPTY

WORD = re.compile(r"[^\W_][\w'-]*")


def lost(before: str, after: str, changes: Sequence[Change], model: Model | None) -> str:
    """What would be lost, in words; empty when every promise holds."""
    for marker in PROTECTED.findall(before):
        if after.count(marker) < before.count(marker) and model is not None and model.family != "runway":
            return marker
        if marker not in after:
            return marker
    gone = {word.lower() for change in changes for word in WORD.findall(change.before)}
    kept = {word.lower() for word in WORD.findall(after)}
    for word in WORD.findall(before):
        low = word.lower()
        if low not in kept and low not in gone and low not in EMPTY and len(low) > 2:
            return word
    if model and model.characters_max and len(before) <= model.characters_max < len(after) and model.family != "runway":
        return f"{model.characters_max} characters"
    return ""
