"""Between the integer planes of a picture and the float32 rows of a strip.

Planes come as flat arrays with a row ``stride`` in samples, because a decoder's rows may be padded.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from unplastic.treat.kernels.chance import GOLDEN, SECOND, key_of

HALF = np.float32(0.5)
DITHER_STEP = np.float32(1.0 / 256.0)
SNAP_CODES = np.float32(1.0e-3)


@njit(nogil=True, cache=True, error_model="numpy")
def load_rows(plane, stride, height, width, first, offset, scale, rows):
    """``rows`` (n, columns) = nominal signal of picture rows ``first``..; outside it the nearest is repeated."""
    columns = rows.shape[1]
    for r in range(rows.shape[0]):
        start = min(max(first + r, 0), height - 1) * stride
        line = plane[start : start + width]
        out = rows[r]
        for x in range(width):
            out[x] = (np.float32(line[x]) - offset) * scale
        for x in range(width, columns):
            out[x] = out[width - 1]


@njit(nogil=True, cache=True, error_model="numpy")
def write_rows(rows, plane, stride, width, first, offset, span, top, source_span, key, frame, part):
    """Write nominal ``rows`` as codes 0..``top``, with one-code-wide rectangular dither.

    The dither is drawn from (``key``, ``frame``, ``part``, row, column); ``part`` numbers the plane.

    A value that is a whole code comes out as that code. ``source_span`` > 0 names a source whose codes fall between
    the target's (full range to more bits): a value that still is one of those is rounded, not dithered.
    """
    plane_key = key_of(key_of(key, frame), part)
    for r in range(rows.shape[0]):
        start = (first + r) * stride
        row_key = key_of(plane_key, first + r)
        if source_span > np.float32(0.0):
            _write_snapped(rows[r], plane[start : start + width], offset, span, top, source_span, row_key)
        else:
            _write_dithered(rows[r], plane[start : start + width], offset, span, top, row_key)


@njit(nogil=True, inline="always")
def _dither(key, x):
    """A number of 256 levels strictly inside (0, 1)."""
    h = np.uint32(np.uint32(key + np.uint32(x)) * GOLDEN)
    h = np.uint32((h ^ (h >> np.uint32(15))) * SECOND)
    return (np.float32(np.int32(h >> np.uint32(24))) + HALF) * DITHER_STEP


@njit(nogil=True, inline="always")
def _code(value, top):
    return np.uint16(np.int32(min(max(value, np.float32(0.0)), top)))


@njit(nogil=True, error_model="numpy")
def _write_dithered(row, line, offset, span, top, key):
    for x in range(line.shape[0]):
        line[x] = _code(row[x] * span + offset + _dither(key, x), top)


@njit(nogil=True, error_model="numpy")
def _write_snapped(row, line, offset, span, top, source_span, key):
    for x in range(line.shape[0]):
        code = row[x] * source_span
        near = np.float32(np.rint(code))
        shift = HALF if abs(code - near) < SNAP_CODES else _dither(key, x)
        line[x] = _code(row[x] * span + offset + shift, top)
