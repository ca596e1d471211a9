"""Seedance: subject and action, then environment with light and texture, then the camera."""

from __future__ import annotations

from unplastic.prompts.fill import Slots
from unplastic.prompts.models import joined


def arrange(story: str, slots: Slots) -> str:
    """Story, light, texture, lens, imperfection."""
    return joined(story, slots.light, slots.texture, slots.lens, slots.imperfection)
