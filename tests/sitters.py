"""Faces with skin of known texture, without a network: the mean mesh, pores in millimetres, and masks that are told.

A `Sitter` puts itself in place of what finds people, so that measures see exactly the face and the surfaces it was
given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace

import cv2
import numpy as np
from scipy import fft

from unplastic.vision import Run
from unplastic.vision.face import Face
from unplastic.vision.mesh import mesh
from unplastic.vision.outlines import face_mask, feature_mask
from unplastic.vision.surfaces import Surfaces

Plane = np.ndarray
PORE_SIGMA_MM = 0.15
"""A pore 0.3 mm across."""


FINE = 2
"""How much finer than the pixels a scene is before the camera samples it."""


def pores(shape: tuple[int, int], px_per_mm: float, contrast: float = 10.0, seed: int = 0) -> Plane:
    """Dark Gaussian pits, 60 to the cm2 at random places (measuring E), before the camera: periodic, twice as fine."""
    random = np.random.default_rng(seed)
    height, width = shape[0] * FINE, shape[1] * FINE
    count = random.poisson(0.6 * shape[0] * shape[1] / px_per_mm**2)
    marks = np.zeros((height, width), np.float32)
    np.add.at(marks, (random.integers(0, height, count), random.integers(0, width, count)), 1.0)
    sigma = PORE_SIGMA_MM * px_per_mm * FINE
    return -contrast * 2 * np.pi * sigma**2 * cv2.GaussianBlur(marks, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)


def photographed(scene: Plane, shift: tuple[float, float] = (0.0, 0.0), blur_px: float = 0.5) -> Plane:
    """A scene as a camera sees it: moved by ``shift`` (down, across) px, blurred, sampled."""
    fy, fx = fft.fftfreq(scene.shape[0])[:, None] * FINE, fft.rfftfreq(scene.shape[1])[None, :] * FINE
    blur = np.exp(-2 * np.pi**2 * blur_px**2 * fy**2) * np.exp(-2 * np.pi**2 * blur_px**2 * fx**2)
    turn = np.exp(-2j * np.pi * fy * shift[0]) * np.exp(-2j * np.pi * fx * shift[1])
    seen = fft.irfft2(fft.rfft2(scene.astype(np.float32)) * (blur * turn).astype(np.complex64), s=scene.shape)
    return seen[::FINE, ::FINE].astype(np.float32)


def mean_face(ipd_px: float, centre: tuple[float, float], yaw_deg: float = 0.0, track: int = 0) -> Face:
    """The mean mesh, ``ipd_px`` between the pupils, eyes at ``centre``."""
    yaw = np.radians(yaw_deg)
    turn = np.array([[np.cos(yaw), 0, -np.sin(yaw)], [0, 1, 0], [np.sin(yaw), 0, np.cos(yaw)]])
    points = mesh().points @ turn.T * (ipd_px / 63.0) + np.array([*centre, 0.0])
    return Face(points.astype(np.float32), 1.0, track)


def seen(run: Run, t: int, **masks: Plane) -> SimpleNamespace:
    """In place of the surfaces of a frame: these masks, over its own small picture; no network looks for a person."""
    frame = run.frames[t]
    small = Surfaces(run.half[t], frame.cb, frame.cr, (), lambda: None)
    return SimpleNamespace(luma=small.luma, chroma=small.chroma, person=None, **masks)


@dataclass(frozen=True)
class Sitter:
    """A face ``ipd_px`` large in a picture (height, width) that moves by ``step`` (down, across) px a frame."""

    ipd_px: float
    height: int
    width: int
    step: tuple[float, float] = (0.0, 0.0)

    @cached_property
    def px_per_mm(self) -> float:
        return self.ipd_px / 63.0

    @classmethod
    def framed(cls, ipd_px: float, step: tuple[float, float] = (0.0, 0.0)) -> Sitter:
        """A picture just large enough."""
        side = int(2.6 * ipd_px + 64) // 2 * 2
        return cls(ipd_px, side, side, step)

    def face(self, t: int) -> Face:
        down, across = self.step
        return mean_face(self.ipd_px, (self.width / 2 + across * t, 0.42 * self.height + down * t))

    def scene(self, t: int) -> Plane:
        """Smooth luma with eyes, brows and lips to hold on to, around 126 (where contrast counts as it is)."""
        features = (feature_mask((self.height, self.width), self.face(t)) > 0.5).astype(np.float32)
        return self._soft - 60.0 * cv2.GaussianBlur(features, (0, 0), 0.6)

    @cached_property
    def _soft(self) -> Plane:
        small = np.random.default_rng(7).standard_normal((7, 7)).astype(np.float32)
        return 126.0 + 12.0 * cv2.resize(small, (self.width, self.height), interpolation=cv2.INTER_CUBIC)

    def shows(self, monkeypatch, surfaces: Callable[[int], dict[str, Plane]] | None = None) -> None:
        """Let every run see this face; ``surfaces`` gives half-size masks of a frame, its own face being skin."""

        def masks(run: Run, t: int) -> SimpleNamespace:
            half = (self.height // 2, self.width // 2)
            index = run.frames[t].index
            skin = face_mask(half, self.face(index).scaled(0.5))
            found = {
                "face": skin,
                "skin": skin,
                "hair": np.zeros(half, np.float32),
                "cloth": np.zeros(half, np.float32),
            }
            return seen(run, t, **(found | (surfaces(index) if surfaces else {})))

        monkeypatch.setattr(Run, "faces", lambda run, t: (self.face(run.frames[t].index),))
        monkeypatch.setattr(Run, "faces_known", True)
        monkeypatch.setattr(Run, "surfaces", masks)
