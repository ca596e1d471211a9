"""Faces are found once, keep their number, and hold still where the finder trembles."""

from __future__ import annotations

import numpy as np
import pytest

from portraits import known_people, posed, shot
from unplastic.vision.faces import DETECT_EVERY, FACES_MAX
from unplastic.vision.scene import Scene, watched


def scenes(made, monkeypatch: pytest.MonkeyPatch, tremble_px: float = 0.0):
    finder = made.finder(tremble_px)
    monkeypatch.setattr("unplastic.vision.scene.people", known_people(finder))
    return finder, watched(made.pictures, made.clip)


def test_a_moving_face_is_followed_with_one_number(monkeypatch: pytest.MonkeyPatch) -> None:
    made = shot(15, lambda t: [posed(110, 220 + 4 * t, 200 + t, yaw_deg=t)])
    finder, stream = scenes(made, monkeypatch)
    for _, scene in stream:
        (face,) = scene.faces
        assert face.track == 0
        off = np.linalg.norm((face.points - made.truth[scene.index][0])[:, :2], axis=1)
        assert np.median(off) < 1.5
    assert finder.calls["faces"] == 2  # at frames 0 and 12


def test_a_trembling_finder_is_held_steady_by_the_motion(monkeypatch: pytest.MonkeyPatch) -> None:
    made = shot(16, lambda t: [posed(130, 240 + 2 * t, 200)], noise=1.0)
    slips = []
    _, stream = scenes(made, monkeypatch, tremble_px=0.8)
    before = None
    for _, scene in stream:
        off = (scene.faces[0].points - made.truth[scene.index][0])[:, :2]
        if before is not None:
            slips.append(np.median(np.linalg.norm(off - before, axis=1)))
        before = off
    raw = 0.8 * np.sqrt(2) * 1.18  # median slip of the finder itself: Rayleigh of a difference
    assert np.median(slips[2:]) < 0.45 * raw


def test_several_faces_keep_apart_and_their_number_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    made = shot(3, lambda t: [posed(50, 60 + 100 * i, 140 + 20 * i) for i in range(6)])
    _, stream = scenes(made, monkeypatch)
    for _, scene in stream:
        assert len(scene.faces) == FACES_MAX
        assert len({face.track for face in scene.faces}) == FACES_MAX


def test_a_face_that_leaves_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    made = shot(14, lambda t: [posed(90, 420 + 22 * t, 200)])
    _, stream = scenes(made, monkeypatch)
    counts = [len(scene.faces) for _, scene in stream]
    assert counts[0] == 1
    assert counts[-1] == 0


def test_without_a_face_the_networks_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    made = shot(2 * DETECT_EVERY + 1, lambda t: [])
    finder, stream = scenes(made, monkeypatch)
    assert all(scene.faces == () for _, scene in stream)
    assert finder.calls == {"faces": 3, "mesh": 0, "person": 0}


def test_no_motion_is_looked_for_without_a_face(monkeypatch: pytest.MonkeyPatch) -> None:
    made = shot(6, lambda t: [])
    monkeypatch.setattr("unplastic.vision.scene.motion_pair", lambda *_: pytest.fail("motion without a face"))
    _, stream = scenes(made, monkeypatch)
    assert [scene.faces for _, scene in stream] == [()] * 6


def test_a_tiny_face_is_not_a_face(monkeypatch: pytest.MonkeyPatch) -> None:
    made = shot(2, lambda t: [posed(18, 300, 200)])
    _, stream = scenes(made, monkeypatch)
    assert all(not scene.faces for _, scene in stream)


def test_scenes_are_plain_without_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    from unplastic.errors import WeightsError

    monkeypatch.setattr("unplastic.vision.people.networks", lambda: WeightsError("no network", "connect"))
    made = shot(2, lambda t: [posed(120, 300, 220)])
    for _, scene in watched(made.pictures, made.clip):
        assert isinstance(scene, Scene)
        assert scene.faces == ()
        assert scene.people.why_not == "no network"
        assert scene.surfaces.person is None
        assert scene.surfaces.hair.max() == 0.0
        assert scene.surfaces.skin.max() > 0.5  # by the colour that most skin has
