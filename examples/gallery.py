"""Sheets to look at: every clip with a face at 100 %, raw, with grain alone, and finished; and a patch over time.

    python examples/gallery.py FOLDER OUT [--look NAME] [--upscale SIZE]

For each clip OUT gets ``<name>_sheet.png`` (the face and its surroundings, three times) and ``<name>_strip.png`` (one
patch of skin in eight consecutive frames, three rows). Nothing is written beside the clips.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from unplastic.clip import CHROMA_STEPS, Clip, Picture
from unplastic.color import assumed_matrix, rgb8
from unplastic.errors import UnplasticError
from unplastic.finish import measure
from unplastic.looks import look, solve
from unplastic.media import list_clips, pictures, probe
from unplastic.treat import Chain, Treatment
from unplastic.trial import geometry
from unplastic.upscale import enlarged
from unplastic.vision import watched

FRAMES = 12
SHEET_PX = 560
PATCH_PX = 170
GAP_PX = 6
ROWS = ("raw", "grain only", "finished")

Rgb = NDArray[np.uint8]


@dataclass(frozen=True)
class Take:
    """The same frames three times; ``box`` is the face's in the middle frame."""

    clip: Clip
    versions: dict[str, list[Picture]]
    box: tuple[float, float, float, float]
    centres: list[tuple[float, float]]


def take(clip: Clip, name: str, size: str) -> Take | None:
    """Twelve frames around the middle of a clip, or None without a face."""
    recipe = solve(look(name), measure(clip.path), clip)
    first = max(0, clip.frames // 2 - FRAMES // 2)
    source = list(pictures(clip, start=first, count=min(FRAMES, clip.frames)))
    larger = enlarged(clip, size)
    clip, source = larger.clip, [larger(picture) for picture in source]
    grain = [t for t in recipe.treatments if t.name == "grain"]
    faces = [scene.faces[0] for _, scene in watched(source, clip) if scene.faces]
    if not faces:
        return None
    versions = {
        "raw": source,
        "grain only": treated(clip, source, grain),
        "finished": treated(clip, source, recipe.treatments),
    }
    for dose in recipe.doses:
        print("  ", dose.treatment.name, dose.reasons)
    return Take(clip, versions, faces[len(faces) // 2].box, [face.centre for face in faces])


def treated(clip: Clip, source: list[Picture], treatments: tuple[Treatment, ...] | list[Treatment]) -> list[Picture]:
    """The frames through a chain, kept in memory."""
    chain = Chain(treatments, geometry(clip, "prores", 0))
    found = []
    for picture, scene in watched(source, clip):
        across, down = CHROMA_STEPS[clip.chroma]
        chroma = (-(-clip.height // down), -(-clip.width // across))
        target = Picture(
            np.zeros((clip.height, clip.width), np.uint16),
            *(np.zeros(chroma, np.uint16) for _ in range(2)),
            bit_depth=chain.geometry.target_depth,
            index=picture.index,
            pts=picture.pts,
        )
        chain.run(picture, target, scene if chain.needs_scenes else None)
        found.append(target)
    return found


def sheet(shot: Take) -> Image.Image:
    """The three versions of the middle frame side by side at 100 %, cropped around the face."""
    x, y, width, height = shot.box
    crop = _box(
        shot.clip, x + width / 2, y + height / 2, min(SHEET_PX, int(1.9 * width)), min(SHEET_PX, int(1.7 * height))
    )
    middle = len(shot.versions["raw"]) // 2
    return _table([[_rgb(shot.clip, shot.versions[name][middle], crop) for name in ROWS]])


def strip(shot: Take) -> Image.Image:
    """A patch beside the nose that follows the face, over eight frames; a row for each version."""
    _, _, width, height = shot.box
    rows = []
    for name in ROWS:
        row = []
        for picture, (x, y) in list(zip(shot.versions[name], shot.centres, strict=False))[:8]:
            crop = _box(shot.clip, x + 0.2 * width, y + 0.22 * height, PATCH_PX, PATCH_PX)
            row.append(_rgb(shot.clip, picture, crop))
        rows.append(row)
    return _table(rows)


def _box(clip: Clip, x: float, y: float, width: int, height: int) -> tuple[int, int, int, int]:
    width, height = min(width, clip.width), min(height, clip.height)
    left = int(min(max(0, x - width / 2), clip.width - width))
    top = int(min(max(0, y - height / 2), clip.height - height))
    return left, top, width, height


def _rgb(clip: Clip, picture: Picture, box: tuple[int, int, int, int]) -> Rgb:
    matrix = assumed_matrix(clip.color.matrix, clip.width, clip.height)
    return rgb8(picture, matrix=matrix, is_full_range=clip.color.is_full_range, box=box)


def _table(rows: list[list[Rgb]]) -> Image.Image:
    height, width = rows[0][0].shape[:2]
    size = len(rows[0]) * (width + GAP_PX) - GAP_PX, len(rows) * (height + GAP_PX) - GAP_PX
    table = Image.new("RGB", size, (40, 40, 40))
    for i, row in enumerate(rows):
        for j, picture in enumerate(row):
            table.paste(Image.fromarray(picture), (j * (width + GAP_PX), i * (height + GAP_PX)))
            if len(rows) == 1 or j == 0:
                label = ROWS[j if len(rows) == 1 else i]
                ImageDraw.Draw(table).text((j * (width + GAP_PX) + 6, i * (height + GAP_PX) + 4), label, fill="white")
    return table


def main() -> int:
    """Write the sheets; clips that cannot be used are named and passed over."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--look", default="fine-35mm")
    parser.add_argument("--upscale", default="off")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    for path in list_clips(given.folder):
        try:
            clip = probe(path)
            shot = take(clip, given.look, given.upscale)
        except UnplasticError as trouble:
            print(f"{path.name}: {trouble.message}", file=sys.stderr)
            continue
        if shot is None:
            print(f"{path.name}: no face")
            continue
        sheet(shot).save(given.out / f"{path.stem}_sheet.png")
        strip(shot).save(given.out / f"{path.stem}_strip.png")
        print(f"{path.name}: done")
    return 0


if __name__ == "__main__":
    sys.exit(main())
