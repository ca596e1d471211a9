"""Random numbers as a pure function of their place: a hash instead of a state, so nothing depends on order."""

from __future__ import annotations

import numpy as np
from numba import njit

GOLDEN = np.uint32(0x9E3779B1)
FIRST = np.uint32(0x7FEB352D)
SECOND = np.uint32(0x846CA68B)


@njit(nogil=True, inline="always")
def scramble(word):
    """32 bits in, 32 well-mixed bits out: Wellons's ``lowbias32`` (2018), bias 0.17."""
    h = np.uint32(word)
    h = np.uint32((h ^ (h >> np.uint32(16))) * FIRST)
    h = np.uint32((h ^ (h >> np.uint32(15))) * SECOND)
    return np.uint32(h ^ (h >> np.uint32(16)))


@njit(nogil=True, inline="always")
def key_of(key, part):
    """Key of a sub-stream: ``part`` (a frame, a plane, a row, a block) folded into ``key``."""
    return scramble(np.uint32(np.uint32(key) * GOLDEN + np.uint32(part)))
