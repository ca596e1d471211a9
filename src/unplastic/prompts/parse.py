"""What a prompt holds: protected spans, shot size, people, places, lights and the slots that are filled."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Generic, TypeVar

from unplastic.prompts.lexicon import Known, Lexicon, Light, Span, Surface, Word

PROTECTED = re.compile(
    r"<<<\w+>>>|@\w+|\b(?:Image|Video|Audio) ?\d+\b|\[\d{1,2}:\d{2}(?:[^\]\n]{0,20})\]"
    r"|\d{1,2}:\d{2}(?:\s?[-–]\s?\d{1,2}:\d{2})?"
    r"|\"[^\"\n]{1,400}\"|“[^”\n]{1,400}”|«[^»\n]{1,400}»"
)
"""References, timestamps, and what is spoken or written in the picture: never touched."""

NAMED = re.compile(r"(?i:close[- ]?up|shot|portrait) of [A-Z][a-z]+(?: [A-Z][a-z]+)?(?=[ ,.']|$)")
END = re.compile(r"[.!?]\s+|\n")
SENTENCE = re.compile(
    r"(?:[^.!?\n。！？]|[.!?](?![\s\"”»]|$))+(?:[.!?。！？]+(?=\s|$|[\"”»])[\"”»]?|\n|$|[。！？])",
)


T = TypeVar("T")


class once(Generic[T]):  # noqa: N801 - it is written like the property that it is
    """A property that is worked out when it is first asked for; the library's own takes a lock each time."""

    def __init__(self, work: Callable[[Any], T]) -> None:
        self._work, self._name, self.__doc__ = work, work.__name__, work.__doc__

    def __get__(self, instance: Any, _: Any = None) -> T:
        found = instance.__dict__[self._name] = self._work(instance)
        return found


