"""White points: the chart itself, skin under a coloured lamp, and a plate of grey and of coloured things."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heads import TONES, Lamp, Skin, coded, head, levelled, rendered, seen_shape
from unplastic.vision.chromaticity import chromaticity, kelvin, linear, warmth
from unplastic.vision.lamp import lamp, shading
from unplastic.vision.platewhite import plate_white
from unplastic.vision.skinlight import skin_light

WARM, COLD = (1.0, 0.70, 0.40), (0.80, 0.90, 1.15)
LIT = np.ones((120, 160), np.bool_)


def mired_of(rgb: tuple[float, float, float]) -> float:
    return warmth(chromaticity(np.array(rgb)))[0]


def test_the_display_s_white_is_daylight() -> None:
    mired, duv = warmth(chromaticity(np.ones(3)))
    assert mired == pytest.approx(1e6 / 6504, abs=2.0)
    assert duv == pytest.approx(0.003, abs=0.001)


@pytest.mark.parametrize("kelvins", [2000.0, 2856.0, 4000.0, 10_000.0])
def test_a_black_body_is_found_on_its_own_line(kelvins: float) -> None:
    t = kelvins
    u = (0.860117757 + 1.54118254e-4 * t + 1.28641212e-7 * t * t) / (1 + 8.42420235e-4 * t + 7.08145163e-7 * t * t)
    v = (0.317398726 + 4.22806245e-5 * t + 4.20481691e-8 * t * t) / (1 - 2.89741816e-5 * t + 1.61456053e-7 * t * t)
    mired, duv = warmth(np.array([u, v]))
    assert kelvin(mired) == pytest.approx(t, rel=0.01)
    assert abs(duv) < 1e-3


def test_green_lies_above_the_line_and_pink_below() -> None:
    assert warmth(chromaticity(np.array([0.8, 1.1, 0.8])))[1] > 0.01
    assert warmth(chromaticity(np.array([1.1, 0.8, 1.1])))[1] < -0.01


def test_no_light_has_no_colour_and_codes_are_linearised() -> None:
    assert np.isnan(chromaticity(np.zeros(3))).all()
    assert linear(np.array([235.0]), np.array([128.0]), np.array([128.0]), 1) == pytest.approx(np.ones((1, 3)))
    assert linear(np.array([0.0]), np.array([128.0]), np.array([128.0]), 1) == pytest.approx(np.zeros((1, 3)))


@pytest.mark.parametrize("tone", TONES)
def test_key_and_fill_are_told_apart_on_every_skin(tone: str) -> None:
    """A warm lamp, a cold fill: the difference is right to 40 mired whatever the complexion, the white to 60."""
    of = head(90.0, 320)
    light = rendered(of, Lamp(55.0, 15.0, 2.0, colour=WARM, fill_colour=COLD), Skin(tone, shine=0.01))
    planes = coded(light, exposure=levelled(of, light))
    face = seen_shape(of, 1)
    found = lamp(shading(planes[0], face))
    assert found is not None
    lit, shadow = skin_light(planes, 1, face, found)
    assert lit is not None
    assert shadow is not None
    fill = 0.25
    key = tuple(fill * c + (1 - fill) * w for w, c in zip(WARM, COLD, strict=True))
    assert lit.warmth[0] == pytest.approx(mired_of(key), abs=60.0)
    assert shadow.warmth[0] - lit.warmth[0] == pytest.approx(mired_of(COLD) - mired_of(key), abs=40.0)


def test_black_and_white_skin_say_nothing() -> None:
    of = head(90.0, 320)
    light = rendered(of, Lamp(55.0, 15.0, 2.0))
    planes = coded(light, exposure=levelled(of, light))
    face = seen_shape(of, 1)
    found = lamp(shading(planes[0], face))
    assert found is not None
    for code in (18.0, 234.0):
        assert skin_light((np.full_like(planes[0], code), *planes[1:]), 1, face, found) == (None, None)
    outside = replace(face, points=face.points + np.array([4000, 0, 0], np.float32))
    assert skin_light(planes, 1, outside, found) == (None, None)


def plate(colour: tuple[float, float, float], seed: int = 0) -> tuple[np.ndarray, ...]:
    random = np.random.default_rng(seed)
    grey = np.kron(random.uniform(0.05, 0.6, (12, 16)), np.ones((10, 10)))
    return coded(grey[..., None] * np.array(colour))


@pytest.mark.parametrize("colour", [(1.0, 1.0, 1.0), WARM, COLD])
def test_grey_things_show_the_plate_s_light(colour: tuple[float, float, float]) -> None:
    found = plate_white(plate(colour), 1, None, LIT)
    assert found is not None
    assert found.mired == pytest.approx(mired_of(colour), abs=6.0)
    assert max(found.mireds) - min(found.mireds) < 12.0


def test_exposure_does_not_warm_a_plate() -> None:
    planes = plate(WARM)
    light = linear(planes[0], *(np.kron(plane, np.ones((2, 2))) for plane in planes[1:]), 1)
    one, other = (plate_white(coded(light * gain), 1, None, LIT) for gain in (1.0, 0.5))
    assert one is not None
    assert other is not None
    assert one.mired == pytest.approx(other.mired, abs=6.0)


def test_a_plate_of_black_or_of_nobody_but_people_has_none() -> None:
    black = tuple(np.full_like(plane, level) for plane, level in zip(plate(WARM), (17.0, 128.0, 128.0), strict=True))
    assert plate_white(black, 1, None, LIT) is None
    assert plate_white(plate(WARM), 1, np.ones((60, 80), np.float32), LIT) is None
