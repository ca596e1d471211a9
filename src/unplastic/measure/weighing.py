"""Which readings tell plastic from camera footage, which way, and by what weight: fitted, never set by hand.

A reading becomes a distance z from the median of camera clips of its class, in spreads (1.48 MAD) of those clips, with
the sign that makes + more plastic. Readings that are plastic when low are compared by their logarithms: they cannot
fall below zero, so that on a linear scale a wide spread of camera clips would hide even a total loss.
``benchmark/fit_weights.py`` writes the weights; a tell that does not separate sources it was not fitted on has none.
No tells on purpose: what one knob moves (saturation, black, white), and what grain alone moves (rho, flicker ratio).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from unplastic.measure.reference import Spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

Z_FROM, Z_FULL = 1.0, 4.0
SMALLEST = 1e-3
"""What a logarithm is taken of at least: readings this small are all the same nothing."""


@dataclass(frozen=True, slots=True)
class Tell:
    """A reading that may enter the score.

    ``sign`` is +1 when more of it is more plastic, -1 when less is (it is then compared by its logarithm). ``least`` is
    the smallest spread that is believed of camera clips, in the reading's unit or as a share: few clips can agree by
    chance, and no reading is repeatable to less.
    """

    reading: str
    region: str
    sign: int
    least: float

    def z(self, values: NDArray[np.float64], camera: Spread) -> NDArray[np.float64]:
        """How plastic values are, in spreads of camera clips."""
        if self.sign > 0 or camera.log_mad is None:
            return self.sign * (values - camera.median) / max(1.48 * camera.mad, self.least)
        logs = np.log(np.maximum(values, SMALLEST)) - np.log(max(camera.median, SMALLEST))
        return self.sign * logs / max(1.48 * camera.log_mad, self.least)


def part(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much a tell counts, 0..1: nothing up to one spread, fully from four on."""
    return np.clip((z - Z_FROM) / (Z_FULL - Z_FROM), 0.0, 1.0)


TELLS = (
    Tell("locked_texture", "frame", -1, 0.2),
    Tell("texture_to_edge", "frame", -1, 0.2),
    Tell("edge_overshoot", "frame", +1, 2.0),
    Tell("fresh_grain", "frame", -1, 0.2),
    Tell("boil_share", "frame", +1, 0.03),
    Tell("boil_loss", "frame", +1, 0.03),
    Tell("boil_loss", "skin", +1, 0.03),
    Tell("boil_loss", "hair", +1, 0.03),
    Tell("boil_loss", "cloth", +1, 0.03),
    Tell("flicker_beyond_grain", "frame", +1, 0.05),
    Tell("flicker_beyond_grain", "skin", +1, 0.05),
    Tell("flicker_beyond_grain", "hair", +1, 0.05),
    Tell("flicker_beyond_grain", "cloth", +1, 0.05),
    Tell("periodic_flicker", "stride 4", +1, 0.1),
    Tell("periodic_flicker", "stride 8", +1, 0.1),
    Tell("screen_lock", "frame", +1, 0.05),
    Tell("skin_lines", "face", -1, 0.2),
    Tell("banding", "frame", +1, 1.0),
)


@dataclass(frozen=True, slots=True)
class Weight:
    """A tell with its share of the score."""

    tell: Tell
    weight: float

    @property
    def reading(self) -> str:
        """Its reading's name."""
        return self.tell.reading

    @property
    def region(self) -> str:
        """Its reading's region."""
        return self.tell.region


def _fitted() -> tuple[tuple[Weight, ...], float]:
    text = resources.files("unplastic").joinpath("data", "reference", "weights.json").read_text(encoding="utf-8")
    document = json.loads(text)
    share = {(each["reading"], each["region"]): each["weight"] for each in document["tells"]}
    weights = tuple(Weight(t, share[t.reading, t.region]) for t in TELLS if share.get((t.reading, t.region), 0.0) > 0)
    return weights, float(document["generated_above"])


WEIGHTS, GENERATED_ABOVE = _fitted()
"""The tells that count, and the score above which a clip is called generated."""
