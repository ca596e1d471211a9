"""Code values of any depth and range as 8-bit limited-range codes: the one unit of the room."""

from __future__ import annotations

import numpy as np

from unplastic.vision.plane import Plane


def to_codes8(plane: np.ndarray, offset: float, full: float, *, zero: float, span: float) -> Plane:
    """``zero + span * (code - offset) / full`` in float32: 16 and 219 for luma, 128 and 224 for chroma."""
    scale = np.float32(span / full)
    codes = plane.astype(np.float32)
    codes *= scale
    codes += np.float32(zero - offset * span / full)
    return codes
