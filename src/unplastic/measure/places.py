"""Places worth looking at: boxes of about 320x240 around the worst neighbourhood of tiles."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from unplastic.measure.bootstrap import Array
from unplastic.reading import Place
from unplastic.vision import Run

WIDTH_PX, HEIGHT_PX = 320, 240
NEIGHBOURS_MIN = 3
PLACES_MAX = 2


def worst_place(name: str, run: Run, t: int, badness: Array) -> Place | None:
    """The box around the tile whose 3x3 neighbourhood is worst on average, or None when no tile can be judged.

    ``badness`` is (tiles,), nan for tiles that cannot be judged; ``t`` is the frame of the run.
    """
    tiles = badness.reshape(run.grid.rows, run.grid.columns)
    known = np.isfinite(tiles)
    around = _neighbourhood(np.where(known, tiles, 0.0)) / np.maximum(_neighbourhood(known.astype(float)), 1.0)
    enough = min(NEIGHBOURS_MIN, tiles.size)
    judged = known & (_neighbourhood(known.astype(float)) >= enough)
    if not judged.any():
        return None
    tile = int(np.argmax(np.where(judged, around, -np.inf)))
    x, y, width, height = run.plane_box(tile, WIDTH_PX, HEIGHT_PX)
    return Place(name, run.frames[t].index, x, y, width, height, float(around.ravel()[tile]))


def worst_first(places: Iterable[Place | None]) -> tuple[Place, ...]:
    """The two worst of all runs."""
    return tuple(sorted((p for p in places if p is not None), key=lambda p: -p.badness)[:PLACES_MAX])


def _neighbourhood(tiles: Array) -> Array:
    """Sum over 3x3 neighbours, nothing beyond the border."""
    rows, columns = tiles.shape
    padded = np.pad(tiles, 1)
    return np.sum([padded[y : y + rows, x : x + columns] for y in range(3) for x in range(3)], axis=0)
