"""Separable resampling of one plane: source rows are resampled across into a ring, ring rows are blended down.

A ring row holds one source row at the target width, so every source row is resampled across exactly once and the ring
stays in the second-level cache. Tables come from `unplastic.upscale.table`; all arithmetic is float32, in source codes.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from unplastic.upscale.kernels.chance import HALF, dither, key_of

ZERO = np.float32(0.0)
TWO = np.float32(2.0)
CURVE = np.float32(0.25)
SNAP_CODES = np.float32(1.0e-3)
SIX = 6


@njit(nogil=True, inline="always")
def _limited(value, a, b, c, d, margin):
    """``value``, lying between ``b`` and ``c``, kept within them plus ``margin``: ringing is cut, crests are not.

    Where the samples bend the same way at ``b`` and at ``c`` (a crest or a trough, not the foot of an edge), the
    interval is wider by a quarter of the smaller second difference: what a sine of a quarter cycle a sample needs.
    """
    bend_b = a - TWO * b + c
    bend_c = b - TWO * c + d
    crest = max(ZERO, -max(bend_b, bend_c))
    trough = max(ZERO, min(bend_b, bend_c))
    high = max(b, c) + margin + CURVE * crest
    low = min(b, c) - margin - CURVE * trough
    return min(max(value, low), high)


@njit(nogil=True, error_model="numpy")
def _blend_six(rows, weights, y, margin, out):
    """Blend six ``rows`` into ``out`` with the weights of place ``y``, which lies between the middle two."""
    a, b, c, d, e, f = rows
    u, v, w, p, q, r = weights[0, y], weights[1, y], weights[2, y], weights[3, y], weights[4, y], weights[5, y]
    for x in range(out.shape[0]):
        value = u * a[x] + v * b[x] + w * c[x] + p * d[x] + q * e[x] + r * f[x]
        out[x] = _limited(value, b[x], c[x], d[x], e[x], margin)


@njit(nogil=True, error_model="numpy")
def _across_six(line, starts, weights, margin, padded, pad, out):
    """One source row at the target width; ``padded`` is scratch, the row's ends repeated ``pad`` times."""
    width = line.shape[0]
    for x in range(pad):
        padded[x] = np.float32(line[0])
        padded[pad + width + x] = np.float32(line[width - 1])
    for x in range(width):
        padded[pad + x] = np.float32(line[x])
    u, v, w, p, q, r = weights[0], weights[1], weights[2], weights[3], weights[4], weights[5]
    for x in range(out.shape[0]):
        s = np.uintp(starts[x])
        a, b, c, d = padded[s + 1], padded[s + 2], padded[s + 3], padded[s + 4]
        value = u[x] * padded[s] + v[x] * a + w[x] * b + p[x] * c + q[x] * d + r[x] * padded[s + 5]
        out[x] = _limited(value, a, b, c, d, margin)


@njit(nogil=True, error_model="numpy")
def _across_periodic(line, starts, weights, margin, pad, lanes, period, part, out):
    """As `_across_six` where the weights repeat every ``period`` samples, while the source moves on by one lane each.

    Source sample i lies at ``lanes[i % Q, i // Q]``, so that all samples of one phase are blended like whole rows.
    """
    count, last = lanes.shape[0], line.shape[0] - 1
    for q in range(count):
        lane = lanes[q]
        for i in range(lane.shape[0]):
            lane[i] = np.float32(line[min(max(i * count + q - pad, 0), last)])
    for p in range(period):
        s, n = starts[p], (out.shape[0] - p + period - 1) // period
        rows = (
            _lane(lanes, s, n),
            _lane(lanes, s + 1, n),
            _lane(lanes, s + 2, n),
            _lane(lanes, s + 3, n),
            _lane(lanes, s + 4, n),
            _lane(lanes, s + 5, n),
        )
        _blend_six(rows, weights, p, margin, part[:n])
        for i in range(n):
            out[i * period + p] = part[i]


@njit(nogil=True, inline="always")
def _lane(lanes, first, count):
    start = first // lanes.shape[0]
    return lanes[first % lanes.shape[0]][start : start + count]


