"""Negatives inside the prompt, for models that may show what they name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from unplastic.prompts.finding import Finding
from unplastic.prompts.lexicon import Model
from unplastic.prompts.parse import Prompt

NEGATIVE = re.compile(
    r"""(?<![\w-])(?:no|without(?:\ any)?|avoid(?:ing)?|(?:don't|do\ not)\ (?:show|use|add|include)|never\ show)\s+
    (?P<what>[\w'\ /-]{2,60}?)(?=\s*(?:[.,;:!?\n)]|$|\b(?:and|or|with|as|while)\b))""",
    re.IGNORECASE | re.VERBOSE,
)
STORY = re.compile(
    r"""^(?:one|longer|more|less|sound|idea|way|doubt|time|words?|answer|warning|looking|an?\ |the\ |her|his|their
    |any(?:one|body)|stopping|speaking|moving|saying|turning)\b""",
    re.IGNORECASE | re.VERBOSE,
)
"""What the story is without, rather than the picture."""
STATED = re.compile(r"\b(?:there(?:'s|\s+(?:is|are|was|were))|has|have|had|got|finds?|sees?)\s+$", re.IGNORECASE)
"""What comes before a fact of the story: "there is no milk left"."""


def check(prompt: Prompt, model: Model | None) -> Iterator[Finding]:
    """Findings over the whole negative phrase."""
    if model is not None and model.negative == "text":
        return
    for match in NEGATIVE.finditer(prompt.open):
        if STORY.match(match.group("what")) or prompt.is_protected(*match.span()):
            continue
        known = meant(prompt, match.group("what")) is not None
        if not known and STATED.search(prompt.open[max(0, match.start() - 24) : match.start()]):
            continue
        severity = 2 if model is not None and model.negative == "none" else 1
        yield Finding(
            "negative_phrase",
            severity,
            match.group(),
            "what is named may appear",
            "say what is there instead",
            *match.span(),
            known,
        )


def meant(prompt: Prompt, what: str):
    """The known negative behind some words, or None."""
    for negative, pattern in prompt.lexicon.negative_patterns:
        if pattern.search(what.lower()):
            return negative
    return None