@dataclass(frozen=True, eq=False)
class Prompt:
    """A text, read once. ``size`` and ``surface`` given by the caller win over what is found."""

    text: str
    lexicon: Lexicon
    given_size: str | None = None
    given_surface: str | None = None

    @once
    def kept(self) -> dict[str, Any]:
        """Findings by model."""
        return {}

    @once
    def protected(self) -> tuple[tuple[int, int], ...]:
        """Spans that nothing may touch."""
        return tuple(match.span() for match in PROTECTED.finditer(self.text))

    def is_protected(self, start: int, end: int) -> bool:
        """Whether a span meets a protected one."""
        return any(start < high and low < end for low, high in self.protected)

    @once
    def open(self) -> str:
        """The text with protected spans blanked, so that rules do not read what is spoken."""
        if not self.protected:
            return self.text
        out = list(self.text)
        for low, high in self.protected:
            out[low:high] = " " * (high - low)
        return "".join(out)

    @once
    def low(self) -> str:
        """`open` in small letters, character for character: patterns of the lexicon are small, and fast so."""
        low = self.open.lower()
        return (
            low if len(low) == len(self.open) else "".join(c.lower() if len(c.lower()) == 1 else c for c in self.open)
        )

    @once
    def size(self) -> str | None:
        """Shot size: ecu, cu, mcu, ms, ws, or None when nothing says."""
        if self.given_size:
            return self.given_size
        found = self.find("size")
        return tuple(self.lexicon.sizes)[found[0][2]] if found else None

    @once
    def size_or_guess(self) -> str:
        """The size, or what a model would take: a medium shot of a person, else a wide one."""
        return self.size or ("ms" if self.has_person else "ws")

    @once
    def has_person(self) -> bool:
        """Somebody is in the picture: a word for people, or a shot of somebody by name."""
        return self.has("person") or NAMED.search(self.open) is not None

    @once
    def is_face_shot(self) -> bool:
        """A face large enough that its light and skin are seen."""
        return self.has_person and self.size in {"ecu", "cu", "mcu"}

    @once
    def is_night(self) -> bool:
        """Night, or dark."""
        return self.has("night")

    @once
    def is_outdoors(self) -> bool:
        """Under the sky."""
        return self.has("outdoors")

    @once
    def lights(self) -> tuple[Light, ...]:
        """Named sources, in the order of the text, each once."""
        found: dict[str, Light] = {}
        for _, _, number in self.find("lights"):
            light = self.lexicon.lights[number]
            found.setdefault(light.id, light)
        return tuple(found.values())

    @once
    def textures(self) -> tuple[Span, ...]:
        """Words that give texture."""
        return self.find("texture")

    @once
    def surfaces(self) -> tuple[Surface, ...]:
        """Surfaces by their nouns, the given one first, skin before things where there are people."""
        low, known = self.low, self.lexicon.nouns
        words = set(re.findall(r"[\w'-]+", low))
        named = [s for s in self.lexicon.surfaces if self.given_surface and self.given_surface in s.name]
        numbers = {number for noun in known if noun in words or (" " in noun and noun in low) for number in known[noun]}
        found = [self.lexicon.surfaces[number] for number in sorted(numbers)]
        if self.has_person and not any("skin" in s.name for s in found):
            found += [s for s in self.lexicon.surfaces if s.name.startswith("skin")]
        found.sort(
            key=lambda s: (
                not named or s not in named,
                not (self.has_person and "skin" in s.name),
                s.name == "skin, general",
            )
        )
        return tuple(dict.fromkeys([*named, *found]))

    @once
    def sentences(self) -> tuple[tuple[int, int], ...]:
        """Spans of the sentences, of what is not blank."""
        return tuple(m.span() for m in SENTENCE.finditer(self.open) if m.group().strip(" \n\t.!?"))

    @once
    def hits(self) -> tuple[tuple[Word, int, int], ...]:
        """Words of the lexicon with their places, whatever they mean there."""
        words = self.lexicon.words
        return tuple((words[number], start, end) for start, end, number in self.find("words"))

    @once
    def pieces(self) -> tuple[tuple[int, str, Known], ...]:
        """Sentences in small letters with their first character: no pattern reaches over the end of one."""
        ends = [match.end() for match in END.finditer(self.low)]
        parts = [(low, self.low[low:high].rstrip()) for low, high in pairwise([0, *ends, len(self.low)]) if low < high]
        return tuple((low, part, self.lexicon.known(part)) for low, part in parts)

    def has(self, slot: str) -> bool:
        """Whether the words of a slot (``slots.toml``) are found outside what is protected."""
        return bool(self.find(slot))

    @once
    def _found(self) -> dict[str, tuple[Span, ...]]:
        return {}

    def find(self, slot: str) -> tuple[Span, ...]:
        """All places of a slot's words."""
        found = self._found.get(slot)
        if found is None:
            places: list[Span] = []
            for low, piece, known in self.pieces:
                spans = known.get(slot)
                if spans is None:
                    spans = self.lexicon.scan(slot, piece, known)
                places += [(start + low, end + low, number) for start, end, number in spans] if spans else ()
            found = self._found[slot] = tuple(places)
        return found


def first_sentence(text: str) -> tuple[str, str]:
    """The first sentence and the rest."""
    end = re.search(r"[.!?]+(?=\s)", _blanked(text))
    return (text[: end.end()], text[end.end() :].strip()) if end else (text, "")


def merged(text: str, sentences_max: int) -> str:
    """``text`` in at most so many sentences: the shortest neighbours are joined by semicolons, no word is changed."""
    parts = [text[low:high].strip() for low, high in (m.span() for m in SENTENCE.finditer(_blanked(text)))]
    parts = [part for part in parts if part.strip(" .!?")]
    while len(parts) > sentences_max:
        at = min(range(len(parts) - 1), key=lambda i: len(parts[i]) + len(parts[i + 1]))
        parts[at : at + 2] = [f"{parts[at].rstrip('.!?')}; {parts[at + 1]}"]
    return " ".join(parts)


def _blanked(text: str) -> str:
    return PROTECTED.sub(lambda match: " " * len(match.group()), text)
