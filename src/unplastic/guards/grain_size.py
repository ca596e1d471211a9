"""Grain is as fine as grain: no blotches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unplastic.guards.bounds import said
from unplastic.guards.layer import Layer, layer_or_why
from unplastic.guards.pair import Pair
from unplastic.guards.sight import Sight
from unplastic.measure.bootstrap import Array, pooled
from unplastic.parameter import check, parameter
from unplastic.reading import Guard

GROWTH = 0.8
"""Grain grows with the picture's lines to this power (texture 3.8)."""

FLOOR_PX = 0.9
"""No picture is so small that less can be asked: white noise has 0.5."""


@dataclass(frozen=True)
class GrainSize:
    """Radius where the autocorrelation of what is new in flat places falls to one half."""

    name: ClassVar[str] = "grain size"
    blames: ClassVar[tuple[str, ...]] = ("grain",)

    length_max_px: float = parameter(1.7, "radius in a picture of 1080 lines; scaled to the clip's", low=0.5, high=20.0)

    def __post_init__(self) -> None:
        check(self)

    def look(self, sight: Sight) -> Layer | None:
        """The added layer."""
        return sight.layer

    def check(self, pair: Pair) -> Guard:
        """Over all runs; it breaks with its whole 90 % interval."""
        layer = layer_or_why(self, pair)
        if isinstance(layer, Guard):
            return layer
        lines = np.sqrt(pair.after.width * pair.after.height * 9 / 16)
        limit = max(FLOOR_PX, self.length_max_px * float(lines / 1080) ** GROWTH)
        length = pooled(layer.lags, _half_radius_px)
        return Guard(self.name, length.low <= limit, said(length.value, "px"), said(limit, "px"))


def _half_radius_px(sums: Array) -> Array:
    """(draws,) where the autocorrelation (draws, lags) falls to one half, linear between lags; the last if nowhere."""
    curve = sums / np.maximum(sums[:, :1], 1e-12)
    below = curve < 0.5
    first = np.where(below.any(axis=1), below.argmax(axis=1), curve.shape[1] - 1)
    row = np.arange(len(curve))
    before, after = curve[row, first - 1], curve[row, first]
    radius: Array = first - 1 + np.clip((before - 0.5) / np.maximum(before - after, 1e-9), 0.0, 1.0)
    return radius
