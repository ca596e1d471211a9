"""What is done to clips in a process of its own for an MCP client: functions of paths and plain data only."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unplastic.reading import Report

PREVIEWS = 2
PREVIEW_PX = 960
JPEG_QUALITY = 86


@dataclass(frozen=True)
class Told:
    """Progress into a file: the process that waits looks at it."""

    path: Path

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Told by `unplastic.finish.finish`."""
        aside = self.path.with_suffix(f".{os.getpid()}")
        aside.write_text(f"{stage} {done} {total}")
        aside.replace(self.path)


def finished(source: Path, options: dict[str, Any], told: Path) -> dict[str, Any]:
    """Finish a clip: its document, its files, and the worst places before and after as pictures."""
    from unplastic.finish import finish
    from unplastic.report import finished as document
    from unplastic.report import sheet

    made = finish(source, progress=Told(told), **options)
    pictures = [sheet([("before", crop.before), ("after", crop.after)]) for crop in made.crops[:PREVIEWS]]
    return {
        "document": document([made])["clips"][0],
        "files": {role: str(path) for role, path in made.outputs.items()},
        "previews": [_small(each) for each in pictures],
    }


def measured(sources: list[Path], told: Path) -> dict[str, Any]:
    """Measure clips: the document, and the worst place of each as a picture. One that cannot be measured stops all."""
    from unplastic.finish import measure
    from unplastic.report import measured as document

    reports = []
    for number, path in enumerate(sources):
        Told(told)("measure", number, len(sources))
        reports.append(measure(path))
    previews = [_worst(path, report) for path, report in zip(sources[:PREVIEWS], reports, strict=False)]
    return {"document": document(reports), "files": {}, "previews": previews}


def compared(a: Path, b: Path, told: Path) -> dict[str, Any]:
    """Measure two clips and set them side by side."""
    from unplastic.finish import measure
    from unplastic.report import compared as document

    Told(told)("measure", 0, 2)
    first = measure(a)
    Told(told)("measure", 1, 2)
    second = measure(b)
    return {"document": document(first, second), "files": {}, "previews": [_worst(a, first), _worst(b, second)]}


def _worst(path: Path, report: Report) -> bytes:
    """The whole frame of the worst place, small."""
    from unplastic.color import assumed_matrix, rgb8
    from unplastic.media import pictures, probe
    from unplastic.report.crops import png

    clip = probe(path)
    place = max(report.places, key=lambda each: each.badness, default=None)
    frame = place.frame if place else clip.frames // 2
    picture = next(iter(pictures(clip, start=frame, count=1)))
    matrix = assumed_matrix(clip.color.matrix, clip.width, clip.height)
    box = (0, 0, clip.width, clip.height)
    return _small(png(rgb8(picture, matrix=matrix, is_full_range=clip.color.is_full_range, box=box)))


def _small(picture: bytes) -> bytes:
    """A picture as a JPEG of at most 960 pixels across: some tens of kilobytes."""
    from PIL import Image

    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.thumbnail((PREVIEW_PX, PREVIEW_PX))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()
