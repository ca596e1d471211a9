"""Trilinear lookup of Y'CbCr rows in a baked table, eight floats at a time.

Per chroma sample the four columns of nodes around (Cb, Cr) are weighted once; every luma over it then reads the two
nodes around its own value from all four columns. There is no branch: a detailed frame costs what a smooth one does.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from unplastic.treat.table import CHROMA_NODES, CURVE_MARGIN, CURVE_STEPS, LANES, LUMA_NODES

ZERO, ONE, HALF, QUARTER = np.float32(0.0), np.float32(1.0), np.float32(0.5), np.float32(0.25)
LUMA_CELLS = np.float32(LUMA_NODES - 1)
CHROMA_CELLS = np.float32(CHROMA_NODES - 1)
LAST_LUMA = np.float32(LUMA_NODES - 2)
LAST_CHROMA = np.float32(CHROMA_NODES - 2)
STEPS, MARGIN = np.float32(CURVE_STEPS), np.float32(CURVE_MARGIN)
COLUMNS = tuple(LANES * LUMA_NODES * step for step in (0, 1, CHROMA_NODES, CHROMA_NODES + 1))
"""Where the nodes at Cr + 1, Cb + 1 and both begin, from a cell's first, in floats."""

PAIR = 2 * LANES


def _blend_nodes(typingctx, table, start, w0, w1, w2, w3):  # noqa: ARG001 - numba's calling convention
    """(8,) floats: the weighted sum of the two neighbouring nodes at ``start`` in four columns of ``table``.

    Written as LLVM vectors because the loop vectoriser does not find them: four loads, four multiply-adds.
    """
    signature = types.UniTuple(types.float32, PAIR)(table, types.uint64, *[types.float32] * 4)

    def generate(context, builder, signature, args):
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        vector = ir.VectorType(ir.FloatType(), PAIR)
        total = ir.Constant(vector, [0.0] * PAIR)
        for column, weight in zip(COLUMNS, args[2:], strict=True):
            place = builder.add(args[1], ir.Constant(ir.IntType(64), column))
            pointer = builder.bitcast(builder.gep(data, [place]), vector.as_pointer())
            nodes = builder.load(pointer, align=4)
            product = builder.fmul(nodes, _spread(builder, weight, vector), flags=("contract",))
            total = builder.fadd(total, product, flags=("contract", "nsz"))
        lanes = [builder.extract_element(total, ir.Constant(ir.IntType(32), i)) for i in range(PAIR)]
        return context.make_tuple(builder, signature.return_type, lanes)

    return signature, generate


_blend: Any = intrinsic(_blend_nodes)


def _spread(builder, value, vector):
    """``value`` in every lane of ``vector``."""
    empty = ir.Constant(vector, ir.Undefined)
    single = builder.insert_element(empty, value, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(single, empty, ir.Constant(ir.VectorType(ir.IntType(32), vector.count), [0] * PAIR))


@njit(nogil=True, cache=True, error_model="numpy")
def look_up(y, cb, cr, to_y, to_cb, to_cr, table, curve, cells, weights, shade):
    """Write ``table`` (see `unplastic.treat.table.bake`) of every sample of a strip.

    A ``curve`` of more than one value replaces the table for luma. Chroma is looked up at the mean of its lumas.
    Beyond -0.5..0.5, and in the table beyond 0..1, the outermost cell is continued in a straight line. ``cells``,
    ``weights`` and ``shade`` are scratch of one, four and one chroma rows.
    """
    down, across = y.shape[0] // cb.shape[0], y.shape[1] // cb.shape[1]
    for r in range(cb.shape[0]):
        _locate(cb[r], cr[r], cells, weights)
        for dy in range(r * down, (r + 1) * down):
            if curve.shape[0] > 1:
                _bend(y[dy], to_y[dy], curve)
            else:
                _luma_row(y[dy], to_y[dy], across, table, cells, weights)
        _mean_row(y[r * down], y[(r + 1) * down - 1], across, shade)
        _chroma_row(shade, to_cb[r], to_cr[r], table, cells, weights)


@njit(nogil=True, error_model="numpy")
def _bend(row, out, curve):
    """The nearest of `CURVE_STEPS` equally spaced values per unit of luma, from ``-CURVE_MARGIN`` on."""
    last = np.float32(curve.shape[0] - 1)
    first = MARGIN * STEPS + HALF
    for x in range(row.shape[0]):
        out[x] = curve[np.uint64(np.int32(min(max(row[x] * STEPS + first, ZERO), last)))]


@njit(nogil=True, error_model="numpy")
def _luma_row(row, out, across, table, cells, weights):
    w0, w1, w2, w3 = weights[0], weights[1], weights[2], weights[3]
    for x in range(cells.shape[0]):
        column, left = np.uint64(cells[x]), x * across
        part, nodes = _cell(table, column, row[left], w0[x], w1[x], w2[x], w3[x])
        out[left] = nodes[0] + part * (nodes[LANES] - nodes[0])
        if across == 2:
            part, nodes = _cell(table, column, row[left + 1], w0[x], w1[x], w2[x], w3[x])
            out[left + 1] = nodes[0] + part * (nodes[LANES] - nodes[0])


@njit(nogil=True, error_model="numpy")
def _mean_row(upper, lower, across, shade):
    """Luma under each chroma sample; two loops, because a constant step is what vectorises."""
    if across == 2:
        for x in range(shade.shape[0]):
            shade[x] = ((upper[2 * x] + upper[2 * x + 1]) + (lower[2 * x] + lower[2 * x + 1])) * QUARTER
    else:
        for x in range(shade.shape[0]):
            shade[x] = (upper[x] + lower[x]) * HALF


@njit(nogil=True, error_model="numpy")
def _chroma_row(shade, to_cb, to_cr, table, cells, weights):
    w0, w1, w2, w3 = weights[0], weights[1], weights[2], weights[3]
    for x in range(cells.shape[0]):
        part, nodes = _cell(table, np.uint64(cells[x]), shade[x], w0[x], w1[x], w2[x], w3[x])
        to_cb[x] = nodes[1] + part * (nodes[LANES + 1] - nodes[1])
        to_cr[x] = nodes[2] + part * (nodes[LANES + 2] - nodes[2])


@njit(nogil=True, inline="always")
def _cell(table, column, luma, w0, w1, w2, w3):
    """(how far ``luma`` is into its cell, the blended nodes below and above it)."""
    place = luma * LUMA_CELLS
    node = np.int32(min(max(place, ZERO), LAST_LUMA))
    nodes = _blend(table, column + np.uint64(node) * np.uint64(LANES), w0, w1, w2, w3)
    return place - np.float32(node), nodes


@njit(nogil=True, error_model="numpy")
def _locate(cb, cr, cells, weights):
    """Where each chroma sample's cell begins in the table, and the bilinear weights of its four columns."""
    for x in range(cb.shape[0]):
        u, v = (cb[x] + HALF) * CHROMA_CELLS, (cr[x] + HALF) * CHROMA_CELLS
        i = np.int32(min(max(u, ZERO), LAST_CHROMA))
        j = np.int32(min(max(v, ZERO), LAST_CHROMA))
        a, b = u - np.float32(i), v - np.float32(j)
        cells[x] = (i * CHROMA_NODES + j) * LUMA_NODES * LANES
        weights[0, x], weights[1, x] = (ONE - a) * (ONE - b), (ONE - a) * b
        weights[2, x], weights[3, x] = a * (ONE - b), a * b
