"""Grain rows from a template: hashed blocks with a variance-keeping overlap, scaled by a function of luma."""

from __future__ import annotations

import numpy as np
from numba import njit

from unplastic.treat.kernels.chance import key_of

BLOCK_BITS = 5
BLOCK = 1 << BLOCK_BITS
OVERLAP = 2
MARGIN = BLOCK + OVERLAP
FAR_ROWS = 1 << 20
"""Added to rows so that those above the picture have a block too."""

EARLIER = np.array([27.0 / 32.0, 17.0 / 32.0], np.float32)
LATER = np.array([17.0 / 32.0, 27.0 / 32.0], np.float32)
"""Overlap weights of AV1 (specification 7.18.3.5): their squares sum to 0.994, so seams keep their variance."""

CLOSED_FORM = 8
"""Length of a curve that holds the coefficients of the closed form; one of 1 + 2 n numbers holds n hinges."""

ZERO, ONE, HALF = np.float32(0.0), np.float32(1.0), np.float32(0.5)
ONE64 = np.uint64(1)


@njit(nogil=True, cache=True, error_model="numpy")
def add_luma_grain(source, target, first, template, stride, size, key, frame, sigma, gain, curve, noise):
    """``target`` = ``source`` + grain of sd ``gain`` * `amplitude` of luma itself, for picture rows ``first``..

    ``template`` is a flat int8 square of row ``stride``, one unit of sd being 1 / ``gain``; ``noise`` is scratch of
    columns + 2 blocks. ``curve`` holds the coefficients of the closed form, or hinges for `_add_row_by_hinges`.
    """
    plane_key = key_of(key_of(key, frame), 0)
    columns = source.shape[1]
    for r in range(source.shape[0]):
        left = _lay_row(noise, columns, first + r, template, stride, size, plane_key)
        _scale_row(source[r], target[r], source[r], noise[left : left + columns], sigma, gain, curve)


@njit(nogil=True, cache=True, error_model="numpy")
def add_chroma_grain(
    luma,
    cb,
    cr,
    target_cb,
    target_cr,
    first,
    blue,
    red,
    stride,
    size,
    key,
    frame,
    sigma,
    gain_cb,
    gain_cr,
    curve,
    noise,
    shade,
):
    """The same for both chroma planes, each with its own template; luma is read at the first sample that each covers.

    ``first`` is the picture's chroma row; ``shade`` is scratch of one chroma row.
    """
    key_cb, key_cr = key_of(key_of(key, frame), 1), key_of(key_of(key, frame), 2)
    columns = cb.shape[1]
    down, across = luma.shape[0] // cb.shape[0], luma.shape[1] // columns
    for r in range(cb.shape[0]):
        _pick(luma[r * down], across, shade)
        left = _lay_row(noise, columns, first + r, blue, stride, size, key_cb)
        _scale_row(cb[r], target_cb[r], shade, noise[left : left + columns], sigma, gain_cb, curve)
        left = _lay_row(noise, columns, first + r, red, stride, size, key_cr)
        _scale_row(cr[r], target_cr[r], shade, noise[left : left + columns], sigma, gain_cr, curve)


@njit(nogil=True, inline="always")
def _lay_row(noise, columns, row, template, stride, size, key):
    """Fill ``noise`` with one row of blocks and return where column 0 lies in it: the key moves the whole grid.

    The first rows of a block overlap the last of the block above.
    """
    left = int(key & np.uint32(BLOCK - 1))
    row += FAR_ROWS + int((key >> np.uint32(BLOCK_BITS)) & np.uint32(BLOCK - 1))
    block, inside = row >> BLOCK_BITS, row & (BLOCK - 1)
    count = (columns + left + BLOCK - 1) >> BLOCK_BITS
    if inside < OVERLAP:
        _lay_blocks(noise, count, block, inside, template, stride, key, LATER[inside], ZERO, size)
        _lay_blocks(noise, count, block - 1, inside + BLOCK, template, stride, key, EARLIER[inside], ONE, size)
    else:
        _lay_blocks(noise, count, block, inside, template, stride, key, ONE, ZERO, size)
    return left


