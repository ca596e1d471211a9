"""Plain prose, for models that read a description in its order: story, texture, light, lens."""

from __future__ import annotations

from unplastic.prompts.fill import Slots
from unplastic.prompts.models import joined


def arrange(story: str, slots: Slots) -> str:
    """Story, texture, light, lens, imperfection."""
    return joined(story, slots.texture, slots.light, slots.lens, slots.imperfection)
