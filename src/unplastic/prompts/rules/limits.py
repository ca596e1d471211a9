"""What one model takes: length, sentences, words that it over-reads, and where it wants the subject."""

from __future__ import annotations

import re
from collections.abc import Iterator

from unplastic.prompts.finding import Finding
from unplastic.prompts.lexicon import Model
from unplastic.prompts.parse import Prompt

SHORT_WORDS = 6
FIRST_WORDS = 14
FAST = re.compile(r"(?<![\w-])(?:fast|quick(?:ly)?|rapid(?:ly)?)(?![\w-])")
ADVERB = re.compile(
    r"""(?<![\w-])(?:slowly|gently|softly|gracefully|beautifully|elegantly|dramatically|suddenly|intensely|subtly
    |effortlessly|majestically|violently|extremely|incredibly|passionately)(?![\w-])""",
    re.VERBOSE,
)


def check(prompt: Prompt, model: Model | None) -> Iterator[Finding]:
    """Nothing where no model is named."""
    if model is None:
        return
    yield from _length(prompt, model)
    if model.sentences_max and len(prompt.sentences) > model.sentences_max:
        why = f"{len(prompt.sentences)} sentences, {model.key} follows {model.sentences_max}"
        yield Finding("too_many_sentences", 2, "", why, "join them")
    if model.family == "seedance":
        for match in FAST.finditer(prompt.low):
            why, fix = "Seedance breaks motion at this word", "name the beat: a step every half second"
            yield Finding("fast_word", 1, match.group(), why, fix, *match.span(), False)
        for match in ADVERB.finditer(prompt.low):
            why, fix = "Seedance over-reads adverbs", "the verb alone, or a time"
            yield Finding("adverbs", 1, match.group(), why, fix, *match.span(), False)
    if model.family == "kling" and prompt.has_person:
        first = " ".join(prompt.low.split()[:FIRST_WORDS])
        if not prompt.lexicon.slots["person"].search(first):
            why = f"Kling weighs early words: the subject is not among the first {FIRST_WORDS}"
            yield Finding("subject_late", 1, "", why, "begin with who it is", fixable=False)


def _length(prompt: Prompt, model: Model) -> Iterator[Finding]:
    words, characters = len(prompt.text.split()), len(prompt.text)
    too_wide = model.characters_max and characters > model.characters_max
    if too_wide or (model.words_max and words > model.words_max):
        limit = f"{model.characters_max} characters" if too_wide else f"{model.words_max} words"
        why = f"{model.key} takes {limit}: it has {characters} characters, {words} words"
        yield Finding("too_long", 3, "", why, "cut what the frame cannot show", fixable=False)
    elif words < min(SHORT_WORDS, model.words_good[0]):
        why = f"{words} words: the model invents the rest"
        yield Finding("too_short", 1, "", why, "subject, action, place", fixable=False)
