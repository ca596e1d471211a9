"""Texture on a real photo under the real networks: identity stays, the camera's own skin needs almost nothing."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from skimage import data

from portraits import made_clip
from unplastic.clip import Picture
from unplastic.errors import WeightsError
from unplastic.treat import Geometry
from unplastic.treat.texture import Texture
from unplastic.vision.colours import rgb_of
from unplastic.vision.face import Face
from unplastic.vision.networks import Networks, networks, square_around
from unplastic.vision.scene import watched

ZOOM = 2.2


@pytest.fixture(scope="module")
def net() -> Networks:
    found = networks()
    if isinstance(found, WeightsError):
        pytest.skip(f"the networks are not here: {found.message}")
    return found


def pictures_of(rgb: np.ndarray, frames: int = 5) -> list[Picture]:
    """The photo moving by 2 px a frame, as 8-bit 4:2:0 BT.709."""
    found = []
    for t in range(frames):
        part = rgb[20 : 20 + 640, 200 + 2 * t : 200 + 2 * t + 640].astype(np.float64) / 255
        y = part @ [0.2126, 0.7152, 0.0722]
        planes = [16 + 219 * y]
        for i, k in ((2, 1.8556), (0, 1.5748)):
            planes.append(cv2.resize(128 + 224 * (part[..., i] - y) / k, (320, 320), interpolation=cv2.INTER_AREA))
        found.append(Picture(*(np.rint(p).astype(np.uint8) for p in planes), 8, t, t))
    return found


@pytest.fixture(scope="module")
def camera() -> np.ndarray:
    """A public-domain photo of an astronaut, enlarged, with a little sensor noise."""
    large = cv2.resize(data.astronaut(), None, fx=ZOOM, fy=ZOOM, interpolation=cv2.INTER_CUBIC)
    noise = np.random.default_rng(0).normal(0, 2.0, large.shape)
    return np.clip(large + noise, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def plastic(camera: np.ndarray) -> np.ndarray:
    """The same, smoothed between its edges as generators do."""
    smooth = camera
    for _ in range(3):
        smooth = cv2.bilateralFilter(smooth, 9, 30, 5)
    return smooth


def textured(rgb: np.ndarray) -> list[tuple[Picture, Picture, np.ndarray]]:
    """(source, result, layer) of every frame."""
    pictures = pictures_of(rgb)
    clip = made_clip(640, 640, len(pictures))
    treat = Texture(shine=0.0).bind(Geometry(640, 640, 2, 2, 8, 10, clip.frame_rate, clip.color))
    found = []
    for picture, scene in watched(pictures, clip):
        treat.prepare(scene)
        y = np.clip(np.rint(picture.y + treat._luma), 0, 255).astype(np.uint8)
        found.append((picture, replace(picture, y=y), treat._luma.copy()))
    return found


def landmarks(net: Networks, picture: Picture) -> Face:
    planes = (p.astype(np.float32) for p in (picture.y, picture.cb, picture.cr))
    rgb = rgb_of(*planes, matrix=1)
    points = net.faces(rgb)[0][1]
    for _ in range(2):
        score, points = net.mesh(rgb, square_around(points))
    return Face(points, score)


def test_identity_is_kept(net: Networks, plastic: np.ndarray) -> None:
    for source, result, layer in textured(plastic):
        before, after = landmarks(net, source), landmarks(net, result)
        assert np.abs(layer).max() > 1.0
        shift = np.linalg.norm((after.points - before.points)[:, :2], axis=1)
        assert np.mean(shift) <= 0.01 * before.ipd_px


def test_the_cameras_own_skin_gets_less(net: Networks, camera: np.ndarray, plastic: np.ndarray) -> None:
    amounts = {}
    for name, rgb in (("camera", camera), ("plastic", plastic)):
        source, _, layer = textured(rgb)[2]
        face = landmarks(net, source)
        x, y, w, h = (int(v) for v in face.box)
        amounts[name] = layer[y : y + h, x : x + w].std()
    assert amounts["plastic"] > 0.4
    assert amounts["camera"] < 0.5 * amounts["plastic"]
