"""The three small networks of the room: where faces are, what shape they have, and which pixels are a person.

BlazeFace full range sparse (Bazarevsky et al. 2019), Face Mesh (Kartynnik et al. 2019) and selfie segmentation, all
Apache-2.0, from a pinned wheel; run by ai-edge-litert on one thread, 1 to 4 ms each.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from unplastic.errors import WeightsError
from unplastic.vision.colours import Rgb
from unplastic.vision.plane import Plane, as_plane
from unplastic.weights import Wheel, fetch

if TYPE_CHECKING:
    from numpy.typing import NDArray

FACES = Wheel(
    package="mediapipe",
    version="0.10.21",
    sha256="05dc4a9e593655a79558d05d6227d31018c2537a4bd3362b51e230cf22aecfe3",
    licence="Apache-2.0",
    platform="manylinux_2_28_x86_64",
    python="3.11",
    megabytes=35.6,
    files={
        "face_detection.tflite": (
            "mediapipe/modules/face_detection/face_detection_full_range_sparse.tflite",
            "2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1",
        ),
        "face_mesh.tflite": (
            "mediapipe/modules/face_landmark/face_landmark.tflite",
            "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
        ),
        "person.tflite": (
            "mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite",
            "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
        ),
    },
)

DETECTOR_PX, DETECTOR_CELLS = 192, 48
MESH_PX, PERSON_PX = 192, 256
SCORE_MIN, OVERLAP_MAX = 0.6, 0.3
SCORE_CLIP = 80.0
ROOM_AROUND = 1.5
"""The mesh network wants half as much again around a face."""


class Networks:
    """The three networks, loaded; not for two threads at once."""

    def __init__(self) -> None:
        paths = fetch(FACES)
        self._detector, self._mesh, self._person = (_loaded(str(paths[name])) for name in FACES.files)
        self.calls = {"faces": 0, "mesh": 0, "person": 0}

    def faces(self, rgb: Rgb) -> list[tuple[float, NDArray[np.float32]]]:
        """(score, (8, 2) of x, y in pixels) of every face, surest first.

        The points are two corners of the box, then right eye, left eye, nose, mouth, right and left ear.
        """
        self.calls["faces"] += 1
        height, width = rgb.shape[:2]
        side = max(height, width)
        square = np.zeros((side, side, 3), np.uint8)
        top, left = (side - height) // 2, (side - width) // 2
        square[top : top + height, left : left + width] = rgb
        small = cv2.resize(square, (DETECTOR_PX, DETECTOR_PX), interpolation=cv2.INTER_AREA)
        raw, logits = _run(self._detector, small.astype(np.float32) / 127.5 - 1.0)
        scores = as_plane(1.0 / (1.0 + np.exp(-np.clip(logits.ravel(), -SCORE_CLIP, SCORE_CLIP))))
        sure = np.flatnonzero(scores >= SCORE_MIN)
        points = _decoded(raw.reshape(-1, 8, 2)[sure], sure) * side - np.array([left, top], np.float32)
        return _without_overlaps(scores[sure], points)

    def mesh(self, rgb: Rgb, around: NDArray[np.float32]) -> tuple[float, NDArray[np.float32]]:
        """(score 0..1, (468, 3) landmarks in pixels) of the face inside ``around``.

        ``around`` is the (2, 3) affine map from the picture to the network's square of 192 px (`square_around`).
        """
        self.calls["mesh"] += 1
        crop = cv2.warpAffine(rgb, around, (MESH_PX, MESH_PX), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
        points, logit = _run(self._mesh, crop.astype(np.float32) / 255.0)
        points = points.reshape(468, 3)
        back = cv2.invertAffineTransform(around).astype(np.float32)
        flat = points[:, :2] @ back[:, :2].T + back[:, 2]
        depth = points[:, 2:] * np.float32(np.hypot(back[0, 0], back[1, 0]))
        score = float(1.0 / (1.0 + np.exp(-np.clip(logit.ravel()[0], -SCORE_CLIP, SCORE_CLIP))))
        return score, np.concatenate([flat, depth], axis=1).astype(np.float32)

    def person(self, rgb: Rgb) -> Plane:
        """How surely each pixel belongs to a person, 0..1, (256, 256) whatever the shape of the picture."""
        self.calls["person"] += 1
        small = cv2.resize(rgb, (PERSON_PX, PERSON_PX), interpolation=cv2.INTER_AREA)
        (mask,) = _run(self._person, small.astype(np.float32) / 255.0)
        return mask.reshape(PERSON_PX, PERSON_PX).copy()


@cache
def networks() -> Networks | WeightsError:
    """The networks, loaded once a process; or why they cannot be had."""
    try:
        return Networks()
    except WeightsError as trouble:
        return trouble
    except ImportError as trouble:
        return WeightsError(f"the networks' runtime does not load: {trouble}", "pip install ai-edge-litert")


def square_around(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """The (2, 3) affine map from a picture to the mesh network's square.

    ``points`` are a face's landmarks or its detection; the square stands upright by the eye line and is half as large
    again as the face.
    """
    is_mesh = len(points) > 8
    right, left = (points[33, :2], points[263, :2]) if is_mesh else (points[2], points[3])
    angle = float(np.arctan2(left[1] - right[1], left[0] - right[0]))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]], np.float32)
    box = points[:, :2] if is_mesh else points[:2]
    if is_mesh:
        turned = box @ turn.T
        low, high = turned.min(axis=0), turned.max(axis=0)
        middle, side = (low + high) / 2, float((high - low).max())
    else:
        middle, side = turn @ box.mean(axis=0), float((box[1] - box[0]).max())
    scale = MESH_PX / max(ROOM_AROUND * side, 1.0)
    shift = MESH_PX / 2 - scale * middle
    return np.concatenate([scale * turn, shift[:, None]], axis=1).astype(np.float32)


def _decoded(raw: NDArray[np.float32], cells: NDArray[np.intp]) -> NDArray[np.float32]:
    """(n, 8, 2) points in shares of the square: the network says them relative to the middle of their cell."""
    row, column = np.divmod(cells, DETECTOR_CELLS)
    middle = (np.stack([column, row], axis=1) + 0.5) / DETECTOR_CELLS
    points = raw / DETECTOR_PX
    half = points[:, 1] / 2
    centre = points[:, 0] + middle
    around = points[:, 2:] + middle[:, None]
    return np.concatenate([(centre - half)[:, None], (centre + half)[:, None], around], axis=1).astype(np.float32)


def _without_overlaps(
    scores: NDArray[np.float32], points: NDArray[np.float32]
) -> list[tuple[float, NDArray[np.float32]]]:
    """The surest of overlapping detections, its points the mean of theirs weighted by score."""
    found = []
    left = list(np.argsort(-scores))
    while left:
        best = left[0]
        together = [i for i in left if _overlap(points[best, :2], points[i, :2]) > OVERLAP_MAX]
        weight = scores[together] / scores[together].sum()
        found.append((float(scores[best]), np.einsum("n,nij->ij", weight, points[together]).astype(np.float32)))
        left = [i for i in left if i not in together and i != best]
    return found


def _overlap(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    inner = np.clip(np.minimum(a[1], b[1]) - np.maximum(a[0], b[0]), 0, None).prod()
    whole = (a[1] - a[0]).prod() + (b[1] - b[0]).prod() - inner
    return float(inner / whole) if whole > 0 else 0.0


def _loaded(path: str) -> Any:
    with _quiet():
        from ai_edge_litert.interpreter import Interpreter

        network = Interpreter(path, num_threads=1)
        network.allocate_tensors()
    return network


def _run(network: Any, picture: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    network.set_tensor(network.get_input_details()[0]["index"], picture[None])
    network.invoke()
    return [network.get_tensor(each["index"]) for each in network.get_output_details()]


@contextmanager
def _quiet() -> Iterator[None]:
    """The runtime greets on the process's stderr from native code; nobody else writes there meanwhile."""
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
