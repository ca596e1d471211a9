"""The mesh is one of a head: symmetric, facing out, in millimetres."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from portraits import posed
from unplastic.vision.face import Face
from unplastic.vision.mesh import IPD_MM, mesh, normals


def test_it_is_symmetric_and_every_point_has_its_partner() -> None:
    points, mirror = mesh().points, mesh().mirror
    assert np.array_equal(mirror[mirror], np.arange(468))
    assert np.abs(points[mirror] * [-1, 1, 1] - points).max() < 0.05
    assert 20 < (mirror == np.arange(468)).sum() < 40


def test_its_eyes_are_63_mm_apart() -> None:
    right, left = mesh().points[[33, 133]].mean(axis=0), mesh().points[[263, 362]].mean(axis=0)
    assert abs(np.linalg.norm(left - right) - IPD_MM) < 0.5


def test_normals_point_out_of_the_head() -> None:
    found = normals(mesh().points)
    assert np.allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-4)
    assert found[1, 2] < -0.6  # the tip of the nose looks at the camera
    assert found[234, 0] < -0.4 < 0.4 < found[454, 0]  # the ears look aside


@given(st.floats(-40, 40), st.floats(-30, 30), st.floats(30, 400))
def test_size_and_pose_are_read_back(yaw: float, roll: float, ipd: float) -> None:
    face = Face(posed(ipd, 300, 200, yaw, roll))
    assert abs(face.ipd_px - ipd) < 0.01 * ipd
    assert abs(face.yaw_deg - yaw) < 1.0
    assert abs(face.roll_deg - roll) < 1.0


def test_scaling_keeps_pixel_centres() -> None:
    face = Face(posed(120, 300, 200))
    there_and_back = face.scaled(1 / 3, 1 / 2).scaled(3, 2)
    assert np.abs(there_and_back.points - face.points).max() < 1e-3
    assert np.allclose(face.scaled(0.5).points[:, :2], (face.points[:, :2] + 0.5) / 2 - 0.5, atol=1e-3)


def test_unrolled_skin_keeps_lengths_on_the_cheek() -> None:
    uv, points = mesh().uv, mesh().points
    for a, b in ((50, 205), (280, 425), (9, 151), (205, 187)):
        ratio = np.linalg.norm(uv[a] - uv[b]) / np.linalg.norm(points[a] - points[b])
        assert 0.7 < ratio < 1.6
