"""Shaping follows the lamp, keeps hues, fades out around the head, does nothing without a lamp, and never flickers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from portraits import Shot, known_people, painted, posed, shot
from unplastic.clip import Picture
from unplastic.errors import RecipeError
from unplastic.looks.rules.shape import solve
from unplastic.reading import Plasticity, Reading, Report
from unplastic.treat import Chain, Geometry
from unplastic.treat.shape import Shape
from unplastic.vision.face import Face
from unplastic.vision.lamp import direction, lamp, shading
from unplastic.vision.scene import watched

SIZE = (640, 480)
MIDDLE = (320.0, 190.0)


def made(azimuth: float, stops: float, frames: int = 3, move: float = 0.0, fill: float = 0.05) -> Shot:
    """A painted face under a lamp from that side, moving by ``move`` px a frame."""

    def place(t: int) -> list[np.ndarray]:
        return [posed(150, MIDDLE[0] + move * t, MIDDLE[1])]

    built = shot(frames, place)
    towards = direction(azimuth, 20.0)
    light = (float(towards[0]), float(towards[1]), float(towards[2]))
    for t, picture in enumerate(built.pictures):
        back = np.full(SIZE[::-1], 90.0, np.float32)
        planes = painted(back, place(t), light, fill, fill * (2.0**stops - 1.0))
        built.pictures[t] = Picture(*(np.rint(p).astype(np.uint8) for p in planes), 8, picture.index, picture.pts)
    return built


def treated(built: Shot, shape: Shape, monkeypatch: pytest.MonkeyPatch) -> list[Picture]:
    monkeypatch.setattr("unplastic.vision.scene.people", known_people(built.finder()))
    clip = built.clip
    geometry = Geometry(clip.width, clip.height, 2, 2, 8, 12, clip.frame_rate, clip.color)
    chain, found = Chain([shape], geometry), []
    for picture, scene in watched(built.pictures, clip):
        planes = [np.zeros(plane.shape, np.uint16) for plane in (picture.y, picture.cb, picture.cr)]
        target = Picture(*planes, 12, picture.index, picture.pts)
        chain.run(picture, target, scene)
        found.append(target)
    return found


def ratio(luma: np.ndarray, built: Shot) -> float:
    found = lamp(shading(luma.astype(np.float32), Face(built.truth[0][0])))
    assert found is not None
    return found.key_fill_stops


@pytest.mark.parametrize("azimuth", [-50.0, 50.0])
@pytest.mark.parametrize("stops", [-0.7, 0.7])
def test_key_over_fill_moves_the_way_that_is_asked(azimuth: float, stops: float, monkeypatch: Any) -> None:
    built = made(azimuth, 1.8)
    after = treated(built, Shape(stops=stops), monkeypatch)[0]
    moved = ratio(after.y / 16.0, built) - ratio(built.pictures[0].y, built)
    assert moved * stops > 0.0
    assert 0.3 * abs(stops) <= abs(moved) <= 1.5 * abs(stops)


def test_hues_stay_and_the_wall_is_left_alone(monkeypatch: Any) -> None:
    built = made(-50.0, 1.8)
    before, after = built.pictures[0], treated(built, Shape(stops=0.8), monkeypatch)[0]
    cb, cr = (before.cb[95, 150:170] - 128.0), (before.cr[95, 150:170] - 128.0)
    new_cb, new_cr = (after.cb[95, 150:170] / 16.0 - 128.0), (after.cr[95, 150:170] / 16.0 - 128.0)
    turned = np.degrees(np.arctan2(new_cr, new_cb) - np.arctan2(cr, cb))
    assert np.abs(turned).max() < 1.5
    for corner in (np.s_[:60, :60], np.s_[:60, -60:], np.s_[-60:, :40]):
        assert np.abs(after.y[corner] / 16.0 - before.y[corner]).max() < 0.6


def test_no_edge_is_drawn(monkeypatch: Any) -> None:
    """The factor is smooth: it changes by less than one per cent from pixel to pixel, also where the person ends."""
    built = made(-50.0, 1.8)
    before, after = built.pictures[0].y.astype(float), treated(built, Shape(stops=1.0), monkeypatch)[0].y / 16.0
    factor = (after - 16.0) / np.maximum(before - 16.0, 20.0)
    soft = factor[40:400, 150:500]
    steps = np.abs(soft[:, 8:] - soft[:, :-8]) / 8.0
    assert np.percentile(steps, 99.5) < 0.010


def test_an_even_light_is_left_alone_unless_a_side_is_named(monkeypatch: Any) -> None:
    built = made(-50.0, 0.15, fill=0.25)
    plain = treated(built, Shape(stops=0.8), monkeypatch)[0]
    assert np.array_equal(plain.y, built.pictures[0].y.astype(np.uint16) << 4)
    lit = treated(built, Shape(stops=0.8, side="right"), monkeypatch)[0].y / 16.0 - built.pictures[0].y
    x, y = (int(v) for v in MIDDLE)
    assert lit[y : y + 60, x + 35 : x + 55].mean() > lit[y : y + 60, x - 55 : x - 35].mean() + 3.0


def test_a_lamp_is_not_argued_with(monkeypatch: Any) -> None:
    built = made(-50.0, 2.0)
    after = treated(built, Shape(stops=0.8, side="right"), monkeypatch)[0]
    assert np.array_equal(after.y, built.pictures[0].y.astype(np.uint16) << 4)


def test_nobody_is_in_the_picture(monkeypatch: Any) -> None:
    built = shot(3, lambda t: [])
    after = treated(built, Shape(stops=1.0), monkeypatch)
    assert np.array_equal(after[0].y, built.pictures[0].y.astype(np.uint16) << 4)


def test_a_still_head_under_a_still_lamp_does_not_flicker(monkeypatch: Any) -> None:
    built = made(-50.0, 1.8, frames=6)
    after = treated(built, Shape(stops=1.0), monkeypatch)
    means = [float(each.y[100:300, 230:410].mean()) / 16.0 for each in after]
    assert np.ptp(means) < 0.1


def test_it_is_off_by_default_and_bounded() -> None:
    assert Shape().is_noop
    assert not Shape(stops=0.5).is_noop
    for wrong in ({"stops": 1.5}, {"stops": -1.5}, {"side": "above"}):
        with pytest.raises(RecipeError):
            Shape(**wrong)


def report(*readings: Reading) -> Report:
    return Report("a", 640, 480, 24.0, 24, None, Plasticity(None, None, None, 0.0, None), readings, ())


SIDE = Reading("light_azimuth", "face", 50.0, "deg", 40.0, 60.0)


@pytest.mark.parametrize(
    ("value", "stops", "share"),
    [(2.0, 0.8, 1.0), (3.6, 0.8, 0.5), (4.3, 0.8, 0.0), (1.0, -0.7, 1.0), (0.65, -0.7, 0.5)],
)
def test_a_rule_ends_it_where_faces_end(value: float, stops: float, share: float) -> None:
    found = solve(Shape(stops=stops), report(SIDE, Reading("key_fill", "face", value, "stops")), None)  # type: ignore[arg-type]
    assert found.values["strength"] == pytest.approx(share, abs=0.01)
    assert "stops" in found.reasons["strength"]


def test_without_a_reading_nothing_is_shaped() -> None:
    dim = replace(SIDE, valid=False, why_not="the light is even")
    ratio = Reading("key_fill", "face", 1.0, "stops")
    for seen in (
        report(),
        report(dim, ratio),
        report(SIDE, Reading.missing("key_fill", "face", "stops", "no face is seen")),
    ):
        found = solve(Shape(stops=0.5), seen, None)  # type: ignore[arg-type]
        assert found.values["strength"] == 0.0
        assert found.reasons["strength"].startswith("nothing is shaped")
    named = solve(Shape(stops=0.5, side="left"), report(dim, ratio), None)  # type: ignore[arg-type]
    assert named.values["strength"] == 1.0
