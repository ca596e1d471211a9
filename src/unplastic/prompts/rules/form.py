"""The form of a prompt: one camera move in one shot."""

from __future__ import annotations

import re
from collections.abc import Iterator

from unplastic.prompts.finding import Finding
from unplastic.prompts.lexicon import Model
from unplastic.prompts.parse import Prompt

TIMED = re.compile(r"\[\d{1,2}:\d{2}|\b(?:shot|scene|beat|cut)\s*\d+\b|\d{1,2}:\d{2}\s*[-–]", re.IGNORECASE)

STEM = 4
"""Letters that tell moves apart: "dolly" and "dollies" are one."""


def check(prompt: Prompt, _: Model | None) -> Iterator[Finding]:
    """Two moves, unless they are timed or in shots of their own."""
    words = [re.split(r"[\s-]", prompt.low[low:high])[0] for low, high, _ in prompt.find("moves")]
    moves = {word[:STEM]: word for word in words}
    if len(moves) > 1 and not TIMED.search(prompt.text):
        why = "two moves in one shot: the model does half of each"
        named = ", ".join(sorted(moves.values()))
        yield Finding("several_camera_moves", 1, named, why, "one clear move", fixable=False)
