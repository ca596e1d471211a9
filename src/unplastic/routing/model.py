"""What is known of a model before it was tried here: facts with a source, and leanings by surface that weigh little.

One file a model in ``data/models/``. Leanings are priors, not truth: measured takes overrule them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from difflib import get_close_matches
from functools import cache
from importlib import resources
from typing import Any, Literal

from unplastic.errors import UnknownName

SURFACES = ("skin", "hair", "fabric", "low light", "fast motion", "water", "text", "wide")
STALE_DAYS = 120


@dataclass(frozen=True, slots=True)
class Leaning:
    """A prior: how many points of plasticity better (below 0) or worse a model is on a surface, and who says so.

    ``pseudo`` is how many measured takes it counts for.
    """

    surface: str
    points: float
    pseudo: float
    source: str


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A video model. ``version`` is what a service serves under the key now: a new one widens what is believed.

    ``fps`` is the true frame rate, ``native`` the size above which it is probably upscaled ("720p"). ``latency_s`` are
    the median and the 95th percentile for five seconds. ``continuity`` from 0 to 1: how well it carries a character.
    """

    key: str
    title: str
    version: str
    modes: tuple[str, ...]
    fps: float
    native: str
    multi_shot: int
    continuity: float
    latency_s: tuple[float, float]
    faces: Literal["free", "library", "region"]
    source: str
    checked: date
    confidence: Literal["vendor", "second-hand", "unsure"]
    retired: date | None = None
    notes: str = ""
    leanings: tuple[Leaning, ...] = field(default=())

    def leaning(self, surface: str) -> Leaning | None:
        """What is said of it on that surface."""
        return next((each for each in self.leanings if each.surface == surface), None)

    def is_stale(self, today: date) -> bool:
        """Nobody has looked at its sources for four months."""
        return (today - self.checked).days > STALE_DAYS


@cache
def models() -> Mapping[str, ModelCard]:
    """Every card, by key."""
    folder = resources.files("unplastic") / "data" / "models"
    cards = [
        _card(tomllib.loads(each.read_text(encoding="utf-8")))
        for each in folder.iterdir()
        if each.name.endswith(".toml")
    ]
    return {card.key: card for card in sorted(cards, key=lambda card: card.key)}


def model(key: str) -> ModelCard:
    """The card of that key; raises `UnknownName` with the nearest."""
    known = models()
    if key in known:
        return known[key]
    near = get_close_matches(key, known, n=1)
    raise UnknownName(
        f"no model is called {key!r}", f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
    )


def surface_named(name: str) -> str:
    """The surface of that name; raises `UnknownName` with the nearest."""
    plain = name.strip().lower().replace("_", " ").replace("-", " ")
    if plain in SURFACES:
        return plain
    near = get_close_matches(plain, SURFACES, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(SURFACES)}"
    raise UnknownName(f"no surface is called {name!r}", hint)


def _card(row: dict[str, Any]) -> ModelCard:
    leanings = tuple(Leaning(**each) for each in row.pop("leanings", []))
    strange = set(row) - {each.name for each in fields(ModelCard)}
    if strange:
        raise ValueError(f"{row.get('key')}: {', '.join(sorted(strange))} is not known")
    facts: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return ModelCard(**facts, leanings=leanings)
