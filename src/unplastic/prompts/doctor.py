"""Read a prompt, and write it again: the two verbs of the room."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from unplastic.errors import UnknownName
from unplastic.prompts.fill import Slots, missing
from unplastic.prompts.finding import Change, Finding
from unplastic.prompts.language import language
from unplastic.prompts.lexicon import SIZES, Lexicon, Model, lexicon
from unplastic.prompts.models import families
from unplastic.prompts.motion import parted
from unplastic.prompts.negatives import NEGATIVE_NOUNS, negative_prompt, turned
from unplastic.prompts.parse import Prompt
from unplastic.prompts.rules import checks
from unplastic.prompts.strike import Edit, struck
from unplastic.prompts.verify import lost

PASSES_MAX = 5
"""A text that is still changing then is given back as it was; none has been seen that needs four."""

SAFE = frozenset({"too_long", "negative_phrase", "too_many_sentences", "too_short"})
"""What is said of a prompt in a language whose words we do not know."""


@dataclass(frozen=True, slots=True)
class Doctored:
    """A prompt written again for a model.

    ``text`` is the prompt, ``negative`` what goes into the field of its own where the model has one, ``image`` what
    belongs to the image that the model is given (Runway), ``references`` the line that gives each its role.
    """

    original: str
    text: str
    negative: str
    image: str
    model: str | None
    before: tuple[Finding, ...]
    after: tuple[Finding, ...]
    changes: tuple[Change, ...]
    lexicon_version: str

    @property
    def score(self) -> int:
        """Of the text as it was given: 100 less 12, 6 and 2 for each finding by severity, not under 0."""
        return score(self.before)

    def document(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "original": self.original,
            "text": self.text,
            "negative": self.negative,
            "image": self.image,
            "model": self.model,
            "score": {"before": score(self.before), "after": score(self.after)},
            "findings": {
                "before": [each.document() for each in self.before],
                "after": [each.document() for each in self.after],
            },
            "changes": [each.document() for each in self.changes],
            "lexicon": self.lexicon_version,
        }


def score(findings: Iterable[Finding]) -> int:
    """100 for nothing to say; a starting scale that the paired test is to calibrate."""
    return max(0, 100 - sum({3: 12, 2: 6, 1: 2}[each.severity] for each in findings))


def lint(
    text: str,
    model: str | None = None,
    *,
    shot_size: str | None = None,
    surface: str | None = None,
    words: Lexicon | None = None,
) -> list[Finding]:
    """What an editor would mark, in the order of the text, what is missing last.

    ``shot_size`` is one of ecu, cu, mcu, ms, ws; ``words`` a lexicon other than the package's. Raises `UnknownName` for
    a model or a size that is not known.
    """
    return _findings(_prompt(text, shot_size, surface, words), _model(model, words or lexicon()))


def rewrite(
    text: str,
    model: str | None = None,
    *,
    shot_size: str | None = None,
    surface: str | None = None,
    words: Lexicon | None = None,
    negative: str = "",
    light: str = "",
    identity: str = "",
    references: tuple[str, ...] = (),
) -> Doctored:
    """Write a prompt for texture and light, and for the order and limits of a model.

    ``light`` and ``identity`` are put in verbatim (a scene's light sheet, a character's anchor). ``references`` are the
    roles of reference images in their order ("the face of Anna"). Story, subject, action and camera stay word for
    word: words of the lexicon are taken out, empty slots are filled. Rewriting the result changes nothing. Raises
    `UnknownName` as `lint` does.

    >>> made = rewrite("A cinematic close-up of a beautiful woman at a window, 8k")
    >>> "cinematic" in made.text, "8k" in made.text, "window" in made.text
    (False, False, True)
    """
    known = words or lexicon()
    chosen = _model(model, known)
    prompt = _prompt(text, shot_size, surface, known)
    before = tuple(_findings(prompt, chosen))
    if any(each.code in {"empty_prompt", "json_prompt", "other_language"} for each in before):
        return Doctored(text, text, negative, "", model, before, before, (), known.version)
    done, changes, moved = text.strip(), [], negative
    done = _with_given(done, identity, references, changes)
    for _ in range(PASSES_MAX):
        was = done
        done, moved = _once(_again(prompt, done), chosen, light, moved, changes)
        if done == was:
            break
    else:
        return Doctored(text, text, negative, "", model, before, before, (), known.version)
    done, image, changes = _for_image(done, chosen, prompt, light, changes)
    if wrong := lost(text, done + " " + image, changes, chosen):
        finding = Finding(
            "not_rewritten", 2, wrong, "the rewrite would have broken a promise", "rewrite by hand", fixable=False
        )
        return Doctored(text, text, negative, "", model, before, (*before, finding), (), known.version)
    moved = negative_prompt(moved, chosen, prompt)
    after = tuple(_findings(_again(prompt, done), chosen))
    return Doctored(text, done, moved, image, model, before, after, tuple(changes), known.version)


def _once(prompt: Prompt, model: Model | None, light: str, moved: str, changes: list[Change]) -> tuple[str, str]:
    """Strike, turn negatives, fill, arrange; the text and the negative prompt."""
    edits: list[Edit] = []
    for finding in _findings(prompt, model):
        if finding.start is None or finding.end is None or not finding.fixable:
            continue
        if finding.code == "negative_phrase":
            after, noun = turned(prompt, finding.text, model)
            if after is None:
                continue
            moved = f"{moved}, {noun}".strip(", ") if noun else moved
            edits.append(Edit(finding.start, finding.end, after))
        elif finding.code in prompt.lexicon.by_code or finding.code == "texture_too_fine":
            after = ""
            edits.append(Edit(finding.start, finding.end))
        else:
            continue
        changes.append(Change(finding.code, finding.text, after, finding.why))
    text = struck(prompt.text, prompt.open, edits)
    prompt = _again(prompt, text)
    family = model.family if model else "prose"
    if family == "runway":
        return text, moved
    slots = _fitting(prompt, model, missing(prompt, light))
    changes += slots.changes()
    return families()[family](text, slots), moved


def _fitting(prompt: Prompt, model: Model | None, slots: Slots) -> Slots:
    """Without what would break the model's limits: the last things to matter go first."""
    for name in ("imperfection", "lens", "texture", "light"):
        added = " ".join((slots.texture, slots.light, slots.lens, slots.imperfection))
        characters = len(prompt.text) + len(added) + 8
        words = len(prompt.text.split()) + len(added.split())
        if not model or not (
            (model.characters_max and characters > model.characters_max)
            or (model.words_max and words > model.words_max)
        ):
            return slots
        slots = replace(slots, **{name: ""})
    return slots


