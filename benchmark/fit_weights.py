"""Fit the weights of the score, and find the score above which a clip is called generated.

    python benchmark/fit_weights.py [FOLDER]

writes ``src/unplastic/data/reference/weights.json``. Camera against AI videos of the development clips; sources
(repositories) are what is independent: each counts the same, and nothing about a source is judged by anything that saw
it, the camera reference included.

1. A tell enters when, alone, it ranks AI above camera on pairs of like coding (bits per pixel within a factor of two,
   both at 23 frames per second or more, or both below): the lower end of an 80 % interval over sources above 0.5.
2. Weights: logistic regression with a ridge, weights not below zero, bits per pixel and frame rate beside them as
   nuisance, which takes what compression explains and is then dropped.
3. All of it again without each source in turn, which is then scored: the out-of-source figures. The verdict
   "generated" starts above the score that at most 5 % of the camera clips so scored exceed.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from build_reference import camera_samples
from development_clips import FOLDER, Row, rows
from scipy.optimize import minimize

from unplastic.measure.distribution import cells
from unplastic.measure.reference import Covariates, Reference
from unplastic.measure.score import BITS_PER_PIXEL_MIN, COVERAGE_MIN
from unplastic.measure.weighing import TELLS, part

Array = np.ndarray
TARGET = Path(__file__).parent.parent / "src" / "unplastic" / "data" / "reference" / "weights.json"
BITS_FACTOR = 2.0
FPS_OF_VIDEO = 23.0
RIDGE = 1.0
DRAWS = 300
FALSE_ALARMS_MAX = 0.05
WEIGHT_MIN = 0.02
CLIPS_MIN = 5


@dataclass(frozen=True)
class Material:
    """Videos by rows: what they are, where they come from, how they are coded."""

    rows: tuple[Row, ...]
    is_ai: Array
    source: Array
    log_bits: Array
    fps: Array

    @classmethod
    def of(cls, measured: Sequence[Row]) -> Material:
        kept = tuple(
            row for row in measured if not row.is_still and not row.clip.color.is_hdr and bits(row) is not None
        )
        kept = tuple(row for row in kept if bits(row) >= BITS_PER_PIXEL_MIN)
        return cls(
            kept,
            np.array([row.is_ai for row in kept]),
            np.array([row.source for row in kept]),
            np.log([bits(row) for row in kept]),
            np.array([float(row.clip.frame_rate) for row in kept]),
        )

    def without(self, source: str | None) -> Array:
        return np.flatnonzero(self.source != source)

    def equal_weights(self, index: Array) -> Array:
        """Every source together counts one."""
        count = Counter(self.source[index])
        return np.array([1.0 / count[each] for each in self.source[index]])

    def matched(self, ai: Array, camera: Array) -> Array:
        """(ai, camera) pairs of like coding."""
        alike = np.abs(self.log_bits[ai][:, None] - self.log_bits[camera][None]) <= np.log(BITS_FACTOR)
        both = (self.fps[ai] >= FPS_OF_VIDEO)[:, None] == (self.fps[camera] >= FPS_OF_VIDEO)[None]
        return alike & both


def bits(row: Row) -> float | None:
    return Covariates.of(row.clip).bits


class Parts:
    """How much each tell counts on each clip, by references that never saw the clip's source."""

    def __init__(self, measured: Sequence[Row], material: Material) -> None:
        self._camera = [row for row in measured if not row.is_ai]
        self._material = material

    @cache  # noqa: B019  one object, for the life of the program
    def table(self, left_out: str | None) -> Array:
        """(clips, tells), nan where it is not known."""
        return np.array([self._row(row, left_out) for row in self._material.rows])

    def _row(self, row: Row, left_out: str | None) -> Array:
        reference = self._reference(frozenset({left_out, row.source} - {None}) & self._sources)
        covariates = Covariates.of(row.clip)
        found = np.full(len(TELLS), np.nan)
        for i, tell in enumerate(TELLS):
            value, spread = (
                row.value(tell.reading, tell.region),
                reference.spread(tell.reading, tell.region, covariates),
            )
            if value is not None and spread is not None:
                found[i] = part(tell.z(np.array([value]), spread))[0]
        return found

    @property
    def _sources(self) -> frozenset[str]:
        return frozenset(row.source for row in self._camera)

    @cache  # noqa: B019
    def _reference(self, left_out: frozenset[str]) -> Reference:
        kept = [row for row in self._camera if row.source not in left_out]
        return Reference("", "", (), cells(camera_samples(kept)))


