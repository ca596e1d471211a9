"""The plate's own light: a person's shadow on a wall, and lamps and windows in sight."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from portraits import wall
from unplastic.vision.castshadow import cast_shadow
from unplastic.vision.sources import sources

SHAPE = (270, 480)
HEAD_PX = 60.0
LIT = np.ones(SHAPE, np.bool_)


def person() -> np.ndarray:
    mask = np.zeros(SHAPE, np.float32)
    cv2.ellipse(mask, (240, 110), (30, 40), 0, 0, 360, 1.0, -1)
    cv2.ellipse(mask, (240, 260), (75, 115), 0, 180, 360, 1.0, -1)
    return mask


def shadowed(dx: float, dy: float, stops: float = 1.2, soft: float = 2.0, seed: int = 0) -> np.ndarray:
    """A wall with the person's shadow ``dx``, ``dy`` away, and the person before it."""
    mask = person()
    moved = cv2.warpAffine(mask, np.array([[1.0, 0.0, dx], [0.0, 1.0, dy]]), SHAPE[::-1])
    shade = 2.0 ** (-stops / 2.4 * cv2.GaussianBlur(moved, (0, 0), soft))
    luma = 16.0 + (0.5 * wall(*SHAPE, seed) + 60.0) * shade
    return np.where(mask > 0.5, 70.0, luma).astype(np.float32)


@pytest.mark.parametrize(
    ("dx", "dy", "angle"), [(40.0, 0.0, 270.0), (-45.0, 0.0, 90.0), (35.0, 20.0, 300.0), (-30.0, 15.0, 63.0)]
)
def test_a_shadow_on_the_wall_says_where_the_lamp_stands(dx: float, dy: float, angle: float) -> None:
    found = cast_shadow(shadowed(dx, dy), person(), LIT, HEAD_PX)
    assert found is not None
    assert abs((found.angle_deg - angle + 180.0) % 360.0 - 180.0) <= 20.0
    assert found.drop_stops == pytest.approx(1.2, abs=0.5)


def test_a_mirror_mirrors_it() -> None:
    here = cast_shadow(shadowed(40.0, 10.0), person(), LIT, HEAD_PX)
    there = cast_shadow(np.ascontiguousarray(shadowed(40.0, 10.0)[:, ::-1]), person()[:, ::-1].copy(), LIT, HEAD_PX)
    assert here is not None
    assert there is not None
    assert abs((here.angle_deg + there.angle_deg + 180.0) % 360.0 - 180.0) <= 10.0


@pytest.mark.parametrize("seed", range(12))
def test_a_wall_without_a_shadow_has_none(seed: int) -> None:
    assert cast_shadow(shadowed(0.0, 0.0, 0.0, seed=seed), person(), LIT, HEAD_PX) is None


def test_a_dark_door_is_no_shadow() -> None:
    room = shadowed(0.0, 0.0, 0.0)
    room[:, 330:400] *= 0.5
    assert cast_shadow(room, person(), LIT, HEAD_PX) is None


def test_nobody_and_no_wall() -> None:
    room = shadowed(40.0, 0.0)
    assert cast_shadow(room, np.zeros(SHAPE, np.float32), LIT, HEAD_PX) is None
    assert cast_shadow(room, np.ones(SHAPE, np.float32), LIT, HEAD_PX) is None
    assert cast_shadow(room, person(), LIT, 2.0) is None


def room(*lamps: tuple[int, int, int]) -> np.ndarray:
    luma = np.full(SHAPE, 60.0, np.float32)
    for x, y, radius in lamps:
        cv2.circle(luma, (x, y), radius, 235.0, -1)
    return luma


@pytest.mark.parametrize(("lamp", "angle"), [((60, 110, 20), -90.0), ((420, 110, 20), 90.0), ((240, 15, 14), 0.0)])
def test_a_lamp_in_sight(lamp: tuple[int, int, int], angle: float) -> None:
    found = sources(room(lamp), person(), LIT, (240.0, 110.0))
    assert found is not None
    assert found.count == 1
    assert found.agree > 0.95
    assert found.angle_deg == pytest.approx(angle, abs=8.0)


def test_night_with_practicals_on_all_sides_agrees_on_nothing() -> None:
    found = sources(room((60, 110, 12), (420, 110, 12), (60, 40, 12), (420, 200, 12)), person(), LIT, (240.0, 110.0))
    assert found is not None
    assert found.count == 4
    assert found.agree < 0.5


def test_no_source_in_an_even_room_nor_in_a_white_one() -> None:
    assert sources(room(), person(), LIT, (240.0, 110.0)) is None
    assert sources(np.full(SHAPE, 235.0, np.float32), person(), LIT, (240.0, 110.0)) is None


def test_a_bright_shirt_is_no_lamp() -> None:
    luma = room()
    luma[person() > 0.5] = 235.0
    assert sources(luma, person(), LIT, (240.0, 110.0)) is None
