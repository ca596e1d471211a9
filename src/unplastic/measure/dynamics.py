"""A7: how evenly a picture is lit, how many stops it uses, and how its highlights end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unplastic.clip import Clip
from unplastic.measure.bootstrap import mean
from unplastic.parameter import check, parameter
from unplastic.reading import Evidence, Reading
from unplastic.vision import Run
from unplastic.vision.chromaticity import GAMMA

EVENNESS, RANGE, ROLL_OFF = "evenness", "dynamic_use", "roll_off"
UNITS = {EVENNESS: "stops", RANGE: "stops", ROLL_OFF: "1"}
FLOOR_STOPS = -10.0
"""Light below this, against white, is black: the last codes of eight bits hold no stops."""

TOP, NEXT = 0.98, 0.90
BLOCK_PX = 16
ROLL_OFF_MAX = 10.0


@dataclass(frozen=True, slots=True)
class Levels:
    """One number per frame and reading; None where there is nothing to tell it from."""

    numbers: tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True)
class Dynamics:
    """Stops of light (BT.1886) in the whole picture.

    evenness: standard deviation of log2 light over blocks of 16 px; a lit room has 0.9 to 1.6 stops, even light under
    0.6. dynamic_use: log2 of the 99.5 over the 0.5 percentile of light, down to 10 stops under white. roll_off: pixels
    in the top 2 % of the codes over those in the next 8 %: highlights that end softly stay under 0.5.

    Not measured in HDR, where codes mean other light.
    """

    name: ClassVar[str] = "dynamics"

    highlights_min: float = parameter(0.002, "share of the picture that must be highlights", low=0.0, high=1.0)

    def __post_init__(self) -> None:
        check(self)

    def observe(self, run: Run) -> Levels:
        """The first and the last frame of a run."""
        return Levels(tuple(self._of(run, t) for t in sorted({run.looks[0], run.looks[-1]})))

    def conclude(self, observations: Sequence[Levels], clip: Clip) -> Evidence:
        """Means over the frames."""
        rows = [row for each in observations for row in each.numbers]
        missing = dict.fromkeys(UNITS, "codes mean other light in HDR") if clip.color.is_hdr else {}
        few = {
            EVENNESS: "the picture is too small",
            RANGE: "there is no picture",
            ROLL_OFF: "it has hardly any highlights",
        }
        found = []
        for column, (name, unit) in enumerate(UNITS.items()):
            values = np.array([row[column] for row in rows if row[column] is not None], np.float64)
            if name in missing or not len(values):
                found.append(Reading.missing(name, "frame", unit, missing.get(name, few[name])))
            else:
                found.append(mean(values).reading(name, unit))
        return Evidence(tuple(found))

    def _of(self, run: Run, t: int) -> tuple[float | None, ...]:
        signal = run.frames[t].samples.y.astype(np.float64)
        low, high = np.percentile(signal, [0.5, 99.5])
        top, below = float((signal >= TOP).mean()), float(((signal >= NEXT) & (signal < TOP)).mean())
        ended = min(top / max(below, 1e-6), ROLL_OFF_MAX) if top + below >= self.highlights_min else None
        return _unevenness(run, t), float(_stops(high) - _stops(low)), ended


def _unevenness(run: Run, t: int) -> float | None:
    rows, columns = np.flatnonzero(run.lit.any(axis=1)), np.flatnonzero(run.lit.any(axis=0))
    if len(rows) < 4 * BLOCK_PX or len(columns) < 4 * BLOCK_PX:
        return None
    high, wide = len(rows) // BLOCK_PX, len(columns) // BLOCK_PX
    part = run.frames[t].luma[rows[0] :, columns[0] :][: high * BLOCK_PX, : wide * BLOCK_PX]
    blocks = part.reshape(high, BLOCK_PX, wide, BLOCK_PX).mean(axis=(1, 3), dtype=np.float64)
    return float(np.std(_stops((blocks - 16.0) / 219.0)))


def _stops(signal: np.ndarray | float) -> np.ndarray:
    """Log2 of light, white being 0."""
    return np.maximum(GAMMA * np.log2(np.maximum(signal, 1e-6)), FLOOR_STOPS)
