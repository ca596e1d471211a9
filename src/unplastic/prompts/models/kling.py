"""Kling: early words weigh most, so that texture follows the first sentence; light after the story, style last."""

from __future__ import annotations

from unplastic.prompts.fill import Slots
from unplastic.prompts.models import joined
from unplastic.prompts.parse import first_sentence


def arrange(story: str, slots: Slots) -> str:
    """First sentence, texture, the rest, light, imperfection, lens."""
    first, rest = first_sentence(story)
    return joined(first, slots.texture, rest, slots.light, slots.imperfection, slots.lens)
