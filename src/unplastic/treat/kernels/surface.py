"""Texture drawn onto surfaces: through a face's triangles, or through coordinates that move with the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

ZERO, HALF, ONE, TWO = np.float32(0.0), np.float32(0.5), np.float32(1.0), np.float32(2.0)
SLIVER, FAINT = np.float32(0.05), np.float32(1e-3)
PIT_SHARE = np.float32(0.30)
PIGMENT_MID, BLOOD_MID = np.float32(0.6), np.float32(0.4)


@njit(cache=True, nogil=True, inline="always")
def clamped(at: np.float32, samples: int) -> np.float32:
    """A coordinate inside 0..samples - 1, far enough from the end that a neighbour exists."""
    return min(max(at, ZERO), np.float32(samples - 1.001))


@njit(cache=True, nogil=True, inline="always")
def between(field: NDArray, row: int, column: int, down: np.float32, across: np.float32, part: int) -> np.float32:
    """``field[..., part]`` linearly between four samples; ``down`` and ``across`` are 0..1 from (row, column)."""
    first = field[row, column, part]
    below = field[row + 1, column, part]
    upper = first + across * (field[row, column + 1, part] - first)
    lower = below + across * (field[row + 1, column + 1, part] - below)
    return upper + down * (lower - upper)


@njit(cache=True, nogil=True, inline="always")
def bounded(value: np.float32) -> np.float32:
    """2 tanh(value / 2), by a rational function good to 2 %: unclipped tails look like dirt on the skin."""
    half = min(max(HALF * value, np.float32(-3.0)), np.float32(3.0))
    square = half * half
    return TWO * half * (np.float32(27.0) + square) / (np.float32(27.0) + np.float32(9.0) * square)


@njit(cache=True, nogil=True, inline="always")
def in_small(pixel: int, ratio: float, corner: int, samples: int) -> np.float32:
    """Where a pixel's middle lies in a small plane that begins at ``corner``."""
    return clamped((np.float32(pixel) + HALF) / np.float32(ratio) - HALF - np.float32(corner), samples)


