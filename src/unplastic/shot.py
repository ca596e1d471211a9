"""What a film is made of: scenes with a light, characters with a portrait, shots with a prompt.

Everything is frozen and checked when it is made. Paths are relative to the film's folder until `unplastic.film` reads
them.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

VERSION = 1
"""Of the film file's form. A change that older files do not survive gets the next one."""

Name: TypeAlias = Annotated[
    str,
    BeforeValidator(lambda name: unicodedata.normalize("NFC", name) if isinstance(name, str) else name),
    StringConstraints(pattern=r"^[^\W_](?:[\w .-]*[\w-])?$", max_length=60),
]
"""A name that is one folder on any disk, in any script: letters, digits, spaces, dots, dashes and underscores."""
Words: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
ShotSize: TypeAlias = Literal["ecu", "cu", "mcu", "ms", "mls", "ls", "els"]
"""Extreme close-up, close-up, medium close-up, medium, medium long, long and extreme long shot."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Character(_Part):
    """Somebody who is recognised from shot to shot.

    ``anchor`` stands word for word in every prompt that names them ("Mara, 54, a welder with a grey streak").
    ``portrait`` is the picture that was picked; ``registered`` maps a service to its own address of it
    ("asset://...").
    """

    name: Name
    anchor: Words
    portrait: Path | None = None
    registered: dict[str, str] = Field(default_factory=dict)


class Shot(_Part):
    """One shot. ``model`` overrules the routing; ``deadline`` says that it is no place for experiments.

    ``seconds`` is its length in the film; ``takes`` how many are wanted to choose from.
    """

    name: Name
    prompt: Words
    negative: str = ""
    surface: str = ""
    shot_size: ShotSize | None = None
    seconds: float = Field(default=5, gt=0, le=60)
    size: str = "1080p"
    aspect: str = "16:9"
    characters: tuple[Name, ...] = ()
    references: tuple[Path, ...] = ()
    first_frame: Path | None = None
    last_frame: Path | None = None
    model: str = ""
    takes: int = Field(default=1, ge=1, le=50)
    deadline: bool = False
    audio: bool = False
    budget_usd: float | None = Field(default=None, gt=0)


class Scene(_Part):
    """Shots under one light. ``light`` is the light sheet in words, or a TOML file of one."""

    name: Name
    light: str = ""
    budget_usd: float | None = Field(default=None, gt=0)
    shots: tuple[Shot, ...] = Field(min_length=1)


def look_file(name: str) -> tuple[str, str]:
    """The file that a look's name leads to, and the words behind it.

    ``("mine.toml", "+warmer")`` of "mine.toml+warmer"; no file, and all of it, of "16mm+warmer".
    """
    head, mark, words = name.rpartition(".toml")
    return (head + mark, words) if mark and (not words or words.startswith("+")) else ("", name)


class Film(_Part):
    """A film: what `unplastic.film.read` makes of ``film.toml``. ``folder`` is where it lies.

    ``budget_usd_per_day`` counts what is ordered on one day of UTC.
    """

    version: int = Field(default=VERSION, ge=1)
    title: Words
    budget_usd: float | None = Field(default=None, gt=0)
    budget_usd_per_day: float | None = Field(default=None, gt=0)
    look: str = "fine-35mm"
    characters: tuple[Character, ...] = ()
    scenes: tuple[Scene, ...] = ()
    folder: Path = Field(default=Path(), exclude=True)

    @property
    def shots(self) -> tuple[tuple[Scene, Shot], ...]:
        """Every shot with its scene, in the order of the film."""
        return tuple((scene, shot) for scene in self.scenes for shot in scene.shots)

    def character(self, name: str) -> Character | None:
        """The character of that name."""
        return next((each for each in self.characters if each.name == name), None)
