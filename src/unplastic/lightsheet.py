"""The light of a scene as it is meant to be: one key, what it does to a face, and what stays dark.

Words become a sheet, a sheet becomes TOML that people edit, and the sentence that a prompt carries. Sides are the
picture's: "camera left" is -60 degrees.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import asdict, dataclass, fields
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from unplastic.errors import RecipeError

SIDES = {
    "front": (0.0, r"front(?:al)?|from (?:the )?camera(?![- ](?:left|right))|head[- ]on"),
    "left": (-60.0, r"(?:camera|screen|frame)[- ]left|(?:from|on) (?:the |her |his )?left"),
    "right": (60.0, r"(?:camera|screen|frame)[- ]right|(?:from|on) (?:the |her |his )?right"),
    "behind": (180.0, r"from behind|back-?lit|behind (?:her|him|them)"),
}
HEIGHTS = {
    "low": (-20.0, r"from below|below the chin|low(?= |,|$)"),
    "eye": (10.0, r"(?:at )?eye (?:level|height)"),
    "high": (40.0, r"high(?= |,|$)|from above"),
    "top": (70.0, r"overhead|straight down|toplight"),
}
HARDNESS = ("soft", "hard")
STOPS = re.compile(r"\b(\d(?:\.\d)?|one|two|three|four|five) stops?\b", re.IGNORECASE)
KELVIN = re.compile(r"\b(\d{4,5}) ?K\b")
DARK = re.compile(r"[^,.;]*\b(?:dark|black|unlit|only)\b[^,.;]*", re.IGNORECASE)
BEHIND = re.compile(r"[^,.;]*\b(?:in the background|behind)(?=\s*(?:[,.;]|$))", re.IGNORECASE)
"""A thing that is said to be behind: not the key, which is "from behind" or "behind her"."""

TINTS = {"warm": 2700.0, "cold": 7000.0, "cool": 6000.0}
NUMBERS = {"one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0}
COLOUR = re.compile(
    r"\b(?:(?:warm|cold|cool|pale|deep|dim)[ -])?(?:yellow|amber|orange|golden|red|pink|magenta|purple|violet|blue"
    r"|cyan|teal|green|white)\b|\b(?:warm|cold|cool)\b",
    re.IGNORECASE,
)
WHITES = (
    (2200.0, "orange"),
    (3500.0, "warm yellow"),
    (4600.0, "pale warm white"),
    (5800.0, "white"),
    (7500.0, "cool white"),
    (20_000.0, "cold blue"),
)
"""Up to so many kelvin, a light is called this."""

EDGES = {"hard": "hard, its shadows sharp-edged", "soft": "soft, its shadows without an edge"}
LIT = {
    "": "lights one side of the face",
    "front": "lights the face from the front",
    "left": "lights the cheek on that side",
    "right": "lights the cheek on that side",
    "behind": "edges hair and shoulders",
}
LIT_FROM = {"top": "lights forehead and nose, the eye sockets in shade", "low": "lights chin and brows from beneath"}
"""Where no side is said."""

SHADOWS = (
    (0.6, "hardly darker than the lit side"),
    (1.4, "a little darker, every pore still readable"),
    (2.4, "clearly in shadow, its features readable"),
    (3.4, "in deep shadow, only just readable"),
    (6.0, "all but black"),
)
"""Up to so many stops over fill, the shadow side of a face is this."""

WORDS_MAX = 2000
LIMITS = {"kelvin": (1000.0, 20_000.0), "stops": (0.0, 6.0)}


@dataclass(frozen=True, slots=True)
class LightSheet:
    """Empty words and None are what nobody said: they bind no shot.

    ``side``: front, left, right, behind; ``height``: low, eye, high, top; ``hardness``: soft, hard. ``colour`` in
    words, ``kelvin`` 1000 to 20000; ``stops``, key over fill on a face, 0 to 6. ``dark`` says what the light leaves
    dark, ``behind`` what else is lit. Raises `RecipeError`.
    """

    source: str = ""
    side: str = ""
    height: str = ""
    kelvin: float | None = None
    stops: float | None = None
    hardness: str = ""
    dark: str = ""
    colour: str = ""
    behind: str = ""

    def __post_init__(self) -> None:
        for name, known in (("side", SIDES), ("height", HEIGHTS), ("hardness", HARDNESS)):
            value = getattr(self, name)
            if value and value not in known:
                raise RecipeError(f"the light's {name} is {value!r}", f"known: {', '.join(known)}")
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            if value is not None and not (_is_number(value) and low <= value <= high):
                raise RecipeError(f"the light's {name} is {value!r}", f"give a number from {low:g} to {high:g}")
        for name in ("source", "dark", "colour", "behind"):
            if not isinstance(getattr(self, name), str):
                raise RecipeError(f"the light's {name} is not a text", "put it in quotes")

    @property
    def azimuth_deg(self) -> float | None:
        """Where the key stands, above 0 at camera right; None when nobody said."""
        return SIDES[self.side][0] if self.side else None

    @property
    def elevation_deg(self) -> float | None:
        """How high it stands; None when nobody said."""
        return HEIGHTS[self.height][0] if self.height else None

    @property
    def white(self) -> str:
        """The colour in words: those that were said, else those that its kelvin stand for; empty for neither."""
        if self.colour or self.kelvin is None:
            return self.colour
        return next(word for most, word in WHITES if self.kelvin <= most)

    def sentence(self) -> str:
        """What a prompt says, by its effects: what is lit, how dark its shadow side is, what stays dark; "" if none."""
        if self == LightSheet():
            return ""
        where = {"front": "from the camera", "behind": "from behind"}.get(self.side, f"from camera {self.side}")
        high = {"low": "from below", "eye": "at eye level", "high": "from above", "top": "overhead"}.get(
            self.height, ""
        )
        high = "" if high and high in self.source else high
        kelvin = f"{self.kelvin:.0f} K" if self.kelvin else ""
        white = "" if self.white and self.white in self.source else self.white
        parts = [
            self.source or "one light",
            white,
            kelvin,
            EDGES.get(self.hardness, ""),
            where if self.side else "",
        ]
        lit = LIT[self.side] if self.side else LIT_FROM.get(self.height, LIT[""])
        clauses = [", ".join(part for part in (*parts, high, lit) if part)]
        if self.stops is not None:
            shadow = next(words for most, words in SHADOWS if self.stops <= most)
            clauses.append(f"the shadow side of the face lies {self.stops:g} stops down, {shadow}")
        clauses += [part for part in (self.behind, self.dark) if part]
        text = "; ".join(clauses)
        return f"{text[0].upper()}{text[1:]}."

    def toml(self) -> str:
        """The sheet as TOML; what nobody said is left out. `from_toml` gives it back."""
        said = {name: value for name, value in asdict(self).items() if value not in ("", None)}
        return "".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in said.items())


def from_toml(text: str) -> LightSheet:
    """A sheet from TOML; raises `RecipeError` for what is no TOML, for unknown keys and for values out of range."""
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as trouble:
        raise RecipeError(f"the light sheet is not TOML: {trouble}", "mend the line it names") from trouble
    known = [field.name for field in fields(LightSheet)]
    for name in table:
        if name not in known:
            raise RecipeError(f"a light sheet has no {name!r}", f"known: {', '.join(known)}")
    return LightSheet(**table)


def from_words(words: str) -> LightSheet:
    """A sheet from a sentence such as "warm yellow from the lamps only, camera left, 3 stops, blinds behind".

    Sources come from the prompt room's table of lights; only what is said is filled in, and what a source implies by
    its nature: its colour, whether it is hard or soft, and what it leaves dark. More than 2000 characters are refused
    with `RecipeError`.
    """
    if len(words) > WORDS_MAX:
        raise RecipeError(f"the light is described in {len(words)} characters", f"use at most {WORDS_MAX}")
    stops, kelvin, dark = STOPS.search(words), KELVIN.search(words), DARK.search(words)
    number = stops.group(1).lower() if stops else ""
    light = next((each for each in _lights() if re.search(rf"\b(?:{each['find']})\b", words, re.IGNORECASE)), None)
    tint, behind = COLOUR.search(words), BEHIND.search(words)
    warm = next((k for word, k in TINTS.items() if tint and word in tint.group(0).lower()), None)
    colours = light.get("colour_k") if light else None
    own = float(kelvin.group(1)) if kelvin else sum(colours) / len(colours) if colours else warm
    return LightSheet(
        source=str(light["phrase"]) if light else "",
        side=_named(SIDES, words),
        height=_named(HEIGHTS, words),
        kelvin=own,
        stops=(NUMBERS[number] if number in NUMBERS else float(number)) if stops else None,
        hardness=_hardness(words, str(light["hardness"]) if light else ""),
        dark=dark.group(0).strip() if dark else str(light["dark"]) if light else "",
        colour=tint.group(0).lower() if tint else "",
        behind=behind.group(0).strip() if behind else "",
    )


def light_of(said: str, folder: Path = Path()) -> LightSheet:
    """The sheet that somebody named: in words, or the TOML file of one, relative to ``folder``.

    Raises `RecipeError` for a file that cannot be read, and as `from_toml` and `from_words` do.
    """
    if not said.strip().endswith(".toml"):
        return from_words(said)
    path = folder / said.strip()
    try:
        return from_toml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as trouble:
        what = f"the light sheet {path} cannot be read: {getattr(trouble, 'strerror', None) or trouble}"
        raise RecipeError(what, "check the path, or say the light in words") from trouble


def _hardness(words: str, usual: str) -> str:
    """What is said, else what the source is known for where the table calls it plainly the one or the other."""
    said = next((each for each in HARDNESS if re.search(rf"\b{each}\b", words, re.IGNORECASE)), "")
    return said or next((each for each in HARDNESS if re.match(rf"(?:very |small )?{each}\b(?!-)", usual)), "")


def _named(known: dict[str, tuple[float, str]], words: str) -> str:
    return next(
        (name for name, (_, pattern) in known.items() if re.search(rf"\b(?:{pattern})", words, re.IGNORECASE)), ""
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@cache
def _lights() -> list[dict[str, Any]]:
    path = resources.files("unplastic") / "data" / "prompts" / "lights.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))["light"]
