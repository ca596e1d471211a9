"""The form of a prompt: empty, JSON, another language, several camera moves, and the limits of the model."""

from __future__ import annotations

import re
from collections.abc import Iterator

from unplastic.prompts.finding import Finding
from unplastic.prompts.lexicon import Model
from unplastic.prompts.parse import Prompt

SHORT_WORDS = 6
TIMED = re.compile(r"\[\d{1,2}:\d{2}|\b(?:shot|scene|beat|cut)\s*\d+\b|\d{1,2}:\d{2}\s*[-–]", re.IGNORECASE)
FAST = re.compile(r"(?<![\w-])(?:fast|quick(?:ly)?|rapid(?:ly)?|super fast)(?![\w-])", re.IGNORECASE)
ADVERB = re.compile(
    r"(?<![\w-])(?:slowly|gently|softly|gracefully|beautifully|elegantly|dramatically|suddenly|intensely|subtly|effortlessly|majestically|violently|extremely|incredibly|passionately)(?![\w-])",
    re.IGNORECASE,
)
FIRST_WORDS = 14


def check(prompt: Prompt, model: Model | None) -> Iterator[Finding]:
    """Findings about the whole text, then those that only one model asks for."""
    moves = {match.group().lower().split()[0].split("-")[0].rstrip("s") for match in prompt.find("moves")}
    if len(moves) > 1 and not TIMED.search(prompt.text):
        yield Finding(
            "several_camera_moves",
            1,
            ", ".join(sorted(moves)),
            "two moves in one shot: the model does half of each",
            "one clear move",
            fixable=False,
        )
    words = len(prompt.text.split())
    if model is None:
        return
    if (model.characters_max and len(prompt.text) > model.characters_max) or (
        model.words_max and words > model.words_max
    ):
        limit = f"{model.characters_max} characters" if model.characters_max else f"{model.words_max} words"
        yield Finding(
            "too_long",
            3,
            "",
            f"{model.key} takes {limit}: it has {len(prompt.text)} characters, {words} words",
            "cut what the frame cannot show",
            fixable=False,
        )
    elif words < min(SHORT_WORDS, model.words_good[0]):
        yield Finding(
            "too_short", 1, "", f"{words} words: the model invents the rest", "subject, action, place", fixable=False
        )
    if model.sentences_max and len(prompt.sentences) > model.sentences_max:
        yield Finding(
            "too_many_sentences",
            2,
            "",
            f"{len(prompt.sentences)} sentences, {model.key} follows {model.sentences_max}",
            "join them",
        )
    if model.family == "seedance":
        for match in FAST.finditer(prompt.open):
            yield Finding(
                "fast_word",
                1,
                match.group(),
                "Seedance breaks motion at this word",
                "name the beat: a step every half second",
                *match.span(),
                False,
            )
        for match in ADVERB.finditer(prompt.open):
            yield Finding(
                "adverbs",
                1,
                match.group(),
                "Seedance over-reads adverbs",
                "the verb alone, or a time",
                *match.span(),
                False,
            )
    if model.family == "kling" and prompt.has_person:
        first = " ".join(prompt.low.split()[:FIRST_WORDS])
        if not prompt.lexicon.slots["person"].search(first):
            yield Finding(
                "subject_late",
                1,
                "",
                f"Kling weighs early words: the subject is not among the first {FIRST_WORDS}",
                "begin with who it is",
                fixable=False,
            )
