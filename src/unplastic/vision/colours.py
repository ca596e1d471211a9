"""R'G'B' pictures: small ones for the networks, which were trained on them, and whole ones for a screen."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from unplastic.clip import Picture
from unplastic.color import chroma_scale, luma_scale, ycbcr_to_rgb_matrix
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


def rgba_of(picture: Picture, matrix: int, *, is_full_range: bool) -> NDArray[np.uint8]:
    """A whole picture for a screen, (height, width, 4), opaque; fast rather than exact to the last code."""
    height, width = picture.y.shape
    scales = (luma_scale(picture.bit_depth, is_full_range=is_full_range), *[chroma_scale(
        picture.bit_depth, is_full_range=is_full_range)] * 2)  # fmt: skip
    parts = [
        (plane.astype(np.float32) - np.float32(offset)) * np.float32(255.0 / span)
        for plane, (offset, span) in zip((picture.y, picture.cb, picture.cr), scales, strict=True)
    ]
    full = [part if part.shape == (height, width) else cv2.resize(part, (width, height)) for part in parts]
    rgb = cv2.transform(cv2.merge(full), ycbcr_to_rgb_matrix(matrix).astype(np.float32))
    return np.asarray(cv2.cvtColor(cv2.convertScaleAbs(cv2.max(rgb, 0.0)), cv2.COLOR_RGB2RGBA), np.uint8)  # type: ignore[call-overload]
