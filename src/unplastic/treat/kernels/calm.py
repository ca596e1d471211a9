"""Fine detail carried along motion from frame to frame, eight pixels at a time.

Planes of detail have a border of `PAD` pixels on every side, so that a vector never has to ask where the picture ends.
Maps are at the size of the motion; a full-size pixel (x, y) lies at ((x + 0.5) / across - 0.5, ...) in them. Eight
pixels in a row share one displacement, that of their middle: motion is known no finer. Weights run linearly over them.
"""

from __future__ import annotations

import numpy as np
from numba import njit

PAD, WIDE, REACH = 16, 8, 6
ZERO, HALF, ONE = np.float32(0.0), np.float32(0.5), np.float32(1.0)
OUTER, INNER, MIDDLE = np.float32(-1.0 / 16.0), np.float32(4.0 / 16.0), np.float32(10.0 / 16.0)
FAINT = np.float32(0.02)
ENOUGH = np.float32(0.5)
"""Trust from which on a history counts in full: it decides again in every frame, so a small doubt would add up."""

WITNESS_ROWS = 4


@njit(nogil=True, cache=True, error_model="numpy")
def split(luma, low, detail, lines):
    """``detail`` (height + 2 PAD, stride) = luma, but for its very finest part, less ``low``, a map.

    The finest part, beyond 0.35 cycles per pixel, is left out (taps -1, 4, 10, 4, -1 of 16 both ways), because no
    interpolation keeps it. ``lines`` is scratch, (2, stride).
    """
    height, width = luma.shape
    smooth, below = lines[0], lines[1]
    for row in range(height):
        far, near = luma[max(row - 2, 0)], luma[max(row - 1, 0)]
        here, after, last = luma[row], luma[min(row + 1, height - 1)], luma[min(row + 2, height - 1)]
        line = smooth[PAD : PAD + width]
        for x in range(width):
            line[x] = OUTER * (far[x] + last[x]) + INNER * (near[x] + after[x]) + MIDDLE * here[x]
        for i in range(2):
            smooth[PAD - 1 - i], smooth[PAD + width + i] = line[0], line[width - 1]
        _row_of(low, row, height, below)
        _across(below, low.shape[1], width, detail[row + PAD, PAD : PAD + width])
        out = detail[row + PAD, PAD : PAD + width]
        a, b, d, e = smooth[PAD - 2 :], smooth[PAD - 1 :], smooth[PAD + 1 :], smooth[PAD + 2 :]
        for x in range(width):
            out[x] = OUTER * (a[x] + e[x]) + INNER * (b[x] + d[x]) + MIDDLE * line[x] - out[x]
    frame(detail, height, width)


@njit(nogil=True, cache=True, error_model="numpy")
def frame(plane, height, width):
    """Repeat the outermost pixels of a plane into its border."""
    for row in range(PAD, PAD + height):
        plane[row, :PAD] = plane[row, PAD]
        plane[row, PAD + width :] = plane[row, PAD + width - 1]
    for row in range(PAD):
        plane[row] = plane[PAD]
    for row in range(PAD + height, plane.shape[0]):
        plane[row] = plane[PAD + height - 1]


@njit(nogil=True, cache=True, error_model="numpy")
def trust(now, before, flow, confidence, age, limits, out):
    """``out`` (h, w): how many frames the history of each place is worth, before its detail has been looked at.

    ``now`` and ``before`` are (2, h, w): the picture and its blur at the size of the motion. ``age`` is what the frame
    before was worth; ``limits`` are the codes at which a change of the picture, and of its blur, makes history void.
    """
    height, width = out.shape
    for row in range(height):
        for x in range(width):
            sure = confidence[row, x]
            out[row, x] = ZERO
            if sure < FAINT:
                continue
            u = min(max(np.float32(x) + flow[row, x, 0], ZERO), np.float32(width) - np.float32(1.001))
            v = min(max(np.float32(row) + flow[row, x, 1], ZERO), np.float32(height) - np.float32(1.001))
            i, j = np.intp(v), np.intp(u)
            p, q = v - np.float32(i), u - np.float32(j)
            change = (now[0, row, x] - _between(before[0], i, j, p, q)) / limits[0]
            drift = (now[1, row, x] - _between(before[1], i, j, p, q)) / limits[1]
            sure *= np.exp(-change * change - drift * drift)
            out[row, x] = min(sure / ENOUGH, ONE) * _between(age, i, j, p, q)


