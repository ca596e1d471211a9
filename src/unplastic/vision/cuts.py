"""What a run of frames must not hold: a cut, and frames that only repeat the one before."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from unplastic.vision.plane import Array, Plane

CUT_CODES8 = 12.0
CUT_OVER_MOTION = 3.0
CUT_HISTOGRAM = 0.2
REPEAT_OVER_MOTION = 0.12
REPEAT_CODES8 = 0.4
STRIDE_PX = 4


def changes(lumas: Sequence[Plane]) -> Array:
    """Mean absolute difference between neighbours in codes, (frames - 1,), from every 16th pixel."""
    small = [luma[::STRIDE_PX, ::STRIDE_PX] for luma in lumas]
    return np.array([float(np.mean(np.abs(b - a))) for a, b in pairwise(small)])


def histogram_changes(lumas: Sequence[Plane]) -> Array:
    """Share of pixels that changed their place in a 32-bin luma histogram between neighbours, (frames - 1,)."""
    counts = [np.histogram(luma[::STRIDE_PX, ::STRIDE_PX], bins=32, range=(0, 256))[0] for luma in lumas]
    shares = [count / count.sum() for count in counts]
    return np.array([0.5 * float(np.abs(b - a).sum()) for a, b in pairwise(shares)])


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """Enough of one frame to tell a cut: every 16th pixel in codes, and a histogram of 32 bins as shares."""

    pixels: Plane
    histogram: Array

    def change(self, other: Glance) -> float:
        """Mean absolute difference in codes."""
        return float(np.mean(np.abs(self.pixels - other.pixels)))

    def histogram_change(self, other: Glance) -> float:
        """Share of pixels that changed their bin."""
        return 0.5 * float(np.abs(self.histogram - other.histogram).sum())


def glance(plane: np.ndarray, bit_depth: int) -> Glance:
    """What `is_cut` needs of a luma plane of any depth."""
    pixels = plane[::STRIDE_PX, ::STRIDE_PX].astype(np.float32) * np.float32(1 / (1 << (bit_depth - 8)))
    count = np.histogram(pixels, bins=32, range=(0, 256))[0]
    return Glance(pixels, count / count.sum())


def is_cut(change: float, histogram_change: float, before: Sequence[float] | deque[float]) -> bool:
    """Whether a frame starts a new shot, seen from the changes between the few frames before it."""
    usual = float(np.median(before)) if before else CUT_CODES8 / CUT_OVER_MOTION
    return change > CUT_CODES8 and histogram_change > CUT_HISTOGRAM and change > CUT_OVER_MOTION * usual


def shots(lumas: Sequence[Plane]) -> list[slice]:
    """Frames between cuts. A cut changes far more than the motion around it, and changes the histogram too."""
    change, histogram = changes(lumas), histogram_changes(lumas)
    cuts = []
    for i in np.flatnonzero((change > CUT_CODES8) & (histogram > CUT_HISTOGRAM)):
        others = np.delete(change, i)
        usual = float(np.median(others)) if others.size else CUT_CODES8
        if change[i] > CUT_OVER_MOTION * usual:
            cuts.append(int(i) + 1)
    bounds = [0, *cuts, len(lumas)]
    return [slice(a, b) for a, b in pairwise(bounds)]


def distinct(lumas: Sequence[Plane]) -> list[int]:
    """Numbers of the frames that show something new.

    Clips re-timed from 24 to 30 fps, and generators' own frame doubling, repeat frames: their zero difference says
    nothing about noise. A repeat is exact, or changes far less than its neighbours do.
    """
    change = changes(lumas)
    if not change.size:
        return list(range(len(lumas)))
    moving = change[change > 0]
    usual = float(np.median(moving)) if moving.size else 0.0
    limit = min(REPEAT_CODES8, REPEAT_OVER_MOTION * usual)
    return [0, *(int(i) + 1 for i in np.flatnonzero(change > limit))]
