"""What is put into empty slots: texture that the frame can show, a named light, a lens, one imperfection."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from unplastic.prompts.finding import Change
from unplastic.prompts.lexicon import Lexicon, Light
from unplastic.prompts.parse import Prompt

OF_A_FACE = re.compile(r"cheek|eye|brow|chin|hat\b|nose")

SKY = frozenset({"L31", "L34", "L35", "L36", "L37", "L39", "L45"})
"""Light that comes from all of the sky: a side of it is brighter."""

CODES = {
    "texture": "missing_texture",
    "light": "missing_light",
    "lens": "missing_lens",
    "imperfection": "missing_imperfection",
}


@dataclass(frozen=True, slots=True)
class Slots:
    """Sentences without their full stop; empty where nothing is missing."""

    texture: str = ""
    light: str = ""
    lens: str = ""
    imperfection: str = ""

    def changes(self) -> list[Change]:
        """One for each that is filled."""
        why = {
            "texture": "surfaces without a word come out smooth",
            "light": "a source with a side, and what stays dark, makes relief",
            "lens": "a lens and a camera give depth and edges that are not the model's average",
            "imperfection": "one thing that is not perfect",
        }
        return [Change(CODES[name], "", text, why[name]) for name in CODES if (text := getattr(self, name))]


def missing(prompt: Prompt, light: str = "") -> Slots:
    """What a prompt lacks. ``light``, the sentence of a scene's light sheet, is put in verbatim where it is not yet."""
    return Slots(
        texture="" if prompt.textures else _texture(prompt),
        light=_light(prompt, light),
        lens=_lens(prompt),
        imperfection="" if prompt.has("imperfect") else _imperfection(prompt),
    )


def _texture(prompt: Prompt) -> str:
    size = prompt.size_or_guess
    most = 1 if size in {"ms", "ws"} else 2
    chosen: list[str] = []
    for surface in prompt.surfaces:
        new = (
            phrase for phrase in surface.phrases(size) if phrase not in chosen and _is_texture(prompt.lexicon, phrase)
        )
        chosen += islice(new, 1)
        if len(chosen) == most:
            break
    if not chosen:
        chosen = list(next(s for s in prompt.lexicon.surfaces if s.name == "things").phrases(size)[:1])
    elif len(chosen) < most:
        spare = [phrase for phrase in prompt.surfaces[0].phrases(size) if phrase not in chosen]
        chosen += spare[: most - len(chosen)]
    return _capital(" and ".join(chosen))


@lru_cache(maxsize=1000)
def _is_texture(words: Lexicon, phrase: str) -> bool:
    return words.slots["texture"].search(phrase) is not None


def _light(prompt: Prompt, given: str) -> str:
    if given:
        return "" if given.rstrip(". ") in prompt.text else given.rstrip(". ")
    has_side, has_dark = prompt.has("side"), prompt.has("dark")
    if prompt.lights:
        light = prompt.lights[0]
        parts = (
            []
            if has_side
            else ["the light comes from camera left" + (", just above eye level" if prompt.is_face_shot else "")]
        )
        parts += [] if has_dark else [_dark(prompt, light)]
        return _capital("; ".join(parts))
    light = default_light(prompt)
    side = "" if has_side else ", brighter from camera left" if light.id in SKY else " from camera left"
    height = ", just above eye level" if prompt.is_face_shot and not has_side and light.id not in SKY else ""
    ratio = f", {_stops(light)} over the shadow side" if prompt.is_face_shot else ""
    dark = "" if has_dark else f"; {_dark(prompt, light)}"
    return _capital(f"{light.phrase}{side}{height}{ratio}{dark}")


def default_light(prompt: Prompt) -> Light:
    """The light that the place and the hour give."""
    words = set(re.findall(r"[\w'-]+", prompt.open.lower()))
    for row in prompt.lexicon.camera["default_light"]:
        if not row["words"] and not prompt.has_person and not prompt.has("indoors"):
            return next(light for light in prompt.lexicon.lights if light.id == ("L39" if prompt.is_night else "L35"))
        if not row["words"] or words & set(row["words"]):
            wanted = row["night" if prompt.is_night else "day"]
            return next(light for light in prompt.lexicon.lights if light.id == wanted)
    raise AssertionError("the last row of default_light holds always")


def _dark(prompt: Prompt, light: Light) -> str:
    return (
        light.dark
        if prompt.has_person or not OF_A_FACE.search(light.dark)
        else "what faces away from it stays in shade"
    )


def _stops(light: Light) -> str:
    low, high = light.key_fill_stops
    middle = math.ceil(low + high) / 2
    return f"{middle:g} stop" + ("" if middle == 1 else "s")


def _lens(prompt: Prompt) -> str:
    camera = prompt.lexicon.camera
    parts = [] if prompt.has("lens") else [camera["lens"][prompt.size_or_guess]]
    if not prompt.has("capture"):
        parts.append(camera["capture"]["outdoors" if prompt.is_outdoors and not prompt.is_night else "indoors"])
    return ", ".join(parts)


def _imperfection(prompt: Prompt) -> str:
    table = prompt.lexicon.camera["imperfection"]
    return _capital(table[prompt.size_or_guess if prompt.has_person else "nobody"])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
