"""What camera footage reads like: distributions per cell of comparable clips, from a versioned file of figures.

The file that ships is read, unless the environment variable ``UNPLASTIC_REFERENCE`` names one of your own, as
``unplastic reference build`` writes it (`measure.distribution`). Cells are ordered, narrow ones first; a reading that a
narrow cell has too few clips for is looked up in the next wider one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import inf
from pathlib import Path
from typing import Any

from unplastic.clip import Clip
from unplastic.errors import RecipeError
from unplastic.reading import FACES_UNKNOWN, Reading

VARIABLE = "UNPLASTIC_REFERENCE"
VERSION = 2
CODEC_EFFICIENCY = {"hevc": 1.6, "vp9": 1.5, "av1": 2.0}
"""How many bits of H.264 one bit of a later codec stands for: a rough convention, not measured here."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How one reading is distributed over ``count`` camera clips: median, median absolute deviation and quantiles.

    ``log_mad`` is the MAD of its natural logarithm: None for a reading that may be zero or negative.
    """

    median: float
    mad: float
    log_mad: float | None
    q10: float
    q25: float
    q75: float
    q90: float
    count: int


@dataclass(frozen=True, slots=True)
class Covariates:
    """What a reading depends on, beside being plastic or not; None is not known, or is not to matter.

    ``bits`` are coded bits per pixel in terms of H.264, ``face_px`` the distance between the pupils (0: nobody is
    seen), ``level`` the median of Y' in nominal units.
    """

    bits: float | None
    lines: int
    face_px: float | None = None
    level: float | None = None

    @classmethod
    def of(cls, clip: Clip, readings: Sequence[Reading] = ()) -> Covariates:
        """Of a clip; without readings only what no treatment can change, so that before and after compare."""
        return cls(bits_per_pixel(clip), min(clip.width, clip.height), _face_px(readings), _level(readings))


@dataclass(frozen=True, slots=True)
class Cell:
    """Comparable camera clips: ranges are [low, high), and None where the cell does not ask."""

    name: str
    bits: tuple[float, float] | None
    lines_min: int
    face_px: tuple[float, float] | None
    level: tuple[float, float] | None
    clips: int
    stills: int
    sources: int
    readings: dict[tuple[str, str], Spread]

    def holds(self, covariates: Covariates) -> bool:
        """Whether a clip belongs here."""
        asked = (
            (self.bits, covariates.bits),
            (self.face_px, covariates.face_px),
            (self.level, covariates.level),
        )
        return covariates.lines >= self.lines_min and all(
            wanted is None or (is_ is not None and wanted[0] <= is_ < wanted[1]) for wanted, is_ in asked
        )


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference file: its cells, narrow ones first, and where they come from."""

    title: str
    date: str
    sources: tuple[str, ...]
    cells: tuple[Cell, ...]

    def cell(self, covariates: Covariates) -> Cell:
        """The narrowest cell that holds a clip; the last one in the file holds everything."""
        return next((each for each in self.cells[:-1] if each.holds(covariates)), self.cells[-1])

    def spread(self, name: str, region: str, covariates: Covariates) -> Spread | None:
        """How a reading is distributed over the narrowest cell that has enough clips with it."""
        for each in (*(cell for cell in self.cells[:-1] if cell.holds(covariates)), self.cells[-1]):
            if found := each.readings.get((name, region)):
                return found
        return None


def bits_per_pixel(clip: Clip) -> float | None:
    """Coded bits per pixel, as if the codec were H.264."""
    bits = clip.bits_per_pixel
    return None if bits is None else bits * CODEC_EFFICIENCY.get(clip.codec, 1.0)


def reference() -> Reference:
    """The user's own reference, if the environment names one, else the shipped. `RecipeError` for a bad file."""
    own = own_reference_path()
    return read_reference(own) if own else shipped_reference()


def own_reference_path() -> Path | None:
    """The file that ``UNPLASTIC_REFERENCE`` names, if any."""
    named = os.environ.get(VARIABLE, "").strip()
    return Path(named) if named else None


@cache
def shipped_reference() -> Reference:
    """The reference that comes with the package."""
    return _parsed(resources.files("unplastic").joinpath("data", "reference", "camera.json").read_text("utf-8"))


@cache
def read_reference(path: Path) -> Reference:
    """A reference file. Raises `RecipeError` for one that is missing, damaged or of another version."""
    again = f"build it again: unplastic reference build DIR (or unset {VARIABLE})"
    try:
        return _parsed(path.read_text(encoding="utf-8"))
    except OSError as trouble:
        reason = trouble.strerror or type(trouble).__name__
        raise RecipeError(f"{path}: the reference cannot be read: {reason}", again) from trouble
    except (ValueError, KeyError, TypeError, AttributeError) as trouble:
        raise RecipeError(f"{path}: not a reference file of version {VERSION}", again) from trouble


def _parsed(text: str) -> Reference:
    document = json.loads(text)
    if document["version"] != VERSION or not document["cells"]:
        raise ValueError(document["version"])
    cells = tuple(_cell(each) for each in document["cells"])
    return Reference(document["title"], document["date"], tuple(document["sources"]), cells)


def _cell(document: dict[str, Any]) -> Cell:
    return Cell(
        name=document["name"],
        bits=_range(document["bits"]),
        lines_min=int(document["lines_min"]),
        face_px=_range(document["face_px"]),
        level=_range(document["level"]),
        clips=int(document["clips"]),
        stills=int(document["stills"]),
        sources=int(document["sources"]),
        readings={(each.pop("name"), each.pop("region")): Spread(**each) for each in document["readings"]},
    )


def _range(ends: list[float | None] | None) -> tuple[float, float] | None:
    if ends is None:
        return None
    low, high = ends
    return (float(low or 0.0), inf if high is None else float(high))


def _face_px(readings: Sequence[Reading]) -> float | None:
    found = next((r for r in readings if (r.name, r.region) == ("face_ipd", "face")), None)
    if found is None or (found.why_not or "").startswith(FACES_UNKNOWN):
        return None
    return found.value if found.valid and found.value is not None else 0.0


def _level(readings: Sequence[Reading]) -> float | None:
    found = next((r for r in readings if (r.name, r.region) == ("median_level", "frame") and r.valid), None)
    return found.value if found else None
