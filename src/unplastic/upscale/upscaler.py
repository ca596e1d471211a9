"""What an upscaler is, what the words "1080p" and "2x" ask of a clip, and the clip that comes out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, Protocol

from unplastic.clip import Clip, Picture
from unplastic.color import assumed_matrix
from unplastic.errors import RecipeError
from unplastic.registry import member
from unplastic.upscale.resampler import target_depth

OFF = "off"
PLAIN = "lanczos"
SIDE_MAX = 8192
FACTOR_MAX = 8.0
ASK = "ask for 1080p, 2160p, 2x or off"

PROVIDED = {"astra"}
"""Upscalers that the plan gives to a provider of services and that no provider brings yet."""


class Upscaler(Protocol):
    """A member of the room: a frozen dataclass of parameters."""

    name: ClassVar[str]

    def bind(self, clip: Clip, width: int, height: int, *, seed: int = 0) -> Callable[[Picture], Picture]:
        """What makes every picture of ``clip`` ``width`` by ``height``, in time order, in one thread.

        Gives uint16 planes at `target_depth`, of the clip's chroma, range and tags, and keeps index and times.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Enlarged:
    """A clip on its way to another size. ``clip`` is what everything behind the upscaler must believe.

    ``notes`` says what was done, or why nothing was; ``document`` is the recipe's entry; ``factor`` is how many times
    longer a side became. Calling it enlarges a picture; ``plain`` enlarges by Lanczos whatever the upscaler: what
    "before" looks like at the new size. Both hand pictures through where there is nothing to do.
    """

    clip: Clip
    notes: tuple[str, ...]
    document: dict[str, Any]
    factor: float = 1.0
    enlarge: Callable[[Picture], Picture] | None = None
    enlarge_plainly: Callable[[Picture], Picture] | None = None

    @property
    def is_noop(self) -> bool:
        """True if pictures come out as they went in."""
        return self.enlarge is None

    @property
    def is_plain(self) -> bool:
        """True if the upscaler adds nothing of its own to the plain enlargement."""
        return self.enlarge is self.enlarge_plainly

    def __call__(self, picture: Picture) -> Picture:
        """``picture`` at the new size."""
        return self.enlarge(picture) if self.enlarge else picture

    def plain(self, picture: Picture) -> Picture:
        """``picture`` at the new size, by Lanczos."""
        return self.enlarge_plainly(picture) if self.enlarge_plainly else picture


def enlarged(clip: Clip, size: str = OFF, upscaler: str = PLAIN, *, seed: int = 0) -> Enlarged:
    """``clip`` brought to ``size`` ("1080p", "2160p", "2x", "off") by the named upscaler.

    Raises `RecipeError` for a size that is not understood or not possible, `UnknownName` for an upscaler.
    """
    chosen = find_upscaler(upscaler)
    width, height = target_size(size, clip.width, clip.height)
    asked = {"size": size, "upscaler": upscaler}
    if (width, height) == (clip.width, clip.height):
        note = f"--upscale {size}: nothing to do, the clip already is {clip.width}x{clip.height}"
        return Enlarged(clip, () if size == OFF else (note,), {**asked, "active": False})
    note = f"enlarged from {clip.width}x{clip.height} to {width}x{height} ({upscaler})"
    document = {**asked, "active": True, "width": width, "height": height, "values": asdict(chosen)}  # type: ignore[call-overload]
    enlarge = chosen.bind(clip, width, height, seed=seed)
    plainly = enlarge if upscaler == PLAIN else find_upscaler(PLAIN).bind(clip, width, height, seed=seed)
    return Enlarged(_larger(clip, width, height), (note,), document, width / clip.width, enlarge, plainly)


def find_upscaler(name: str) -> Upscaler:
    """The upscaler called ``name`` with its defaults; raises `UnknownName`, or `RecipeError` for one yet to come."""
    if name in PROVIDED:
        raise RecipeError(
            f"the upscaler {name} is a paid service, which needs a film's budget and its books",
            "unplastic watch DIR --budget USD sends clips there; here, use --upscaler lanczos or neural",
        )
    return member("upscale", name)()


def target_size(size: str, width: int, height: int) -> tuple[int, int]:
    """(width, height) that ``size`` asks of a clip of ``width`` by ``height``; the clip's own if that is not larger.

    "1080p" makes the shorter side 1080 lines, so that a portrait clip of 720x1280 becomes 1080x1920; "2x" multiplies
    both. The shape is kept to within the rounding to even sides. Raises `RecipeError`.
    """
    factor = _factor(size, min(width, height))
    if factor <= 1.0:
        return width, height
    wide, high = (2 * round(side * factor / 2) for side in (width, height))
    if factor > FACTOR_MAX or max(wide, high) > SIDE_MAX:
        raise RecipeError(
            f"--upscale {size} would make {wide}x{high} of {width}x{height}",
            f"ask for less: at most {FACTOR_MAX:g} times, and {SIDE_MAX} on the longer side",
        )
    return wide, high


def _factor(size: str, shorter: int) -> float:
    if size == OFF:
        return 1.0
    lines, times = re.fullmatch(r"(\d{3,4})p", size), re.fullmatch(r"(\d(?:\.\d+)?)x", size)
    if lines:
        return int(lines[1]) / shorter
    if times and float(times[1]) >= 1.0:
        return float(times[1])
    raise RecipeError(f"--upscale {size}: not a size", ASK)


def _larger(clip: Clip, width: int, height: int) -> Clip:
    """The clip as the upscaler leaves it.

    A matrix that players guess from the size is written down. The bitrate grows with the picture: bits per pixel say
    what the encoder has left of a picture, and enlarging changes nothing about that.
    """
    color = clip.color
    was, now = (assumed_matrix(color.matrix, w, h) for w, h in ((clip.width, clip.height), (width, height)))
    if was != now:
        color = replace(color, matrix=was)
    bits = clip.bitrate_bps and round(clip.bitrate_bps * width * height / (clip.width * clip.height))
    return replace(clip, width=width, height=height, bit_depth=target_depth(clip), color=color, bitrate_bps=bits)
