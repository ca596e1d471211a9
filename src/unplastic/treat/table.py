"""The baked grade: one table from nominal Y'CbCr to nominal Y'CbCr, and its pass over strips.

Greys lie on nodes of the chroma axes, so they stay on the grey axis. Between nodes the table is trilinear; each luma
sample is looked up in the cell of its own luma and its chroma sample, so edges stay where they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unplastic.treat.treatment import Geometry, Strip

Signal = NDArray[np.float64]

LUMA_NODES = 65
CHROMA_NODES = 33
CURVE_STEPS = 8192
CURVE_MARGIN = 0.125
"""A curve has 8192 values per unit of luma and reaches an eighth beyond black and white, as limited range does."""

TABLE_ERROR_CODES10 = 0.2, 2.2, 4.5
"""Declared error against exact evaluation over the R'G'B' cube: mean, 99th percentile, largest, in 10-bit codes."""

LUMA_TOLERANCE = 1e-6

LANES = 4
"""Floats per node: Y', Cb, Cr and one for alignment, so that two neighbours in luma are one 32-byte load."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """``nodes``: flat float32, index (cb, cr, y, lane). ``curve``: float32 values of luma, one value if it has none.

    A grade whose luma does not depend on chroma has a curve: exact, and several times faster than the table.
    """

    nodes: NDArray[np.float32]
    curve: NDArray[np.float32]


def bake(grade: Callable[[Signal], Signal]) -> Table:
    """Sample ``grade``, a function of (..., 3) nominal Y'CbCr."""
    chroma = np.linspace(-0.5, 0.5, CHROMA_NODES)
    luma = np.linspace(0.0, 1.0, LUMA_NODES)
    cb, cr, y = np.meshgrid(chroma, chroma, luma, indexing="ij")
    nodes = np.zeros((*y.shape, LANES), np.float32)
    nodes[..., :3] = grade(np.stack([y, cb, cr], axis=-1))
    is_curve = np.ptp(nodes[..., 0], axis=(0, 1)).max() < LUMA_TOLERANCE
    return Table(nodes.reshape(-1), _curve(grade) if is_curve else np.zeros(1, np.float32))


def _curve(grade: Callable[[Signal], Signal]) -> NDArray[np.float32]:
    y = np.arange(-CURVE_MARGIN, 1.0 + CURVE_MARGIN + 0.5 / CURVE_STEPS, 1.0 / CURVE_STEPS)
    grey = np.zeros((y.size, 3))
    grey[:, 0] = y
    return grade(grey)[:, 0].astype(np.float32)


class TablePass:
    """Looks a strip up in a baked table."""

    reach = 0
    touches_chroma = True

    def __init__(self, table: Table, geometry: Geometry) -> None:
        from unplastic.treat.kernels.lookup import look_up

        self._look_up = look_up
        self._table = table
        columns = -(-geometry.width // geometry.across)
        scratch = np.zeros(columns, np.int64), np.zeros((4, columns), np.float32), np.zeros(columns, np.float32)
        self._scratch = scratch

    def __call__(self, source: Strip, target: Strip, frame: int) -> None:  # noqa: ARG002 - the same for every frame
        """Grade ``source`` into ``target``."""
        planes = source.y, source.cb, source.cr, target.y, target.cb, target.cr
        self._look_up(*planes, self._table.nodes, self._table.curve, *self._scratch)
