from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from scipy.optimize import minimize

from sitters import Sitter, mean_face, photographed, pores
from unplastic.measure.symmetry import Symmetry, asymmetry, shape_of
from unplastic.vision import Run
from unplastic.vision.face import Face
from unplastic.vision.mesh import mesh


def sheared(amount: float) -> np.ndarray:
    """The mean face, its right side pushed down."""
    points = mesh().points.astype(np.float64)
    return points + amount * np.stack([0 * points[:, 0], np.maximum(points[:, 0], 0), 0 * points[:, 0]], axis=1)


def by_search(points: np.ndarray) -> float:
    """The same number from a search over all rotations, in %."""
    image = (points * [-1, 1, 1])[mesh().mirror]
    a, b = image - image.mean(axis=0), points - points.mean(axis=0)

    def turned(angles):
        x, y, z = angles
        cx, sx, cy, sy, cz, sz = np.cos(x), np.sin(x), np.cos(y), np.sin(y), np.cos(z), np.sin(z)
        turn = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]]) @ np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
        return a @ (turn @ np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])).T

    best = minimize(
        lambda v: np.square(b - turned(v)).sum(), np.zeros(3), method="Nelder-Mead", options={"xatol": 1e-7}
    )
    return float(100.0 * np.linalg.norm(b - turned(best.x), axis=1).mean() / 63.0)


@pytest.fixture
def read(monkeypatch, lab):
    def readings(sitter: Sitter, lumas, faces=None):
        sitter.shows(monkeypatch)
        if faces is not None:
            monkeypatch.setattr(Run, "faces", lambda run, t: (faces(run.frames[t].index),))
        own = type(lab)(sitter.height, sitter.width)
        measure, clip = Symmetry(), own.clip(len(lumas))
        found = measure.conclude([measure.observe(run) for run in own.runs(lumas, clip)], clip).readings
        return {reading.name: reading for reading in found}

    return readings


def still(sitter: Sitter, skin, frames=8, noise=1.0):
    random = np.random.default_rng(3)
    return [
        sitter.scene(t) + skin + noise * random.standard_normal(skin.shape).astype(np.float32) for t in range(frames)
    ]


def test_a_symmetric_face_is_symmetric_in_any_pose() -> None:
    for yaw in (-14.0, 0.0, 9.0):
        assert 100 * asymmetry(shape_of(mean_face(150, (300, 300), yaw))) < 1.0


@pytest.mark.parametrize("amount", [0.05, 0.12])
def test_a_pushed_face_reads_as_much_as_it_was_pushed(amount) -> None:
    points = sheared(amount)
    face = Face((points * 3.0 + [400.0, 300.0, 0.0]).astype(np.float32))
    assert 100 * asymmetry(shape_of(face)) == pytest.approx(by_search(points) * 189.0 / face.ipd_px, rel=0.03)


def test_asymmetry_grows_with_the_push() -> None:
    values = [asymmetry(shape_of(Face((sheared(a) * 3.0).astype(np.float32)))) for a in (0.0, 0.03, 0.06, 0.12)]
    assert values == sorted(values)
    assert values[-1] > 3 * values[1]


def test_tremble_of_the_network_is_averaged_out(read) -> None:
    sitter = Sitter.framed(150)
    random = np.random.default_rng(1)
    tremble = [random.normal(0.0, 1.0, (468, 3)).astype(np.float32) for _ in range(8)]
    lumas = still(sitter, pores((sitter.height, sitter.width), sitter.px_per_mm)[::2, ::2])

    def faces(t):
        face = sitter.face(t)
        return replace(face, points=face.points + tremble[t])

    found = read(sitter, lumas, faces)["face_asymmetry"]
    assert found.value < 1.0
    assert found.unit == "%"


def test_turned_faces_and_small_ones_are_not_judged(read) -> None:
    sitter = Sitter.framed(120)
    lumas = still(sitter, np.zeros((sitter.height, sitter.width), np.float32))
    turned = read(sitter, lumas, lambda _: mean_face(120, (sitter.width / 2, 0.42 * sitter.height), 30.0))
    assert "looks at the camera in 0 frames" in turned["face_asymmetry"].why_not
    small = Sitter.framed(50)
    found = read(small, still(small, np.zeros((small.height, small.width), np.float32)))
    assert "50 px" in found["face_asymmetry"].why_not


def test_cheeks_that_mirror_each_other_are_told_from_those_that_do_not(read) -> None:
    sitter = Sitter.framed(160)
    skin = photographed(3.0 * pores((sitter.height, sitter.width), sitter.px_per_mm))
    middle = sitter.width // 2
    own = read(sitter, still(sitter, skin))["cheek_texture_match"]
    copied = np.array(skin)
    copied[:, middle:] = skin[:, middle - 1 :: -1][:, : sitter.width - middle]
    twin = read(sitter, still(sitter, copied))["cheek_texture_match"]
    assert own.valid, own.why_not
    assert own.value < 0.35
    assert twin.value > 0.8
    half = 0.5 * (skin + copied)
    assert own.value < read(sitter, still(sitter, half))["cheek_texture_match"].value < twin.value


def smile(sitter: Sitter) -> np.ndarray:
    """A dark fold from the nose past the mouth, on both sides."""
    folds = np.zeros((sitter.height, sitter.width), np.float32)
    middle, eyes, scale = sitter.width / 2, 0.42 * sitter.height, sitter.px_per_mm
    for side in (-1, 1):
        line = [(middle + side * x * scale, eyes + y * scale) for x, y in ((17, 30), (24, 40), (29, 52))]
        cv2.polylines(folds, [np.round(line).astype(np.int32)], isClosed=False, color=1.0, thickness=round(scale))
    return -60.0 * cv2.GaussianBlur(folds, (0, 0), 0.6 * scale)


def test_the_folds_of_a_smile_are_no_mirror(read) -> None:
    """Every face has them on both sides; seen on a generated face whose folds alone made a match of 0.92."""
    sitter = Sitter.framed(160)
    skin = photographed(3.0 * pores((sitter.height, sitter.width), sitter.px_per_mm))
    found = read(sitter, still(sitter, skin + smile(sitter)))["cheek_texture_match"]
    assert found.valid, found.why_not
    assert found.value < 0.35


def test_noise_does_not_hide_the_match(read) -> None:
    sitter = Sitter.framed(160)
    skin = photographed(3.0 * pores((sitter.height, sitter.width), sitter.px_per_mm))
    middle = sitter.width // 2
    skin[:, middle:] = skin[:, middle - 1 :: -1][:, : sitter.width - middle]
    quiet, noisy = (read(sitter, still(sitter, skin, noise=n))["cheek_texture_match"].value for n in (0.5, 3.0))
    assert noisy == pytest.approx(quiet, abs=0.1)


def test_smooth_cheeks_hold_nothing_to_compare(read) -> None:
    sitter = Sitter.framed(160)
    found = read(sitter, still(sitter, np.zeros((sitter.height, sitter.width), np.float32)))["cheek_texture_match"]
    assert not found.valid or found.value < 0.5
