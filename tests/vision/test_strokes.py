"""Lines of text are found by their strokes, and a photo without text has none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from unplastic.vision.strokes import lines_of_strokes


def written(text: str, size: float, *, dark: bool) -> np.ndarray:
    ink = np.zeros((400, 640), np.uint8)
    cv2.putText(ink, text, (40, 200), cv2.FONT_HERSHEY_SIMPLEX, size, 255, max(1, round(2 * size)), cv2.LINE_AA)
    share = ink.astype(np.float32) / 255
    return 180 - 130 * share if dark else 60 + 130 * share


@pytest.mark.parametrize("dark", [True, False])
@pytest.mark.parametrize("size", [0.5, 0.8, 1.3])
def test_a_line_is_found_where_it_is(size: float, *, dark: bool) -> None:
    (box,) = lines_of_strokes(written("Harbour Street 27", size, dark=dark))
    x, y, width, height = box
    (wide, high), _ = cv2.getTextSize("Harbour Street 27", cv2.FONT_HERSHEY_SIMPLEX, size, max(1, round(2 * size)))
    assert abs(x - 40) < 0.2 * wide
    assert width > 0.6 * wide
    assert y < 200 < y + height + 2
    assert height < 2.2 * high + 10


def test_surfaces_noise_and_a_face_are_no_text(scene: np.ndarray) -> None:
    random = np.random.default_rng(3)
    assert lines_of_strokes(np.full((300, 400), 120.0, np.float32)) == []
    assert lines_of_strokes((120 + 6 * random.standard_normal((300, 400))).astype(np.float32)) == []
    assert lines_of_strokes(scene[:300, 120:330].copy()) == []


@pytest.mark.parametrize("shape", [(16, 16), (17, 33)])
def test_tiny_pictures_have_none(shape: tuple[int, int]) -> None:
    assert lines_of_strokes(np.full(shape, 90.0, np.float32)) == []
