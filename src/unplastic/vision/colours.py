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
