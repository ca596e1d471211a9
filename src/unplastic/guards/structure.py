"""Still the same picture: structural similarity at one eighth size, where neither grain nor texture is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from unplastic.guards.bounds import unchecked
from unplastic.guards.pair import Pair
from unplastic.guards.sight import Sight, eighth
from unplastic.guards.tone import Tone
from unplastic.parameter import check, parameter
from unplastic.reading import Guard
from unplastic.vision.plane import Plane

Array = NDArray[np.float64]

WINDOW = 8
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


@dataclass(frozen=True)
class Structure:
    """SSIM after Wang, Bovik, Sheikh and Simoncelli (2004), of the worst run, whatever a grade did to tone."""

    name: ClassVar[str] = "structure"
    blames: ClassVar[tuple[str, ...]] = ("shape", "texture", "deboil", "deflicker", "soften", "grade")

    similarity_min: float = parameter(0.985, "SSIM of the picture at one eighth size", low=0.0, high=1.0)

    def __post_init__(self) -> None:
        check(self)

    def look(self, sight: Sight) -> float:
        """The similarity of the middle frame."""
        return structural_similarity(sight.before[sight.middle].luma, sight.after[sight.middle].luma)

    def check(self, pair: Pair) -> Guard:
        """From the worst run."""
        seen = pair.seen(self)
        if not seen:
            return unchecked(self, "no frame could be compared")
        return Guard(self.name, min(seen) >= self.similarity_min, round(min(seen), 4), self.similarity_min)


def structural_similarity(before: Plane, after: Plane) -> float:
    """SSIM of two luma planes (height, width) in 8-bit codes on windows of 8 x 8, 1.0 for the same structure.

    Pictures under 64 px a side are compared at full size, since an eighth of them holds no window.
    """
    x, y = eighth(before), eighth(after)
    y = Tone.between(y, x)(y)
    return _ssim(x.astype(np.float64), y.astype(np.float64), min(WINDOW, *x.shape))


def _ssim(x: Array, y: Array, window: int) -> float:
    mean_x, mean_y = _box(x, window), _box(y, window)
    var_x = _box(x * x, window) - mean_x**2
    var_y = _box(y * y, window) - mean_y**2
    both = _box(x * y, window) - mean_x * mean_y
    top = (2 * mean_x * mean_y + C1) * (2 * both + C2)
    return float(np.mean(top / ((mean_x**2 + mean_y**2 + C1) * (var_x + var_y + C2))))


def _box(a: Array, window: int) -> Array:
    """Means over all ``window`` x ``window`` neighbourhoods that lie inside."""
    sums = np.pad(a.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    total = sums[window:, window:] - sums[:-window, window:] - sums[window:, :-window] + sums[:-window, :-window]
    return np.asarray(total / window**2, np.float64)
