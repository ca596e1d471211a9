"""Grain: amplitude, spectrum, independence, and no trace of how it was laid."""

from __future__ import annotations

import numpy as np
import pytest

from unplastic.errors import RecipeError
from unplastic.treat.grain import Grain, film, film_curve
from unplastic.treat.template import correlation, draw, weights

BLACK, SPAN = 16, 219


def grain_of(geometry, picture, treated, grain, code=110, index=0, **where):
    """8-bit codes of grain on a flat picture: (y, cb, cr)."""
    place = geometry(where.pop("width", 512), where.pop("height", 384), **where)
    result = treated([grain], place, picture(place, code, 128, 128, index=index))
    return result.y / 4 - code, result.cb / 4 - 128, result.cr / 4 - 128


def lagged(a, dy, dx):
    a = a - a.mean()
    rows, columns = a.shape
    return float((a[: rows - dy, : columns - dx] * a[dy:, dx:]).mean() / (a * a).mean())


def test_the_amplitude_polynomial_is_the_film_curve():
    u = np.linspace(0, 1, 2001)
    s, t = np.sqrt(u), np.sqrt(1 - u)
    for flat in (0.0, 0.25, 1.0):
        c = film_curve(flat).astype(float)
        got = c[0] + s * (c[1] + s * (c[2] + s * c[3])) * t * (c[4] + t * (c[5] + t * (c[6] + t * c[7])))
        assert np.abs(got - (flat + (1 - flat) * film(u))).max() < 0.007
    assert film(np.array([0.43])) == pytest.approx(1.0, abs=0.005)


@pytest.mark.parametrize("code", [24, 48, 80, 112, 144, 176, 208, 228])
def test_sd_per_luminance(geometry, picture, treated, code):
    grain = Grain(sigma_codes8=2.2)
    y, _, _ = grain_of(geometry, picture, treated, grain, code, width=768, height=512)
    u = (code - BLACK) / SPAN
    asked = 2.2 * (0.25 + 0.75 * film(np.array(u)))
    found = np.sqrt(y.var() - 1 / 12 / 16)
    assert found == pytest.approx(asked, rel=0.05)
    assert abs(y.mean()) < 0.02


def test_chroma_takes_its_share_and_blue_more(geometry, picture, treated):
    grain = Grain(sigma_codes8=3.0, chroma_share=0.4, blue_gain=1.2)
    y, cb, cr = grain_of(geometry, picture, treated, grain)
    assert cr.std() / y.std() == pytest.approx(0.4, rel=0.06)
    assert cb.std() / cr.std() == pytest.approx(1.2, rel=0.06)
    at_chroma = y[::2, ::2]
    for one, other in ((at_chroma, cb), (at_chroma, cr), (cb, cr)):
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.02


def test_without_chroma_share_chroma_passes_exactly(geometry, picture, treated):
    where = geometry(64, 64)
    source = picture(where)
    result = treated([Grain(chroma_share=0.0)], where, source)
    np.testing.assert_array_equal(result.cb, source.cb.astype(np.uint16) << 2)


@pytest.mark.parametrize("size_px", [0.42, 0.58, 0.73, 1.03, 1.3])
def test_the_template_is_correlated_like_a_gaussian(size_px):
    template = draw(5, 0, 512, weights((size_px, size_px))).astype(float)
    assert template.std() / 32 == pytest.approx(1.0, abs=0.01)
    assert abs(template.mean()) < 0.2
    for dy, dx in ((0, 1), (1, 0), (1, 1), (0, 2), (2, 0)):
        asked = correlation(np.array([dy, dx]), (size_px, size_px))
        assert lagged(template, dy, dx) == pytest.approx(asked, abs=0.06)
    assert lagged(template, 0, 1) == pytest.approx(lagged(template, 1, 0), abs=0.02)
    assert abs(lagged(template, 0, 8)) < 0.1
    assert abs(lagged(template, 8, 0)) < 0.1


def test_laid_grain_keeps_the_template_s_spectrum(geometry, picture, treated):
    grain = Grain(sigma_codes8=4.0, chroma_share=0.0)
    y, _, _ = grain_of(geometry, picture, treated, grain, width=1920, height=540)
    size = grain.size_px(1920, 540)
    for dy, dx in ((0, 1), (1, 0), (1, 1)):
        assert lagged(y, dy, dx) == pytest.approx(correlation(np.array([dy, dx]), (size, size)), abs=0.05)


