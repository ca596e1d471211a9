"""Build ``src/unplastic/data/reference/camera.json`` from the camera material among the development clips.

    python benchmark/build_reference.py [FOLDER]

What ``unplastic reference build`` does, with the sources that the index of these clips names. Figures only.
"""

from __future__ import annotations

import sys
from pathlib import Path

from development_clips import FOLDER, Row, rows

from unplastic.measure.distribution import Sample, document, written

TARGET = Path(__file__).parent.parent / "src" / "unplastic" / "data" / "reference" / "camera.json"
TITLE = "camera and film material of the development clips"
CAVEAT = "few clips, web re-encodes for the most part: starting values, to be replaced by a camera corpus"


def camera_samples(measured: list[Row]) -> list[Sample]:
    """Camera and film, without HDR."""
    return [Sample(row.source, row.clip, row.report) for row in measured if not row.is_ai and not row.clip.color.is_hdr]


def main(folder: Path) -> None:
    built = document(camera_samples(list(rows(folder))), TITLE, caveat=CAVEAT)
    TARGET.write_text(written(built), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
