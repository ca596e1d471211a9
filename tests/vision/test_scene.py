"""Scenes: neighbours within a shot, nothing across a cut, memory that does not grow."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from portraits import known_people, made_clip, posed, shot, wall
from unplastic.clip import Picture
from unplastic.vision.scene import AHEAD, BEHIND, Scene, watched


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    made = shot(1, lambda t: [])
    monkeypatch.setattr("unplastic.vision.scene.people", known_people(made.finder()))


def test_every_picture_comes_once_and_in_order() -> None:
    made = shot(11, lambda t: [])
    assert [(p.index, s.index) for p, s in watched(made.pictures, made.clip)] == [(i, i) for i in range(11)]


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_very_short_clips(frames: int) -> None:
    made = shot(frames, lambda t: [], drift=(2.0, 0.0))
    for _, scene in watched(made.pictures, made.clip):
        assert (scene.previous is None) == (scene.index == 0)
        assert (scene.to_next is None) == (scene.index == frames - 1)


def test_neighbours_are_in_reach() -> None:
    made = shot(12, lambda t: [])
    for _, scene in watched(made.pictures, made.clip):
        if BEHIND <= scene.index < 12 - AHEAD:
            back = scene.previous.previous.previous
            ahead = scene.next.next.next.next
            assert (back.index, ahead.index) == (scene.index - 3, scene.index + 4)


def test_a_cut_parts_the_shots() -> None:
    backs = [wall(480, 640, seed) for seed in (0, 9)]
    backs[1] = 235 - 0.6 * backs[1]
    made = shot(10, lambda t: [], backs=lambda t: backs[t >= 5])
    for _, scene in watched(made.pictures, made.clip):
        assert (scene.previous is None) == (scene.index in (0, 5))
        assert (scene.next is None) == (scene.index in (4, 9))
        if scene.index in (4, 5):
            assert (scene.to_next if scene.index == 4 else scene.to_previous) is None


def test_fast_motion_is_not_a_cut() -> None:
    made = shot(8, lambda t: [], drift=(18.0, 0.0))
    assert sum(scene.previous is None for _, scene in watched(made.pictures, made.clip)) == 1


def test_motion_leads_there_and_back() -> None:
    made = shot(3, lambda t: [], drift=(4.0, 2.0))
    for _, scene in watched(made.pictures, made.clip):
        for motion, sign in ((scene.to_next, 1), (scene.to_previous, -1)):
            if motion is not None:
                inside = motion.confidence > 0.5
                assert inside.mean() > 0.8
                flow = np.median(motion.flow[inside], axis=0) * scene.ratio
                assert flow == pytest.approx((4.0 * sign, 2.0 * sign), abs=0.15)


def test_memory_holds_a_few_frames_only(request: pytest.FixtureRequest) -> None:
    made = shot(40, lambda t: [])
    gc.collect()
    gc.disable()  # nothing may hang on the collector of cycles
    request.addfinalizer(gc.enable)
    alive: list[weakref.ref[Scene]] = []
    most = 0
    for _, scene in watched(made.pictures, made.clip):
        _ = scene.luma, scene.to_next, scene.surfaces.skin, scene.surfaces.cloth
        alive.append(weakref.ref(scene))
        del scene
        most = max(most, sum(each() is not None for each in alive))
    assert most <= BEHIND + 2


@pytest.mark.parametrize(
    ("width", "height", "scale"), [(640, 360, 2), (1280, 720, 2), (1920, 1080, 3), (3840, 2160, 4)]
)
def test_small_planes_stay_small(width: int, height: int, scale: int) -> None:
    planes = [np.zeros((height, width), np.uint8), *(np.zeros((height // 2, width // 2), np.uint8) for _ in range(2))]
    scene = Scene(Picture(*planes, 8, 0, 0), made_clip(width, height, 1))
    assert scene.scale == scale
    assert scene.small.shape == (height // scale, width // scale)


def test_black_frames_and_odd_sizes() -> None:
    planes = [np.full((67, 91), 16, np.uint8), *(np.full((34, 46), 128, np.uint8) for _ in range(2))]
    pictures = [Picture(*planes, 8, i, i) for i in range(4)]
    for _, scene in watched(pictures, made_clip(91, 67, 4)):
        surfaces = scene.surfaces
        for name in ("skin", "face", "features", "hair", "cloth", "flat", "edges", "defocus"):
            mask = getattr(surfaces, name)
            assert mask.shape == scene.small.shape
            assert np.isfinite(mask).all()
        assert scene.faces == ()


def test_surfaces_of_a_known_face(monkeypatch: pytest.MonkeyPatch) -> None:
    made = shot(2, lambda t: [posed(140, 320, 200)])
    monkeypatch.setattr("unplastic.vision.scene.people", known_people(made.finder()))
    _, scene = next(iter(watched(made.pictures, made.clip)))
    surfaces, across = scene.surfaces, scene.ratio[0]

    def at(mask: np.ndarray, landmark: int) -> float:
        x, y = made.truth[0][0][landmark, :2] / across
        return float(mask[int(y), int(x)])

    assert min(at(surfaces.face, i) for i in (50, 280, 9, 199)) > 0.7  # cheeks, forehead, chin
    assert max(at(surfaces.face, i) for i in (159, 386, 14)) < 0.1  # eyes and mouth
    assert min(at(surfaces.features, i) for i in (159, 386, 14)) > 0.8
    assert surfaces.face[5:40, 5:40].max() == 0.0
    assert 0.0 <= surfaces.skin.min() <= surfaces.skin.max() <= 1.0


@pytest.mark.parametrize(("edge_px", "is_skin"), [(0.8, False), (14.0, True)])
def test_a_cup_is_not_a_highlight(monkeypatch: pytest.MonkeyPatch, edge_px: float, is_skin: bool) -> None:
    """A pale place without an edge around it is shine on skin; with one it is a thing held before the face."""
    made = shot(2, lambda t: [posed(140, 320, 200)])
    rows, columns = np.mgrid[0:480, 0:640].astype(np.float32)
    x, y = made.truth[0][0][280, :2]
    white = 0.12 * (1.0 - np.tanh((np.hypot(columns - x, rows - y) - 38.0) / (2.0 * edge_px)))
    pictures = []
    for picture in made.pictures:
        luma = picture.y + white * (225.0 - picture.y)
        pale = 1.0 - white[::2, ::2]
        cb, cr = (128.0 + (plane - 128.0) * pale for plane in (picture.cb.astype(np.float32), picture.cr))
        planes = (np.rint(plane).astype(np.uint8) for plane in (luma, cb, cr))
        pictures.append(Picture(*planes, 8, picture.index, picture.pts))
    monkeypatch.setattr("unplastic.vision.scene.people", known_people(made.finder()))
    _, scene = next(iter(watched(pictures, made.clip)))
    shown = float(scene.surfaces.face[int(y / scene.ratio[1]), int(x / scene.ratio[0])])
    assert (shown > 0.4) == is_skin, shown
