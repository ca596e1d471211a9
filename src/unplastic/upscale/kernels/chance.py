"""Dither as a pure function of its place; the same construction as the treatments' (rooms are strangers)."""

from __future__ import annotations

import numpy as np
from numba import njit

GOLDEN = np.uint32(0x9E3779B1)
FIRST = np.uint32(0x7FEB352D)
SECOND = np.uint32(0x846CA68B)
HALF = np.float32(0.5)
STEP = np.float32(1.0 / 256.0)


@njit(nogil=True, inline="always")
def key_of(key, part):
    """Key of a sub-stream: ``part`` (a frame, a plane, a row) folded into ``key`` by Wellons's ``lowbias32`` (2018)."""
    h = np.uint32(np.uint32(key) * GOLDEN + np.uint32(part))
    h = np.uint32((h ^ (h >> np.uint32(16))) * FIRST)
    h = np.uint32((h ^ (h >> np.uint32(15))) * SECOND)
    return np.uint32(h ^ (h >> np.uint32(16)))


@njit(nogil=True, inline="always")
def dither(key, x):
    """A number of 256 levels strictly inside (0, 1), for column ``x``."""
    h = np.uint32(np.uint32(key + np.uint32(x)) * GOLDEN)
    h = np.uint32((h ^ (h >> np.uint32(15))) * SECOND)
    return (np.float32(np.int32(h >> np.uint32(24))) + HALF) * STEP
