"""Grain measured on a plate: its level over luma and its autocorrelation come out as they went in."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import pairwise

import numpy as np
import pytest

from unplastic.errors import RecipeError
from unplastic.treat.grain import Grain
from unplastic.treat.measured import hinges
from unplastic.treat.template import draw, interpolated, measured_weights, possible, steps, weights

BLACK, SPAN = 16, 219
CURVE = ((0.05, 0.3), (0.2, 1.0), (0.5, 0.7), (0.9, 0.2))


def gaussian(down: float, across: float) -> tuple[tuple[float, ...], ...]:
    lag = np.arange(7.0)
    table = np.exp(-((lag[:, None] / (2 * down)) ** 2) - (lag / (2 * across)) ** 2)
    return tuple(tuple(float(v) for v in row) for row in table)


def lagged(a, dy, dx):
    a = a - a.mean()
    rows, columns = a.shape
    return float((a[: rows - dy, : columns - dx] * a[dy:, dx:]).mean() / (a * a).mean())


def laid(geometry, picture, treated, grain, code=110, **where):
    place = geometry(where.pop("width", 768), where.pop("height", 432), **where)
    source = picture(place, code, 128, 128)
    result = treated([grain], place, source)
    return result.y / 4 - code, result.cb / 4 - 128, result.cr / 4 - 128


@pytest.mark.parametrize("code", [30, 60, 90, 130, 180, 220])
def test_the_level_follows_the_knots(geometry, picture, treated, code):
    y, _, _ = laid(geometry, picture, treated, Grain(sigma_codes8=3.0, level_curve=CURVE), code)
    luma, share = np.array(CURVE).T
    asked = 3.0 * np.interp((code - BLACK) / SPAN, luma, share)
    assert np.sqrt(y.var() - 1 / 12 / 16) == pytest.approx(asked, rel=0.04)


def test_hinges_add_up_to_the_knots():
    curve = hinges(CURVE).astype(float)
    u = np.linspace(-0.2, 1.2, 281)
    got = curve[0] + sum(bend * np.maximum(u - start, 0) for start, bend in zip(curve[1:5], curve[5:], strict=True))
    np.testing.assert_allclose(got, np.interp(u, *np.array(CURVE).T), atol=1e-5)
    assert hinges(((0.4, 1.0),)).tolist() == pytest.approx([1.0, 0.4, 0.0])


@pytest.mark.parametrize("size", [(0.4, 0.4), (0.6, 0.9), (1.0, 0.5), (1.2, 1.2)])
def test_the_grain_is_correlated_as_measured(geometry, picture, treated, size):
    grain = Grain(sigma_codes8=6.0, correlation=gaussian(*size), measured_lines=432.0, chroma_share=0.0)
    y, _, _ = laid(geometry, picture, treated, grain)
    for dy, dx in ((0, 1), (1, 0), (1, 1), (0, 2), (2, 0)):
        asked = gaussian(*size)[dy][dx]
        assert lagged(y, dy, dx) == pytest.approx(asked, abs=0.05)


def test_chroma_has_its_own_correlation_at_every_sampling(geometry, picture, treated):
    grain = Grain(sigma_codes8=6.0, chroma_share=1.0, chroma_correlation=gaussian(0.7, 0.7), measured_lines=432.0)
    for across, down in ((2, 2), (2, 1), (1, 1)):
        _, cb, cr = laid(geometry, picture, treated, grain, across=across, down=down)
        for plane in (cb, cr):
            assert lagged(plane, 2 // down, 0) == pytest.approx(gaussian(0.7, 0.7)[1][0], abs=0.06)
            assert lagged(plane, 0, 2 // across) == pytest.approx(gaussian(0.7, 0.7)[0][1], abs=0.06)


def test_a_larger_picture_gets_larger_grain():
    grain = Grain(correlation=gaussian(0.6, 0.6), measured_lines=1080.0)
    assert grain.lags_per_px(1920, 1080) == pytest.approx(1.0)
    assert 0.5 < grain.lags_per_px(3840, 2160) < 0.6
    assert grain.lags_per_px(640, 360) > 2.0
    table = np.array(grain.correlation)
    near = np.array([[0, 1]])
    assert interpolated(table, near, (0.57, 0.57)) > interpolated(table, near, (1.0, 1.0))
    assert interpolated(table, np.array([[0, 9], [7, 0], [-8, -8]]), (1.0, 1.0)).tolist() == [0, 0, 0]


def test_at_whole_lags_nothing_is_interpolated():
    table = np.array(gaussian(0.8, 0.8))
    offset = steps()
    expected = table[np.abs(offset[:, 0]), np.abs(offset[:, 1])]
    np.testing.assert_allclose(interpolated(table, offset, (1.0, 1.0)), expected)


def test_an_estimate_that_no_noise_could_have_still_gives_its_grain():
    """Errors of one hundredth leave coarse grain negative power at high frequencies."""
    table = np.array(gaussian(0.9, 0.9)) + 0.01 * np.random.default_rng(1).standard_normal((7, 7))
    table[0, 0] = 1.0
    assert np.linalg.eigvalsh(interpolated(table, steps()[:, None] - steps()[None], (1.0, 1.0))).min() < 0
    near = possible(table)
    assert np.abs(near - table).max() < 0.1
    field = draw(1, 0, 512, measured_weights(table, (1.0, 1.0))).astype(float)
    assert lagged(field, 0, 1) == pytest.approx(table[0, 1], abs=0.05)
    assert lagged(field, 1, 0) == pytest.approx(table[1, 0], abs=0.05)
    np.testing.assert_allclose(possible(np.array(gaussian(0.7, 0.7))), gaussian(0.7, 0.7), atol=0.01)


@pytest.mark.parametrize("seed", range(6))
def test_no_table_makes_the_process_run_away(seed):
    """Not even one that is the autocorrelation of nothing."""
    table = np.random.default_rng(seed).uniform(-1, 1, (7, 7))
    table[0, 0] = 1.0
    field = draw(1, 0, 256, measured_weights(table, (1.0, 1.0))).astype(float)
    thirds = [part.std() for part in np.array_split(field, 3)]
    assert all(abs(a / b - 1) < 0.35 for a, b in pairwise(thirds))


def test_a_measured_gaussian_is_nearly_the_gaussian_s_own_process():
    field = draw(1, 0, 512, measured_weights(np.array(gaussian(0.58, 0.58)), (1.0, 1.0))).astype(float)
    other = draw(1, 0, 512, weights((0.58, 0.58))).astype(float)
    assert lagged(field, 0, 1) == pytest.approx(lagged(other, 0, 1), abs=0.04)


def test_a_stored_recipe_gives_the_same_grain():
    grain = Grain(level_curve=CURVE, correlation=gaussian(0.6, 0.6), chroma_correlation=gaussian(0.5, 0.7))
    again = Grain(**json.loads(json.dumps(asdict(grain))))
    assert again == grain
    assert hash(again) == hash(grain)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"level_curve": ((0.5, 1.0), (0.2, 0.5))}, "rise"),
        ({"level_curve": ((0.2, 1.5),)}, "leaves"),
        ({"level_curve": tuple((i / 20, 0.5) for i in range(15))}, "15 knots"),
        ({"level_curve": 3}, "pairs"),
        ({"correlation": ((1.0, 0.5),)}, "7 x 7"),
        ({"correlation": "abc"}, "numbers"),
        ({"correlation": ((0.9,) * 7,) * 7}, "no autocorrelation"),
        ({"chroma_correlation": ((1.0,) * 6 + (1.5,),) * 7}, "chroma_correlation"),
    ],
)
def test_bad_tables_are_named(values, word):
    with pytest.raises(RecipeError, match=word):
        Grain(**values)
