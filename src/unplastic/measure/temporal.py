"""A4: what the fine band does over time: stays, comes anew, boils, or sticks to the screen. And global flicker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unplastic.clip import Clip
from unplastic.measure.bootstrap import Array, bounded, root, share
from unplastic.measure.decay import UNITS, decay, decay_sums, moving_sums, screen_lock
from unplastic.measure.places import worst_first, worst_place
from unplastic.parameter import check, parameter
from unplastic.reading import Curve, Evidence, Place, Reading
from unplastic.vision import Run
from unplastic.vision.motion import LAGS

SECOND_DIFFERENCE_POWER = 6.0
FLICKER_SEED = 20_261_124


@dataclass(frozen=True, slots=True, eq=False)
class TimeTiles:
    """One run.

    ``sums`` is (tiles, 7): pixels, then energy and repeated energy at lags 1, 2 and 4 (nan where the run
    is too short). ``moving`` is (tiles, 6) of the pixels that move: product and both energies along motion, then
    without it.
    ``means`` is the mean luma of every frame.
    """

    sums: Array | None
    moving: Array | None
    means: Array
    repeats: int
    place: Place | None


@dataclass(frozen=True)
class Temporal:
    """What of the fine band stays with surfaces, and what does not.

    rho_k: share of its energy that a frame k later shows again, along motion, away from edges. fresh_grain:
    sqrt(C_0 - C_1), what is new in every frame. boil_share: rho_1 - rho_4, what neither stays nor is fresh. boil_life:
    its decay time, from rho_k = p + b exp(-k / tau). screen_lock: by how much the band four frames apart correlates
    better at the same place of the screen than along motion, where the picture moves: 0 for a camera, 1 for an overlay
    that does not move. global_flicker: rms of the mean luma beside its own trend, from second differences.
    """

    name: ClassVar[str] = "temporal"

    pixels_min: int = parameter(8_000, "surface pixels needed over all runs", low=1, high=10_000_000)
    moving_tiles_min: int = parameter(6, "tiles with surface that moves needed over all runs", low=1, high=10_000)
    energy_min: float = parameter(
        0.02, "fine-band power in codes squared below which a share means nothing", low=0.0, high=100.0
    )

    def __post_init__(self) -> None:
        check(self)

    def observe(self, run: Run) -> TimeTiles:
        """Sums per tile of one run, and the place that boils most."""
        means = np.array([float(np.mean(f.luma[run.lit])) if run.lit.any() else 0.0 for f in run.frames])
        moves = run.covariances
        if moves is None:
            return TimeTiles(None, None, means, run.repeats, None)
        usable = run.in_focus.astype(np.float64)[:, None]
        sums, moving = decay_sums(moves), moving_sums(moves)
        return TimeTiles(sums * usable, moving * usable, means, run.repeats, self._boiling(run, sums * usable))

    def conclude(self, observations: Sequence[TimeTiles], clip: Clip) -> Evidence:
        """Readings over all runs."""
        flicker = _flicker([each.means for each in observations])
        timed = [each.sums for each in observations if each.sums is not None]
        sums = np.concatenate(timed) if timed else np.empty((0, 7))
        why = self._why_not(sums, observations, clip)
        if why:
            missing = tuple(Reading.missing(name, "frame", unit, why) for name, unit in UNITS.items())
            return Evidence((*missing, flicker))
        readings = (*decay(sums, "frame"), self._screen_lock(observations), flicker)
        places = worst_first(each.place for each in observations)
        return Evidence(readings, (_decay_curve(readings),), places)

    def _why_not(self, sums: Array, observations: Sequence[TimeTiles], clip: Clip) -> str | None:
        if not len(sums):
            if clip.frames < 2:
                return "a single frame has no time"
            if sum(each.repeats for each in observations):
                return "no frame differs from the one before"
            return "the picture is too small for its motion to be followed"
        pixels = float(sums[:, 0].sum())
        if pixels < self.pixels_min:
            return "too little surface in focus whose motion can be followed"
        if float(sums[:, 1].sum()) / pixels < self.energy_min:
            return "the surfaces hold nothing fine that could change"
        return None

    def _screen_lock(self, observations: Sequence[TimeTiles]) -> Reading:
        moving = np.concatenate([each.moving for each in observations if each.moving is not None])
        if np.count_nonzero(moving[:, 1]) < self.moving_tiles_min:
            return Reading.missing("screen_lock", "frame", "1", "nothing in focus moves enough to tell")
        return screen_lock(moving, "frame")

    def _boiling(self, run: Run, sums: Array) -> Place | None:
        """Root of the power that decays between lags 1 and 4, in tiles with enough surface."""
        if not np.isfinite(sums).all():
            return None
        lost = share(sums[:, 2] - sums[:, 6], sums[:, 0])
        judged = sums[:, 0] > 0.25 * run.grid.side_px**2
        return worst_place("boil", run, 0, np.where(judged, root(lost), np.nan))


def _decay_curve(readings: Sequence[Reading]) -> Curve:
    known = {r.name: r.value for r in readings if r.valid and r.value is not None}
    points = [(float(lag), known[f"rho_{lag}"]) for lag in LAGS if f"rho_{lag}" in known]
    x, y = zip((0.0, 1.0), *points, strict=True)
    return Curve("texture that stays", x, y, "frames", "share")


def _flicker(runs: Sequence[Array]) -> Reading:
    """White flicker of rms f gives second differences of power 6 f^2; a steady drift or ramp gives none."""
    second = [np.diff(means, n=2) for means in runs if len(means) >= 3]
    squares = np.concatenate(second) ** 2 if second else np.empty(0)
    if not squares.size:
        return Reading.missing("global_flicker", "frame", "codes", "needs three different frames in a row")
    drawn = np.random.default_rng(FLICKER_SEED).integers(0, len(squares), (300, len(squares)))
    draws = np.sqrt(squares[drawn].mean(axis=1) / SECOND_DIFFERENCE_POWER)
    value = float(np.sqrt(squares.mean() / SECOND_DIFFERENCE_POWER))
    return bounded(value, draws).reading("global_flicker", "codes")
