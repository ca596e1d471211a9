"""Pictures for the room's tests."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data

from unplastic.clip import Clip, ColorTags


@pytest.fixture
def scene() -> np.ndarray:
    """A photo's luma in codes, float32, 400x512."""
    luma = data.astronaut()[:400] @ np.array([0.2126, 0.7152, 0.0722]) * 219 / 255 + 16
    return luma.astype(np.float32)


@pytest.fixture
def moved(scene) -> Callable[[float, float], np.ndarray]:
    """The scene shifted by (x, y) pixels: what lay at p lies at p + (x, y)."""

    def shift(x: float, y: float) -> np.ndarray:
        matrix = np.array([[1, 0, x], [0, 1, y]], np.float32)
        size = scene.shape[1], scene.shape[0]
        return cv2.warpAffine(scene, matrix, size, flags=cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT)

    return shift


@pytest.fixture
def clip() -> Clip:
    return Clip(
        path=Path("made.mp4"), container="mp4", codec="h264", profile=None, encoder=None, width=512, height=400,
        pixel_aspect=Fraction(1), rotation_deg=0, frame_rate=Fraction(24), is_variable_rate=False, frames=8,
        start_pts=0, duration_s=Fraction(1, 3), time_base=Fraction(1, 24), bit_depth=8, chroma="420",
        color=ColorTags(matrix=1), bitrate_bps=None,
    )  # fmt: skip
