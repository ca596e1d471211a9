"""A4 by surface: what boils, and what sticks to the screen, on skin, hair and cloth, each by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unplastic.clip import Clip
from unplastic.measure.bootstrap import Array, root, share
from unplastic.measure.decay import UNITS, decay, decay_sums, moving_sums, screen_lock
from unplastic.measure.places import worst_first, worst_place
from unplastic.measure.standing import as_coded, why_no_face
from unplastic.parameter import check, parameter
from unplastic.reading import Evidence, Place, Reading
from unplastic.vision import Run
from unplastic.vision.masks import REGIONS

LONGEST = 4


@dataclass(frozen=True, slots=True, eq=False)
class SurfaceTimes:
    """One run: per surface (tiles, 7) of `decay_sums` and (tiles, 6) of `moving_sums`, tiles without pixels left out.

    ``why_not`` says why there is no surface to look at; ``places`` are where each boils most.
    """

    sums: dict[str, Array]
    moving: dict[str, Array]
    why_not: str | None
    places: tuple[Place | None, ...]


@dataclass(frozen=True)
class Boiling:
    """The readings of `temporal` for skin, hair and cloth, of people whose face is seen.

    Only tiles in focus count. Frames count, not seconds. Too few bits per pixel make the numbers doubtful: encoders
    make texture boil by themselves.
    """

    name: ClassVar[str] = "boiling"

    pixels_min: int = parameter(4_000, "pixels of a surface needed over all runs", low=1, high=10_000_000)
    moving_tiles_min: int = parameter(6, "tiles of a surface that move needed over all runs", low=1, high=10_000)
    energy_min: float = parameter(
        0.02, "fine-band power in codes squared below which a share means nothing", low=0.0, high=100.0
    )

    def __post_init__(self) -> None:
        check(self)

    def observe(self, run: Run) -> SurfaceTimes:
        """Sums per tile of one run, and the place of each surface that boils most."""
        sums, moving, places = {}, {}, []
        focus = run.in_focus.astype(np.float64)[:, None]
        for region in REGIONS:
            moves = run.covariances_of(region)
            if moves is None:
                continue
            tiles, shifting = decay_sums(moves) * focus, moving_sums(moves) * focus
            sums[region], moving[region] = tiles[tiles[:, 0] > 0], shifting[shifting[:, 1] > 0]
            places.append(self._place(run, region, tiles))
        return SurfaceTimes(sums, moving, why_no_face(run), tuple(places))

    def conclude(self, observations: Sequence[SurfaceTimes], clip: Clip) -> Evidence:
        """Readings of every surface over all runs."""
        readings: list[Reading] = []
        for region in REGIONS:
            readings += self._readings(region, observations, clip)
        known = {(r.region) for r in readings if r.name == "boil_share" and r.valid}
        places = [place for each in observations for place in each.places if place]
        kept = [
            worst_first(p for p in places if p.name == f"boil_{region}")[:1] for region in REGIONS if region in known
        ]
        return Evidence(tuple(readings), places=tuple(place for each in kept for place in each))

    def _readings(self, region: str, observations: Sequence[SurfaceTimes], clip: Clip) -> list[Reading]:
        sums = np.concatenate([np.empty((0, 7)), *(o.sums[region] for o in observations if region in o.sums)])
        why = self._why_not(region, sums, observations, clip)
        if why:
            return [Reading.missing(name, region, unit, why) for name, unit in UNITS.items()]
        moving = np.concatenate([o.moving[region] for o in observations if region in o.moving])
        if len(moving) < self.moving_tiles_min:
            lock = Reading.missing("screen_lock", region, "1", f"no {region} in focus moves enough to tell")
        else:
            lock = screen_lock(moving, region)
        return [as_coded(reading, clip) for reading in (*decay(sums, region), lock)]

    def _why_not(self, region: str, sums: Array, observations: Sequence[SurfaceTimes], clip: Clip) -> str | None:
        if clip.frames < 2:
            return "a single frame has no time"
        reasons = [each.why_not for each in observations]
        if all(reasons):
            return reasons[0]
        pixels = float(sums[:, 0].sum())
        if pixels < self.pixels_min:
            return f"too little {region} in focus, exposed, whose motion can be followed"
        if float(sums[:, 1].sum()) / pixels < self.energy_min:
            return f"the {region} holds nothing fine that could change"
        return None

    def _place(self, run: Run, region: str, sums: Array) -> Place | None:
        """Root of the power that decays between lags 1 and 4, in tiles with enough of the surface."""
        if not np.isfinite(sums).all():
            return None
        lost = share(sums[:, 2] - sums[:, 6], sums[:, 0])
        judged = sums[:, 0] > 0.15 * run.grid.side_px**2
        return worst_place(f"boil_{region}", run, 0, np.where(judged, root(lost), np.nan))
