"""How far shots of one scene may differ: what other framings of camera clips, and nothing else, do to their readings.

    .venv/bin/python benchmark/reframing.py ../shared/clips

Every camera clip is measured in five framings (whole, left, right, close, middle). Per reading, the table shows how far
nine in ten framings lie from the median of their clip: as a difference, or as a factor.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from unplastic.clip import CHROMA_STEPS, Clip, Picture
from unplastic.looks.consensus import DISPLAY_REFERRED, EDGE, grain_trait, shown
from unplastic.measure import examine, plan
from unplastic.media import pictures, probe
from unplastic.reading import Report

FRAMINGS = (
    (0.0, 0.0, 1.0, 1.0),
    (0.0, 0.1, 0.65, 0.9),
    (0.35, 0.1, 1.0, 0.9),
    (0.2, 0.1, 0.8, 0.7),
    (0.15, 0.15, 0.85, 0.85),
)
"""Left, top, right and bottom in shares of the picture."""

FRAMES = 6
PERCENTILE = 90.0


def main(folder: Path) -> None:
    """Print one row per reading."""
    with (folder / "index.csv").open(newline="") as index:
        clips = [probe(folder / row["file"]) for row in csv.DictReader(index) if row["class"] == "real"]
    scenes = [list(framings(clip)) for clip in clips]
    print("| reading | clips | framings | nine in ten within |\n|---|---|---|---|")
    for trait in (*DISPLAY_REFERRED, EDGE, grain_trait("frame")):
        apart, count = [], 0
        for reports in scenes:
            values = [value for report in reports if (value := shown(trait, report)) is not None]
            if len(values) > 2:
                count += 1
                apart += [abs(trait.apart(value, float(np.median(values)))) for value in values]
        within = float(np.percentile(apart, PERCENTILE)) if apart else float("nan")
        said = f"x {np.exp(within):.2f}" if trait.is_ratio else f"{within:.3f}"
        print(f"| {trait.name} | {count} | {len(apart)} | {said} |")


def framings(clip: Clip) -> Iterator[Report]:
    """The middle of a clip, measured in every framing; edges count in its own pixels, as one camera's at one size."""
    run = plan(clip)[len(plan(clip)) // 2]
    shot = list(pictures(clip, start=run.start, count=FRAMES))
    for framing in FRAMINGS:
        left, top, right, bottom = (
            int(share * side) // 4 * 4 for share, side in zip(framing, (clip.width, clip.height) * 2, strict=True)
        )
        framed = replace(clip, width=right - left, height=bottom - top)
        report = examine([[_framed(each, clip, (left, top, right, bottom)) for each in shot]], framed)
        yield replace(report, width=clip.width, height=clip.height)


def _framed(picture: Picture, clip: Clip, box: tuple[int, int, int, int]) -> Picture:
    left, top, right, bottom = box
    across, down = CHROMA_STEPS[clip.chroma]
    luma = np.ascontiguousarray(picture.y[top:bottom, left:right])
    rows, columns = slice(top // down, bottom // down), slice(left // across, right // across)
    cb, cr = (np.ascontiguousarray(plane[rows, columns]) for plane in (picture.cb, picture.cr))
    return replace(picture, y=luma, cb=cb, cr=cr)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
