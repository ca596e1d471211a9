"""Small R'G'B' pictures for the networks, which were trained on them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from unplastic.color import ycbcr_to_rgb_matrix
from unplastic.vision.plane import Plane

Rgb = NDArray[np.uint8]
"""(height, width, 3) of R'G'B'."""


def rgb_of(luma: Plane, cb: Plane, cr: Plane, matrix: int) -> Rgb:
    """Planes in 8-bit limited-range codes as R'G'B' of the luma's size; chroma may be smaller or larger."""
    height, width = luma.shape
    planes = [luma - np.float32(16.0)]
    for plane in (cb, cr):
        at_luma = plane if plane.shape == luma.shape else cv2.resize(plane, (width, height))
        planes.append(at_luma - np.float32(128.0))
    codes = np.diag([255 / 219, 255 / 224, 255 / 224])
    to_rgb = (ycbcr_to_rgb_matrix(matrix) @ codes).astype(np.float32)
    rgb = cv2.transform(cv2.merge(planes), to_rgb)
    return np.asarray(cv2.convertScaleAbs(np.maximum(rgb, 0.0)), np.uint8)


def rgba_of(
    planes: tuple[np.ndarray, np.ndarray, np.ndarray],
    luma: tuple[float, float],
    chroma: tuple[float, float],
    to_rgb: np.ndarray,
) -> NDArray[np.uint8]:
    """A whole picture for a screen, (height, width, 4), opaque; fast rather than exact to the last code.

    ``luma`` and ``chroma`` are (offset, span) of the codes, ``to_rgb`` the matrix from nominal Y'CbCr.
    """
    height, width = planes[0].shape
    parts = [
        (plane.astype(np.float32) - np.float32(offset)) * np.float32(255.0 / span)
        for plane, (offset, span) in zip(planes, (luma, chroma, chroma), strict=True)
    ]
    full = [part if part.shape == (height, width) else cv2.resize(part, (width, height)) for part in parts]
    rgb = cv2.transform(cv2.merge(full), to_rgb.astype(np.float32))
    rgba = np.empty((height, width, 4), np.uint8)
    rgba[..., 3] = 255
    rgba[..., :3] = np.clip(np.rint(rgb), 0.0, 255.0)
    return rgba
