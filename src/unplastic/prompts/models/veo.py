"""Veo: cinematography first, then subject and action, then the rest; what is unwanted goes into its own field."""

from __future__ import annotations

from unplastic.prompts.fill import Slots
from unplastic.prompts.models import joined


def arrange(story: str, slots: Slots) -> str:
    """Lens and camera, story, texture, light, imperfection."""
    return joined(slots.lens, story, slots.texture, slots.light, slots.imperfection)
