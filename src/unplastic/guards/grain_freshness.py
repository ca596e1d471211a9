"""Grain is new in every frame: it sticks neither to the screen nor to the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unplastic.guards.bounds import said
from unplastic.guards.layer import Layer, layer_or_why
from unplastic.guards.pair import Pair
from unplastic.guards.sight import Sight
from unplastic.measure.bootstrap import pooled, share
from unplastic.parameter import check, parameter
from unplastic.reading import Guard


@dataclass(frozen=True)
class GrainFreshness:
    """Correlation of the added layer with the next one: at the same place of the screen, and along motion.

    Only of flat places without people, where nothing but grain was put in: texture on skin is meant to stay.
    """

    name: ClassVar[str] = "grain freshness"
    blames: ClassVar[tuple[str, ...]] = ("grain", "deboil", "texture")

    correlation_max: float = parameter(0.1, "correlation of the layers of two frames", low=0.0, high=1.0)

    def __post_init__(self) -> None:
        check(self)

    def look(self, sight: Sight) -> Layer | None:
        """The added layer."""
        return sight.layer

    def check(self, pair: Pair) -> Guard:
        """The larger correlation over all runs; it breaks with its whole 90 % interval."""
        layer = layer_or_why(self, pair)
        if isinstance(layer, Guard):
            return layer
        columns = np.stack([layer.power, layer.same, layer.along], axis=1)
        stays = max(
            (pooled(columns, lambda sums, i=i: share(sums[:, i], sums[:, 0])) for i in (1, 2)), key=lambda e: e.value
        )
        return Guard(self.name, stays.low <= self.correlation_max, said(stays.value), said(self.correlation_max))
