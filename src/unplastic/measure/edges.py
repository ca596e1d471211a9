"""A2: over-sharpening, from the profile of straight edges that stand alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unplastic.clip import Clip
from unplastic.measure.bootstrap import SEED, Array, bounded, median
from unplastic.measure.places import worst_first, worst_place
from unplastic.parameter import check, parameter
from unplastic.reading import Curve, Evidence, Place, Reading
from unplastic.vision import Run
from unplastic.vision.profiles import OFFSETS_PX, STEP_PX, edges

UNITS = {"edge_overshoot": "%", "edge_width": "px", "mtf_peak": "1"}
GROUPS = 8
DRAWS = 60
EDGES_MAX = 1200
NEAR_PX = 6.5
DEFOCUS_RATIO = 2.5


@dataclass(frozen=True, slots=True, eq=False)
class Profiles:
    """Normalised profiles of one run, (edges, 41), and the place with the highest overshoot."""

    profiles: Array
    place: Place | None


@dataclass(frozen=True)
class Edges:
    """Overshoot, width and contrast transfer of edges.

    Only edges at most 2.5 times as wide as the sharpest count: halos of sharpening are lost in defocus.

    edge_overshoot: how far profiles swing past their plateaus, % of the step, mean of both sides. edge_width: 10-90 %
    rise in px, median. mtf_peak: highest contrast transfer over that of zero frequency: 1 without sharpening.

    Profiles are sorted into eight groups by width, and overshoot and transfer are read from each group's median
    profile: a maximum over a single noisy profile would find overshoot in noise.
    """

    name: ClassVar[str] = "edges"

    edges_min: int = parameter(200, "sharp edges needed over all sampled frames", low=GROUPS, high=100_000)

    def __post_init__(self) -> None:
        check(self)

    def observe(self, run: Run) -> Profiles:
        """Edges of the first frame and the middle one of a run."""
        times = sorted({0, len(run.frames) // 2})
        found = [edges(run.frames[t].luma, run.lit, run.grid) for t in times]
        return Profiles(
            np.concatenate([each.profiles for each in found]), _worst(run, found[0].profiles, found[0].tile)
        )

    def conclude(self, observations: Sequence[Profiles], clip: Clip) -> Evidence:  # noqa: ARG002
        """Readings over all runs."""
        profiles = sharp(np.concatenate([each.profiles for each in observations]), self.edges_min)
        if len(profiles) < self.edges_min:
            why = f"{len(profiles)} sharp and straight edges stand alone, {self.edges_min} are needed"
            return Evidence(tuple(Reading.missing(name, "frame", unit, why) for name, unit in UNITS.items()))
        profiles = profiles[np.linspace(0, len(profiles) - 1, min(len(profiles), EDGES_MAX)).astype(int)]
        widths = rise_widths_px(profiles)
        profiles = profiles[np.argsort(widths, kind="stable")]
        middle = group_profiles(profiles)
        draws = [group_profiles(drawn) for drawn in _redrawn(profiles)]
        overshoot = bounded(overshoot_percent(middle), np.array([overshoot_percent(each) for each in draws]))
        peak = bounded(mtf_peak(middle), np.array([mtf_peak(each) for each in draws]))
        readings = (
            overshoot.reading("edge_overshoot", "%"),
            median(widths).reading("edge_width", "px"),
            peak.reading("mtf_peak", "1"),
        )
        curve = Curve("edge profile", tuple(OFFSETS_PX.tolist()), tuple(middle.mean(axis=0).tolist()), "px", "step")
        return Evidence(readings, (curve,), worst_first(each.place for each in observations))


def sharp(profiles: Array, count: int) -> Array:
    """Those of (n, 41) profiles at most 2.5 times as wide as the median of the ``count`` sharpest.

    A rank and not a share of all edges: noise breaks soft gradients into many more edges, but makes no sharp ones.
    """
    widths = rise_widths_px(profiles)
    if len(widths) < count:
        return profiles
    return profiles[widths <= DEFOCUS_RATIO * np.median(np.sort(widths)[:count])]


def group_profiles(profiles: Array) -> Array:
    """(8, 41): the median profile of each eighth of the edges, in the order they have."""
    return np.stack([np.median(group, axis=0) for group in np.array_split(profiles, GROUPS)])


def overshoot_percent(profiles: Array) -> float:
    """Mean over profiles (n, 41) of 50 % of the excess above 1 plus 50 % of that below 0, within 6.5 px of the edge."""
    near = profiles[:, np.abs(OFFSETS_PX) <= NEAR_PX]
    above = np.maximum(_summit(near) - 1.0, 0.0)
    below = np.maximum(_summit(-near), 0.0)
    return float(np.mean(50.0 * (above + below)))


def _summit(curves: Array) -> Array:
    """Highest value of each curve (n, samples), between samples by the parabola through the three at the top."""
    row = np.arange(len(curves))
    top = np.clip(curves.argmax(axis=1), 1, curves.shape[1] - 2)
    before, here, after = (curves[row, top + side] for side in (-1, 0, 1))
    bend = 2.0 * here - before - after
    rise = np.where(bend > 1e-9, (after - before) ** 2 / (8.0 * np.where(bend > 1e-9, bend, 1.0)), 0.0)
    return np.maximum(curves.max(axis=1), here + np.minimum(rise, 0.1 * np.abs(here)))


def mtf_peak(profiles: Array) -> float:
    """Mean over profiles (n, 41) of max |F(p')| over |F(p')(0)|, up to half a cycle per pixel."""
    spread = np.diff(profiles, axis=1)
    transfer = np.abs(np.fft.rfft(spread, n=128, axis=1))
    cycles = np.fft.rfftfreq(128, STEP_PX)
    return float(np.mean(transfer[:, cycles <= 0.5].max(axis=1) / np.maximum(transfer[:, 0], 1e-9)))


def rise_widths_px(profiles: Array) -> Array:
    """(n,) distance from the last 10 % to the first 90 % crossing around the middle of each profile."""
    middle = len(OFFSETS_PX) // 2
    low = _outward_crossing(profiles[:, middle::-1], 0.1)
    high = _outward_crossing(1.0 - profiles[:, middle:], 0.1)
    return (low + high) * STEP_PX


def _outward_crossing(falling: Array, level: float) -> Array:
    """Samples from the middle outwards until a profile has fallen to ``level``, with a linear fraction."""
    below = falling <= level
    first = np.where(below.any(axis=1), below.argmax(axis=1), falling.shape[1] - 1)
    row = np.arange(len(falling))
    previous = np.maximum(first - 1, 0)
    drop = falling[row, previous] - falling[row, first]
    share = np.where(drop > 1e-9, (falling[row, previous] - level) / np.where(drop > 1e-9, drop, 1.0), 1.0)
    return previous + np.clip(share, 0.0, 1.0)


def _redrawn(profiles: Array) -> list[Array]:
    """Bootstrap draws of edges that keep the order by width."""
    random = np.random.default_rng(SEED)
    return [profiles[np.sort(random.integers(0, len(profiles), len(profiles)))] for _ in range(DRAWS)]


def _worst(run: Run, profiles: Array, tile: np.ndarray) -> Place | None:
    """The neighbourhood with the highest overshoot of its median profile, weighted by how many edges show it."""
    badness = np.full(run.grid.count, np.nan)
    for each in np.unique(tile):
        mine = profiles[tile == each]
        badness[each] = overshoot_percent(np.median(mine, axis=0, keepdims=True)) * np.sqrt(len(mine))
    return worst_place("overshoot", run, 0, badness)
