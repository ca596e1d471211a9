"""Flicker taken out of small planes along motion, and the correction enlarged onto the rows of a strip."""

from __future__ import annotations

import numpy as np
from numba import njit

ZERO, HALF, ONE, THREE = np.float32(0.0), np.float32(0.5), np.float32(1.0), np.float32(3.0)
FAINT = np.float32(0.02)
SAMPLE_STEP = 2
ENOUGH = np.float32(0.65)
OTHER = np.float32(7.0)


@njit(nogil=True, cache=True, error_model="numpy")
def hold_median(now, before, after, back, there, pictures, taps, sure, out):
    """``out`` = the median of a small plane and its neighbours brought to it, as far as ``sure``, which is found here.

    ``back`` and ``there`` are (flow, confidence) to ``before`` and ``after``; ``pictures`` are the small pictures of
    all three frames. A place is sure as far as both motions are, and as the picture is the same there.
    """
    height, width = now.shape
    for row in range(height):
        for x in range(width):
            here = now[row, x]
            out[row, x], sure[row, x] = here, ZERO
            trusted = min(back[1][row, x], there[1][row, x])
            if trusted < FAINT:
                continue
            to_x, to_y, on_x, on_y = back[0][row, x, 0], back[0][row, x, 1], there[0][row, x, 0], there[0][row, x, 1]
            trusted *= _alike(pictures[0][row, x], _linear(pictures[1], row, x, to_x, to_y))
            trusted *= _alike(pictures[0][row, x], _linear(pictures[2], row, x, on_x, on_y))
            if trusted < FAINT:
                continue
            a = _read(before, row, x, to_x, to_y, taps)
            b = _read(after, row, x, on_x, on_y, taps)
            trusted = sure[row, x] = min(trusted / ENOUGH, ONE)
            out[row, x] = here + trusted * (max(min(a, b), min(max(a, b), here)) - here)


@njit(nogil=True, cache=True, error_model="numpy")
def hold_mean(now, before, after, back, there, sure, scale, taps, out):
    """``out`` = the mean of the same three as far as ``sure``; a neighbour counts half that lies ``scale`` away."""
    height, width = now.shape
    for row in range(height):
        for x in range(width):
            here = now[row, x]
            out[row, x] = here
            if sure[row, x] < FAINT:
                continue
            a = _read(before, row, x, back[row, x, 0], back[row, x, 1], taps)
            b = _read(after, row, x, there[row, x, 0], there[row, x, 1], taps)
            p, q = (a - here) / scale, (b - here) / scale
            p, q = ONE / (ONE + p * p), ONE / (ONE + q * q)
            out[row, x] = here + sure[row, x] * ((here + p * a + q * b) / (ONE + p + q) - here)


@njit(nogil=True, cache=True, error_model="numpy")
def changes(now, after, flow, confidence, level, change, slope):
    """Luma, its change along motion and its slope at every second small pixel whose motion is sure; returns how many.

    ``level``, ``change`` and ``slope`` are flat arrays, large enough for all of them.
    """
    height, width = now.shape
    found = 0
    for row in range(SAMPLE_STEP, height - SAMPLE_STEP, SAMPLE_STEP):
        for x in range(SAMPLE_STEP, width - SAMPLE_STEP, SAMPLE_STEP):
            if confidence[row, x] < HALF:
                continue
            u, v = np.float32(x) + flow[row, x, 0], np.float32(row) + flow[row, x, 1]
            if not (u >= ZERO and v >= ZERO and u < width - 1 and v < height - 1):
                continue
            level[found] = now[row, x]
            change[found] = _linear(after, row, x, flow[row, x, 0], flow[row, x, 1]) - now[row, x]
            slope[found] = abs(now[row, x + 1] - now[row, x - 1]) + abs(now[row + 1, x] - now[row - 1, x])
            found += 1
    return found