@njit(nogil=True, cache=True, error_model="numpy")
def witness(detail, before, history, flow, worth, shape, taps, sums, lines):
    """``sums`` (11, rows / 4, columns / 8) of eight pixels in every fourth row, where there is a history.

    Detail squared; carried history squared; their product; carried detail of the frame before, squared; its product
    with the detail; the first, times what the history is worth; slopes of the detail along x squared, x times y, y
    squared; both slopes times history less detail. ``lines`` is scratch, (5, stride).
    """
    height, width = shape
    sums[:] = ZERO
    old, last = lines[4, :WIDE], lines[4, WIDE : 2 * WIDE]
    for cell in range(sums.shape[1]):
        row = min(cell * WITNESS_ROWS + 1, height - 1)
        _rows_of(flow, worth, row, height, lines)
        own = detail[row + PAD]
        for column in range(sums.shape[2]):
            x = min(column * WIDE, width - WIDE)
            at = _at(x + WIDE // 2, width, flow.shape[1])
            value = _along(lines[2], at)
            if value < FAINT:
                continue
            dx, dy = _scaled(lines, at, width, height, flow.shape)
            _fetch(history, row, x, dx, dy, taps, lines[3], old)
            _fetch(before, row, x, dx, dy, taps, lines[3], last)
            here = own[PAD + x : PAD + x + WIDE]
            above, below = detail[row + PAD - 1, PAD + x :], detail[row + PAD + 1, PAD + x :]
            before_it, after_it = own[PAD + x - 1 :], own[PAD + x + 1 :]
            square, olds, both, lasts, step = ZERO, ZERO, ZERO, ZERO, ZERO
            xx, xy, yy, xg, yg = ZERO, ZERO, ZERO, ZERO, ZERO
            for i in range(WIDE):
                sx, sy = HALF * (after_it[i] - before_it[i]), HALF * (below[i] - above[i])
                gap = old[i] - here[i]
                xx += sx * sx
                xy += sx * sy
                yy += sy * sy
                xg += sx * gap
                yg += sy * gap
                square += here[i] * here[i]
                olds += old[i] * old[i]
                both += here[i] * old[i]
                lasts += last[i] * last[i]
                step += here[i] * last[i]
            sums[0, cell, column], sums[1, cell, column], sums[2, cell, column] = square, olds, both
            sums[3, cell, column], sums[4, cell, column], sums[5, cell, column] = lasts, step, square * value
            sums[6, cell, column], sums[7, cell, column], sums[8, cell, column] = xx, xy, yy
            sums[9, cell, column], sums[10, cell, column] = xg, yg


@njit(nogil=True, cache=True, error_model="numpy")
def carry(detail, history, flow, shares, given, limit, shape, taps, result, correction, lines):
    """``result``, the next history, = detail + share * (carried history - detail); ``correction`` = given * that step.

    ``shares`` and ``given`` are maps; ``correction`` is (height, width rounded up to eight). A step far beyond
    ``limit`` codes is something else that came into view, or motion gone wrong, and is not taken. Returns the pixels
    worked on. ``lines`` is scratch, (5 + 1, stride).
    """
    height, width = shape
    far = ONE / (limit * limit)
    worked = 0
    for row in range(height):
        _rows_of(flow, shares, row, height, lines)
        _row_of(given, row, height, lines[5])
        own, out, step = detail[row + PAD], result[row + PAD], correction[row]
        for x in range(0, width, WIDE):
            first, last = _at(x, width, flow.shape[1]), _at(x + WIDE, width, flow.shape[1])
            share, end = _along(lines[2], first), _along(lines[2], last)
            here, there = own[PAD + x : PAD + x + WIDE], out[PAD + x : PAD + x + WIDE]
            added = step[x : x + WIDE]
            if share < FAINT and end < FAINT:
                there[:] = here
                added[:] = ZERO
                continue
            dx, dy = _scaled(lines, HALF * (first + last), width, height, flow.shape)
            old = lines[4, :WIDE]
            _fetch(history, row, x, dx, dy, taps, lines[3], old)
            dose, more = _along(lines[5], first), _along(lines[5], last)
            slope, rise = (end - share) / np.float32(WIDE), (more - dose) / np.float32(WIDE)
            for i in range(WIDE):
                gap, at = old[i] - here[i], np.float32(i) + HALF
                gap = (share + slope * at) * gap / (ONE + gap * gap * far)
                there[i] = here[i] + gap
                added[i] = (dose + rise * at) * gap
            worked += WIDE
    return worked


@njit(nogil=True, cache=True, error_model="numpy")
def add_rows(source, correction, gain, first, shape, target):
    """``target`` (rows, columns) = source + gain * correction; rows and columns outside repeat the nearest inside."""
    height, width = shape
    columns = min(source.shape[1], width)
    for row in range(target.shape[0]):
        line, step, out = source[row], correction[min(max(first + row, 0), height - 1)], target[row]
        for x in range(columns):
            out[x] = line[x] + gain * step[x]
        for x in range(columns, out.shape[0]):
            out[x] = line[x] + gain * step[width - 1]


@njit(nogil=True, inline="always")
def _between(plane, row, column, down, across):
    upper = plane[row, column] + across * (plane[row, column + 1] - plane[row, column])
    lower = plane[row + 1, column] + across * (plane[row + 1, column + 1] - plane[row + 1, column])
    return upper + down * (lower - upper)


@njit(nogil=True, inline="always")
def _at(x, width, columns):
    """Where the left edge of full-size pixel ``x`` lies between the samples of a map."""
    return np.float32(min(x, width)) * np.float32(columns) / np.float32(width) - HALF


@njit(nogil=True, inline="always")
def _along(line, at):
    at = max(at, ZERO)
    i = np.intp(at)
    return line[i] + (at - np.float32(i)) * (line[i + 1] - line[i])


@njit(nogil=True, inline="always")
def _scaled(lines, at, width, height, shape):
    """Motion in full-size pixels."""
    across, down = np.float32(width) / np.float32(shape[1]), np.float32(height) / np.float32(shape[0])
    return _along(lines[0], at) * across, _along(lines[1], at) * down


@njit(nogil=True, inline="always")
def _row_of(plane, row, height, line):
    """The row of a map that a full-size row lies on, its last sample repeated twice."""
    rows, columns = plane.shape
    v = min(max((np.float32(row) + HALF) * np.float32(rows) / np.float32(height) - HALF, ZERO), np.float32(rows - 1))
    i = np.intp(v)
    upper, lower, p = plane[i], plane[min(i + 1, rows - 1)], v - np.float32(i)
    for c in range(columns):
        line[c] = upper[c] + p * (lower[c] - upper[c])
    line[columns] = line[columns + 1] = line[columns - 1]


@njit(nogil=True, inline="always")
def _rows_of(flow, weight, row, height, lines):
    rows, columns = weight.shape
    v = min(max((np.float32(row) + HALF) * np.float32(rows) / np.float32(height) - HALF, ZERO), np.float32(rows - 1))
    i = np.intp(v)
    k, p = min(i + 1, rows - 1), v - np.float32(i)
    for c in range(columns):
        lines[0, c] = flow[i, c, 0] + p * (flow[k, c, 0] - flow[i, c, 0])
        lines[1, c] = flow[i, c, 1] + p * (flow[k, c, 1] - flow[i, c, 1])
        lines[2, c] = weight[i, c] + p * (weight[k, c] - weight[i, c])
    for part in range(3):
        lines[part, columns] = lines[part, columns + 1] = lines[part, columns - 1]


@njit(nogil=True, inline="always")
def _across(line, columns, width, out):
    """A row of a map at full size."""
    step = np.float32(columns) / np.float32(width)
    for x in range(width):
        at = max((np.float32(x) + HALF) * step - HALF, ZERO)
        i = np.intp(at)
        out[x] = line[i] + (at - np.float32(i)) * (line[i + 1] - line[i])


@njit(nogil=True, inline="always")
def _fetch(plane, row, x, dx, dy, taps, line, out):
    """Eight pixels of ``plane`` from (x + dx, row + dy): six taps down, six across."""
    phases = taps.shape[0] - 1
    left, top = np.floor(dx), np.floor(dy)
    across, down = taps[np.intp((dx - left) * phases + HALF)], taps[np.intp((dy - top) * phases + HALF)]
    column = min(max(np.intp(left) + x + PAD - 2, 0), plane.shape[1] - 2 * WIDE)
    first = min(max(np.intp(top) + row + PAD - 2, 0), plane.shape[0] - REACH)
    r0, r1 = plane[first, column : column + 2 * WIDE], plane[first + 1, column : column + 2 * WIDE]
    r2, r3 = plane[first + 2, column : column + 2 * WIDE], plane[first + 3, column : column + 2 * WIDE]
    r4, r5 = plane[first + 4, column : column + 2 * WIDE], plane[first + 5, column : column + 2 * WIDE]
    d0, d1, d2, d3, d4, d5 = down[0], down[1], down[2], down[3], down[4], down[5]
    for i in range(2 * WIDE):
        line[i] = d0 * r0[i] + d1 * r1[i] + d2 * r2[i] + d3 * r3[i] + d4 * r4[i] + d5 * r5[i]
    t0, t1, t2, t3, t4, t5 = across[0], across[1], across[2], across[3], across[4], across[5]
    for i in range(WIDE):
        out[i] = (
            t0 * line[i] + t1 * line[i + 1] + t2 * line[i + 2] + t3 * line[i + 3] + t4 * line[i + 4] + t5 * line[i + 5]
        )
