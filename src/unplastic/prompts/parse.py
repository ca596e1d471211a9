"""What a prompt holds: protected spans, shot size, people, places, lights and the slots that are filled."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from unplastic.prompts.lexicon import Lexicon, Light, Span, Surface, Word

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


@dataclass(frozen=True, eq=False)
class Prompt:
    """A text, read once. ``size`` and ``surface`` given by the caller win over what is found."""

    text: str
    lexicon: Lexicon
    given_size: str | None = None
    given_surface: str | None = None

    @cached_property
    def kept(self) -> dict[str, Any]:
        """Findings by model."""
        return {}

    @cached_property
    def protected(self) -> tuple[tuple[int, int], ...]:
        """Spans that nothing may touch."""
        return tuple(match.span() for match in PROTECTED.finditer(self.text))

    def is_protected(self, start: int, end: int) -> bool:
        """Whether a span meets a protected one."""
        return any(start < high and low < end for low, high in self.protected)

    @cached_property
    def open(self) -> str:
        """The text with protected spans blanked, so that rules do not read what is spoken."""
        if not self.protected:
            return self.text
        out = list(self.text)
        for low, high in self.protected:
            out[low:high] = " " * (high - low)
        return "".join(out)

    @cached_property
    def low(self) -> str:
        """`open` in small letters, character for character: patterns of the lexicon are small, and fast so."""
        low = self.open.lower()
        return (
            low if len(low) == len(self.open) else "".join(c.lower() if len(c.lower()) == 1 else c for c in self.open)
        )

    @cached_property
    def size(self) -> str | None:
        """Shot size: ecu, cu, mcu, ms, ws, or None when nothing says."""
        if self.given_size:
            return self.given_size
        found = self.lexicon.size_pattern.search(self.low)
        return found.lastgroup if found else None

    @cached_property
    def size_or_guess(self) -> str:
        """The size, or what a model would take: a medium shot of a person, else a wide one."""
        return self.size or ("ms" if self.has_person else "ws")

    @cached_property
    def has_person(self) -> bool:
        """Somebody is in the picture: a word for people, or a shot of somebody by name."""
        return self.has("person") or NAMED.search(self.open) is not None

    @cached_property
    def is_face_shot(self) -> bool:
        """A face large enough that its light and skin are seen."""
        return self.has_person and self.size in {"ecu", "cu", "mcu"}

    @cached_property
    def is_night(self) -> bool:
        """Night, or dark."""
        return self.has("night")

    @cached_property
    def is_outdoors(self) -> bool:
        """Under the sky."""
        return self.has("outdoors")

    @cached_property
    def lights(self) -> tuple[Light, ...]:
        """Named sources, in the order of the text, each once."""
        found: dict[str, Light] = {}
        for _, _, number in self.find("lights"):
            light = self.lexicon.lights[number]
            found.setdefault(light.id, light)
        return tuple(found.values())

    @cached_property
    def textures(self) -> tuple[Span, ...]:
        """Words that give texture."""
        return self.find("texture")

    @cached_property
    def surfaces(self) -> tuple[Surface, ...]:
        """Surfaces by their nouns, the given one first, skin before things where there are people."""
        low = self.low
        words = set(re.findall(r"[\w'-]+", low))
        named = [s for s in self.lexicon.surfaces if self.given_surface and self.given_surface in s.name]
        found = [s for s in self.lexicon.surfaces if any(n in words or (" " in n and n in low) for n in s.nouns)]
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

    @cached_property
    def sentences(self) -> tuple[tuple[int, int], ...]:
        """Spans of the sentences, of what is not blank."""
        return tuple(m.span() for m in SENTENCE.finditer(self.open) if m.group().strip(" \n\t.!?"))

    @cached_property
    def hits(self) -> tuple[tuple[Word, int, int], ...]:
        """Words of the lexicon with their places, whatever they mean there."""
        words = self.lexicon.words
        return tuple((words[number], start, end) for start, end, number in self.find("words"))

    @cached_property
    def _pieces(self) -> tuple[tuple[int, str], ...]:
        """Sentences in small letters with their first character: no pattern reaches over the end of one."""
        ends = [match.end() for match in END.finditer(self.low)]
        return tuple((low, self.low[low:high]) for low, high in pairwise([0, *ends, len(self.low)]) if low < high)

    @cached_property
    def _has(self) -> dict[str, bool]:
        return {}

    def has(self, slot: str) -> bool:
        """Whether the words of a slot (``slots.toml``) are found outside what is protected."""
        if slot not in self._has:
            self._has[slot] = any(self.lexicon.scan(slot, piece) for _, piece in self._pieces)
        return self._has[slot]

    def find(self, slot: str) -> tuple[Span, ...]:
        """All places of a slot's words."""
        return tuple(
            (start + low, end + low, number)
            for low, piece in self._pieces
            for start, end, number in self.lexicon.scan(slot, piece)
        )


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
