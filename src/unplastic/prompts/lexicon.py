"""The lexicon: words that make plastic, words that give texture, lights, lenses, negatives. Data, with source and date.

A user's own file of the same shape extends or overrides it by ``code`` (``[[word]]``) or ``name`` (``[[surface]]``);
``off = true`` silences an entry.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, fields, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from unplastic.errors import LexiconError

SIZES = ("ecu", "cu", "mcu", "ms", "ws")
"""Extreme close-up, close-up, medium close-up, medium shot, wide shot."""

Span = tuple[int, int, int]
"""First character, the one after the last, and the number of the entry."""

Known = dict[str, tuple[Span, ...]]
"""What was found in a sentence, by the pattern's name."""

KEPT_MAX, SENTENCE_KEPT_MAX = 2000, 1000

HINT = "see src/unplastic/data/prompts/words.toml for the shape"


@dataclass(frozen=True, slots=True)
class Word:
    """A pattern that makes plastic; the fields are those of ``words.toml``."""

    id: str
    code: str
    find: str
    severity: int
    act: str
    why: str
    fix: str
    unless_after: str = ""
    unless_before: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)
    off: bool = False


@dataclass(frozen=True, slots=True)
class Surface:
    """Texture phrases of one surface by what a shot size can resolve; medium and wide shots share a list."""

    name: str
    nouns: tuple[str, ...]
    ecu: tuple[str, ...]
    cu: tuple[str, ...]
    mcu: tuple[str, ...]
    ws: tuple[str, ...]
    off: bool = False

    def phrases(self, size: str) -> tuple[str, ...]:
        """What fits a shot size."""
        return self.ws if size in {"ms", "ws"} else getattr(self, size)


@dataclass(frozen=True, slots=True)
class Light:
    """A named source; colour temperatures in kelvin, key over fill in stops on a face."""

    id: str
    phrase: str
    find: str
    dark: str
    colour: str
    hardness: str
    key_fill_stops: tuple[float, float]
    colour_k: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Negative:
    """What a negative means, what to write instead, and the noun for a negative prompt."""

    means: str
    find: str
    write: str
    noun: str


@dataclass(frozen=True, slots=True)
class Model:
    """What a prompt may be for a model. 0 is no known limit; ``words_good`` is the range that works best."""

    key: str
    family: str
    characters_max: int
    words_max: int
    words_good: tuple[int, int]
    sentences_max: int
    negative: str


@dataclass(frozen=True, eq=False)
class Lexicon:
    """All of it, with its patterns compiled."""

    words: tuple[Word, ...]
    surfaces: tuple[Surface, ...]
    lights: tuple[Light, ...]
    negatives: tuple[Negative, ...]
    models: dict[str, Model]
    camera: dict[str, Any]
    slots: dict[str, re.Pattern[str]]
    sizes: dict[str, str]
    real_people: re.Pattern[str]
    version: str

    patterns: dict[str, re.Pattern[str]] = field(init=False, repr=False)
    which: dict[str, re.Pattern[str]] = field(init=False, repr=False)
    by_code: dict[str, Word] = field(init=False, repr=False)
    negative_patterns: tuple[tuple[Negative, re.Pattern[str]], ...] = field(init=False, repr=False)
    nouns: dict[str, tuple[int, ...]] = field(init=False, repr=False)
    _kept: dict[str, Known] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        finds = {"words": [word.find for word in self.words], "lights": [light.find for light in self.lights]}
        one = {name: _bounded("|".join(each)) for name, each in finds.items()}
        object.__setattr__(self, "patterns", {**self.slots, **one, "size": _sized("|".join(self.sizes.values()))})
        which = {name: _together(each) for name, each in finds.items()}
        object.__setattr__(self, "which", which | {"size": _sized(_groups(list(self.sizes.values())))})
        object.__setattr__(self, "by_code", {word.code: word for word in self.words})
        object.__setattr__(self, "negative_patterns", tuple((n, _bounded(n.find)) for n in self.negatives))
        nouns: dict[str, tuple[int, ...]] = {}
        for number, surface in enumerate(self.surfaces):
            for noun in surface.nouns:
                nouns[noun] = (*nouns.get(noun, ()), number)
        object.__setattr__(self, "nouns", nouns)

    def known(self, sentence: str) -> Known:
        """What `scan` has found in a sentence: the next pass reads it again, and those that we write come often."""
        found = self._kept.get(sentence)
        if found is None:
            found = {}
            if len(self._kept) >= KEPT_MAX:
                self._kept.clear()
            if len(sentence) <= SENTENCE_KEPT_MAX:
                self._kept[sentence] = found
        return found

    def scan(self, name: str, sentence: str, known: Known | None = None) -> tuple[Span, ...]:
        """Where a pattern is found in a sentence in small letters; ``known`` is what is known of that sentence."""
        known = self.known(sentence) if known is None else known
        found = known.get(name)
        if found is None:
            which = self.which.get(name)
            spans = [match.span() for match in self.patterns[name].finditer(sentence)]
            found = tuple((*span, _number(which, sentence, span[0])) for span in spans)
            known[name] = found
        return found


