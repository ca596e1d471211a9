"""The array types of the room."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Plane: TypeAlias = NDArray[np.float32]
"""A picture plane, (height, width), in 8-bit limited-range codes."""

Mask: TypeAlias = NDArray[np.bool_]
"""Marked pixels of a plane, (height, width)."""


def as_plane(values: object) -> Plane:
    """The result of arithmetic as a plane. It is float32 already wherever only float32 and plain numbers met."""
    return np.asarray(values, np.float32)


Array: TypeAlias = NDArray[np.float64]
"""Numbers per tile, block, edge or frame."""
