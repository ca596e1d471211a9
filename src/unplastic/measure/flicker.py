"""A5: flicker of hair, cloth and skin that grain does not explain, and pulses at the stride of a generator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unplastic.clip import Clip
from unplastic.measure.bootstrap import Array, Estimate, bounded, pooled, root, share
from unplastic.measure.places import worst_first, worst_place
from unplastic.measure.standing import as_coded, why_no_face
from unplastic.parameter import check, parameter
from unplastic.reading import Evidence, Place, Reading
from unplastic.vision import Run
from unplastic.vision.masks import REGIONS
from unplastic.vision.triples import BLOCK_PX, Triple, triples

EVERYWHERE = ("frame", *REGIONS)
UNITS = {"local_flicker": "codes", "flicker_beyond_grain": "codes", "local_flicker_ratio": "1"}
STRIDES = (4, 8)
STEPS_MIN = {4: 12, 8: 18}
PHASES_MIN = {4: 4, 8: 6}
FLOOR_MARGIN = 1.2
"""The grain floor is known to about this factor: what lies below it is not called flicker."""

HIDDEN_CODES8 = 0.1
"""Flicker that an error of the floor may hide, and nothing be lost."""

SEED = 20_261_126
DRAWS = 300


@dataclass(frozen=True, slots=True, eq=False)
class FlickerTiles:
    """One run.

    ``sums`` holds per region (tiles, 3): blocks, power of their second differences in time, and what grain alone would
    give. ``steps`` is (frames - 1, 2): number of the later frame, and the logarithm of the power of what changed.
    """

    sums: dict[str, Array]
    steps: Array
    why_not: str | None
    why_no_face: str | None
    places: tuple[Place | None, ...]


@dataclass(frozen=True)
class Flicker:
    """What flickers beside the brightness of the whole picture (which is `temporal`'s).

    Three frames in a row are brought together along motion; blocks of 8 px are averaged in each; the second difference
    of the three, less what a shift of the picture explains, over sqrt 6, is the flicker. Grain of sd s leaves s / 8 of
    it (more when it is coarse), which is the floor.

    local_flicker_ratio: rms of it over the floor: 1 for pure grain. local_flicker: the root of what is above 1.2
    floors, in codes: never too much. flicker_beyond_grain: the root of what is above one floor, which grain moves
    neither way; not valid where grain may hide it. periodic_flicker: rms swing, as a share, with which the power of
    frame differences follows a period of 4 or 8 frames, the strides of video autoencoders, after what chance gives.
    """

    name: ClassVar[str] = "flicker"

    blocks_min: int = parameter(60, "blocks of 8 px needed over all runs", low=1, high=1_000_000)
    place_blocks_min: int = parameter(16, "blocks of 8 px a tile needs to be pointed at", low=1, high=64)

    def __post_init__(self) -> None:
        check(self)

    def observe(self, run: Run) -> FlickerTiles:
        """Sums per tile of one run, and where the picture, and each surface, flickers most."""
        found = triples(run)
        sums = {}
        for region in EVERYWHERE:
            parts = [_sums(each, region) for each in found if region in each.blocks]
            if parts:
                sums[region] = np.sum(parts, axis=0)
        why = None if found else _why_not(run)
        places = tuple(self._place(run, found, region, tiles) for region, tiles in sums.items())
        kept = {region: tiles[tiles[:, 0] > 0] for region, tiles in sums.items()}
        return FlickerTiles(kept, _steps(run), why, why_no_face(run), places)

    def conclude(self, observations: Sequence[FlickerTiles], clip: Clip) -> Evidence:
        """Readings of every region over all runs."""
        readings: list[Reading] = []
        for region in EVERYWHERE:
            readings += self._readings(region, observations, clip)
        steps = np.concatenate([each.steps for each in observations])
        readings += [_periodic(steps, stride, clip) for stride in STRIDES]
        known = {r.region for r in readings if r.name == "local_flicker" and r.valid}
        places = [place for each in observations for place in each.places if place]
        found = [worst_first(p for p in places if p.name == _place_name("frame"))]
        found += [worst_first(p for p in places if p.name == _place_name(r))[:1] for r in REGIONS if r in known]
        return Evidence(tuple(readings), places=tuple(place for each in found for place in each))

    def _readings(self, region: str, observations: Sequence[FlickerTiles], clip: Clip) -> tuple[Reading, ...]:
        rows = np.concatenate([np.empty((0, 3)), *(o.sums[region] for o in observations if region in o.sums)])
        why = self._why_not(region, rows, observations, clip)
        if why:
            return tuple(Reading.missing(name, region, unit, why) for name, unit in UNITS.items())
        margin = FLOOR_MARGIN**2
        above = pooled(rows, lambda s: root(share(s[:, 1] - margin * s[:, 2], s[:, 0])))
        ratio = pooled(rows, lambda s: root(share(s[:, 1], np.maximum(s[:, 2], 1e-9 * s[:, 0]))))
        known = (
            above.reading("local_flicker", "codes", region),
            _beyond_grain(rows, region),
            ratio.reading("local_flicker_ratio", "1", region),
        )
        return tuple(as_coded(reading, clip) for reading in known)

    def _why_not(self, region: str, rows: Array, observations: Sequence[FlickerTiles], clip: Clip) -> str | None:
        if clip.frames < 3:
            return "flicker needs three frames"
        reasons = [each.why_not for each in observations]
        if all(reasons):
            return reasons[0]
        faceless = [each.why_no_face for each in observations]
        if region in REGIONS and all(faceless):
            return faceless[0]
        if rows[:, 0].sum() < self.blocks_min:
            what = "" if region == "frame" else f" of {region}"
            return f"too little{what} whose motion can be followed"
        return None

    def _place(self, run: Run, found: Sequence[Triple], region: str, sums: Array) -> Place | None:
        above = root(share(sums[:, 1] - FLOOR_MARGIN**2 * sums[:, 2], sums[:, 0]))
        enough = sums[:, 0] >= self.place_blocks_min * len(found)
        seen = [each for each in found if region in each.blocks]
        worst = max(seen, key=lambda each: float((each.blocks[region] * np.square(each.swing)).sum()))
        return worst_place(_place_name(region), run, worst.frame, np.where(enough, above, np.nan))


def _beyond_grain(rows: Array, region: str) -> Reading:
    """Power above one floor: its expectation does not depend on the grain, until the floor's own error drowns it."""
    name, unit = "flicker_beyond_grain", UNITS["flicker_beyond_grain"]
    _, power, floor = rows.sum(axis=0) / rows[:, 0].sum()
    if power < FLOOR_MARGIN**2 * floor and (FLOOR_MARGIN**2 - 1.0) * floor > HIDDEN_CODES8**2:
        return Reading.missing(name, region, unit, "grain hides whatever flickers")
    return pooled(rows, lambda s: root(share(s[:, 1] - s[:, 2], s[:, 0]))).reading(name, unit, region)


def _place_name(region: str) -> str:
    return "flicker" if region == "frame" else f"flicker_{region}"


def _sums(triple: Triple, region: str) -> Array:
    """(tiles, 3) of one triple."""
    mine = triple.blocks[region]
    columns = mine, mine * np.square(triple.swing), mine * triple.floor
    return np.stack([triple.per_tile(column) for column in columns], axis=1)


def _why_not(run: Run) -> str:
    if len(run.frames) < 3:
        return "needs three different frames in a row"
    return f"the picture is too small for blocks of {BLOCK_PX} px whose motion can be followed"


def _steps(run: Run) -> Array:
    """Number of each frame that follows its predecessor at once, and the log of the power of their difference."""
    found = []
    lit = run.lit[::2, ::2][: run.half[0].shape[0], : run.half[0].shape[1]]
    for t in range(len(run.frames) - 1):
        before, after = run.frames[t].index, run.frames[t + 1].index
        seen = lit if lit.shape == run.half[t].shape and lit.any() else np.ones_like(run.half[t], np.bool_)
        power = float(np.mean(np.square(run.half[t + 1] - run.half[t])[seen]))
        if after == before + 1 and power > 0.0:
            found.append((float(after), float(np.log(power)), float(run.frames[0].index)))
    return np.array(found).reshape(-1, 3)


def _periodic(steps: Array, stride: int, clip: Clip) -> Reading:
    name, region = "periodic_flicker", f"stride {stride}"
    if len(steps) < STEPS_MIN[stride]:
        return Reading.missing(name, region, "1", f"needs {STEPS_MIN[stride]} steps between neighbouring frames")
    level = _without_trend(steps)
    phase = steps[:, 0].astype(int) % stride
    if len(np.unique(phase)) < PHASES_MIN[stride]:
        return Reading.missing(name, region, "1", "too few phases of the period were sampled")
    random = np.random.default_rng(SEED)
    draws = []
    for _ in range(DRAWS):
        chosen = random.integers(0, len(level), len(level))
        if len(np.unique(phase[chosen])) >= PHASES_MIN[stride]:
            draws.append(_swing(level[chosen], phase[chosen], stride))
    estimate: Estimate = bounded(_swing(level, phase, stride), np.array(draws))
    return as_coded(estimate.reading(name, "1", region), clip)


def _without_trend(steps: Array) -> Array:
    """Log power less the straight line of its run: motion that sets in or ends is no pulse."""
    level = steps[:, 1].copy()
    for run in np.unique(steps[:, 2]):
        mine = steps[:, 2] == run
        if mine.sum() >= 3:
            level[mine] -= np.polyval(np.polyfit(steps[mine, 0], level[mine], 1), steps[mine, 0])
        else:
            level[mine] -= level[mine].mean()
    return level


def _swing(level: Array, phase: np.ndarray, stride: int) -> float:
    """Rms over phases of their means, less the power that scatter within phases gives them by chance."""
    counts = np.bincount(phase, minlength=stride).astype(np.float64)
    means = np.bincount(phase, level, stride) / np.maximum(counts, 1.0)
    within = np.square(level - means[phase]).sum() / max(len(level) - np.count_nonzero(counts), 1)
    seen = counts > 0
    between = np.square(means[seen] - means[seen].mean()).mean()
    return float(np.sqrt(max(between - within * np.mean(1.0 / counts[seen]), 0.0)))
