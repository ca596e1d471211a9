"""The grain of a plate against known truth: level, correlation, colour, and every reason to refuse it."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from unplastic.measure.levels import fitted
from unplastic.measure.plate import GrainModel, NoGrain, grain_model
from unplastic.measure.surfaceloss import lag_products, restored
from unplastic.registry import members
from unplastic.vision import runs_of
from unplastic.vision.blocks import without_surface

LEVELS = {
    "film": lambda u: 1.0 + 2.0 * np.sin(np.pi * np.clip(u, 0, 1)),
    "shadows": lambda u: 2.6 - 2.2 * np.clip(u, 0, 1),
    "flat": lambda u: 1.5 + 0 * u,
}


@pytest.fixture
def plate(lab):
    """A soft ramp through all lumas with grain of a known level and radius."""
    lab = replace(lab, height=480, width=960)
    y, x = np.mgrid[0:480, 0:960]
    base = (30 + 190 * x / 959 + 8 * np.sin(y / 90.0)).astype(np.float32)

    def made(level, blur_px=0.7, frames=8, lasting=0.0, chroma=0.4, **changes):
        clip = lab.clip(frames, **changes)
        grain, pictures = 0.0, []
        scale = level((base - 16) / 219).astype(np.float32)
        for i in range(frames):
            new = lab.grain(1.0, blur_px, seed=20 + i)
            grain = new if i == 0 else lasting * grain + np.sqrt(1 - lasting**2) * new
            cb, cr = (128 + chroma * np.random.default_rng((i, k)).standard_normal((240, 480)) for k in (1, 2))
            pictures.append(lab.picture(base + scale * grain, i, clip, cb=cb, cr=cr))
        return grain_model(runs_of(pictures, clip))

    return made


def gaussian(dy, dx, blur_px):
    return np.exp(-(dy**2 + dx**2) / (2 * blur_px) ** 2)


@pytest.mark.parametrize("name", LEVELS)
@pytest.mark.parametrize("blur_px", [0.05, 0.7, 1.1])
@pytest.mark.parametrize("bit_depth", [8, 10])
def test_level_and_correlation_are_found(plate, name, blur_px, bit_depth):
    model = plate(LEVELS[name], blur_px, bit_depth=bit_depth)
    assert isinstance(model, GrainModel)
    assert 2 <= len(model.levels) <= 14
    for luma, level in model.levels:
        assert level == pytest.approx(float(LEVELS[name](np.array(luma))), rel=0.10)
    for dy, dx in product(range(4), repeat=2):
        assert model.correlation[dy][dx] == pytest.approx(gaussian(dy, dx, blur_px), abs=0.05)
    assert abs(model.temporal) < 0.05


def test_a_lone_picture_will_do(plate):
    model = plate(LEVELS["film"], frames=1)
    assert model.temporal is None
    assert all(level == pytest.approx(float(LEVELS["film"](np.array(u))), rel=0.10) for u, level in model.levels)


def test_chroma_is_measured_beside_luma(plate):
    model = plate(LEVELS["flat"], chroma=1.2)
    assert model.cb_share == pytest.approx(0.8, rel=0.05)
    assert model.cr_share == pytest.approx(0.8, rel=0.05)
    assert abs(model.luma_to_cb) < 0.03
    assert abs(model.chroma_correlation[0][1]) < 0.05


def test_noise_that_lasts_is_an_encoder_s(plate):
    found = plate(LEVELS["film"], lasting=0.5)
    assert isinstance(found, NoGrain)
    assert "encoder" in found.why
    assert not found.is_clean


def test_a_plate_without_grain_is_said_to_have_none(lab):
    clip = lab.clip(4, bit_depth=10)
    found = grain_model(runs_of((lab.picture(110 + lab.grain(0.2, 0.5, seed=i), i, clip) for i in range(4)), clip))
    assert isinstance(found, NoGrain)
    assert found.is_clean


def test_without_flat_areas_nothing_is_claimed(lab):
    clip = lab.clip(4)
    pictures = [lab.picture(np.roll(lab.edges(0.6), i, 1), i, clip) for i in range(4)]
    found = grain_model(runs_of(pictures, clip))
    assert isinstance(found, NoGrain)
    assert "flat" in found.why


def test_a_texture_is_no_grain(plate):
    found = plate(lambda u: 14.0 + 0 * u, frames=1)
    assert isinstance(found, NoGrain)


@pytest.mark.parametrize("side", [16, 32])
@pytest.mark.parametrize("blur_px", [0.05, 0.8, 1.3])
def test_what_the_surface_takes_is_given_back(lab, side, blur_px):
    lab = replace(lab, height=1024, width=1024)
    noise = lab.grain(1.0, blur_px, seed=3)
    tiles = noise.reshape(1024 // side, side, 1024 // side, side).swapaxes(1, 2).reshape(-1, side, side)
    left = lag_products(without_surface(tiles)).mean(axis=0)
    found = restored(left, (side, side))
    truth = lag_products(noise[None])[0]
    # What lies beyond lag 6 is taken for nothing.
    np.testing.assert_allclose(found, truth, atol=0.012 if side == 16 else 0.006)
    if blur_px > 0.5:
        assert abs(left[0, 0] - truth[0, 0]) > 0.02


def test_stray_blocks_have_no_say():
    random = np.random.default_rng(0)
    luma = random.uniform(0.1, 0.9, 300)
    power = (1 + luma) ** 2 * random.chisquare(200, 300) / 200
    power[::9] *= 6.0
    knots, level, stray = fitted(luma, power)
    np.testing.assert_allclose(level, 1 + knots, rtol=0.05)
    assert stray[::9].all()
    assert np.delete(stray, np.s_[::9]).mean() < 0.1


def test_one_level_of_luma_is_one_knot():
    knots, level, _ = fitted(np.full(40, 0.4), np.full(40, 4.0))
    assert knots.tolist() == [0.4]
    assert level == pytest.approx([2.0])


def test_the_model_is_no_tell():
    assert not {"plate", "levels"} & members("measure").keys()