def auc(
    material: Material, index: Array, values: Array, times: Counter | None = None, *, matched: bool = True
) -> float:
    """Weighted area under the ROC curve of ``values`` over the clips of ``index``; nan without pairs."""
    known = np.isfinite(values)
    index, values = index[known], values[known]
    weight = material.equal_weights(index) if len(index) else np.zeros(0)
    if times is not None:
        weight = weight * np.array([times[each] for each in material.source[index]])
    ai = material.is_ai[index]
    pairs = np.outer(weight[ai], weight[~ai])
    if matched:
        pairs = pairs * material.matched(index[ai], index[~ai])
    gap = values[ai][:, None] - values[~ai][None]
    return float(np.sum(pairs * ((gap > 0) + 0.5 * (gap == 0))) / pairs.sum()) if pairs.sum() else float("nan")


def interval(
    material: Material, index: Array, values: Array, ends: tuple[float, float], *, matched: bool = True
) -> tuple[float, float]:
    """Bootstrap over sources."""
    random, names = np.random.default_rng(0), sorted(set(material.source[index]))
    draws = [
        auc(material, index, values, Counter(random.choice(names, len(names)).tolist()), matched=matched)
        for _ in range(DRAWS)
    ]
    draws = [each for each in draws if np.isfinite(each)]
    low, high = np.quantile(draws, ends) if draws else (0.0, 1.0)
    return float(low), float(high)


def admitted(material: Material, index: Array, table: Array) -> Array:
    """Which tells separate by themselves."""
    found = []
    for column in table[index].T:
        known = np.isfinite(column)
        enough = min(np.sum(known & material.is_ai[index]), np.sum(known & ~material.is_ai[index])) >= CLIPS_MIN
        found.append(enough and interval(material, index, column, (0.1, 0.9))[0] > 0.5)
    return np.array(found)


def fitted(material: Material, index: Array, table: Array) -> Array:
    """(tells,) weights that sum to one, zero for those that are not admitted."""
    chosen = admitted(material, index, table)
    x = table[np.ix_(index, np.flatnonzero(chosen))]
    x = np.where(np.isfinite(x), x, np.nanmean(x, axis=0))
    nuisance = np.column_stack([material.log_bits[index], material.fps[index]])
    nuisance = (nuisance - nuisance.mean(axis=0)) / nuisance.std(axis=0)
    design = np.hstack([x, nuisance, np.ones((len(index), 1))])
    sign = np.where(material.is_ai[index], 1.0, -1.0)
    weight = material.equal_weights(index)
    weight = weight / np.where(sign > 0, weight[sign > 0].sum(), weight[sign < 0].sum()) * len(index) / 2
    ridge = np.r_[np.full(design.shape[1] - 1, RIDGE), 0.0]

    def loss(beta: Array) -> tuple[float, Array]:
        margin = sign * (design @ beta)
        slope = -weight * sign / (1.0 + np.exp(margin))
        value = weight @ np.logaddexp(0.0, -margin) + 0.5 * ridge @ beta**2
        return float(value), design.T @ slope + ridge * beta

    bounds = [(0.0, None)] * x.shape[1] + [(None, None)] * 3
    beta = minimize(loss, np.zeros(design.shape[1]), jac=True, bounds=bounds, method="L-BFGS-B").x[: x.shape[1]]
    weights = np.zeros(len(TELLS))
    weights[chosen] = beta / beta.sum() if beta.sum() else beta
    weights[weights < WEIGHT_MIN] = 0.0
    return weights / weights.sum() if weights.sum() else weights


