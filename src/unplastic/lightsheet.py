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
NUMBERS = {"one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0}
WORDS_MAX = 2000
LIMITS = {"kelvin": (1000.0, 20_000.0), "stops": (0.0, 6.0)}


@dataclass(frozen=True, slots=True)
class LightSheet:
    """Empty words and None are what nobody said: they bind no shot.

    ``side``: front, left, right, behind; ``height``: low, eye, high, top; ``hardness``: soft, hard. ``kelvin`` 1000 to
    20000; ``stops``, key over fill on a face, 0 to 6. ``dark`` says what the light leaves dark. Raises `RecipeError`.
    """

    source: str = ""
    side: str = ""
    height: str = ""
    kelvin: float | None = None
    stops: float | None = None
    hardness: str = ""
    dark: str = ""

    def __post_init__(self) -> None:
        for name, known in (("side", SIDES), ("height", HEIGHTS), ("hardness", HARDNESS)):
            value = getattr(self, name)
            if value and value not in known:
                raise RecipeError(f"the light's {name} is {value!r}", f"known: {', '.join(known)}")
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            if value is not None and not (_is_number(value) and low <= value <= high):
                raise RecipeError(f"the light's {name} is {value!r}", f"give a number from {low:g} to {high:g}")
        for name in ("source", "dark"):
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

    def sentence(self) -> str:
        """What a prompt says: the source, what it lights and by how much, and what stays dark; empty for no light."""
        where = {"front": "from the camera", "behind": "from behind"}.get(self.side, f"from camera {self.side}")
        high = {"low": "from below", "eye": "at eye level", "high": "from above", "top": "overhead"}.get(self.height)
        parts = [
            self.source or "one light",
            self.hardness,
            where if self.side else "",
            high or "",
            f"{self.kelvin:.0f} K" if self.kelvin else "",
        ]
        if self.stops is not None:
            parts.append(f"the lit side of the face {self.stops:g} stops over the shadow side")
        text = ", ".join(part for part in parts if part)
        if self == LightSheet():
            return ""
        return f"{text[0].upper()}{text[1:]}{f'; {self.dark}' if self.dark else ''}."

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
    """A sheet from a sentence such as "warm yellow from the lamps only, camera left, 3 stops".

    Sources and their colours come from the prompt room's table of lights; only what is said or what the source implies
    by its colour is filled in. More than 2000 characters are refused with `RecipeError`.
    """
    if len(words) > WORDS_MAX:
        raise RecipeError(f"the light is described in {len(words)} characters", f"use at most {WORDS_MAX}")
    stops, kelvin, dark = STOPS.search(words), KELVIN.search(words), DARK.search(words)
    number = stops.group(1).lower() if stops else ""
    light = next((each for each in _lights() if re.search(rf"\b(?:{each['find']})\b", words, re.IGNORECASE)), None)
    warm = 2700.0 if re.search(r"\bwarm\b", words, re.IGNORECASE) else None
    colours = light.get("colour_k") if light else None
    own = float(kelvin.group(1)) if kelvin else sum(colours) / len(colours) if colours else warm
    return LightSheet(
        source=str(light["phrase"]) if light else "",
        side=_named(SIDES, words),
        height=_named(HEIGHTS, words),
        kelvin=own,
        stops=(NUMBERS[number] if number in NUMBERS else float(number)) if stops else None,
        hardness=next((each for each in HARDNESS if re.search(rf"\b{each}\b", words, re.IGNORECASE)), ""),
        dark=dark.group(0).strip() if dark else "",
    )


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
