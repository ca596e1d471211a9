"""What camera footage reads like, per compression class: medians and spreads from a versioned data file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

from unplastic.clip import Clip

FILE = "camera.json"
CODEC_EFFICIENCY = {"hevc": 1.6, "vp9": 1.5, "av1": 2.0}
"""How many bits of H.264 one bit of a later codec stands for: a rough convention, not measured here."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and median absolute deviation (MAD) of one reading over ``clips`` camera clips.

    ``log_mad`` is the MAD of its natural logarithm: None for a reading that may be zero or negative.
    """

    median: float
    mad: float
    log_mad: float | None
    clips: int


@dataclass(frozen=True, slots=True)
class ReferenceClass:
    """Camera clips of one compression state: bits per pixel in [low, high), and at least ``lines_min`` lines."""

    name: str
    bits_low: float
    bits_high: float
    lines_min: int
    clips: int
    readings: dict[str, Spread]


def bits_per_pixel(clip: Clip) -> float | None:
    """Coded bits per pixel, as if the codec were H.264."""
    bits = clip.bits_per_pixel
    return None if bits is None else bits * CODEC_EFFICIENCY.get(clip.codec, 1.0)


def reference_class(clip: Clip) -> ReferenceClass:
    """The narrowest class that holds the clip; the last one in the file holds everything."""
    bits, lines = bits_per_pixel(clip), min(clip.width, clip.height)
    classes = reference_classes()
    for each in classes[:-1]:
        if bits is not None and each.bits_low <= bits < each.bits_high and lines >= each.lines_min:
            return each
    return classes[-1]


@cache
def reference_classes() -> tuple[ReferenceClass, ...]:
    """Every class of the data file, narrow ones first."""
    text = resources.files("unplastic").joinpath("data", "reference", FILE).read_text(encoding="utf-8")
    return tuple(
        ReferenceClass(
            name=each["name"],
            bits_low=each["bits_per_pixel"][0],
            bits_high=each["bits_per_pixel"][1],
            lines_min=each["lines_min"],
            clips=each["clips"],
            readings={name: Spread(**spread) for name, spread in each["readings"].items()},
        )
        for each in json.loads(text)["classes"]
    )
