from __future__ import annotations

import numpy as np
import pytest

from unplastic.vision.blocks import flat_blocks, without_surface
from unplastic.vision.regions import lit_area


def test_a_quadratic_surface_is_taken_off_exactly() -> None:
    y, x = np.mgrid[0:32, 0:32] / 32.0
    surface = (80 + 30 * x - 20 * y + 15 * x * y - 40 * y**2).astype(np.float32)
    assert without_surface(surface[None]) == pytest.approx(0.0, abs=1e-3)


def test_noise_keeps_its_power() -> None:
    noise = np.random.default_rng(0).standard_normal((40, 32, 32)).astype(np.float32)
    assert without_surface(noise).std() == pytest.approx(np.sqrt(1 - 6 / 1024), rel=0.01)


def test_flat_parts_are_chosen_and_texture_is_not() -> None:
    rng = np.random.default_rng(0)
    plane = 120 + rng.normal(0, 1.5, (256, 512)).astype(np.float32)
    stripes = 12 * np.sin(np.arange(256) * 1.3)
    plane[:, 256:] += stripes
    found = flat_blocks(plane, lit_area(plane))
    _, column = np.divmod(found.numbers, found.grid.columns)
    assert len(found.numbers) > 20
    assert (column < 8).all()


@pytest.fixture
def slope() -> np.ndarray:
    y, x = np.mgrid[0:256, 0:384]
    return (80 + 0.2 * x + 0.1 * y + np.random.default_rng(0).normal(0, 1.0, (256, 384))).astype(np.float32)


def test_blocks_follow_a_whole_pixel_shift(slope) -> None:
    found = flat_blocks(slope, lit_area(slope))
    shifts = np.tile([3, -2], (len(found.numbers), 1))
    moved = np.roll(slope, (-2, 3), (0, 1))
    assert len(found.numbers) > 20
    assert np.array_equal(found.gathered(moved, shifts), found.gathered(slope))


def test_chroma_blocks_lie_at_the_same_place(slope) -> None:
    found = flat_blocks(slope, lit_area(slope))
    chroma = slope[::2, ::2]
    assert found.gathered(chroma).mean(axis=(1, 2)) == pytest.approx(found.luma, abs=1.5)
