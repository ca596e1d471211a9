"""A8: visible bands on smooth slopes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unplastic.clip import Clip
from unplastic.measure.bootstrap import Array, pooled, share
from unplastic.measure.places import worst_first, worst_place
from unplastic.parameter import check, parameter
from unplastic.reading import Evidence, Place
from unplastic.vision import Run
from unplastic.vision.plateaus import banded


@dataclass(frozen=True, slots=True, eq=False)
class BandTiles:
    """One run: (tiles, 2) of banded pixels and of all pixels inside the picture."""

    sums: Array
    place: Place | None


@dataclass(frozen=True)
class Banding:
    """banding: % of the picture that is a smooth slope drawn in visible steps.

    Our own cheap measure, not CAMBI: it asks whether plateaus one code apart lie where luma changes by less than about
    three codes in 33 px. Noise or dither of half a code leaves none. Like CAMBI it has no temporal part.
    """

    name: ClassVar[str] = "banding"

    tile_share_min: float = parameter(
        0.25, "banded share of a tile that makes it a place to look at", low=0.0, high=1.0
    )

    def __post_init__(self) -> None:
        check(self)

    def observe(self, run: Run) -> BandTiles:
        """Bands in the first frame of a run."""
        bands, _ = banded(run.frames[0].luma, run.lit, run.grid)
        lit = run.grid.counts(run.lit)
        portion = share(bands, lit)
        judged = np.where(portion >= self.tile_share_min, portion, np.where(portion > 0, 0.0, np.nan))
        return BandTiles(np.stack([bands, lit], axis=1), worst_place("banding", run, 0, judged))

    def conclude(self, observations: Sequence[BandTiles], clip: Clip) -> Evidence:  # noqa: ARG002
        """The reading over all runs."""
        sums = np.concatenate([each.sums for each in observations])
        estimate = pooled(sums, lambda s: 100.0 * np.nan_to_num(share(s[:, 0], s[:, 1])))
        places = worst_first(each.place for each in observations if each.place and each.place.badness > 0)
        return Evidence((estimate.reading("banding", "%"),), places=places)