def _for_image(
    done: str, model: Model | None, prompt: Prompt, light: str, changes: list[Change]
) -> tuple[str, str, list[Change]]:
    """For a model that is given an image: the motion, and what belongs to the image."""
    if model is None or model.family != "runway":
        return done, "", changes
    motion, look = parted(_again(prompt, done))
    whole = _again(prompt, done)
    slots = missing(whole, light)
    image = families()["prose"](look or done, slots)
    if motion != done:
        changes.append(
            Change("motion_only", done, motion, "the text says what moves; look and light live in the image")
        )
    return motion, image, changes


def _with_given(text: str, identity: str, references: tuple[str, ...], changes: list[Change]) -> str:
    """Anchor and roles in front, verbatim, once."""
    if identity and identity.rstrip(". ") not in text:
        changes.append(Change("identity_anchor", "", identity, "the same words in every shot of this character"))
        text = f"{identity.rstrip('. ')}. {text}"
    if references:
        roles = "; ".join(f"Image {index} is {role}" for index, role in enumerate(references, 1)) + "."
        if roles not in text:
            changes.append(Change("reference_roles", "", roles, "each reference has one role"))
            text = f"{roles} {text}"
    return text


def _findings(prompt: Prompt, model: Model | None) -> list[Finding]:
    """Kept with the prompt: the same text is asked for again by the next pass."""
    kept = prompt.kept
    key = model.key if model else ""
    if key not in kept:
        kept[key] = _found(prompt, model)
    return kept[key]


def _found(prompt: Prompt, model: Model | None) -> list[Finding]:
    if not prompt.text.strip():
        return [
            Finding("empty_prompt", 3, "", "there is nothing to read", "say who does what, and where", fixable=False)
        ]
    if _is_json(prompt.text):
        why = "a prompt in JSON is passed through as it is"
        return [Finding("json_prompt", 1, "", why, "give the sentences that it holds", fixable=False)]
    found = [each for check in checks() for each in check(prompt, model)]
    code = language(prompt.open)
    if code != "en":
        why = f"the text seems to be in another language ({code}): it is passed through untouched"
        found = [replace(each, fixable=False) for each in found if each.code in SAFE]
        found.append(Finding("other_language", 1, "", why, "write it in English, or send it as it is", fixable=False))
    return sorted(found, key=lambda each: (each.start is None, each.start or 0, -each.severity, each.code))


def _is_json(text: str) -> bool:
    if text.lstrip()[:1] not in {"{", "["} or re.match(r"\s*\[\d", text):
        return False
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False


def _prompt(text: str, size: str | None, surface: str | None, words: Lexicon | None) -> Prompt:
    if size is not None and size not in SIZES:
        raise UnknownName(f"no shot size is called {size!r}", f"known: {', '.join(SIZES)}")
    return _read(text, words or lexicon(), size, surface)


@lru_cache(maxsize=64)
def _read(text: str, words: Lexicon, size: str | None, surface: str | None) -> Prompt:
    return Prompt(text, words, size, surface)


def _again(prompt: Prompt, text: str) -> Prompt:
    return prompt if text == prompt.text else _read(text, prompt.lexicon, prompt.given_size, prompt.given_surface)


def _model(key: str | None, words: Lexicon) -> Model | None:
    if key is None:
        return None
    if key not in words.models:
        near = get_close_matches(key, words.models, n=1)
        raise UnknownName(
            f"no model is called {key!r}", f"did you mean {near[0]}?" if near else f"known: {', '.join(words.models)}"
        )
    return words.models[key]


__all__ = ["NEGATIVE_NOUNS", "Doctored", "lint", "rewrite", "score"]
