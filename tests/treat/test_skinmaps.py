"""Invented skin: the same at every density, pores a minority, unit power at every blur."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unplastic.treat import skinmaps
from unplastic.treat.kernels.skin import spread_spline
from unplastic.treat.skinmaps import Features, SkinMaps, density_for

PLAIN = Features()


def test_a_nearer_face_shows_the_same_skin() -> None:
    coarse, fine = (SkinMaps(7, density, PLAIN) for density in (2.0, 4.5))
    for part in (3, 4):
        a = coarse.level(0)[..., part]
        b = cv2.resize(fine.level(0)[..., part], a.shape[::-1], interpolation=cv2.INTER_AREA)
        a, b = (cv2.GaussianBlur(each, (0, 0), 1.5).ravel() for each in (a, b))
        assert np.corrcoef(a, b)[0, 1] > 0.9


def test_slopes_and_pits_have_unit_power_at_every_level() -> None:
    maps = SkinMaps(1, 3.0, PLAIN)
    for number in (0, 2, 5):
        level = maps.level(number)
        assert np.sqrt((level[..., :2] ** 2).mean()) == pytest.approx(1.0, abs=0.02)
        assert level[..., 2].std() == pytest.approx(1.0, abs=0.02)


def test_pores_are_a_minority_of_the_relief() -> None:
    with_pores, without = (SkinMaps(3, 6.5, f)._relief for f in (PLAIN, replace(PLAIN, pores=0.0)))
    assert (with_pores - without).var() < 0.5 * without.var()
    assert (with_pores - without).var() > 0.02 * without.var()


def test_another_seed_is_another_person() -> None:
    a, b = (SkinMaps(seed, 3.0, PLAIN).level(0) for seed in (1, 2))
    assert abs(np.corrcoef(a[..., 0].ravel(), b[..., 0].ravel())[0, 1]) < 0.05


def test_features_can_be_switched_off() -> None:
    bare = Features(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    pigment, blood = SkinMaps(1, 2.0, bare)._colour
    assert not pigment.any()
    assert not blood.any()
    bearded = SkinMaps(1, 6.5, replace(PLAIN, stubble=1.0))._relief - SkinMaps(1, 6.5, PLAIN)._relief
    assert bearded.any()


def test_density_follows_the_face() -> None:
    assert [density_for(s) for s in (1.0, 2.0, 4.0, 30.0)] == [2.0, 3.0, 6.5, 10.0]


def test_levels_follow_the_blur() -> None:
    maps = SkinMaps(1, 3.0, PLAIN)
    assert maps.level_of(0.0) == 0.0
    assert maps.level_of(0.45 * 1.3**2 / 3.0) == pytest.approx(2.0)


@given(st.integers(1, 40), st.integers(1, 40), st.floats(0.3, 9.0), st.floats(0.3, 9.0), st.integers(0, 99))
@settings(max_examples=20)
def test_noise_is_the_spline_of_its_knots(rows: int, columns: int, down: float, across: float, seed: int) -> None:
    """Against the product with both matrices of weights, in double precision."""
    sides = []
    for samples, pitch in ((rows, down), (columns, across)):
        knots = int(samples / pitch) + 5
        near, weights = skinmaps._spline(samples, pitch, knots)
        matrix = np.zeros((samples, knots))
        for i in range(4):
            matrix[np.arange(samples), near[:, i]] += weights[:, i]
        assert np.allclose(matrix.sum(axis=1), 1.0, atol=1e-6)
        sides.append((near, weights, matrix))
    white = np.random.default_rng(seed).standard_normal([matrix.shape[1] for _, _, matrix in sides], np.float32)
    field = np.empty((rows, columns), np.float32)
    spread_spline(white, *sides[0][:2], *sides[1][:2], field)
    assert field == pytest.approx(sides[0][2] @ white.astype(np.float64) @ sides[1][2].T, abs=1e-5)
