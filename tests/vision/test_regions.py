from __future__ import annotations

import cv2
import numpy as np
import pytest

from unplastic.vision.grid import Grid
from unplastic.vision.regions import in_focus, lit_area, regions, tile_blur


def test_texture_keeps_away_from_edges(scene) -> None:
    found = regions(scene, lit_area(scene))
    assert 0.005 < found.edges.mean() < 0.035
    near = cv2.dilate(found.edges.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9)))
    assert not (found.texture & (near > 0)).any()


def test_dark_and_bright_pixels_are_not_judged(scene) -> None:
    plane = scene.copy()
    plane[:100], plane[-100:] = 17.0, 234.0
    found = regions(plane, lit_area(plane))
    assert not found.texture[:95].any()
    assert not found.texture[-95:].any()


@pytest.mark.parametrize("bars", [(40, 0), (0, 60), (30, 50)])
def test_bars_are_no_picture(scene, bars) -> None:
    plane = np.pad(scene, ((bars[0], bars[0]), (bars[1], bars[1])), constant_values=16.0)
    lit = lit_area(plane)
    rows, columns = np.flatnonzero(lit.any(axis=1)), np.flatnonzero(lit.any(axis=0))
    assert rows[0] == bars[0] + 8
    assert columns[-1] == plane.shape[1] - bars[1] - 9


def test_a_black_picture_is_lit_all_over() -> None:
    assert lit_area(np.full((64, 64), 16.0, np.float32)).mean() > 0.5


@pytest.mark.parametrize("sigma", [1.0, 2.0, 3.0])
def test_edge_blur_is_read_from_a_second_blur(sigma) -> None:
    bars = np.where(np.arange(512) // 64 % 2, 60.0, 180.0).astype(np.float32)
    plane = cv2.GaussianBlur(np.tile(bars, (256, 1)), (0, 0), sigma)
    blur = tile_blur(plane, lit_area(plane), Grid.over(plane.shape, 64))
    assert np.median(blur[np.isfinite(blur)]) == pytest.approx(sigma, rel=0.12)


def test_what_lies_out_of_focus_is_left_out(scene) -> None:
    plane = scene.copy()
    plane[:, 256:] = cv2.GaussianBlur(scene, (0, 0), 8.0)[:, 256:]
    grid = Grid.over(plane.shape, 64)
    focus = in_focus(plane, lit_area(plane), grid).reshape(grid.rows, grid.columns)
    assert focus[:, :4].mean() > 0.9
    assert focus[:, 6:].mean() < 0.3


def test_a_smooth_cheek_beside_sharp_eyes_is_in_focus(scene) -> None:
    """One tile without structure among sharp ones is judged by its neighbours."""
    plane = scene.copy()
    plane[136:200, 192:256] = plane[136:200, 192:256].mean()
    grid = Grid.over(plane.shape, 64)
    assert in_focus(plane, lit_area(plane), grid)[grid.tile_of(np.array(224), np.array(168))]
