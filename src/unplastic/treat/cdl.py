"""ASC CDL: slope, offset, power and saturation, stated inline or read from .cdl, .cc and .ccc files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unplastic.errors import RecipeError
from unplastic.treat.colorfile import read_color_file

Signal = NDArray[np.float64]
Triple = tuple[float, float, float]

SUFFIXES = (".cdl", ".cc", ".ccc")
LUMA = np.array([0.2126, 0.7152, 0.0722])


@dataclass(frozen=True, slots=True)
class Cdl:
    """One ASC colour decision on nominal R'G'B' (ASC CDL 1.2 without clamping, as OpenColorIO's ``noClamp``)."""

    slope: Triple = (1.0, 1.0, 1.0)
    offset: Triple = (0.0, 0.0, 0.0)
    power: Triple = (1.0, 1.0, 1.0)
    saturation: float = 1.0

    def __call__(self, rgb: Signal) -> Signal:
        """(..., 3) R'G'B' through (rgb * slope + offset) ^ power, then saturation about BT.709 luma.

        Negative values take no power.
        """
        linear = rgb * np.array(self.slope) + np.array(self.offset)
        powered = np.where(linear > 0.0, np.maximum(linear, 0.0) ** np.array(self.power), linear)
        luma = (powered @ LUMA)[..., None]
        return luma + self.saturation * (powered - luma)


def read_cdl(path: str) -> Cdl:
    """The first colour correction of a CDL file; raises `RecipeError` when there is none."""
    hint = "use an ASC CDL file: .cdl, .cc or .ccc"
    if Path(path).suffix.lower() not in SUFFIXES:
        raise RecipeError(f"{path} is no CDL file", hint)
    return read_color_file(path, "CDL file", hint, _read)


def _read(ocio: Any, path: str) -> Cdl:
    found = ocio.CDLTransform.CreateFromFile(path, "")
    found.validate()
    return Cdl(_triple(found.getSlope()), _triple(found.getOffset()), _triple(found.getPower()), found.getSat())


def _triple(values: list[float]) -> Triple:
    red, green, blue = values
    return red, green, blue
