"""Gemini Omni: at most four sentences, so that all that is added is one, and short ones of the story are joined."""

from __future__ import annotations

from unplastic.prompts.fill import Slots
from unplastic.prompts.models import joined
from unplastic.prompts.parse import merged

SENTENCES_MAX = 4


def arrange(story: str, slots: Slots) -> str:
    """The story in three sentences and one of texture, light and lens."""
    parts = [part for part in (slots.texture, slots.light, slots.lens, slots.imperfection) if part]
    added = "; ".join(part if index == 0 else _small(part) for index, part in enumerate(parts))
    return joined(merged(story, SENTENCES_MAX - bool(added)), added)


def _small(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[:2] in {"A ", "I "} else text
