from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from upscale_stand import make_clip, make_picture

from unplastic.clip import ColorTags, Picture
from unplastic.errors import RecipeError
from unplastic.upscale.lanczos import Lanczos
from unplastic.upscale.resampler import plane_resampler
from unplastic.upscale.table import axis, places

FREE = Lanczos(ringing_codes8=255.0)


def kernel(distance):
    return np.where(np.abs(distance) < 3, np.sinc(distance) * np.sinc(distance / 3), 0.0)


def limits(near, margin):
    a, b, c, d = near
    bends = a - 2 * b + c, b - 2 * c + d
    crest, trough = np.maximum(0, -np.maximum(*bends)), np.maximum(0, np.minimum(*bends))
    return np.minimum(b, c) - margin - trough / 4, np.maximum(b, c) + margin + crest / 4


def along(samples, positions, margin):
    """Float64 Lanczos of (n, m) along the first axis at ``positions``: every sample by its definition."""
    last = samples.shape[0] - 1
    base = np.floor(positions).astype(int)

    def at(offset):
        return samples[np.clip(base + offset, 0, last)]

    weights = np.stack([kernel(positions - (base + k)) for k in range(-2, 4)])
    value = sum((w / weights.sum(axis=0))[:, None] * at(k) for k, w in zip(range(-2, 4), weights, strict=True))
    return np.clip(value, *limits([at(k) for k in range(-1, 3)], margin))