@njit(nogil=True, error_model="numpy")
def _lay_blocks(noise, count, block, inside, template, stride, key, weight, keep, size):
    """``noise`` = ``keep`` * ``noise`` + ``weight`` * blocks 0..``count`` of one block row.

    Unsigned indices and a ``size`` that is no constant are what makes the inner loop a vector loop.
    """
    row_key = key_of(key, block)
    row = np.uint64(inside * stride)
    line, signed = _place(key_of(row_key, -1), stride, weight)
    end = row + line + np.uint64(size)
    before, after = signed * np.float32(template[end]), signed * np.float32(template[end + ONE64])
    for b in range(count):
        line, signed = _place(key_of(row_key, b), stride, weight)
        line += row
        out = np.uint64(b * size)
        first = keep * noise[out] + EARLIER[0] * before + LATER[0] * signed * np.float32(template[line])
        second = keep * noise[out + ONE64] + EARLIER[1] * after + LATER[1] * signed * np.float32(template[line + ONE64])
        for i in range(size):
            noise[out + np.uint64(i)] = keep * noise[out + np.uint64(i)] + signed * np.float32(
                template[line + np.uint64(i)]
            )
        noise[out], noise[out + ONE64] = first, second
        end = line + np.uint64(size)
        before, after = signed * np.float32(template[end]), signed * np.float32(template[end + ONE64])


@njit(nogil=True, inline="always")
def _place(key, stride, weight):
    """(index of its first sample in the template, signed weight) of a block, all from its key."""
    span = np.uint64(stride - MARGIN)
    y = (np.uint64(key & np.uint32(0x7FFF)) * span) >> np.uint64(15)
    x = (np.uint64((key >> np.uint32(15)) & np.uint32(0x7FFF)) * span) >> np.uint64(15)
    return y * np.uint64(stride) + x, weight if key >> np.uint32(31) else -weight


@njit(nogil=True, inline="always")
def amplitude(u, sigma, curve):
    """Standard deviation at luma ``u``, in units of nominal signal.

    ``sigma`` * (flat + film), film = A(sqrt u) * B(sqrt(1 - u)) with the polynomials of ``curve``; at most half the
    distance to black and to white, so that what a screen clips there does not move the mean.
    """
    u = min(max(u, ZERO), ONE)
    s, t = np.float32(np.sqrt(u)), np.float32(np.sqrt(ONE - u))
    rise = s * (curve[1] + s * (curve[2] + s * curve[3]))
    fall = t * (curve[4] + t * (curve[5] + t * (curve[6] + t * curve[7])))
    return min(sigma * (curve[0] + rise * fall), HALF * min(u, ONE - u))


@njit(nogil=True, inline="always")
def _scale_row(source, target, luma, noise, sigma, gain, curve):
    if curve.shape[0] == CLOSED_FORM:
        _add_row(source, target, luma, noise, sigma, gain, curve)
    else:
        _add_row_by_hinges(source, target, luma, noise, sigma, gain, curve)


@njit(nogil=True, error_model="numpy")
def _add_row_by_hinges(source, target, luma, noise, sigma, gain, curve):
    """The same with a level along straight lines.

    ``curve`` is the share of ``sigma`` at black, n lumas, and by how much the slope changes at each of them. One vector
    loop per knot, with ``target`` as scratch: a vector unit adds faster than it looks up. The slopes add up to none, so
    luma beyond 0 and 1 needs no care.
    """
    columns, knots = target.shape[0], curve.shape[0] // 2
    for x in range(columns):
        target[x] = curve[0]
    for k in range(1, knots + 1):
        start, bend = curve[k], curve[k + knots]
        for x in range(columns):
            target[x] += bend * max(luma[x] - start, ZERO)
    for x in range(columns):
        u = min(max(luma[x], ZERO), ONE)
        target[x] = source[x] + gain * min(sigma * target[x], HALF * min(u, ONE - u)) * noise[x]


@njit(nogil=True, error_model="numpy")
def _add_row(source, target, luma, noise, sigma, gain, curve):
    for x in range(target.shape[0]):
        target[x] = source[x] + gain * amplitude(luma[x], sigma, curve) * noise[x]


@njit(nogil=True, error_model="numpy")
def _pick(line, across, shade):
    """Every ``across``-th sample; two loops, because a constant step is what vectorises."""
    if across == 2:
        for x in range(shade.shape[0]):
            shade[x] = line[2 * x]
    else:
        for x in range(shade.shape[0]):
            shade[x] = line[x]


@njit(nogil=True, cache=True, error_model="numpy")
def run_process(field, weights, steps):
    """Turn white noise into a causal autoregressive field, in place: float64, ``steps`` (n, 2) of (dy, dx)."""
    reach = -steps[0, 0]
    for y in range(reach, field.shape[0]):
        for x in range(reach, field.shape[1] - reach):
            total = field[y, x]
            for k in range(weights.shape[0]):
                total += weights[k] * field[y + steps[k, 0], x + steps[k, 1]]
            field[y, x] = total
