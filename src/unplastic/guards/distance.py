"""How far apart two places of the same thing are, as a rule, when each of them is known only with noise."""

from __future__ import annotations

import numpy as np

from unplastic.guards.sight import reduced
from unplastic.vision.plane import Mask, Plane, as_plane

CELL = 32
PIXELS_MIN = 32


def typical_distance_px(ways: Plane, known: Mask, ratio: tuple[float, float]) -> float | None:
    """Median length of the mean way of each cell of 32 small pixels, in luma pixels; None if no cell knows enough.

    ``ways`` (height, width, 2) are x and y in small pixels, of which ``known`` marks those that count; ``ratio`` is
    luma pixels per small one. Heavy grain makes single vectors tremble by a quarter of a pixel, but not all one way.
    """
    cells = min(CELL, *known.shape) ** 2
    counts = reduced(known.astype(np.float32), CELL) * np.float32(cells)
    enough = counts >= PIXELS_MIN
    if not enough.any():
        return None
    marked = ways * known[..., None]
    means = [reduced(as_plane(marked[..., i]), CELL)[enough] * np.float32(cells) / counts[enough] for i in (0, 1)]
    return float(np.median(np.hypot(means[0] * ratio[0], means[1] * ratio[1])))
