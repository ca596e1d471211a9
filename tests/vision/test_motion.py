from __future__ import annotations

import numpy as np
import pytest

from unplastic.vision.bands import fine_band, half_size
from unplastic.vision.motion import full_size, motion, warped

INNER = np.s_[40:-40, 40:-40]


@pytest.mark.parametrize("shift", [(0.0, 0.0), (3.0, -2.0), (3.4, -1.6), (0.5, 0.5), (-7.3, 4.2)])
def test_a_shift_is_found_to_a_fraction_of_a_pixel(scene, moved, shift) -> None:
    found = motion(half_size(scene), half_size(moved(*shift)))
    error = np.hypot(2 * found.flow[..., 0] - shift[0], 2 * found.flow[..., 1] - shift[1])[20:-20, 20:-20]
    trusted = found.trusted[20:-20, 20:-20]
    assert trusted.mean() > 0.7
    assert np.median(error[trusted]) < 0.2


def test_the_fine_band_follows(scene, moved) -> None:
    """Correlation of the warped band with the true one: what locked texture is read from."""
    there = moved(3.4, -1.6)
    found = motion(half_size(scene), half_size(there))
    trusted = full_size(found.trusted, scene.shape)[INNER]
    here, back = fine_band(scene)[INNER][trusted], warped(fine_band(there), found.flow)[INNER][trusted]
    assert np.corrcoef(here, back)[0, 1] > 0.96


def test_noise_alone_is_not_made_to_correlate(scene) -> None:
    """The refinement must not bend one noise onto another."""
    rng = np.random.default_rng(0)
    soft = np.full_like(scene, 126.0)
    a, b = (soft + rng.normal(0, 3, scene.shape).astype(np.float32) for _ in range(2))
    found = motion(half_size(a), half_size(b))
    here, back = fine_band(a)[INNER], warped(fine_band(b), found.flow)[INNER]
    assert abs(np.corrcoef(here.ravel(), back.ravel())[0, 1]) < 0.02


def test_what_appears_from_nowhere_is_not_trusted(scene) -> None:
    other = scene.copy()
    other[100:220, 200:340] = np.flip(scene[180:300, 0:140])
    found = motion(half_size(scene), half_size(other))
    assert found.trusted[55:105, 105:165].mean() < found.trusted[150:, 180:].mean()


def test_white_noise_through_the_fine_band() -> None:
    noise = np.random.default_rng(0).standard_normal((600, 600)).astype(np.float32)
    assert fine_band(noise).std() == pytest.approx(0.307, abs=0.002)
