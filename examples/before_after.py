"""Lay the same crop of a clip and of its finished master side by side, at 100 %: the picture in the README.

    python examples/before_after.py CLIP RESULTS

writes ``RESULTS/<name>_before_after.png``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unplastic.color import assumed_matrix, rgb8
from unplastic.media import pictures, probe
from unplastic.report import sheet

SIZE = (420, 360)
CENTRE = (0.38, 0.36)


def crop(path: Path) -> NDArray[np.uint8]:
    """The crop of the middle frame, (360, 420, 3) R'G'B', clamped into small pictures."""
    clip = probe(path)
    picture = next(pictures(clip, clip.frames // 2, 1))
    width, height = min(SIZE[0], clip.width), min(SIZE[1], clip.height)
    x = min(max(round(CENTRE[0] * clip.width) - width // 2, 0), clip.width - width)
    y = min(max(round(CENTRE[1] * clip.height) - height // 2, 0), clip.height - height)
    matrix = assumed_matrix(clip.color.matrix, clip.width, clip.height)
    return rgb8(picture, matrix=matrix, is_full_range=clip.color.is_full_range, box=(x, y, width, height))


def main(clip: Path, results: Path) -> None:
    """Write the picture."""
    (master,) = results.glob(f"{clip.stem}_finished.*")
    target = results / f"{clip.stem}_before_after.png"
    target.write_bytes(sheet([("before", crop(clip)), ("after", crop(master))]))
    print(f"picture: {target}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