@njit(nogil=True, cache=True, error_model="numpy")
def add_steady(source, local, levels, curve, units, first, shape, target):
    """``target`` (rows, columns) = source + what ``local`` and ``curve`` add there, in codes.

    ``local`` is (h, width): as wide as the picture, and as high as the small planes. ``curve`` holds codes for luma of
    ``levels``, straight between and constant beyond; ``units`` is (codes of black, codes per unit) of the rows. Either
    may be empty. Rows and columns outside the picture repeat the nearest inside.
    """
    height, width = shape
    scale = ONE / units[1]
    columns = min(source.shape[1], width)
    for row in range(target.shape[0]):
        given, out = source[row], target[row]
        if curve.shape[0]:
            _bend(given, levels, curve, units, out)
        else:
            out[:] = given
        if not local.size:
            continue
        rows = local.shape[0]
        inside = np.float32(min(max(first + row, 0), height - 1))
        v = min(max((inside + HALF) * np.float32(rows) / np.float32(height) - HALF, ZERO), np.float32(rows - 1))
        i = np.intp(v)
        lower, part = local[min(i + 1, rows - 1)], (v - np.float32(i)) * scale
        upper, rest = local[i], scale - part
        for x in range(columns):
            out[x] += rest * upper[x] + part * lower[x]
        for x in range(columns, out.shape[0]):
            out[x] = out[columns - 1]


@njit(nogil=True, inline="always")
def _bend(given, levels, curve, units, out):
    scale = ONE / units[1]
    for x in range(given.shape[0]):
        out[x] = given[x] + curve[0] * scale
    for part in range(levels.shape[0] - 1):
        start, width = levels[part], levels[part + 1] - levels[part]
        slope = (curve[part + 1] - curve[part]) / width * scale
        if slope == ZERO:
            continue
        for x in range(given.shape[0]):
            out[x] += slope * min(max(given[x] * units[1] + units[0] - start, ZERO), width)


@njit(nogil=True, inline="always")
def _read(plane, row, x, dx, dy, taps):
    """``plane`` at (x + dx, row + dy), four taps both ways; beyond the border the nearest."""
    height, width = plane.shape
    phases = taps.shape[0] - 1
    left, top = np.floor(dx), np.floor(dy)
    across, down = taps[np.intp((dx - left) * phases + HALF)], taps[np.intp((dy - top) * phases + HALF)]
    column, line = np.intp(left) + x - 1, np.intp(top) + row - 1
    total = ZERO
    if column >= 0 and line >= 0 and column + 4 <= width and line + 4 <= height:
        for i in range(4):
            r = plane[line + i]
            total += down[i] * (
                across[0] * r[column]
                + across[1] * r[column + 1]
                + across[2] * r[column + 2]
                + across[3] * r[column + 3]
            )
        return total
    for i in range(4):
        r = plane[min(max(line + i, 0), height - 1)]
        part = ZERO
        for k in range(4):
            part += across[k] * r[min(max(column + k, 0), width - 1)]
        total += down[i] * part
    return total


@njit(nogil=True, inline="always")
def _linear(plane, row, x, dx, dy):
    """``plane`` at (x + dx, row + dy), linearly; beyond the border the nearest."""
    u = min(max(np.float32(x) + dx, ZERO), np.float32(plane.shape[1]) - np.float32(1.001))
    v = min(max(np.float32(row) + dy, ZERO), np.float32(plane.shape[0]) - np.float32(1.001))
    i, j = np.intp(v), np.intp(u)
    p, q = v - np.float32(i), u - np.float32(j)
    upper = plane[i, j] + q * (plane[i, j + 1] - plane[i, j])
    lower = plane[i + 1, j] + q * (plane[i + 1, j + 1] - plane[i + 1, j])
    return upper + p * (lower - upper)


@njit(nogil=True, inline="always")
def _alike(here, there):
    """1 where a place shows the same in both frames, 0 from a change of `OTHER` codes on."""
    gap = (there - here) / OTHER
    rest = max(ONE - gap * gap, ZERO)
    return rest * rest
