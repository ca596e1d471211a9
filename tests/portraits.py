"""Plastic faces with known truth: the mean mesh under a lamp, before a wall, and a finder that knows where it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from unplastic.clip import Clip, ColorTags, Picture
from unplastic.vision.faces import Follower
from unplastic.vision.mesh import mesh, normals
from unplastic.vision.networks import Networks
from unplastic.vision.people import People

WIDTH, HEIGHT = 640, 480
LIGHT = (0.6, -0.4, -0.69)
SKIN = (-0.13, 0.22)
"""Cb / Y and Cr / Y of the skin."""


def posed(ipd_px: float, x: float, y: float, yaw_deg: float = 0.0, roll_deg: float = 0.0) -> NDArray[np.float32]:
    """The mean mesh at a place, (468, 3) in luma pixels."""
    yaw, roll = np.radians([yaw_deg, roll_deg])
    turn = np.array([[np.cos(yaw), 0, -np.sin(yaw)], [0, 1, 0], [np.sin(yaw), 0, np.cos(yaw)]])
    tilt = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    points = mesh().points @ (tilt @ turn).T * (ipd_px / 63.0)
    return (points + np.array([x, y, 0.0])).astype(np.float32)


def wall(height: int, width: int, seed: int = 0) -> NDArray[np.float32]:
    """A wall that motion can be followed on."""
    random = np.random.default_rng(seed)
    coarse = cv2.GaussianBlur(random.standard_normal((height, width)).astype(np.float32), (0, 0), 6)
    fine = cv2.GaussianBlur(random.standard_normal((height, width)).astype(np.float32), (0, 0), 1.5)
    return 90 + 18 * coarse / coarse.std() + 7 * fine / fine.std()


def painted(
    back: NDArray[np.float32],
    faces: list[NDArray[np.float32]],
    light: tuple[float, float, float] = LIGHT,
    ambient: float = 0.06,
    key: float = 0.30,
) -> tuple[NDArray[np.float32], ...]:
    """(luma, cb, cr) in codes: smooth skin under one lamp, dark eyes and mouth, on ``back``."""
    luma, skin = back.copy(), np.zeros_like(back)
    for points in faces:
        lit = 16 + 219 * (ambient + key * np.maximum(normals(points) @ np.array(light), 0.0)) ** (1 / 2.4)
        order = np.argsort(-points[mesh().triangles, 2].mean(axis=1))
        for t in mesh().triangles[order]:
            corners = np.rint(points[t, :2] * 16).astype(np.int32)
            cv2.fillConvexPoly(luma, corners, float(lit[t].mean()), shift=4)
            cv2.fillConvexPoly(skin, corners, 1.0, shift=4)
        size = np.linalg.norm(points[33] - points[263]) / 90.0
        soft = cv2.GaussianBlur(luma, (0, 0), 4.0 * size)
        luma = np.where(cv2.erode(skin, np.ones((3, 3))) > 0.5, soft, luma).astype(np.float32)
        for group, codes in (("left_eye", 45.0), ("right_eye", 45.0), ("lips", 70.0), ("left_brow", 60.0)):
            line = np.rint(cv2.convexHull(points[mesh().groups[group], :2]) * 16).astype(np.int32)
            cv2.fillPoly(luma, [line], codes, shift=4)
        luma = cv2.GaussianBlur(luma, (0, 0), 0.8)
    cb = 128 + skin * luma * SKIN[0]
    cr = 128 + skin * luma * SKIN[1]
    return luma, cb[::2, ::2], cr[::2, ::2]


@dataclass
class Shot:
    """Pictures with the true meshes of every frame."""

    pictures: list[Picture]
    truth: list[list[NDArray[np.float32]]]
    clip: Clip

    def finder(self, tremble_px: float = 0.0) -> KnownFaces:
        return KnownFaces(self, tremble_px)


def shot(
    frames: int,
    place: Callable[[int], list[NDArray[np.float32]]],
    *,
    drift: tuple[float, float] = (0.0, 0.0),
    noise: float = 0.0,
    size: tuple[int, int] = (WIDTH, HEIGHT),
    backs: Callable[[int], NDArray[np.float32]] | None = None,
) -> Shot:
    """``place(t)`` gives the meshes of frame t; the wall drifts by ``drift`` px a frame under camera noise."""
    width, height = size
    large = wall(height + 240, width + 240)
    random = np.random.default_rng(1)
    pictures, truth = [], []
    for t in range(frames):
        if backs is not None:
            back = backs(t)
        else:
            matrix = np.array([[1, 0, -120 + drift[0] * t], [0, 1, -120 + drift[1] * t]], np.float32)
            back = cv2.warpAffine(large, matrix, (width, height), flags=cv2.INTER_CUBIC)
        faces = place(t)
        luma, cb, cr = painted(back, faces)
        luma = luma + noise * random.standard_normal(luma.shape)
        planes = [np.clip(np.rint(p), 0, 255).astype(np.uint8) for p in (luma, cb, cr)]
        pictures.append(Picture(*planes, 8, t, t))
        truth.append(faces)
    return Shot(pictures, truth, made_clip(width, height, frames))


def made_clip(width: int, height: int, frames: int) -> Clip:
    return Clip(
        path=Path("made.mp4"), container="mp4", codec="h264", profile=None, encoder=None, width=width, height=height,
        pixel_aspect=Fraction(1), rotation_deg=0, frame_rate=Fraction(24), is_variable_rate=False, frames=frames,
        start_pts=0, duration_s=Fraction(frames, 24), time_base=Fraction(1, 24), bit_depth=8, chroma="420",
        color=ColorTags(1, 1, 1), bitrate_bps=None,
    )  # fmt: skip


class KnownFaces:
    """Stands in for the networks: knows where the faces are, up to a tremble, and counts what it is asked."""

    def __init__(self, made: Shot, tremble_px: float) -> None:
        self._made = made
        self._tremble = tremble_px
        self._random = np.random.default_rng(5)
        self._small = [self._shrunk(p) for p in made.pictures]
        self.calls = {"faces": 0, "mesh": 0, "person": 0}

    def _shrunk(self, picture: Picture) -> NDArray[np.float32]:
        return cv2.resize(picture.y.astype(np.float32), (32, 24), interpolation=cv2.INTER_AREA)

    def _which(self, rgb: NDArray[np.uint8]) -> tuple[int, float]:
        """The frame that a small picture shows, and luma pixels per its pixel."""
        seen = cv2.resize(rgb[..., 1].astype(np.float32), (32, 24), interpolation=cv2.INTER_AREA)
        seen = seen - seen.mean()
        errors = [float(np.abs(seen - 1.164 * (s - s.mean())).mean()) for s in self._small]
        return int(np.argmin(errors)), self._made.clip.width / rgb.shape[1]

    def faces(self, rgb: NDArray[np.uint8]) -> list[tuple[float, NDArray[np.float32]]]:
        self.calls["faces"] += 1
        t, scale = self._which(rgb)
        found = []
        for points in self._made.truth[t]:
            flat = (points[:, :2] + 0.5) / scale - 0.5
            eyes = [flat[[33, 133]].mean(axis=0), flat[[263, 362]].mean(axis=0)]
            rest = [flat[1], flat[13], flat[234], flat[454]]
            found.append((0.9, np.stack([flat.min(axis=0), flat.max(axis=0), *eyes, *rest]).astype(np.float32)))
        return found

    def mesh(self, rgb: NDArray[np.uint8], around: NDArray[np.float32]) -> tuple[float, NDArray[np.float32]]:
        self.calls["mesh"] += 1
        t, scale = self._which(rgb)
        back = cv2.invertAffineTransform(around)
        middle = back[:, :2] @ np.array([96.0, 96.0]) + back[:, 2]
        reach = 96.0 * float(np.hypot(back[0, 0], back[1, 0]))
        for points in self._made.truth[t]:
            small = (points + np.array([0.5, 0.5, 0.0])) / scale - np.array([0.5, 0.5, 0.0])
            if np.linalg.norm(small[:, :2].mean(axis=0) - middle) < 0.6 * reach:
                shake = self._random.standard_normal(3) + 0.15 * self._random.standard_normal(small.shape)
                return 1.0, (small + self._tremble / scale * shake).astype(np.float32)
        return 0.0, np.zeros((468, 3), np.float32)

    def person(self, rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.calls["person"] += 1
        t, scale = self._which(rgb)
        mask = np.zeros(rgb.shape[:2], np.float32)
        for points in self._made.truth[t]:
            hull = cv2.convexHull(np.rint(points[:, :2] / scale).astype(np.int32))
            cv2.fillConvexPoly(mask, hull, 1.0)
        return cv2.resize(cv2.dilate(mask, np.ones((9, 9))), (256, 256))


def known_people(finder: KnownFaces) -> Callable[[tuple[float, float]], People]:
    """To stand in for `unplastic.vision.scene.people` and `unplastic.vision.run.people`."""
    return lambda scale: People(cast("Networks", finder), Follower(finder, scale))
