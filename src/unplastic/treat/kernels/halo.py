"""The halo clamp and the edge blur of `unplastic.treat.soften` on one strip, skipping columns that hold no step.

Plateaus are found in 8-bit codes, whose vectors are four times as wide; only whole codes of overshoot return to
float32 and are taken off, so a sample keeps its fraction, and far from any step all its bits. What decides how much is
taken varies slowly and is computed at half size.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from unplastic.treat.kernels.plateau import slide, spread

TOP = np.float32(255.0)
CELL_COLUMNS = 64
"""Columns that are worked on or skipped together."""

ZERO, HALF, ONE, TWO, THREE, FOUR = (np.float32(x) for x in (0.0, 0.5, 1.0, 2.0, 3.0, 4.0))


@njit(nogil=True, cache=True, error_model="numpy")
def soften(source, target, radius, reach, codes, dose, whole, extremes, halves, weights, clamped, lines):
    """``target`` (rows, columns) from ``source`` (rows + 2 reach, columns), rows even; returns the columns worked on.

    ``codes`` is float32 (offset, span) of 8-bit codes, ``dose`` float32 (strength, blur, step_low, step_high, halo,
    line, soft, hard), steps in codes. The rest is scratch, for at least as many rows: ``whole`` uint8 (7, rows + 2
    reach, padded) with padded = even columns + 2 reach; ``extremes`` uint8 (2, padded); ``halves`` uint8 (4, half of
    both); ``weights`` float32 (2, half of both); ``clamped`` float32 (rows + 2, padded); ``lines`` float32 (2, padded).
    """
    columns, worked, begin = source.shape[1], 0, -1
    _quantise(source, reach, codes, whole[0], whole[1])
    _extremes(whole[0], source.shape[0], extremes[0], extremes[1])
    for left in range(0, columns + CELL_COLUMNS, CELL_COLUMNS):
        right = min(left + CELL_COLUMNS, columns)
        active = left < columns and _spans(extremes, left, right + 2 * reach, dose[2])
        if active and begin < 0:
            begin = left
        if not active and begin >= 0:
            stop = min(left, columns)
            _weigh(whole, halves, weights, radius, source.shape[0], begin, stop + (stop & 1) + 2 * reach, dose)
            _clamp(source, whole, weights[0], clamped, lines[0], ONE / codes[1], radius, reach, begin, stop)
            _blur(clamped, weights, target, lines, begin, stop, codes[1], dose)
            worked, begin = worked + stop - begin, -1
        if not active and left < columns:
            for r in range(target.shape[0]):
                target[r, left:right] = source[r + reach, left:right]
    return worked


@njit(nogil=True, error_model="numpy")
def _quantise(source, reach, codes, levels, flipped):
    """8-bit codes of ``source``, its edge columns repeated, and their complement."""
    columns = source.shape[1]
    for r in range(source.shape[0]):
        row, out = source[r], levels[r, reach : reach + columns]
        for x in range(columns):
            out[x] = np.uint8(np.int32(min(max(row[x] * codes[1] + codes[0] + HALF, ZERO), TOP)))
        line, other = levels[r], flipped[r]
        for x in range(reach):
            line[x] = out[0]
        for x in range(reach + columns, line.shape[0]):
            line[x] = out[columns - 1]
        for x in range(line.shape[0]):
            other[x] = ~line[x]


@njit(nogil=True, error_model="numpy")
def _extremes(levels, rows, low, high):
    """The lowest and the highest level of each column."""
    low[:], high[:] = 255, 0
    for r in range(rows):
        row = levels[r]
        for x in range(row.shape[0]):
            low[x] = min(low[x], row[x])
            high[x] = max(high[x], row[x])


@njit(nogil=True, error_model="numpy")
def _spans(extremes, start, stop, step_low):
    """True if two samples of these columns lie further apart than ``step_low``."""
    low, high = 255, 0
    for x in range(start, stop):
        low, high = min(low, extremes[0, x]), max(high, extremes[1, x])
    return np.float32(high - low) > step_low


@njit(nogil=True, error_model="numpy")
def _weigh(whole, halves, weights, radius, rows, start, stop, dose):
    """Open and close the padded columns ``start``..``stop``; from step and ridge, the weights at half size."""
    levels, flipped, narrowed, opened, closed, wide, quads = (
        whole[0],
        whole[1],
        whole[2],
        whole[3],
        whole[4],
        whole[5],
        whole[6],
    )
    window, shrink = 2 * radius + 1, 2 * radius
    slide(levels, narrowed, wide, quads, rows - shrink, start, stop, window)
    slide(narrowed, opened, wide, quads, rows - 2 * shrink, start, stop - shrink, window)
    slide(flipped, narrowed, wide, quads, rows - shrink, start, stop, window)
    slide(narrowed, closed, wide, quads, rows - 2 * shrink, start, stop - shrink, window)
    height, width = (rows - 2 * shrink) // 2, (stop - start - 2 * shrink) // 2
    _pool(levels, opened, closed, halves, wide, height, width, start, shrink)
    for turn in range(radius // 2):
        for plane in range(3):
            spread(halves[plane], halves[3], height - 2 * turn, width - 2 * turn)
    trim = radius // 2 * 2
    for r in range(height - trim):
        _weigh_row(halves[0, r], halves[1, r], halves[2, r], weights[0, r, : width - trim], weights[1, r], dose)


@njit(nogil=True, error_model="numpy")
def _pool(levels, opened, closed, halves, rows, height, width, start, shrink):
    """Of each 2 x 2 samples the highest opening, the complement of the lowest closing, and the highest ridge."""
    high, low, ridge = rows[0, : 2 * width], rows[1, : 2 * width], rows[2, : 2 * width]
    for r in range(height):
        for i in range(2 * r, 2 * r + 2):
            level = levels[i + shrink, start + shrink :]
            _highest(level, opened[i, start:], closed[i, start:], high, low, ridge, i % 2 == 0)
        _pair(high, halves[0, r])
        _pair(low, halves[1, r])
        _pair(ridge, halves[2, r])


@njit(nogil=True, error_model="numpy")
def _highest(level, upper, lower, high, low, ridge, is_first):
    """Keep the highest of two rows; ``lower`` is the complement of the closing."""
    if is_first:
        for x in range(high.shape[0]):
            high[x], low[x] = upper[x], lower[x]
            ridge[x] = max(np.uint8(level[x] - upper[x]), np.uint8(np.uint8(~lower[x]) - level[x]))
    else:
        for x in range(high.shape[0]):
            high[x], low[x] = max(high[x], upper[x]), max(low[x], lower[x])
            over = max(np.uint8(level[x] - upper[x]), np.uint8(np.uint8(~lower[x]) - level[x]))
            ridge[x] = max(ridge[x], over)


@njit(nogil=True, error_model="numpy")
def _pair(row, out):
    for x in range(row.shape[0] // 2):
        out[x] = max(row[2 * x], row[2 * x + 1])


@njit(nogil=True, inline="always")
def _smooth_step(low, high, x):
    t = min(max((x - low) / (high - low), ZERO), ONE)
    return t * t * (THREE - TWO * t)


@njit(nogil=True, error_model="numpy")
def _weigh_row(top, bottom, ridge, weight, inverse, dose):
    """How much is to be done, zero where there is no step or the ridge on it is a line, and the inverse of the step."""
    for x in range(weight.shape[0]):
        step = max(np.float32(np.int32(top[x]) + np.int32(bottom[x]) - np.int32(255)), ONE)
        over = np.float32(ridge[x]) / step
        weight[x] = dose[0] * _smooth_step(dose[2], dose[3], step) * (ONE - _smooth_step(dose[4], dose[5], over))
        inverse[x] = ONE / step


@njit(nogil=True, error_model="numpy")
def _clamp(source, whole, weights, clamped, weight, code, radius, reach, start, stop):
    """``clamped`` = halo-free luma of the columns and one more on each side, and of one row more above and below."""
    levels, opened, closed = whole[0], whole[3], whole[4]
    inset, last = reach - 2 * radius - 1, source.shape[1] - 1
    columns = stop - start + 2
    for r in range(source.shape[0] - 2 * reach + 2):
        row, out = source[r + reach - 1], clamped[r, :columns]
        _double(weights[(r + 1) >> 1], weight)
        upper, lower = opened[r + inset, start + inset :], closed[r + inset, start + inset :]
        level = levels[r + reach - 1, start + reach - 1 :]
        first, end = max(start - 1, 0), min(stop + 1, last + 1)
        shift = first - start + 1
        _correct(row[first:end], upper[shift:], lower[shift:], level[shift:], weight[shift + 1 :], code, out[shift:])
        if shift:
            out[0] = out[1]
        if end == stop:
            out[columns - 1] = out[columns - 2]


@njit(nogil=True, error_model="numpy")
def _correct(row, upper, lower, level, weight, code, out):
    """Take whole codes of overshoot off and put whole codes of undershoot on, by weight."""
    for x in range(row.shape[0]):
        off = np.int16(np.int16(upper[x]) - np.int16(lower[x]) + np.int16(255) - np.int16(2) * np.int16(level[x]))
        out[x] = row[x] + weight[x] * (np.float32(off) * code)


@njit(nogil=True, error_model="numpy")
def _double(halves, out):
    """Each half-size value twice."""
    for x in range(out.shape[0] // 2):
        out[2 * x] = halves[x]
        out[2 * x + 1] = halves[x]


@njit(nogil=True, error_model="numpy")
def _blur(clamped, weights, target, lines, start, stop, span, dose):
    """``target`` = ``clamped``, blurred a little where a step is steeper than a lens draws it."""
    columns = stop - start
    scale = span / (dose[7] - dose[6])
    foot = dose[6] / (dose[7] - dose[6])
    share, inverse = lines[0], lines[1]
    for r in range(target.shape[0]):
        _double(weights[0, (r + 2) >> 1], share)
        _double(weights[1, (r + 2) >> 1], inverse)
        above, row, below = clamped[r], clamped[r + 1], clamped[r + 2]
        out = target[r, start:stop]
        for x in range(columns):
            here, left, right, up, down = row[x + 1], row[x], row[x + 2], above[x + 1], below[x + 1]
            rise = max(max(abs(here - left), abs(here - right)), max(abs(here - up), abs(here - down)))
            t = min(max(rise * scale * inverse[x + 2] - foot, ZERO), ONE)
            sharp = dose[1] * share[x + 2] * (t * t * (THREE - TWO * t))
            out[x] = here + sharp * (((left + right) + (up + down)) - FOUR * here)
