"""Nothing lost or made up: multi-scale structural similarity once grain and grade are taken off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unplastic.guards.bounds import unchecked
from unplastic.guards.pair import Pair
from unplastic.guards.sight import Sight
from unplastic.parameter import check, parameter
from unplastic.reading import Guard
from unplastic.vision.bands import blurred, half_size
from unplastic.vision.plane import Plane

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
SMALLEST_PX = 11
SIGMA_PX = 1.5
C1, C2 = np.float32((0.01 * 255) ** 2), np.float32((0.03 * 255) ** 2)


@dataclass(frozen=True)
class Fidelity:
    """MS-SSIM after Wang, Simoncelli and Bovik (2003) of the mean of three aligned frames, of the worst run."""

    name: ClassVar[str] = "fidelity"
    blames: ClassVar[tuple[str, ...]] = ("shape", "deboil", "soften", "texture", "deflicker")

    similarity_min: float = parameter(0.98, "MS-SSIM of luma, in the tone of the source", low=0.0, high=1.0)

    def __post_init__(self) -> None:
        check(self)

    def look(self, sight: Sight) -> float:
        """The similarity of the middle frame without most of its noise."""
        return multi_scale_similarity(*sight.calm)

    def check(self, pair: Pair) -> Guard:
        """From the worst run."""
        seen = pair.seen(self)
        if pair.declared.is_redrawn:
            return unchecked(self, "the upscaler draws detail of its own")
        if not seen:
            return unchecked(self, "no frame could be compared")
        return Guard(self.name, min(seen) >= self.similarity_min, round(min(seen), 4), self.similarity_min)


def multi_scale_similarity(x: Plane, y: Plane) -> float:
    """MS-SSIM of two luma planes in 8-bit codes, 1.0 for the same picture.

    Small pictures have fewer scales; the weights of those that are left then count as one.
    """
    parts: list[float] = []
    while True:
        structure, whole = _terms(x, y)
        is_last = len(parts) == len(WEIGHTS) - 1 or min(x.shape) < 2 * SMALLEST_PX
        parts.append(whole if is_last else structure)
        if is_last:
            break
        x, y = half_size(x), half_size(y)
    weights = np.array(WEIGHTS[: len(parts)])
    return float(np.prod(np.maximum(parts, 0.0) ** (weights / weights.sum())))


def _terms(x: Plane, y: Plane) -> tuple[float, float]:
    """Means of contrast times structure, and of that times luminance, under a Gaussian of 1.5 px."""
    mean_x, mean_y = blurred(x, SIGMA_PX), blurred(y, SIGMA_PX)
    both = mean_x * mean_y
    squares = np.square(mean_x) + np.square(mean_y)
    covariance = blurred(x * y, SIGMA_PX) - both
    variances = blurred(np.square(x) + np.square(y), SIGMA_PX) - squares
    luminance = (2 * both + C1) / (squares + C1)
    structure = (2 * covariance + C2) / (variances + C2)
    return float(structure.mean(dtype=np.float64)), float((luminance * structure).mean(dtype=np.float64))
