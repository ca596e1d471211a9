"""Recraft, for portraits: eight layers from global to local; texture is the fourth, light the sixth, lens the next."""

from __future__ import annotations

from unplastic.prompts.fill import Slots
from unplastic.prompts.models import joined


def arrange(story: str, slots: Slots) -> str:
    """Concept, background, pose (the story), physical attributes, light, camera, and what is not perfect."""
    return joined(story, slots.texture, slots.imperfection, slots.light, slots.lens)
