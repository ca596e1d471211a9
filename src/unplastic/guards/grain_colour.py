"""Grain of film has colour, but less than luma."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unplastic.guards.bounds import said, unchecked
from unplastic.guards.layer import Layer, layer_or_why
from unplastic.guards.pair import Pair
from unplastic.guards.sight import Sight
from unplastic.measure.bootstrap import pooled, root, share
from unplastic.parameter import check, parameter
from unplastic.reading import Guard


@dataclass(frozen=True)
class GrainColour:
    """Standard deviation of what is new in chroma over that in luma, in codes, in flat places."""

    name: ClassVar[str] = "grain colour"
    blames: ClassVar[tuple[str, ...]] = ("grain",)

    share_min: float = parameter(0.2, "least chroma grain in shares of luma grain", low=0.0, high=10.0)
    share_max: float = parameter(0.9, "most chroma grain in shares of luma grain", low=0.0, high=10.0)

    def __post_init__(self) -> None:
        check(self)

    def look(self, sight: Sight) -> Layer | None:
        """The added layer."""
        return sight.layer

    def check(self, pair: Pair) -> Guard:
        """Over all runs; it breaks with its whole 90 % interval."""
        if not pair.declared.grain_has_colour:
            return unchecked(self, "grey grain is declared")
        layer = layer_or_why(self, pair)
        if isinstance(layer, Guard):
            return layer
        colour = pooled(np.stack([layer.chroma, layer.fresh], axis=1), lambda s: root(share(s[:, 0], s[:, 1])))
        ok = colour.high >= self.share_min and colour.low <= self.share_max
        return Guard(self.name, ok, said(colour.value), f"{self.share_min:g} to {self.share_max:g}")
