"""The development clips, measured: one row per file with class, source, size, rate, bits and the whole report.

The folder (``../shared/clips`` by default) holds ``index.csv`` and ``pristine/index.csv``; it is not part of the
repository. Damaged or refused files are named on stderr and left out.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from unplastic.clip import Clip
from unplastic.errors import UnplasticError
from unplastic.measure import examine, plan
from unplastic.media import pictures, probe
from unplastic.reading import Report

FOLDER = Path(__file__).parent.parent.parent / "shared" / "clips"


@dataclass(frozen=True)
class Row:
    """``kind`` is ai, real or film; ``source`` the repository it came from, the unit that is independent."""

    file: str
    kind: str
    source: str
    has_face: bool
    is_pristine: bool
    clip: Clip
    report: Report

    @property
    def is_still(self) -> bool:
        return self.clip.frames == 1

    @property
    def is_ai(self) -> bool:
        return self.kind == "ai"

    @property
    def lines(self) -> int:
        return min(self.clip.width, self.clip.height)

    @property
    def bits_per_pixel(self) -> float:
        return self.clip.bits_per_pixel or 0.0

    def value(self, name: str, region: str = "frame") -> float | None:
        reading = self.report.reading(name, region)
        return reading.value if reading and reading.valid else None


def rows(folder: Path = FOLDER) -> Iterator[Row]:
    """Every file of both indexes, measured. A file that is in both is taken once, from the pristine set."""
    seen: set[tuple[str, str]] = set()
    for is_pristine, root in ((True, folder / "pristine"), (False, folder)):
        with (root / "index.csv").open(newline="", encoding="utf-8") as index:
            entries = list(csv.DictReader(index))
        for entry in entries:
            source = entry.get("repo") or entry.get("repo_or_package") or ""
            origin = (source, entry["path"])
            if not is_pristine and origin in seen:
                continue
            seen.add(origin)
            row = _measured(root / entry["file"], entry, source, is_pristine=is_pristine)
            if row:
                yield row


def _measured(path: Path, entry: dict[str, str], source: str, *, is_pristine: bool) -> Row | None:
    try:
        clip = probe(path)
        runs = (pictures(clip, start=frames.start, count=len(frames)) for frames in plan(clip))
        report = examine(runs, clip)
    except UnplasticError as error:
        sys.stderr.write(f"left out: {error.message}\n")
        return None
    sys.stderr.write(f"{path.name}\n")
    kind = entry["class"] if entry["class"] != "still" else "film" if "FILM" in entry["notes"] else "real"
    return Row(path.name, kind, source, entry["has_face"] == "yes", is_pristine, clip, report)