@cache
def lexicon(own: Path | None = None) -> Lexicon:
    """The package's lexicon, with a user's file over it. Raises `LexiconError` for a file of another shape."""
    words = {row["code"]: _made(Word, row, "words.toml") for row in _shipped("words")["word"]}
    surfaces = {row["name"]: _made(Surface, row, "textures.toml") for row in _shipped("textures")["surface"]}
    if own is not None:
        document = _read(own)
        for table in ("word", "surface"):
            rows = document.get(table, [])
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise LexiconError(f"{own}: {table} is not a list of tables", HINT)
        for row in document.get("word", ()):
            words[row.get("code", "")] = _over(words.get(row.get("code", "")), Word, row, own)
        for row in document.get("surface", ()):
            surfaces[row.get("name", "")] = _over(surfaces.get(row.get("name", "")), Surface, row, own)
        if unknown := set(document) - {"word", "surface", "source", "date"}:
            raise LexiconError(f"{own}: unknown key {sorted(unknown)[0]!r}", HINT)
    return Lexicon(
        tuple(word for word in words.values() if not word.off),
        tuple(surface for surface in surfaces.values() if not surface.off),
        tuple(_made(Light, row, "lights.toml") for row in _shipped("lights")["light"]),
        tuple(_made(Negative, row, "negatives.toml") for row in _shipped("negatives")["negative"]),
        {row["key"]: _made(Model, row, "models.toml") for row in _shipped("models")["model"]},
        _shipped("camera"),
        _slots(tuple(surfaces.values())),
        _shipped("slots")["size"],
        re.compile(rf"\b(?:{'|'.join(_shipped('people')['names'])})\b"),
        str(_shipped("words")["date"]),
    )


@cache
def _shipped(name: str) -> dict[str, Any]:
    file = resources.files("unplastic") / "data" / "prompts" / f"{name}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as trouble:
        raise LexiconError(f"{path}: {trouble.strerror or trouble}", "give a TOML file") from trouble
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as trouble:
        raise LexiconError(f"{path} is not TOML: {trouble}", HINT) from trouble


def _over(known: Any, kind: type, row: dict[str, Any], path: Path) -> Any:
    if known is None:
        return _made(kind, {"id": row.get("code", ""), **row} if kind is Word else row, str(path))
    try:
        made = replace(known, **{key: _tuple(value) for key, value in row.items()})
    except TypeError as trouble:
        raise LexiconError(f"{path}: {trouble}", HINT) from trouble
    return _checked(made, str(path))


def _made(kind: type, row: dict[str, Any], path: str) -> Any:
    names = {each.name for each in fields(kind)}
    if unknown := set(row) - names:
        raise LexiconError(f"{path}: {sorted(unknown)[0]!r} is no key of a {kind.__name__.lower()}", HINT)
    try:
        return _checked(kind(**{key: _tuple(value) for key, value in row.items()}), path)
    except TypeError as trouble:
        raise LexiconError(f"{path}: {str(trouble).split('()')[-1].strip()}", HINT) from trouble


def _checked(made: Any, path: str) -> Any:
    for name in ("find", "unless_after", "unless_before"):
        try:
            re.compile(getattr(made, name, ""))
        except (re.error, TypeError) as trouble:
            raise LexiconError(f"{path}: {name} of {made!r:.40} is no regular expression: {trouble}", HINT) from trouble
    if isinstance(made, Word) and (made.severity not in {1, 2, 3} or made.act not in {"remove", "warn"}):
        raise LexiconError(f"{path}: {made.code}: severity is 1 to 3, act is 'remove' or 'warn'", HINT)
    return made


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _slots(surfaces: tuple[Surface, ...]) -> dict[str, re.Pattern[str]]:
    """The patterns of ``slots.toml``; texture is also every phrase that we ourselves would write."""
    finds = dict(_shipped("slots")["slot"])
    phrases = {phrase for surface in surfaces for size in SIZES for phrase in surface.phrases(size)}
    finds["texture"] += "|" + _either({each.lower() for each in phrases})
    return {name: _bounded(find) for name, find in finds.items()}


def _either(texts: set[str]) -> str:
    """One pattern for all these texts, longer ones before those that they begin with; what begins alike is shared."""
    heads = sorted({text[:1] for text in texts}, reverse=True)
    ways = [
        re.escape(head) + _either({text[1:] for text in texts if text[:1] == head}) if head else "" for head in heads
    ]
    return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"


def _bounded(find: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'-])(?:{find})(?![\w'-])")


def _number(which: re.Pattern[str] | None, sentence: str, start: int) -> int:
    """Which of a pattern's finds is there. A group for each is slow to search with: it is asked where there is one."""
    found = which.match(sentence, start) if which else None
    return int(found.lastgroup[1:]) if found and found.lastgroup else 0


def _together(finds: list[str]) -> re.Pattern[str]:
    """One pattern for all, a group for each: ``lastgroup`` says which was found."""
    return _bounded(_groups(finds))


def _groups(finds: list[str]) -> str:
    return "|".join(f"(?P<_{number}>{find})" for number, find in enumerate(finds))


def _sized(find: str) -> re.Pattern[str]:
    """A shot size may stand before an apostrophe."""
    return re.compile(rf"(?<![\w-])(?:{find})(?![\w-])")
