"""Softening: halos come off, everything else keeps its bits."""

from __future__ import annotations

from math import erf

import numpy as np
import pytest

from unplastic.errors import RecipeError
from unplastic.treat import Strip
from unplastic.treat.soften import EDGE_RISES, FULL_STEP, HALO_SHARES, Soften

BLACK, SPAN = 16.0, 219.0
UNSHARP = [(0.6, 1.0), (0.8, 1.0), (0.8, 2.0), (1.0, 2.0), (1.5, 2.0)]
OVERSHOOT_MAX_PERCENT = 5.0
WIDER_MAX = 1.4
LENS_WIDTH_PX = 2.0
"""The sharpest edges in photos (measuring A2); one that was harder may widen up to here."""


def smooth_step(low, high, x):
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def windows(a, reduce, size):
    return reduce(np.lib.stride_tricks.sliding_window_view(a, (size, size)), axis=(2, 3))


def twice(a):
    return np.repeat(np.repeat(a, 2, axis=0), 2, axis=1)


def pooled(a, reduce):
    return reduce(np.stack([a[::2, ::2], a[1::2, ::2], a[::2, 1::2], a[1::2, 1::2]]), axis=0)


def reference(y, soften):
    """The whole of it in float64, on a picture of even sides (nominal luma)."""
    r, half = soften.radius_px, soften.radius_px // 2
    reach = 2 * r + 2 * half + 2
    height, width = y.shape
    padded = np.pad(y.astype(np.float64), reach, mode="edge")
    codes = np.clip(np.floor(padded * SPAN + BLACK + 0.5), 0, 255)
    size = 2 * r + 1
    opened = windows(windows(codes, np.min, size), np.max, size)
    closed = windows(windows(codes, np.max, size), np.min, size)
    level = codes[2 * r : -2 * r, 2 * r : -2 * r]
    top, bottom, ridge = (
        windows(pooled(plane, pool), spread, 2 * half + 1)
        for plane, pool, spread in (
            (opened, np.max, np.max),
            (closed, np.min, np.min),
            (np.maximum(level - opened, closed - level), np.max, np.max),
        )
    )
    step = np.maximum(top - bottom, 1.0)
    whether = smooth_step(soften.step_codes8, FULL_STEP * soften.step_codes8, step)
    weight = twice(soften.strength * whether * (1 - smooth_step(*HALO_SHARES, ridge / step)))[1:-1, 1:-1]
    inner = slice(2 * half + 1, -2 * half - 1)
    excess = (opened + closed - 2 * level)[inner, inner] / SPAN
    clamped = padded[reach - 1 : 1 - reach, reach - 1 : 1 - reach] + weight * excess
    clamped[:, 0], clamped[:, -1] = clamped[:, 1], clamped[:, -2]
    here = clamped[1:-1, 1:-1]
    around = [clamped[1:-1, :-2], clamped[1:-1, 2:], clamped[:-2, 1:-1], clamped[2:, 1:-1]]
    rise = np.max([np.abs(here - other) for other in around], axis=0) * SPAN / twice(step)[2:-2, 2:-2]
    blur = soften.blur_px**2 / 2 * weight[1:-1, 1:-1] * smooth_step(*EDGE_RISES, rise)
    assert here.shape == (height, width)
    return here + blur * (sum(around) - 4 * here)


def softened(geometry, y, soften, rows=0):
    """Nominal luma through the pass, in one strip or in strips of ``rows``."""
    height, width = y.shape
    bound = soften.bind(geometry(width, height, 1, 1))
    rows = rows or height
    out = np.zeros_like(y, np.float32)
    for top in range(0, height, rows):
        count = min(rows, height - top)
        inside = np.clip(np.arange(top - bound.reach, top + count + bound.reach), 0, height - 1)
        source = Strip(np.ascontiguousarray(y[inside], np.float32), None, None, top - bound.reach)
        bound(source, Strip(out[top : top + count], None, None, top), 0)
    return out


def edge(blur_px, radius_px, amount, angle, side=64):
    """A step of 80 codes, blurred, then unsharp-masked: known in closed form (measuring A2). Nominal luma."""
    rows, columns = np.mgrid[:side, :side] - side // 2
    away = columns * np.cos(angle) + rows * np.sin(angle) - 0.3
    blurred = [0.5 + 0.5 * np.vectorize(erf)(away / (s * 2**0.5)) for s in (blur_px, np.hypot(blur_px, radius_px))]
    codes = 80 + 80 * (blurred[0] + amount * (blurred[0] - blurred[1]))
    return ((codes - BLACK) / SPAN).astype(np.float32)


