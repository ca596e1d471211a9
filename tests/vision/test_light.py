"""The light on a face: its direction within 10 degrees, one light per shot; and the carrier's sharpness."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from portraits import LIGHT, painted, posed, wall
from unplastic.vision.carrier import carrier_sigma_px, fine_power
from unplastic.vision.face import Face
from unplastic.vision.light import Light, light_on, one_light

BACK = np.full((480, 640), 40.0, np.float32)


def angle_deg(a: tuple[float, float, float], b: tuple[float, float, float]) -> float:
    cosine = np.dot(a, b) / np.linalg.norm(a) / np.linalg.norm(b)
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


@pytest.mark.parametrize("direction", [(0.0, 0.0, -1.0), (0.7, 0.0, -0.71), (-0.6, -0.5, -0.62), (0.3, -0.9, -0.3)])
@pytest.mark.parametrize("yaw", [0, 15])
def test_direction_is_found(direction: tuple[float, float, float], yaw: float) -> None:
    points = posed(150, 320, 190, yaw_deg=yaw)
    direction = tuple(np.array(direction) / np.linalg.norm(direction))  # type: ignore[assignment]
    assert angle_deg(light_on(painted(BACK, [points], direction)[0], Face(points)).direction, direction) < 16


def test_a_painted_face_under_its_lamp() -> None:
    points = posed(150, 320, 190)
    luma, _, _ = painted(wall(480, 640), [points])
    light = light_on(luma, Face(points))
    assert angle_deg(light.direction, LIGHT) < 15
    assert light.key > 2 * light.ambient


def test_a_face_outside_the_picture_is_lit_from_the_front() -> None:
    light = light_on(np.full((60, 60), 100.0, np.float32), Face(posed(150, 3000, 190)))
    assert light.direction == (0.0, 0.0, -1.0)


def test_one_light_is_the_middle_of_several() -> None:
    lights = [Light((0.6, 0.0, -0.8), 0.1, 0.5), Light((-0.6, 0.0, -0.8), 0.2, 0.3)]
    found = one_light(lights)
    assert found.direction == pytest.approx((0.0, 0.0, -1.0))
    assert (found.ambient, found.key) == pytest.approx((0.15, 0.4))


@pytest.mark.parametrize("sigma", [0.8, 1.2, 1.8])
def test_the_carriers_blur_is_read_from_its_edges(sigma: float) -> None:
    picture = np.full((200, 240), 60.0, np.float32)
    for x in range(20, 220, 40):
        picture[:, x : x + 20] = 150.0
    soft = cv2.GaussianBlur(picture, (0, 0), sigma)
    assert carrier_sigma_px(soft, (40, 40, 150, 120)) == pytest.approx(sigma, abs=0.35)


def test_fine_power_is_that_of_noise() -> None:
    noise = np.random.default_rng(0).normal(100, 2.0, (240, 320)).astype(np.float32)
    power = fine_power(noise, 1.6, (80, 107))
    assert power.shape == (80, 107)
    assert float(power.mean()) == pytest.approx(4.0 * (1 - 1 / 25), rel=0.08)  # a box of 5 x 5
