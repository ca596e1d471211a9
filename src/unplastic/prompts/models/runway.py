"""Runway, image to video: the text says what moves; texture and light live in the image (see `motion`)."""

from __future__ import annotations

from unplastic.prompts.fill import Slots


def arrange(story: str, _: Slots) -> str:
    """The story alone: the slots go to the image prompt."""
    return story
