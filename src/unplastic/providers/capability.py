"""The card of a model at a service: what it takes, what it costs, since when that is known, and from where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias

Work: TypeAlias = Literal["video", "portrait", "upscale"]
Unit: TypeAlias = Literal["second", "token_million", "picture", "credit", "frame"]
Confidence: TypeAlias = Literal["sdk", "vendor", "second-hand", "unsure"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a model takes. A limit of None is not known or not there, and is not checked.

    ``seconds`` is a closed range or, with ``seconds_listed``, the only lengths; megabytes are 10⁶ bytes.
    """

    seconds: tuple[float, ...] | None = None
    seconds_listed: bool = False
    seconds_free: bool = False
    sizes: tuple[str, ...] | None = None
    aspects: tuple[str, ...] | None = None
    fps: tuple[float, ...] | None = None
    prompt_chars: int | None = None
    negative: bool = False
    seed: bool = True
    audio: Literal["never", "option", "always"] = "never"
    images: int | None = None
    videos: int | None = None
    sounds: int | None = None
    files: int | None = None
    first_frame: bool = False
    last_frame: bool = False
    frames_exclude_references: bool = False
    image_megabytes: float | None = None
    video_megabytes: float | None = None
    sound_megabytes: float | None = None
    video_seconds: tuple[float, float] | None = None
    video_seconds_all: float | None = None
    sound_seconds_all: float | None = None
    pictures: int | None = None
    frames: int | None = None
    faces_need_library: bool = False


@dataclass(frozen=True, slots=True)
class Price:
    """What a unit costs, in US dollars; ``usd`` None: not known, and said so.

    ``usd_low`` is the lowest that is told, where it depends on the account's plan. ``per`` is how many frames a credit
    buys. ``when`` are the facts of a request that it holds for (`unplastic.providers.prices.facts`).
    """

    unit: Unit
    usd: float | None
    usd_low: float | None = None
    per: float = 1.0
    when: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Capability:
    """The card of one model of one service.

    ``model`` is our key, the same at every service that carries the model; ``native`` is the service's own id and
    ``aliases`` are other words for it that are understood.
    """

    model: str
    native: str
    title: str
    work: Work
    limits: Limits
    prices: tuple[Price, ...]
    source: str
    checked: date
    confidence: Confidence
    retired: date | None = None
    aliases: tuple[str, ...] = ()
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a request may cost in US dollars, or that it is not known (``low_usd`` and ``high_usd`` None)."""

    low_usd: float | None
    high_usd: float | None
    source: str
    checked: date | None
    note: str = ""

    @property
    def is_known(self) -> bool:
        """Whether there is a price at all."""
        return self.high_usd is not None
