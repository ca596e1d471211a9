"""The topology and the mean shape of the face mesh: 468 points, 854 triangles, in millimetres at 63 mm between pupils.

The shape is our own average of near-frontal faces as the network sees them (``benchmark/build_face.py``); x runs to the
picture's right, y down, z away from the camera, from a point between the eyes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

IPD_MM = 63.0
"""Mean distance between adult pupils: the scale of every millimetre on a face."""

UNROLL_RADIUS_MM = 80.0
UNROLL_AXIS_MM = 62.0
NEIGHBOURS = 9


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """``points`` (468, 3) mm; ``uv`` (468, 2) mm, the skin unrolled from a cylinder around the head's axis.

    ``triangles`` (854, 3) without eyes and mouth. ``mirror`` (468,) is each point's partner on the other side.
    ``near`` (468, 9) are each point's nearest neighbours, itself first. ``groups`` are closed lines by name.
    """

    points: NDArray[np.float32]
    uv: NDArray[np.float32]
    triangles: NDArray[np.int32]
    mirror: NDArray[np.intp]
    near: NDArray[np.intp]
    groups: dict[str, NDArray[np.intp]]


@cache
def mesh() -> Mesh:
    """The mesh, read once."""
    path = resources.files("unplastic") / "data" / "face" / "canonical.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    points = np.array(data["points_mm"], np.float32)
    around = np.arctan2(points[:, 0], UNROLL_AXIS_MM - points[:, 2])
    apart = np.linalg.norm(points[:, None] - points[None], axis=-1)
    return Mesh(
        points=points,
        uv=np.stack([UNROLL_RADIUS_MM * around, points[:, 1]], axis=1).astype(np.float32),
        triangles=_facing_out(np.array(data["triangles"], np.int32), points),
        mirror=np.array(data["mirror"], np.intp),
        near=np.argsort(apart, axis=1, kind="stable")[:, :NEIGHBOURS],
        groups={name: np.array(line, np.intp) for name, line in data["groups"].items()},
    )


def normals(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """(468, 3) unit normals of a posed mesh, pointing out of the face: means over the triangles, weighted by area."""
    triangles = mesh().triangles
    a, b, c = (points[triangles[:, i]] for i in range(3))
    faces = np.cross(b - a, c - a)
    total = np.zeros_like(points)
    for i in range(3):
        np.add.at(total, triangles[:, i], faces)
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-9)


def _facing_out(triangles: NDArray[np.int32], points: NDArray[np.float32]) -> NDArray[np.int32]:
    """Corners in the order that makes every normal point away from the head's axis."""
    a, b, c = (points[triangles[:, i]] for i in range(3))
    outward = (a + b + c) / 3 - np.array([0.0, 30.0, UNROLL_AXIS_MM], np.float32)
    inward = np.einsum("ij,ij->i", np.cross(b - a, c - a), outward) < 0
    turned = triangles.copy()
    turned[inward] = triangles[inward][:, ::-1]
    return turned
