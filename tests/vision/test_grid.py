from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unplastic.vision.grid import Grid

sides = st.integers(4, 300)


@given(sides, sides, st.integers(8, 64))
def test_tiles_lie_inside(height, width, side) -> None:
    grid = Grid.over((height, width), side)
    plane = np.arange(height * width, dtype=np.float32).reshape(height, width)
    assert grid.inside(plane).shape == (grid.rows * grid.side_px, grid.columns * grid.side_px)
    assert grid.count >= 1
    centres = grid.centres()
    assert (centres[:, 0] < width).all()
    assert (centres[:, 1] < height).all()
    assert list(grid.tile_of(centres[:, 0], centres[:, 1])) == list(range(grid.count))


def test_sums_add_up() -> None:
    plane = np.random.default_rng(0).random((150, 210)).astype(np.float32)
    grid = Grid.over(plane.shape, 64)
    assert grid.sums(plane).sum() == pytest.approx(grid.inside(plane).sum(), rel=1e-6)
    assert grid.means(np.ones_like(plane)) == pytest.approx(1.0)
    first = plane[grid.top : grid.top + 64, grid.left : grid.left + 64]
    assert grid.sums(plane)[0] == pytest.approx(first.sum(), rel=1e-6)
