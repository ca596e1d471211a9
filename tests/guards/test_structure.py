"""Structure: blind to tone and grain, awake to change."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, shift

from unplastic.guards.structure import structural_similarity

RANDOM = np.random.default_rng(5)
PICTURE = 128 + 60 * gaussian_filter(RANDOM.standard_normal((360, 640)), 14) * 14


def test_a_picture_has_its_own_structure() -> None:
    assert structural_similarity(PICTURE, PICTURE) == pytest.approx(1.0)


def test_a_tone_curve_is_not_a_change_of_structure() -> None:
    graded = 255 * (np.clip(PICTURE, 0, 255) / 255) ** 1.15 * 0.93 + 4
    assert structural_similarity(PICTURE, graded) > 0.99


def test_grain_is_not_a_change_of_structure() -> None:
    assert structural_similarity(PICTURE, PICTURE + RANDOM.normal(0, 3, PICTURE.shape)) > 0.985


@pytest.mark.parametrize(
    "changed",
    [shift(PICTURE, (0, 24), mode="nearest"), gaussian_filter(PICTURE, 30), np.full_like(PICTURE, 90.0), PICTURE[::-1]],
    ids=["moved", "blurred", "gone", "upside down"],
)
def test_another_picture_is_seen(changed: np.ndarray) -> None:
    assert structural_similarity(PICTURE, changed) < 0.97


def test_small_and_flat_pictures_have_an_answer() -> None:
    flat = np.full((16, 16), 77.0)
    assert structural_similarity(flat, flat + 9) == pytest.approx(1.0, abs=1e-3)
