"""Writing stays legible: what looks like text keeps its strokes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unplastic.guards.bounds import said, unchecked
from unplastic.guards.pair import Pair
from unplastic.guards.sight import Sight
from unplastic.parameter import check, parameter
from unplastic.reading import Guard
from unplastic.vision.bands import blurred, slopes
from unplastic.vision.plane import Plane
from unplastic.vision.strokes import Box, lines_of_strokes

SMOOTH_PX = 0.7


@dataclass(frozen=True)
class Lettering:
    """Normalised cross-correlation of gradients, before and after in one tone and without most noise.

    Nothing is read: lines of strokes are found by their shape, so that a fence may pass for text, and a text whose
    letters touch may not. The worst line counts.
    """

    name: ClassVar[str] = "lettering"
    blames: ClassVar[tuple[str, ...]] = ("deboil", "soften", "texture", "deflicker")

    correlation_min: float = parameter(0.95, "correlation of the gradients of a line of text", low=0.0, high=1.0)

    def __post_init__(self) -> None:
        check(self)

    def look(self, sight: Sight) -> float | None:
        """The correlation of the worst line of the middle frame; None without any."""
        lines = lines_of_strokes(sight.before[sight.middle].luma)
        if not lines:
            return None
        before, after = sight.calm
        return min(_correlation(_gradients(before, line), _gradients(after, line)) for line in lines)

    def check(self, pair: Pair) -> Guard:
        """From the worst run."""
        seen = pair.seen(self)
        if not seen:
            return unchecked(self, "nothing looks like text")
        return Guard(self.name, min(seen) >= self.correlation_min, said(min(seen)), said(self.correlation_min))


def _gradients(plane: Plane, box: Box) -> Plane:
    """(2, height, width): slopes across and down."""
    x, y, width, height = box
    part = blurred(np.ascontiguousarray(plane[y : y + height, x : x + width]), SMOOTH_PX)
    return np.stack(slopes(part))


def _correlation(a: Plane, b: Plane) -> float:
    power = np.sum(a * a, dtype=np.float64) * np.sum(b * b, dtype=np.float64)
    return float(np.sum(a * b, dtype=np.float64) / max(np.sqrt(power), 1e-9))
