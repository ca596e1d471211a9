"""Build ``src/unplastic/data/reference/camera.json`` from the camera material among the development clips.

    python benchmark/build_reference.py [FOLDER]

Classes by bits per pixel and lines, narrow ones first; a class needs six camera clips, else it is left out and the next
wider one stands in. Median and MAD of every reading that the score or a finding uses. Figures only: no picture enters.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import numpy as np
from development_clips import FOLDER, Row, rows

from unplastic.measure.score import WEIGHTS

TARGET = Path(__file__).parent.parent / "src" / "unplastic" / "data" / "reference" / "camera.json"
CLIPS_MIN = 6
READING_CLIPS_MIN = 5
ANY_BITS = 1e9
CLASSES = (
    ("web, low bitrate, 700 lines and more", 0.03, 0.08, 700),
    ("web, 700 lines and more", 0.08, 0.2, 700),
    ("high bitrate, 700 lines and more", 0.2, ANY_BITS, 700),
    ("web, low bitrate", 0.03, 0.08, 0),
    ("web", 0.08, 0.2, 0),
    ("high bitrate", 0.2, ANY_BITS, 0),
    ("any", 0.0, ANY_BITS, 0),
)


def mad(values: np.ndarray) -> float:
    return round(float(np.median(np.abs(values - np.median(values)))), 5)


def spread(values: list[float]) -> dict[str, float | int | None]:
    found = np.array(values)
    return {
        "median": round(float(np.median(found)), 5),
        "mad": mad(found),
        "log_mad": mad(np.log(found)) if (found > 0).all() else None,
        "clips": len(values),
    }


def reference_class(name: str, low: float, high: float, lines: int, camera: list[Row]) -> dict | None:
    """One class, or None when too few camera videos are in it. Stills inform only what needs no time."""
    inside = [row for row in camera if low <= row.bits_per_pixel < high and row.lines >= lines]
    videos = [row for row in inside if not row.is_still]
    if len(videos) < CLIPS_MIN:
        return None
    readings = {}
    for weight in WEIGHTS:
        values = [v for row in videos if (v := row.value(weight.reading, weight.region)) is not None]
        if len(values) >= READING_CLIPS_MIN:
            readings[weight.reading] = spread(values)
    return {"name": name, "bits_per_pixel": [low, high], "lines_min": lines, "clips": len(videos), "readings": readings}


def main(folder: Path) -> None:
    camera = [row for row in rows(folder) if not row.is_ai]
    classes = [built for each in CLASSES if (built := reference_class(*each, camera))]
    document = {
        "version": 1,
        "date": str(date.today()),
        "source": "camera and film videos of the development clips; figures only",
        "sources": sorted({row.source for row in camera if not row.is_still}),
        "method": "benchmark/build_reference.py: median and median absolute deviation over clips, one value per clip",
        "caveat": "few clips, web re-encodes for the most part: starting values, to be replaced by a camera corpus",
        "classes": classes,
    }
    TARGET.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