@njit(cache=True, nogil=True)
def draw_face(
    corners: NDArray,
    triangles: NDArray,
    maps: tuple,
    blend: float,
    doses: NDArray,
    corner: tuple,
    ratio: tuple,
    step: tuple,
    luma: NDArray,
    colour: NDArray,
) -> int:
    """Draw one face's skin into ``luma`` and ``colour``; returns the pixels drawn.

    ``corners`` (468, 7): x, y in pixels; u, v in map pixels; light across and down the skin; facing 0..1.
    ``maps`` are two levels (rows, columns, 5), mixed by ``blend``. ``doses`` (h, w, 6), at 1 / ``ratio`` of the size
    and from ``corner`` on: codes of relief, of mid-band, of blood and of pigment in luma, the colour's share, and codes
    of shine to take away. ``luma`` gets codes; ``colour`` (rows / down, columns / across, 2) blood and pigment at
    chroma samples (``step``).
    """
    height, width = luma.shape
    drawn = 0
    for t in range(triangles.shape[0]):
        a, b, c = corners[triangles[t, 0]], corners[triangles[t, 1]], corners[triangles[t, 2]]
        area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
        if area >= -SLIVER:  # seen from behind, since y runs down
            continue
        inverse = ONE / area
        left = max(0, int(np.ceil(min(a[0], b[0], c[0]))))
        right = min(width - 1, int(np.floor(max(a[0], b[0], c[0]))))
        top = max(0, int(np.ceil(min(a[1], b[1], c[1]))))
        bottom = min(height - 1, int(np.floor(max(a[1], b[1], c[1]))))
        for row in range(top, bottom + 1):
            y = np.float32(row) - a[1]
            sy = in_small(row, ratio[1], corner[1], doses.shape[0])
            for column in range(left, right + 1):
                x = np.float32(column) - a[0]
                wb = (x * (c[1] - a[1]) - y * (c[0] - a[0])) * inverse
                wc = ((b[0] - a[0]) * y - (b[1] - a[1]) * x) * inverse
                wa = ONE - wb - wc
                if wa < ZERO or wb < ZERO or wc < ZERO:
                    continue
                sx = in_small(column, ratio[0], corner[0], doses.shape[1])
                found = shade(wa, wb, wc, a, b, c, maps, np.float32(blend), doses, sy, sx)
                luma[row, column] = found[0]
                if row % step[1] == 0 and column % step[0] == 0:
                    colour[row // step[1], column // step[0], 0] = found[1]
                    colour[row // step[1], column // step[0], 1] = found[2]
                drawn += 1
    return drawn


@njit(cache=True, nogil=True, inline="always")
def shade(
    wa: np.float32,
    wb: np.float32,
    wc: np.float32,
    a: NDArray,
    b: NDArray,
    c: NDArray,
    maps: tuple,
    blend: np.float32,
    doses: NDArray,
    sy: np.float32,
    sx: np.float32,
) -> tuple[np.float32, np.float32, np.float32]:
    """Codes of luma, and shares of blood and pigment, of one pixel at ``wa``, ``wb``, ``wc`` inside a triangle."""
    near, far = maps
    iy, ix = int(sy), int(sx)
    sy -= np.float32(iy)
    sx -= np.float32(ix)
    facing = wa * a[6] + wb * b[6] + wc * c[6]
    share, shine = between(doses, iy, ix, sy, sx, 4), between(doses, iy, ix, sy, sx, 5)
    if share * facing <= FAINT:
        return -shine, ZERO, ZERO
    u = clamped(wa * a[2] + wb * b[2] + wc * c[2], near.shape[1])
    v = clamped(wa * a[3] + wb * b[3] + wc * c[3], near.shape[0])
    iv, iu = int(v), int(u)
    v -= np.float32(iv)
    u -= np.float32(iu)
    keep = ONE - blend
    across = keep * between(near, iv, iu, v, u, 0) + blend * between(far, iv, iu, v, u, 0)
    down = keep * between(near, iv, iu, v, u, 1) + blend * between(far, iv, iu, v, u, 1)
    pits = keep * between(near, iv, iu, v, u, 2) + blend * between(far, iv, iu, v, u, 2)
    pigment = keep * between(near, iv, iu, v, u, 3) + blend * between(far, iv, iu, v, u, 3)
    blood = keep * between(near, iv, iu, v, u, 4) + blend * between(far, iv, iu, v, u, 4)
    lit_across = wa * a[4] + wb * b[4] + wc * c[4]
    lit_down = wa * a[5] + wb * b[5] + wc * c[5]
    relief = bounded(PIT_SHARE * pits - across * lit_across - down * lit_down)
    luma = between(doses, iy, ix, sy, sx, 0) * relief
    luma -= between(doses, iy, ix, sy, sx, 1) * (PIGMENT_MID * pigment + BLOOD_MID * blood)
    luma -= between(doses, iy, ix, sy, sx, 2) * blood + between(doses, iy, ix, sy, sx, 3) * pigment
    return facing * luma - shine, facing * share * blood, facing * share * pigment


@njit(cache=True, nogil=True)
def draw_outside(
    tile: NDArray,
    shifts: NDArray,
    weights: NDArray,
    origins: NDArray,
    doses: NDArray,
    busy: NDArray,
    corner: tuple,
    ratio: tuple,
    step: tuple,
    luma: NDArray,
    colour: NDArray,
) -> int:
    """Add carried texture where ``busy``; returns the pixels drawn.

    ``tile`` (rows, columns, 2) holds fine and mottled noise; ``shifts`` (2, h, w, 2) in pixels and ``weights`` (2,) are
    the phases, ``origins`` (2, 2) where each starts in the tile. ``doses`` (h, w, 3), at 1 / ``ratio`` of the size and
    from ``corner`` on: codes of fine noise and of mottling in luma, and the colour's share.
    """
    even = ONE / np.sqrt(weights[0] * weights[0] + weights[1] * weights[1])
    top, bottom = int(corner[1] * ratio[1]), min(luma.shape[0], int((corner[1] + doses.shape[0]) * ratio[1]))
    left, right = int(corner[0] * ratio[0]), min(luma.shape[1], int((corner[0] + doses.shape[1]) * ratio[0]))
    drawn = 0
    for row in range(top, bottom):
        sy = in_small(row, ratio[1], corner[1], doses.shape[0])
        iy = int(sy)
        sy -= np.float32(iy)
        for column in range(left, right):
            sx = in_small(column, ratio[0], corner[0], doses.shape[1])
            ix = int(sx)
            if not busy[iy, ix]:
                continue
            sx -= np.float32(ix)
            middle = between(doses, iy, ix, sy, sx, 1)
            fine, mottled = ZERO, ZERO
            for p in range(2):
                u = clamped(np.float32(column) + origins[p, 0] + between(shifts[p], iy, ix, sy, sx, 0), tile.shape[1])
                v = clamped(np.float32(row) + origins[p, 1] + between(shifts[p], iy, ix, sy, sx, 1), tile.shape[0])
                iv, iu = int(v), int(u)
                v -= np.float32(iv)
                u -= np.float32(iu)
                fine += weights[p] * between(tile, iv, iu, v, u, 0)
                if middle > ZERO:
                    mottled += weights[p] * between(tile, iv, iu, v, u, 1)
            luma[row, column] += between(doses, iy, ix, sy, sx, 0) * bounded(even * fine) - middle * even * mottled
            if middle > ZERO and row % step[1] == 0 and column % step[0] == 0:
                share = between(doses, iy, ix, sy, sx, 2) * even * mottled
                colour[row // step[1], column // step[0], 0] += share
                colour[row // step[1], column // step[0], 1] += share
            drawn += 1
    return drawn


@njit(cache=True, nogil=True)
def tint(
    colour: NDArray,
    taken: NDArray,
    corner: tuple,
    ratio: tuple,
    step: tuple,
    box: tuple,
    cb: NDArray,
    cr: NDArray,
) -> None:
    """Codes of Cb and Cr inside ``box`` (luma pixels) from shares of blood and pigment.

    ``taken`` (h, w, 6), from ``corner`` on: Cb of blood and of pigment, Cr of both, and what Cb and Cr get back.
    """
    across, down = step
    for row in range(box[1] // down, (box[3] + down - 1) // down):
        sy = in_small(row * down, ratio[1], corner[1], taken.shape[0])
        iy = int(sy)
        sy -= np.float32(iy)
        for column in range(box[0] // across, (box[2] + across - 1) // across):
            sx = in_small(column * across, ratio[0], corner[0], taken.shape[1])
            ix = int(sx)
            sx -= np.float32(ix)
            blood, pigment = colour[row, column, 0], colour[row, column, 1]
            blue, red = between(taken, iy, ix, sy, sx, 4), between(taken, iy, ix, sy, sx, 5)
            if blood != ZERO or pigment != ZERO:
                blue -= blood * between(taken, iy, ix, sy, sx, 0) + pigment * between(taken, iy, ix, sy, sx, 1)
                red -= blood * between(taken, iy, ix, sy, sx, 2) + pigment * between(taken, iy, ix, sy, sx, 3)
            cb[row, column] = blue
            cr[row, column] = red


@njit(cache=True, nogil=True)
def add_rows(source: NDArray, target: NDArray, layer: NDArray, row: int, gain: float) -> None:
    """``target`` = ``source`` plus ``gain`` times the rows of ``layer`` that lie beside it; ``row`` may be outside."""
    scale = np.float32(gain)
    last = layer.shape[0] - 1
    columns = min(source.shape[1], layer.shape[1])
    for i in range(source.shape[0]):
        beside = min(max(row + i, 0), last)
        for j in range(columns):
            target[i, j] = source[i, j] + scale * layer[beside, j]
        for j in range(columns, source.shape[1]):
            target[i, j] = source[i, j] + scale * layer[beside, columns - 1]