def reference(plane, size, target, steps, margin):
    """``size`` and ``target`` are luma (width, height)."""
    columns, rows = (-(-target[0] // steps[0])), (-(-target[1] // steps[1]))
    x = places(size[0], target[0], plane=columns, steps=steps[0], is_left_sited=True)
    y = places(size[1], target[1], plane=rows, steps=steps[1])
    return along(along(plane.astype(np.float64).T, x, margin).T, y, margin)


@pytest.mark.parametrize(
    ("chroma", "depth", "size", "target"),
    [
        *product(["420", "422", "444"], [8, 10, 12], [(64, 48)], [(128, 96)]),
        ("420", 8, (33, 31), (96, 90)),
        ("422", 8, (35, 24), (52, 36)),
        ("420", 10, (16, 16), (100, 100)),
        ("400", 8, (40, 30), (60, 44)),
    ],
)
def test_agrees_with_the_definition(chroma, depth, size, target):
    clip = make_clip(*size, chroma=chroma, bit_depth=depth)
    picture = make_picture(clip)
    out = Lanczos().bind(clip, *target)(picture)
    margin = 2.0 * 2 ** (depth - 8)
    scale = 2 ** (out.bit_depth - depth)
    steps = {"420": (2, 2), "400": (2, 2), "422": (2, 1), "444": (1, 1)}[chroma]
    for plane, made, each in ((picture.y, out.y, (1, 1)), (picture.cb, out.cb, steps), (picture.cr, out.cr, steps)):
        expected = np.clip(reference(plane, size, target, each, margin) * scale, 0, (1 << out.bit_depth) - 1)
        assert made.shape == expected.shape
        assert made.dtype == np.uint16
        assert np.abs(made - expected).max() < 1.01


@pytest.mark.parametrize(("depth", "becomes"), [(8, 10), (10, 10), (12, 12)])
@pytest.mark.parametrize("full", [False, True])
def test_a_flat_plane_stays_flat(depth, becomes, full):
    clip = make_clip(37, 21, bit_depth=depth, color=ColorTags(1, 1, 1, full))
    for code in (0, 1, 16, 100, 128, 235, 255):
        out = Lanczos().bind(clip, 100, 58)(make_picture(clip, code, code, code))
        assert out.bit_depth == becomes
        assert all(len(np.unique(plane)) == 1 for plane in (out.y, out.cb, out.cr))
        gain = 1023 / 255 if full and depth == 8 else 2 ** (becomes - depth)
        assert abs(int(out.y[0, 0]) - code * gain) <= 0.5
        if not full:
            assert out.cb[0, 0] == code * gain


def test_keeps_the_place_in_time():
    clip = make_clip()
    out = Lanczos().bind(clip, 128, 96)(make_picture(clip, index=5))
    assert (out.index, out.pts, out.duration) == (5, 50, 10)


@pytest.mark.parametrize("factor", [1.5, 2.0, 3.0])
def test_a_ramp_is_not_shifted(factor):
    """Each new sample carries the value of its place: luma, left-sited and centred chroma, on both axes."""
    clip = make_clip(96, 64, bit_depth=10)
    width, height = round(96 * factor), round(64 * factor)
    luma_x, luma_y = np.arange(96), np.arange(64)[:, None]
    chroma_x, chroma_y = 2 * np.arange(48), 2 * np.arange(32)[:, None] + 0.5
    picture = make_picture(clip, 100 + 4 * luma_x + 2 * luma_y, 100 + 8 * chroma_x + 0 * chroma_y, 90 + 4 * chroma_y)
    out = Lanczos().bind(clip, width, height)(picture)
    x, y = (np.arange(width) + 0.5) / factor - 0.5, ((np.arange(height) + 0.5) / factor - 0.5)[:, None]
    inner = slice(round(6 * factor), -round(6 * factor))
    assert np.abs(out.y - (100 + 4 * x + 2 * y))[inner, inner].max() <= 1.01
    cx, cy = (2 * np.arange(width // 2) + 0.5) / factor - 0.5, (2 * np.arange(height // 2) + 1) / factor - 0.5
    chroma_inner = slice(round(4 * factor), -round(4 * factor))
    assert np.abs(out.cb - (100 + 8 * cx))[chroma_inner, chroma_inner].max() <= 1.01
    assert np.abs(out.cr - (90 + 4 * cy[:, None]))[chroma_inner, chroma_inner].max() <= 1.01


@pytest.mark.parametrize(("chroma", "across", "down"), [("420", 2, 2), ("422", 2, 1), ("444", 1, 1)])
def test_chroma_stays_on_its_luma(chroma, across, down):
    """A coloured sine that luma shows too: after enlargement both still have one phase, to 1/100 of a sample."""
    clip = make_clip(128, 96, bit_depth=10, chroma=chroma)
    cycle = 1 / 32

    def wave(x, y):
        return 512 + 300 * np.sin(2 * np.pi * cycle * (x + 0.7 * y))

    x, y = np.arange(128), np.arange(96)[:, None]
    cx, cy = across * np.arange(128 // across), down * np.arange(96 // down)[:, None] + (down - 1) / 2
    out = FREE.bind(clip, 256, 192)(make_picture(clip, wave(x, y), wave(cx, cy), wave(cx, cy)))
    cx, cy = across * np.arange(256 // across), down * np.arange(192 // down)[:, None] + (down - 1) / 2
    expected = wave((cx + 0.5) / 2 - 0.5, (cy + 0.5) / 2 - 0.5)
    quadrature = 300 * np.cos(2 * np.pi * cycle * ((cx + 0.5) / 2 - 0.5 + 0.7 * ((cy + 0.5) / 2 - 0.5)))
    inner = slice(12, -12)
    error = (out.cb - expected)[inner, inner]
    shift = (error * quadrature[inner, inner]).sum() / (quadrature[inner, inner] ** 2).sum() / (2 * np.pi * cycle)
    assert abs(shift) < 0.01
    assert np.abs(error).max() < 0.015 * 300 + 1


@pytest.mark.parametrize(("cycle", "least", "most"), [(0.05, 0.99, 1.01), (0.125, 0.99, 1.02), (0.25, 0.95, 1.03)])
def test_what_it_passes(cycle, least, most):
    """Amplitude and phase of a sine of ``cycle`` cycles a sample, with the limiter as shipped."""
    size, target = (256, 16), (512, 32)
    resampler = plane_resampler("444", size, target, is_chroma=False, ringing=2.0)
    wave = np.broadcast_to(np.sin(2 * np.pi * cycle * np.arange(256) + 0.4) * 60 + 128, (16, 256)).astype(np.float32)
    out = resampler.signal(np.ascontiguousarray(wave))[16, 64:-64].astype(np.float64) - 128
    places_ = ((np.arange(512) + 0.5) / 2 - 0.5)[64:-64]
    basis = np.stack([np.sin(2 * np.pi * cycle * places_ + 0.4), np.cos(2 * np.pi * cycle * places_ + 0.4)], axis=1)
    (straight, turned), *_ = np.linalg.lstsq(basis, out, rcond=None)
    assert least <= np.hypot(straight, turned) / 60 <= most
    assert abs(np.arctan2(turned, straight)) < 0.002


def test_what_cannot_be_held_is_filtered_out_of_a_smaller_picture():
    resampler = plane_resampler("444", (256, 16), (128, 8), is_chroma=False, ringing=2.0)

    def passes(cycle):
        wave = np.broadcast_to(np.sin(2 * np.pi * cycle * np.arange(256)) * 100, (16, 256)).astype(np.float32)
        return resampler.signal(np.ascontiguousarray(wave))[4, 16:-16].std() / 100 * np.sqrt(2)

    assert passes(0.1) > 0.98
    assert passes(0.4) < 0.02


def test_an_edge_does_not_ring():
    """A step of 150 codes: unlimited it overshoots by 15, with the default by no more than two plus the dither."""
    clip = make_clip(64, 16)
    step = np.where(np.arange(64) < 32, 50, 200)
    picture = make_picture(clip, step, 128, 128)
    free, kept = (each.bind(clip, 128, 32)(picture).y / 4.0 for each in (FREE, Lanczos()))
    assert free.max() - 200 > 11
    assert kept.max() - 200 <= 2.26
    assert 50 - kept.min() <= 2.26
    assert np.abs(np.diff(kept[16])).max() >= 0.95 * np.abs(np.diff(free[16])).max()


def test_same_bytes_whatever_came_before():
    clip = make_clip()
    first, second = Lanczos().bind(clip, 128, 96, seed=3), Lanczos().bind(clip, 128, 96, seed=3)
    picture = make_picture(clip, index=7)
    second(make_picture(clip, index=2))
    a, b = first(picture), second(picture)
    assert np.array_equal(a.y, b.y)
    assert np.array_equal(a.cr, b.cr)
    other = Lanczos().bind(clip, 128, 96, seed=4)(picture)
    assert not np.array_equal(a.y, other.y)
    assert np.abs(a.y.astype(int) - other.y).max() <= 1


def test_rows_may_be_padded_and_read_only():
    clip = make_clip()
    picture = make_picture(clip)
    wide = np.zeros((48, 80), np.uint8)
    wide[:, :64] = picture.y
    padded = replace(picture, y=wide[:, :64])
    enlarge = Lanczos().bind(clip, 96, 72)
    assert np.array_equal(enlarge(picture).y, enlarge(padded).y)


def test_a_picture_of_another_size_is_refused():
    enlarge = Lanczos().bind(make_clip(), 96, 72)
    with pytest.raises(ValueError, match="is not"):
        enlarge(make_picture(make_clip(62, 48)))


def test_scratch_is_a_few_rows():
    resampler = plane_resampler("420", (1920, 1080), (3840, 2160), is_chroma=False, ringing=2.0)
    assert resampler.scratch_bytes < 2**18


def test_parameters_are_checked():
    with pytest.raises(RecipeError, match="ringing_codes8"):
        Lanczos(ringing_codes8=-1.0)


class TestTable:
    def test_weights_sum_to_one(self):
        for source, target in ((720, 1080), (1080, 2160), (480, 1080), (2160, 720), (31, 90)):
            sums = axis(source, target, plane=target).weights.astype(np.float64).sum(axis=0)
            assert np.abs(sums - 1).max() < 1e-7

    def test_six_taps_unless_smaller(self):
        assert axis(720, 1080, plane=1080).taps == 6
        assert axis(1080, 720, plane=720).taps == 10

    def test_a_left_sited_sample_falls_on_its_old_place(self):
        where = places(96, 192, plane=96, steps=2, is_left_sited=True)
        assert where[1] == pytest.approx((1 * 2 + 0.5) / 2 / 2 - 0.25)

    @pytest.mark.parametrize(
        ("source", "target", "period"),
        [(720, 1080, (3, 2)), (1080, 2160, (2, 1)), (1280, 3840, (3, 1)), (480, 1080, (9, 4)), (33, 96, (0, 1))],
    )
    def test_weights_come_again(self, source, target, period):
        assert axis(source, target, plane=target).period == period
        chroma = axis(source, target, plane=target // 2, steps=2, is_left_sited=True)
        assert chroma.period == period

    def test_rows_by_phase_are_rows_by_sample(self):
        """The quick way for weights that repeat gives what the plain way gives, to the rounding of the weights."""
        quick = plane_resampler("420", (62, 40), (93, 60), is_chroma=False, ringing=2.0)
        plain = plane_resampler("420", (62, 40), (93, 60), is_chroma=False, ringing=2.0)
        starts, weights, pad, lanes, period, part = plain._across
        assert period == 3
        plain._across = starts, weights, pad, lanes, 0, part
        noise = np.random.default_rng(0).integers(0, 256, (40, 62)).astype(np.uint8)
        assert np.abs(quick.signal(noise) - plain.signal(noise)).max() < 1e-3

    def test_same_size_is_the_same_picture(self):
        table = axis(64, 64, plane=64)
        assert np.array_equal(table.weights[2], np.ones(64, np.float32))


def test_planes_of_a_picture_are_new(tmp_path):
    clip = make_clip()
    enlarge = Lanczos().bind(clip, 128, 96)
    a = enlarge(make_picture(clip, 100, 128, 128))
    b = enlarge(make_picture(clip, 50, 128, 128))
    assert isinstance(a, Picture)
    assert a.y.min() == a.y.max() == 400
    assert b.y.max() == 200