def test_size_follows_the_picture():
    grain = Grain(size_px_1080=0.58)
    assert grain.size_px(1920, 1080) == pytest.approx(0.58)
    assert 0.40 <= grain.size_px(1280, 720) <= 0.50
    assert 1.0 <= grain.size_px(3840, 2160) <= 1.1
    assert grain.size_px(720, 1280) == grain.size_px(1280, 720)


def test_every_frame_is_new_and_every_seed_another(geometry, picture, treated):
    first, *_ = grain_of(geometry, picture, treated, Grain(), index=0)
    again, *_ = grain_of(geometry, picture, treated, Grain(), index=0)
    np.testing.assert_array_equal(first, again)
    frames = [grain_of(geometry, picture, treated, Grain(), index=i)[0] for i in range(6)]
    for i in range(5):
        assert abs(np.corrcoef(frames[i].ravel(), frames[i + 1].ravel())[0, 1]) < 0.02
    other, *_ = grain_of(geometry, picture, treated, Grain(), seed=2)
    assert abs(np.corrcoef(first.ravel(), other.ravel())[0, 1]) < 0.02


@pytest.mark.parametrize(("rate", "hold"), [(16, 1), (24, 1), (30, 1), (48, 2), (50, 2), (60, 2), (120, 4)])
def test_grain_changes_at_most_thirty_times_a_second(geometry, picture, treated, rate, hold):
    from fractions import Fraction

    assert Grain().hold(Fraction(rate)) == hold
    assert Grain().hold(Fraction(rate * 1000, 1001)) == hold
    assert Grain(hold_frames=3).hold(Fraction(rate)) == 3
    frames = [grain_of(geometry, picture, treated, Grain(), index=i, rate=rate, width=64, height=64)[0] for i in (0, 1)]
    assert np.corrcoef(frames[0].ravel(), frames[1].ravel())[0, 1] > 0.9 or hold == 1


def test_no_tile_is_repeated(geometry, picture, treated):
    y, _, _ = grain_of(geometry, picture, treated, Grain(), width=1920, height=1080)
    spectrum = np.abs(np.fft.rfft2(y - y.mean())) ** 2
    correlations = np.fft.fftshift(np.fft.irfft2(spectrum, s=y.shape))
    correlations /= correlations.max()
    correlations[540 - 8 : 540 + 9, 960 - 8 : 960 + 9] = 0
    assert np.abs(correlations).max() < 0.1


def test_blocks_leave_no_seams(geometry, picture, treated):
    """Variance and neighbour correlation at every phase of the block grid: none stands out.

    The grid moves from frame to frame, so each frame is judged by itself.
    """
    y, _, _ = grain_of(geometry, picture, treated, Grain(sigma_codes8=4.0), width=1920, height=1080)
    for axis in (0, 1):
        rows = y if axis == 0 else y.T
        sd = np.array([rows[phase::32].std() for phase in range(32)])
        assert np.abs(sd / sd.mean() - 1).max() < 0.04
        pairs = [rows[:-1][phase::32] * rows[1:][phase::32][: len(rows[:-1][phase::32])] for phase in range(32)]
        near = np.array([pair.mean() for pair in pairs]) / y.var()
        assert np.abs(near - near.mean()).max() < 0.1


def test_black_and_white_stay_clean(geometry, picture, treated):
    for code in (BLACK, BLACK + SPAN):
        y, _, _ = grain_of(geometry, picture, treated, Grain(sigma_codes8=4.0), code, width=64, height=64)
        assert (y == 0).all()
    for code in (BLACK + 1, BLACK + SPAN - 1):
        y, _, _ = grain_of(geometry, picture, treated, Grain(sigma_codes8=4.0), code)
        shown = np.clip(y + code, BLACK, BLACK + SPAN)
        assert abs(shown.mean() - code) < 0.03


def test_strength_scales_it(geometry, picture, treated):
    full, *_ = grain_of(geometry, picture, treated, Grain(sigma_codes8=3.0))
    half, *_ = grain_of(geometry, picture, treated, Grain(sigma_codes8=3.0, strength=0.5))
    assert half.std() / full.std() == pytest.approx(0.5, rel=0.02)
    assert Grain(strength=0.0).is_noop
    assert Grain(sigma_codes8=0.0).is_noop


def test_bad_values_are_named():
    with pytest.raises(RecipeError, match=r"grain\.sigma_codes8"):
        Grain(sigma_codes8=-1.0)
