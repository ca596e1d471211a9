"""A look, adjusted in plain words: "warmer", "slightly less grain", "more like 16 mm".

    look("fine-35mm+slightly-warmer+less-grain")

A look's name may be followed by words, each behind a plus, so that every door that takes a look takes them: the command
line, a film, an agent, the review page. The words and what one step of each moves are data (``data/words``).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any

from unplastic.errors import WordsError
from unplastic.looks.look import Look, Step, look, look_files
from unplastic.parameter import parameters
from unplastic.registry import member
from unplastic.shot import look_file

AMOUNTS = {"slightly": 0.5, "much": 2.0}
HOW_MUCH = {
    "slightly": r"slightly|a (?:little|bit|touch|tad|shade)|a little bit|somewhat|just a (?:touch|bit|little)|half",
    "much": r"much|a lot|far|way|considerably|strongly",
}
LIKE = "more-like-"
LIKE_SHARE = 0.5
"""How far "more like" goes to the other look: half of the way; a quarter slightly, three quarters much."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What one word moves. ``add``, ``times`` and ``set`` map parameters of ``treatment`` to one step."""

    word: str
    treatment: str
    also: tuple[str, ...] = ()
    add: Mapping[str, float] = field(default_factory=dict)
    times: Mapping[str, float] = field(default_factory=dict)
    set: Mapping[str, float] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The word as it stands in a look's name: ``less-grain``."""
        return self.word.replace(" ", "-")


@cache
def adjustments() -> dict[str, Adjustment]:
    """Every adjustment by its key."""
    rows = [Adjustment(**{**row, "also": tuple(row.get("also", ()))}) for row in _table()["adjustment"]]
    return {each.key: each for each in rows}