@njit(nogil=True, error_model="numpy")
def _across_any(line, starts, weights, padded, pad, out):
    """The same with any number of taps and no limit: for making pictures smaller."""
    width = line.shape[0]
    for x in range(pad):
        padded[x] = np.float32(line[0])
        padded[pad + width + x] = np.float32(line[width - 1])
    for x in range(width):
        padded[pad + x] = np.float32(line[x])
    for x in range(out.shape[0]):
        total = ZERO
        for k in range(weights.shape[0]):
            total += weights[k, x] * padded[starts[x] + k]
        out[x] = total


@njit(nogil=True, error_model="numpy")
def _down_any(ring, first, weights, y, height, out):
    slots = ring.shape[0]
    out[:] = ZERO
    for k in range(weights.shape[0]):
        row = ring[min(max(first + k, 0), height - 1) % slots]
        weight = weights[k, y]
        for x in range(out.shape[0]):
            out[x] += weight * row[x]


@njit(nogil=True, error_model="numpy")
def _fill(plane, stride, width, until, done, across, margin, padded, ring):
    """Resample source rows ``done``..``until`` - 1 across into the ring; returns the new ``done``."""
    starts, weights, pad, lanes, period, part = across
    for row in range(done, until):
        line = plane[row * stride : row * stride + width]
        if period:
            _across_periodic(line, starts, weights, margin, pad, lanes, period, part, ring[row % ring.shape[0]])
        elif weights.shape[0] == SIX:
            _across_six(line, starts, weights, margin, padded, pad, ring[row % ring.shape[0]])
        else:
            _across_any(line, starts, weights, padded, pad, ring[row % ring.shape[0]])
    return max(done, until)


@njit(nogil=True, error_model="numpy")
def _blend(ring, first, weights, y, height, margin, out):
    if weights.shape[0] == SIX:
        n, last = ring.shape[0], height - 1
        rows = (
            ring[min(max(first, 0), last) % n],
            ring[min(max(first + 1, 0), last) % n],
            ring[min(max(first + 2, 0), last) % n],
            ring[min(max(first + 3, 0), last) % n],
            ring[min(max(first + 4, 0), last) % n],
            ring[min(max(first + 5, 0), last) % n],
        )
        _blend_six(rows, weights, y, margin, out)
    else:
        _down_any(ring, first, weights, y, height, out)


@njit(nogil=True, cache=True, error_model="numpy")
def to_signal(plane, stride, height, width, across, down, margin, padded, ring, out):
    """Resample a plane into float32 ``out`` (rows, columns), in source codes.

    ``down`` is (starts, weights), ``across`` also has the padding of a row and what `_across_periodic` needs (a period
    of 0 is none). ``margin`` in source codes is how far past its two nearest samples a value may go on each axis.
    ``padded`` and ``ring`` are scratch.
    """
    starts, weights = down
    done = 0
    for y in range(out.shape[0]):
        until = min(starts[y] + weights.shape[0], height)
        done = _fill(plane, stride, width, until, done, across, margin, padded, ring)
        _blend(ring, starts[y], weights, y, height, margin, out[y])


@njit(nogil=True, cache=True, error_model="numpy")
def to_codes(plane, stride, height, width, across, down, margin, padded, ring, row, gain, offset, top, key, out):
    """As `to_signal`, into integer codes 0..``top``: a value v becomes v * ``gain`` + ``offset``, dithered.

    A value that is a whole source code is rounded, not dithered: a flat plane stays flat. ``row`` is scratch.
    """
    starts, weights = down
    done = 0
    for y in range(out.shape[0]):
        until = min(starts[y] + weights.shape[0], height)
        done = _fill(plane, stride, width, until, done, across, margin, padded, ring)
        _blend(ring, starts[y], weights, y, height, margin, row)
        _write(row, gain, offset, top, key_of(key, y), out[y])


@njit(nogil=True, cache=True, error_model="numpy")
def signal_to_codes(signal, gain, offset, top, key, out):
    """Write a float32 plane as codes, as `to_codes` does."""
    for y in range(out.shape[0]):
        _write(signal[y], gain, offset, top, key_of(key, y), out[y])


@njit(nogil=True, error_model="numpy")
def _write(row, gain, offset, top, key, line):
    for x in range(line.shape[0]):
        value = row[x]
        shift = HALF if abs(value - np.float32(np.rint(value))) < SNAP_CODES else dither(key, x)
        code = value * gain + offset + shift
        line[x] = np.uint16(np.int32(min(max(code, ZERO), top)))
