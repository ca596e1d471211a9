"""People: real names, and feelings that a camera cannot see."""

from __future__ import annotations

import re
from collections.abc import Iterator

from unplastic.prompts.finding import Finding
from unplastic.prompts.lexicon import Model
from unplastic.prompts.parse import Prompt

LIKE_SOMEBODY = re.compile(
    r"""(?i:\b(?:looks?\ (?:exactly\ )?like|resembl(?:es|ing)|lookalike\ of|in\ the\ likeness\ of|played\ by|starring
    |portrayed\ by))\s+(?P<name>[A-Z][\w'-]+(?:\s+[A-Z][\w'-]+){1,2})""",
    re.VERBOSE,
)
FEELINGS = re.compile(
    r"""(?<![\w-])(?:(?:feel(?:s|ing)?|looks?|looking|is|seems?|very|deeply|so)\ )
    (?P<word>sad|happy|angry|lonely|melanchol\w+|anxious|nostalgic|joyful|depressed|desperate|emotional|hopeful
    |heartbroken|scared|afraid|nervous|jealous|proud)(?![\w-])""",
    re.VERBOSE,
)


def check(prompt: Prompt, _: Model | None) -> Iterator[Finding]:
    """Findings at the name and at the feeling."""
    names = prompt.lexicon.real_people
    spans = [m.span() for m in names.finditer(prompt.open)] + [
        m.span("name") for m in LIKE_SOMEBODY.finditer(prompt.open)
    ]
    for start, end in sorted(set(spans)):
        yield Finding(
            "real_person",
            2,
            prompt.text[start:end],
            "the name of a real person: services refuse it, and it is not yours to use",
            "describe age, trade and features",
            start,
            end,
            False,
        )
    for match in FEELINGS.finditer(prompt.low):
        yield Finding(
            "emotion_not_action",
            1,
            prompt.open[slice(*match.span("word"))],
            "a feeling has no pixels",
            "what the body does: jaw set, eyes down, a held breath",
            *match.span("word"),
            False,
        )