@cache
def _table() -> dict[str, Any]:
    text = (resources.files("unplastic") / "data" / "words" / "adjustments.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _fillers() -> frozenset[str]:
    return frozenset(_table()["fillers"].split())


def adjusted(base: Look, words: Iterable[str]) -> Look:
    """``base`` with every word done in its order; raises `WordsError` for one that is not known."""
    keys = [_key(word) for word in words]
    for key in keys:
        base = _one(base, key)
    said = ", ".join(key.replace("-", " ") for key in keys)
    name = "+".join([base.name, *keys])
    return replace(base, name=name, intent=f"{base.intent.rstrip('.')}; {said}.") if keys else base


def heard(text: str) -> tuple[list[str], str]:
    """The adjustments in a sentence, as keys in their order, and the sentence with what was understood blanked out.

    The sentence comes back as `plain` has it.
    """
    return heard_in(plain(text))


def heard_in(low: str) -> tuple[list[str], str]:
    """The same of a text that is plain already; every letter that is left keeps its place."""
    found: list[tuple[int, str]] = []
    for pattern, key in _patterns():
        for match in pattern.finditer(low):
            amount = next((name for name in AMOUNTS if match[name]), "")
            word = key or f"{LIKE}{_named(match['look'])}"
            found.append((match.start(), f"{amount}-{word}" if amount else word))
            low = low[: match.start()] + " " * len(match[0]) + low[match.end() :]
    return [word for _, word in sorted(found)], low


def turned(name: str, text: str) -> str:
    """The name of the look ``name`` with what ``text`` says of it: ``turned("16mm", "a bit warmer")``.

    Raises `WordsError` where a word of the text is not understood, and what `unplastic.looks.look` raises.
    """
    words, rest = heard(text)
    left = [word for word in re.findall(r"[^\W_]+", rest) if word not in _fillers()]
    if left or not words:
        raise WordsError(f"not understood: {' '.join(left) or repr(text)}", hint())
    made, file = look("+".join([name, *words])), look_file(name)[0]
    return file + made.name.removeprefix(look(file).name) if file else made.name


def hint() -> str:
    """What is understood, in one line."""
    return f"understood: {', '.join(each.word for each in adjustments().values())}, more like LOOK; slightly and much"


def _one(base: Look, key: str) -> Look:
    amount, word = next(((size, key[len(name) + 1 :]) for name, size in AMOUNTS.items() if key.startswith(f"{name}-")),
                        (1.0, key))  # fmt: skip
    if word.startswith(LIKE):
        return _towards(base, look(_named(word.removeprefix(LIKE))), LIKE_SHARE * min(amount, 1.5))
    found = adjustments().get(word)
    if found is None:
        raise WordsError(f"{key.replace('-', ' ')!r} is no adjustment of a look", hint())
    step = next((each for each in base.steps if each.treatment == found.treatment), None)
    kind: Any = member("treat", found.treatment)
    if step is None:
        neutral = getattr(kind, "neutral", None)
        values = {name: getattr(neutral(), name) for name in _names(kind)} if neutral else {"strength": 0.0}
        step = Step(found.treatment, values, frozenset())
    return _with(base, replace(step, values=step.values | _moved(kind, step.values, found, amount)))


def _moved(kind: Any, values: Mapping[str, Any], word: Adjustment, amount: float) -> dict[str, Any]:
    """The values that the word changes, each inside its interval."""
    known = {each.name: each for each in parameters(kind)}

    def now(name: str) -> Any:
        return moved.get(name, values.get(name, known[name].default))

    moved: dict[str, Any] = {}
    for name, step in word.add.items():
        value = now(name)
        moved[name] = (
            [each + step * amount for each in value] if isinstance(value, list | tuple) else value + step * amount
        )
    for name, step in word.times.items():
        moved[name] = now(name) * step**amount
    moved |= word.set
    return {name: _inside(value, known[name].low, known[name].high) for name, value in moved.items()}


def _towards(base: Look, other: Look, share: float) -> Look:
    """Every number of ``base`` part of the way to that of ``other``."""
    for there in other.steps:
        here = next((each for each in base.steps if each.treatment == there.treatment), None)
        kind: Any = member("treat", there.treatment)
        start, end = kind(**(here.values if here else {"strength": 0.0})), kind(**there.values)
        values = dict(here.values if here else {})
        for each in parameters(kind):
            a, b = getattr(start, each.name), getattr(end, each.name)
            if a != b and isinstance(a, float) and isinstance(b, float):
                values[each.name] = round(a + (b - a) * share, 6)
        base = _with(base, Step(there.treatment, values, here.pinned if here else frozenset()))
    return base


def _with(base: Look, step: Step) -> Look:
    kind: Any = member("treat", step.treatment)
    kind(**step.values)  # what fits each by itself must fit together, too
    others = [each for each in base.steps if each.treatment != step.treatment]
    order = {each.treatment: member("treat", each.treatment).order for each in (*others, step)}  # type: ignore[attr-defined]
    return replace(base, steps=tuple(sorted((*others, step), key=lambda each: order[each.treatment])))


def _inside(value: Any, low: float | None, high: float | None) -> Any:
    if isinstance(value, list):
        return [round(each, 6) for each in value]
    return round(min(max(value, low if low is not None else value), high if high is not None else value), 6)


def _names(kind: Any) -> list[str]:
    return [each.name for each in parameters(kind)]


def _key(word: str) -> str:
    """A word as people write it, as a key: "a bit warmer" is ``slightly-warmer``."""
    spaced = " ".join(word.replace("-", " ").split())
    words, rest = heard(spaced)
    return words[0] if len(words) == 1 and not rest.strip() else spaced.lower().replace(" ", "-")


def plain(text: str) -> str:
    """Small letters, single spaces, "35 mm" and "35-mm" as 35mm."""
    low = " ".join(text.lower().replace("’", "'").split())
    return re.sub(r"(\d+)[ -]?(?:mm|millimet(?:er|re)s?)\b", r"\1mm", low)


def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """(what is looked for, its key), the longest words first; "more like LOOK" has no key."""
    amount = "".join(f"(?:(?P<{name}>{words})[ -]+)?" for name, words in HOW_MUCH.items())
    names = "|".join(sorted((_spoken(name) for name in look_files()), key=len, reverse=True))
    like = rf"\b{amount}(?:more|closer)[ -](?:like|to)[ -](?:a |the )?(?P<look>{names})(?: film| look)?\b"
    words = [(word, each.key) for each in adjustments().values() for word in (each.word, *each.also)]
    words.sort(key=lambda pair: -len(pair[0]))
    return [(re.compile(like), ""), *((re.compile(rf"\b{amount}{_loose(word)}\b"), key) for word, key in words)]


def _loose(word: str) -> str:
    return re.escape(word).replace(r"\ ", "[ -]")


def _spoken(name: str) -> str:
    """A look's name with spaces or hyphens."""
    return re.escape(name).replace(r"\-", "[ -]")


def _named(said: str) -> str:
    """The look that was said: ``16mm`` for "16 mm"."""
    said = plain(said)
    return next((name for name in look_files() if re.fullmatch(_spoken(name.lower()), said)), said.replace(" ", "-"))