def profile(y, angle):
    """Luma in codes along the normal, bilinear, at quarter pixels."""
    t = np.arange(-14, 14.01, 0.25)
    x, row = (y.shape[0] // 2 + (t + 0.3) * f for f in (np.cos(angle), np.sin(angle)))
    left, top = np.floor(x).astype(int), np.floor(row).astype(int)
    fx, fy = x - left, row - top
    upper = y[top, left] * (1 - fx) + y[top, left + 1] * fx
    lower = y[top + 1, left] * (1 - fx) + y[top + 1, left + 1] * fx
    return t, (upper * (1 - fy) + lower * fy) * SPAN


def overshoot_and_width(y, angle):
    t, p = profile(y, angle)
    low, high = np.median(p[t < -10]), np.median(p[t > 10])
    share = (p - low) / (high - low)
    overshoot = 50 * max(0, share.max() - 1) + 50 * max(0, -share.min())
    last_low = np.flatnonzero((share < 0.1) & (t < 3))[-1]
    first_high = np.flatnonzero((share > 0.9) & (t > -3))[0]
    at = [
        t[i] + (level - share[i]) / (share[i + 1] - share[i]) * 0.25
        for i, level in ((last_low, 0.1), (first_high - 1, 0.9))
    ]
    return overshoot, at[1] - at[0]


@pytest.mark.parametrize("angle", [0.0, 0.3, 0.785])
@pytest.mark.parametrize("amount", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("blurs", UNSHARP)
def test_unsharp_masked_edges_come_down(geometry, blurs, amount, angle):
    y = edge(*blurs, amount, angle)
    before, width = overshoot_and_width(y, angle)
    after, wider = overshoot_and_width(softened(geometry, y, Soften()), angle)
    assert after <= OVERSHOOT_MAX_PERCENT
    assert after <= before
    assert wider <= max(WIDER_MAX * width, LENS_WIDTH_PX)


def test_half_the_strength_takes_half_the_overshoot(geometry):
    y = edge(0.8, 1.0, 2.0, 0.0)
    whole = overshoot_and_width(y, 0.0)[0]
    half = overshoot_and_width(softened(geometry, y, Soften(strength=0.5, blur_px=0.0)), 0.0)[0]
    assert half == pytest.approx(whole / 2, rel=0.1)


@pytest.mark.parametrize("radius", [2, 3, 4])
@pytest.mark.parametrize("size", [(64, 48), (16, 16), (130, 90), (200, 34)])
def test_kernel_agrees_with_the_reference(geometry, radius, size):
    random = np.random.default_rng(radius)
    y = random.normal(0.5, 0.02, size[::-1]).astype(np.float32)
    y[:, size[0] // 3 : size[0] // 2] += 0.4
    y[size[1] // 2 : size[1] // 2 + 7] *= 0.4
    soften = Soften(radius_px=radius)
    away = np.abs(softened(geometry, y, soften) - reference(y, soften)).max()
    assert away * 876 < 0.1
    assert size[0] < 64 or np.abs(softened(geometry, y, soften) - y).max() > 0.01


def test_strips_leave_no_trace(geometry):
    y = np.random.default_rng(0).uniform(0, 1, (70, 150)).astype(np.float32)
    whole = softened(geometry, y, Soften())
    for rows in (2, 16, 34):
        np.testing.assert_array_equal(softened(geometry, y, Soften(), rows), whole)


def test_far_from_edges_every_bit_is_kept(geometry):
    y = np.random.default_rng(1).normal(0.3, 0.004, (64, 300)).astype(np.float32)
    y[:, 150:] += np.float32(0.4)
    y[:, 151] += np.float32(0.06)
    after = softened(geometry, y, Soften())
    touched = np.flatnonzero((after != y).any(axis=0))
    assert touched.size
    assert touched.min() >= 150 - 8
    assert touched.max() <= 150 + 8


@pytest.mark.parametrize("contrast", [-0.4, 0.25, 0.5])
def test_thin_lines_survive(geometry, contrast):
    """A hair on skin: no step beside it, so nothing is an overshoot."""
    y = np.full((64, 64), 0.5, np.float32)
    y[:, 31:33] += np.float32(contrast)
    y[20, :] += np.float32(contrast / 2)
    np.testing.assert_array_equal(softened(geometry, y, Soften()), y)


def test_a_lash_beside_a_step_survives(geometry):
    y = np.full((64, 64), 0.2, np.float32)
    y[:, 32:] = 0.6
    y[:, 35] = 0.25
    after = softened(geometry, y, Soften())
    np.testing.assert_allclose(after[:, 35], y[:, 35], atol=1e-6)


def test_texture_without_steps_keeps_its_bits(geometry):
    y = (0.5 + 0.03 * np.random.default_rng(2).normal(size=(64, 64))).astype(np.float32)
    y = np.clip(y, 0.47, 0.53)
    np.testing.assert_array_equal(softened(geometry, y, Soften()), y)


def test_smooth_columns_are_skipped(geometry):
    y = np.full((64, 1024), 0.5, np.float32)
    y[:, 500:] = 0.9
    bound = Soften().bind(geometry(1024, 64, 1, 1))
    inside = np.clip(np.arange(-bound.reach, 64 + bound.reach), 0, 63)
    bound(Strip(np.ascontiguousarray(y[inside]), None, None, -bound.reach), Strip(y.copy(), None, None, 0), 0)
    assert 0 < bound.columns_worked <= 192


def test_chroma_passes_untouched(geometry, picture, treated):
    where = geometry(64, 64, source_depth=10)
    source = picture(where)
    result = treated([Soften()], where, source)
    np.testing.assert_array_equal(result.cb, source.cb)
    np.testing.assert_array_equal(result.cr, source.cr)


def test_bad_values_are_named():
    with pytest.raises(RecipeError, match=r"soften\.radius_px"):
        Soften(radius_px=9)
