"""The real networks on a real photo: found, shaped, segmented; deterministic; quiet."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from unplastic.errors import WeightsError
from unplastic.vision.face import Face
from unplastic.vision.networks import FACES, Networks, networks, square_around
from unplastic.weights import kept


@pytest.fixture(scope="module")
def net() -> Networks:
    found = networks()
    if isinstance(found, WeightsError):
        pytest.skip(f"the networks are not here: {found.message}")
    return found


@pytest.fixture(scope="module")
def portrait() -> np.ndarray:
    """A public-domain photo of an astronaut, 512 px."""
    return data.astronaut()


def meshed(net: Networks, rgb: np.ndarray) -> Face:
    (score, points), *_ = net.faces(rgb)
    assert score > 0.6
    for _ in range(2):
        score, points = net.mesh(rgb, square_around(points))
    return Face(points, score)


def test_the_face_is_found_where_it_is(net: Networks, portrait: np.ndarray) -> None:
    face = meshed(net, portrait)
    x, y = face.centre
    assert 190 < x < 250
    assert 90 < y < 140
    assert 40 < face.ipd_px < 80
    assert abs(face.yaw_deg) < 30


def test_a_shifted_picture_shifts_the_points(net: Networks, portrait: np.ndarray) -> None:
    a = meshed(net, portrait)
    b = meshed(net, np.roll(portrait, (20, 30), axis=(0, 1)))
    assert np.abs((b.points - a.points)[:, :2].mean(axis=0) - (30, 20)).max() < 1.5


def test_a_larger_picture_scales_the_face(net: Networks, portrait: np.ndarray) -> None:
    a, b = meshed(net, portrait), meshed(net, portrait.repeat(2, axis=0).repeat(2, axis=1))
    assert b.ipd_px / a.ipd_px == pytest.approx(2.0, abs=0.06)


def test_the_person_is_told_from_the_wall(net: Networks, portrait: np.ndarray) -> None:
    mask = net.person(portrait)
    assert mask.shape == (256, 256)
    assert mask[60, 110] > 0.9  # the face
    assert mask[10, 10] < 0.3
    assert 0.0 <= mask.min() <= mask.max() <= 1.0


@pytest.mark.parametrize("picture", [data.chelsea(), data.coffee(), np.zeros((90, 160, 3), np.uint8)])
def test_cats_coffee_and_darkness_are_no_people(net: Networks, picture: np.ndarray) -> None:
    found = [square_around(points) for _, points in net.faces(picture)]
    assert all(net.mesh(picture, around)[0] < 0.99 for around in found) or not found


def test_the_same_picture_gives_the_same_numbers(net: Networks, portrait: np.ndarray) -> None:
    assert np.array_equal(meshed(net, portrait).points, meshed(net, portrait).points)


def test_the_weights_are_pinned_by_file(net: Networks) -> None:
    assert set(kept(FACES) or {}) == {"face_detection.tflite", "face_mesh.tflite", "person.tflite"}
    assert all(len(sha256) == 64 for _, sha256 in FACES.files.values())
