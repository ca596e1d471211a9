"""Compile every kernel once, so that the first clip does not pay for it."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from unplastic.clip import ColorTags, Picture
from unplastic.registry import members
from unplastic.treat.chain import Chain
from unplastic.treat.treatment import Geometry

SIDE = 32
TARGET_DEPTH = 10


def warm() -> None:
    """Run every treatment of the room on a small noisy picture, from 8 and from 10 bits: the two types of source plane.

    The machine code stays in numba's cache, beside the source or in ``NUMBA_CACHE_DIR``.
    """
    treatments = [kind() for kind in members("treat", outside=False).values()]
    for depth in (8, 10):
        geometry = Geometry(SIDE, SIDE, 2, 2, depth, TARGET_DEPTH, Fraction(24), ColorTags(1, 1, 1))
        Chain(treatments, geometry).run(_noise(depth), _blank())


def _noise(depth: int) -> Picture:
    kind = np.uint8 if depth == 8 else np.uint16
    codes = np.random.default_rng(0).integers(0, 1 << depth, (2, SIDE, SIDE))
    y, chroma = codes.astype(kind)
    return Picture(y, chroma[: SIDE // 2, : SIDE // 2], chroma[SIDE // 2 :, : SIDE // 2], depth, 0, 0)


def _blank() -> Picture:
    y = np.empty((SIDE, SIDE), np.uint16)
    return Picture(y, y[: SIDE // 2, : SIDE // 2].copy(), y[: SIDE // 2, : SIDE // 2].copy(), TARGET_DEPTH, 0, 0)
