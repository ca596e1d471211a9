"""Grain of film follows luma: little of it in black and white."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unplastic.guards.bounds import said, unchecked
from unplastic.guards.layer import Layer, layer_or_why
from unplastic.guards.pair import Pair
from unplastic.guards.sight import Sight
from unplastic.measure.bootstrap import Array, pooled, root
from unplastic.parameter import check, parameter
from unplastic.reading import Guard


@dataclass(frozen=True)
class GrainCurve:
    """Share of the added grain that does not follow the film's curve over luma. Video noise knows no luma: 1.

    sigma = s (flat + (1 - flat) film(u)) over blocks by least squares, with film(u) = 2.24 u^0.508 (1 - u)^0.668, the
    closed form of the Boolean grain model (Newson, Delon and Galerne 2017).
    """

    name: ClassVar[str] = "grain curve"
    blames: ClassVar[tuple[str, ...]] = ("grain",)

    flat_share_max: float = parameter(0.75, "share that does not follow the film's curve", low=0.0, high=2.0)
    sure_within: float = parameter(0.2, "half a 90 % interval that still says something", low=0.0, high=1.0)

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
        if not pair.declared.grain_is_film:
            return unchecked(self, "no grain of film is declared")
        film, sigma = _film(np.clip((layer.luma - 16.0) / 219.0, 0.0, 1.0)), root(layer.fresh)
        columns = np.stack([np.ones_like(film), film, film * film, sigma, sigma * film], axis=1)
        flat = pooled(columns, _flat_share)
        if flat.high - flat.low > 2.0 * self.sure_within:
            return unchecked(self, "flat places are too much of one luma")
        return Guard(self.name, flat.low <= self.flat_share_max, said(flat.value), said(self.flat_share_max))


def _film(u: Array) -> Array:
    return 2.24 * u**0.508 * (1.0 - u) ** 0.668


def _flat_share(sums: Array) -> Array:
    """(draws,) from the normal equations of sigma over (1, film)."""
    count, film, squares, sigma, both = sums.T
    slope = (count * both - film * sigma) / np.maximum(count * squares - film * film, 1e-12)
    offset = (sigma - slope * film) / np.maximum(count, 1e-12)
    return offset / np.maximum(offset + slope, 1e-12)
