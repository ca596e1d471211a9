"""A few places of a few pictures, before and after their grain: what every delivered file is compared with.

They are kept while the shot is rendered, so that the check decodes nothing but the delivered files.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from unplastic.clip import Clip, Picture
from unplastic.color import codes8
from unplastic.media import pictures
from unplastic.treat.grain import Grain

if TYPE_CHECKING:
    from numpy.typing import NDArray

RUNS, FRAMES = 3, 4
TILE_PX = 128
ACROSS, DOWN = 4, 3
GROUP_S, LEAD = 2, 6
"""Seconds between key frames of the web files, and pictures behind one at which a run begins: past its own quality."""

NEAR = 24
"""Runs so many pictures apart are decoded in one go."""


@dataclass(slots=True)
class Samples:
    """``clean`` and ``grained`` map a picture's number to its tiles: (tiles, side, side) luma in 8-bit codes.

    The pictures of a run lie so far apart that grain is another in each: at 50 a second, where it is held, two.
    """

    runs: tuple[range, ...]
    corners: tuple[tuple[int, int], ...]
    side: tuple[int, int]
    clean: dict[int, NDArray[np.float32]] = field(default_factory=dict)
    grained: dict[int, NDArray[np.float32]] = field(default_factory=dict)

    @classmethod
    def of(cls, clip: Clip, hold: int | None = None) -> Samples:
        """Places spread over the pictures of ``clip``; ``hold``: for how many pictures grain stays, if known."""
        runs = _runs(clip.frames, hold or usual_hold(clip), round(GROUP_S * clip.frame_rate))
        return cls(runs, *_tiles(clip.width & ~1, clip.height & ~1))

    def take(self, clean: Picture, grained: Picture) -> None:
        """Keep what is wanted of a picture."""
        if any(clean.index in run for run in self.runs):
            self.clean[clean.index] = self.cut(clean)
            self.grained[clean.index] = self.cut(grained)

    def cut(self, picture: Picture) -> NDArray[np.float32]:
        """The tiles of a picture."""
        rows, columns = self.side
        parts = [picture.y[y : y + rows, x : x + columns] for x, y in self.corners]
        return codes8(np.stack(parts), picture.bit_depth)

    def decoded(self, clip: Clip, *, film_grain: bool = True, runs: int = RUNS) -> dict[int, NDArray[np.float32]]:
        """The same places of a delivered file, of all runs or of the first ones."""
        wanted = {index for run in self.runs[:runs] for index in run}
        stretches: list[list[int]] = []
        for run in self.runs[:runs]:
            if stretches and run.start - stretches[-1][1] < NEAR:
                stretches[-1][1] = run[-1] + 1
            else:
                stretches.append([run.start, run[-1] + 1])
        return {
            picture.index: self.cut(picture)
            for first, last in stretches
            for picture in pictures(clip, first, last - first, film_grain=film_grain)
            if picture.index in wanted
        }


def usual_hold(clip: Clip) -> int:
    """Pictures that keep one grain where nobody said otherwise."""
    return Grain().hold(clip.frame_rate)


def _runs(frames: int, hold: int, group: int) -> tuple[range, ...]:
    """Runs spread over the clip, each a little behind where a group of pictures of the web files begins.

    A decoder has to start there: anywhere else it would decode up to ``group`` pictures for nothing. Where there are
    fewer groups than runs, those of one group follow each other at once: every picture between them costs a decoding.
    """
    length = min(FRAMES, -(-frames // hold))
    reach = (length - 1) * hold + 1
    groups = max(1, -(-(frames - LEAD - reach + 1) // group))
    found: list[range] = []
    for turn in range(RUNS):
        begin = (groups * (2 * turn + 1) - 1) // (2 * RUNS) * group + LEAD
        follows = found[-1].start + length * hold if found else 0
        first = min(max(begin, follows), frames - reach)
        if not found or first > found[-1][-1]:
            found.append(range(first, first + reach, hold))
    return tuple(found)


def _tiles(width: int, height: int) -> tuple[tuple[tuple[int, int], ...], tuple[int, int]]:
    columns, rows = min(TILE_PX, width), min(TILE_PX, height)
    across, down = min(ACROSS, max(1, width // columns)), min(DOWN, max(1, height // rows))
    corners = tuple(
        (round((width - columns) * (i + 0.5) / across), round((height - rows) * (j + 0.5) / down))
        for j in range(down)
        for i in range(across)
    )
    return corners, (rows, columns)