def scores(table: Array, weights: Array) -> Array:
    """What `unplastic.measure.score` would say: 0..100, nan with too little evidence."""
    known = np.isfinite(table) * weights
    total = known.sum(axis=1)
    score = 100.0 * np.nansum(table * weights, axis=1) / np.maximum(total, 1e-9)
    return np.where(total >= COVERAGE_MIN * weights.sum(), score, np.nan)


def out_of_source(material: Material, parts: Parts) -> tuple[Array, Array]:
    """(clips,) scores by weights and references that never saw the clip's source; (sources, tells) those weights."""
    found, every = np.full(len(material.rows), np.nan), []
    for source in sorted(set(material.source)):
        weights = fitted(material, material.without(source), parts.table(source))
        held = np.flatnonzero(material.source == source)
        found[held] = scores(parts.table(source)[held], weights)
        every.append(weights)
    return found, np.array(every)


def verdict_above(camera: Array) -> float:
    """The smallest whole score that at most 5 % of camera clips exceed."""
    known = camera[np.isfinite(camera)]
    return float(next(limit for limit in range(101) if np.mean(known > limit) <= FALSE_ALARMS_MAX))


def summary(material: Material, held_out: Array, limit: float) -> dict[str, Any]:
    every, known = np.arange(len(material.rows)), np.isfinite(held_out)
    ai, camera = held_out[known & material.is_ai], held_out[known & ~material.is_ai]
    confounders = {"bits per pixel": -material.log_bits, "frames per second": -material.fps}
    return {
        "auc_matched": rounded(material, every, held_out, matched=True),
        "auc": rounded(material, every, held_out, matched=False),
        "clips_ai": len(ai),
        "clips_camera": len(camera),
        "sources_ai": len(set(material.source[known & material.is_ai])),
        "sources_camera": len(set(material.source[known & ~material.is_ai])),
        "median_ai": round(float(np.median(ai)), 1),
        "median_camera": round(float(np.median(camera)), 1),
        "false_alarms": round(float(np.mean(camera > limit)), 3),
        "called_generated": round(float(np.mean(ai > limit)), 3),
        "confounders_auc": {name: rounded(material, every, x, matched=False) for name, x in confounders.items()},
    }


def rounded(material: Material, index: Array, values: Array, *, matched: bool) -> list[float]:
    """[AUC, low, high] with a 90 % interval."""
    low, high = interval(material, index, values, (0.05, 0.95), matched=matched)
    return [round(each, 3) for each in (auc(material, index, values, matched=matched), low, high)]


def document(measured: Sequence[Row]) -> dict[str, Any]:
    material = Material.of(measured)
    parts = Parts(measured, material)
    every, table = np.arange(len(material.rows)), parts.table(None)
    held_out, folds = out_of_source(material, parts)
    limit = verdict_above(held_out[~material.is_ai])
    weights = np.round(fitted(material, every, table), 3)
    tells = [
        {
            "reading": tell.reading,
            "region": tell.region,
            "weight": float(weights[i]),
            "auc_matched": rounded(material, every, table[:, i], matched=True),
            "clips": int(np.isfinite(table[:, i]).sum()),
            "folds_with_weight": round(float(np.mean(folds[:, i] > 0)), 2),
        }
        for i, tell in enumerate(TELLS)
    ]
    return {
        "version": 1,
        "date": str(date.today()),
        "method": "benchmark/fit_weights.py: camera against AI videos. "
        + " ".join((__doc__ or "").partition("included.")[2].split()),
        "generated_above": limit,
        "out_of_source": summary(material, held_out, limit),
        "tells": tells,
    }


def main(folder: Path) -> None:
    TARGET.write_text(json.dumps(document(list(rows(folder))), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
