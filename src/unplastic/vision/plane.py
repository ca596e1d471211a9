"""The array types of the room."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Plane: TypeAlias = NDArray[np.float32]
"""A picture plane, (height, width), in 8-bit limited-range codes."""

Mask: TypeAlias = NDArray[np.bool_]
"""Marked pixels of a plane, (height, width)."""

Array: TypeAlias = NDArray[np.float64]
"""Numbers per tile, block, edge or frame."""
