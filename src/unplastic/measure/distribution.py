"""From measured camera clips to a reference: distributions of every reading per cell of comparable clips.

Cells are compression classes by lines, each also narrowed by face size and exposure where enough clips are left. What
is too few for a cell is in its wider neighbours. Figures only: no picture enters.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from math import inf, isfinite
from typing import Any

import numpy as np

from unplastic.clip import Clip
from unplastic.measure.reference import VERSION, Cell, Covariates, Spread
from unplastic.reading import Reading, Report

CLIPS_MIN = 6
READING_CLIPS_MIN = 5
STILL_READINGS = ("texture_", "grain_")
"""What a still can tell of: beginnings of names. The rest needs time, or depends on how a clip was coded."""
PRISTINE_BITS = 0.2
"""Stills stand beside videos that were compressed as little."""
DIGITS = 5

Range = tuple[float, float]
COMPRESSIONS: tuple[tuple[str, Range | None, int], ...] = (
    ("web, low bitrate, 700 lines and more", (0.03, 0.08), 700),
    ("web, 700 lines and more", (0.08, 0.2), 700),
    ("high bitrate, 700 lines and more", (0.2, inf), 700),
    ("web, low bitrate", (0.03, 0.08), 0),
    ("web", (0.08, 0.2), 0),
    ("high bitrate", (0.2, inf), 0),
    ("any", None, 0),
)
FACES: tuple[tuple[str, Range | None], ...] = (
    ("nobody", (0.0, 1.0)),
    ("small faces", (1.0, 80.0)),
    ("large faces", (80.0, inf)),
    ("", None),
)
EXPOSURES: tuple[tuple[str, Range | None], ...] = (
    ("dark", (0.0, 0.3)),
    ("middle tones", (0.3, 0.5)),
    ("bright", (0.5, inf)),
    ("", None),
)


@dataclass(frozen=True)
class Sample:
    """One measured clip or still; ``source`` is what is independent of other samples: a camera, a film, a folder."""

    source: str
    clip: Clip
    report: Report

    @property
    def is_still(self) -> bool:
        """Whether it is a single picture."""
        return self.clip.frames == 1

    @property
    def covariates(self) -> Covariates:
        """All of them."""
        return Covariates.of(self.clip, self.report.readings)


def cells(samples: Sequence[Sample]) -> tuple[Cell, ...]:
    """Every cell that `CLIPS_MIN` videos fill, narrow ones first; empty when there are not enough videos at all."""
    covered = [(sample, sample.covariates) for sample in samples]
    found = []
    for name, bits, lines in COMPRESSIONS:
        for face, face_px in FACES:
            for exposure, level in EXPOSURES:
                title = ", ".join(part for part in (name, face, exposure) if part)
                empty = Cell(title, bits, lines, face_px, level, 0, 0, 0, {})
                inside = [sample for sample, covariates in covered if empty.holds(covariates)]
                found.append(_filled(empty, inside))
    return tuple(cell for cell in found if cell.clips >= CLIPS_MIN)


def document(samples: Sequence[Sample], title: str, *, caveat: str = "") -> dict[str, Any]:
    """The reference as plain data."""
    return {
        "version": VERSION,
        "date": str(date.today()),
        "title": title,
        "sources": sorted({sample.source for sample in samples}),
        "method": "unplastic reference build: per cell and reading the distribution over clips, one value per clip",
        "caveat": caveat,
        "cells": [_plain(cell) for cell in cells(samples)],
    }


def written(reference: dict[str, Any]) -> str:
    """JSON with a line for every reading, so that two versions can be compared."""
    head = json.dumps({key: value for key, value in reference.items() if key != "cells"}, indent=2, ensure_ascii=False)
    parts = []
    for cell in reference["cells"]:
        about = json.dumps({key: value for key, value in cell.items() if key != "readings"}, ensure_ascii=False)
        lines = ",\n".join(f"      {json.dumps(reading)}" for reading in cell["readings"])
        parts.append(f'    {about[:-1]}, "readings": [\n{lines}\n    ]}}')
    return head[:-2] + ',\n  "cells": [\n' + ",\n".join(parts) + "\n  ]\n}\n"


def spread(values: Sequence[float]) -> Spread:
    """The distribution of at least one value."""
    found = np.array(values, dtype=np.float64)
    quantiles = np.quantile(found, [0.5, 0.1, 0.25, 0.75, 0.9])
    median, q10, q25, q75, q90 = (round(float(q), DIGITS) for q in quantiles)
    log_mad = _mad(np.log(found)) if (found > 0).all() else None
    return Spread(median, _mad(found), log_mad, q10, q25, q75, q90, len(values))


def _filled(cell: Cell, inside: Sequence[Sample]) -> Cell:
    videos = [sample for sample in inside if not sample.is_still]
    takes_stills = cell.bits is not None and cell.bits[0] >= PRISTINE_BITS
    stills = [sample for sample in inside if sample.is_still] if takes_stills else []
    values: dict[tuple[str, str], list[float]] = {}
    for sample in (*videos, *stills):
        for reading in _told(sample):
            values.setdefault((reading.name, reading.region), []).append(reading.value or 0.0)
    return Cell(
        cell.name, cell.bits, cell.lines_min, cell.face_px, cell.level,
        clips=len(videos),
        stills=len(stills),
        sources=len({sample.source for sample in (*videos, *stills)}),
        readings={key: spread(found) for key, found in values.items() if len(found) >= READING_CLIPS_MIN},
    )  # fmt: skip


def _told(sample: Sample) -> Iterator[Reading]:
    """Readings that may be trusted; of a still, those that it can tell of."""
    for reading in sample.report.readings:
        if not reading.valid or reading.value is None or not isfinite(reading.value):
            continue
        if not sample.is_still or reading.name.startswith(STILL_READINGS):
            yield reading


def _plain(cell: Cell) -> dict[str, Any]:
    ranges = {key: _ends(getattr(cell, key)) for key in ("bits", "face_px", "level")}
    return {
        "name": cell.name,
        "bits": ranges["bits"],
        "lines_min": cell.lines_min,
        "face_px": ranges["face_px"],
        "level": ranges["level"],
        "clips": cell.clips,
        "stills": cell.stills,
        "sources": cell.sources,
        "readings": [{"name": n, "region": r} | asdict(each) for (n, r), each in cell.readings.items()],
    }


def _ends(limits: Range | None) -> list[float | None] | None:
    return None if limits is None else [limits[0], limits[1] if isfinite(limits[1]) else None]


def _mad(values: np.ndarray) -> float:
    return round(float(np.median(np.abs(values - np.median(values)))), DIGITS)
