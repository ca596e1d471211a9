"""Planes that no treatment touches: code values to the target depth, without dither and without float32."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from unplastic.color import chroma_scale, luma_scale

if TYPE_CHECKING:
    from unplastic.clip import Plane


@dataclass(frozen=True, slots=True)
class Depths:
    """From ``source`` to ``target`` bits, ``target`` >= ``source``, in limited or full range."""

    source: int
    target: int
    is_full_range: bool


def copy_codes(source: Plane, target: Plane, depths: Depths, *, is_chroma: bool) -> None:
    """Write the codes of ``source`` at the target depth: shifted in limited range, rounded in full range."""
    if depths.source == depths.target:
        target[:] = source
    elif not depths.is_full_range:
        np.left_shift(source, depths.target - depths.source, out=target, dtype=np.uint16, casting="unsafe")
    else:
        target[:] = _full_range_codes(depths, is_chroma=is_chroma)[source]


def _full_range_codes(depths: Depths, *, is_chroma: bool) -> np.ndarray:
    """The nearest target code of every source code: full range scales by 1023/255, not by 4 (H.273)."""
    scale = chroma_scale if is_chroma else luma_scale
    offset_in, span_in = scale(depths.source, is_full_range=True)
    offset, span = scale(depths.target, is_full_range=True)
    codes = np.rint((np.arange(1 << depths.source) - offset_in) / span_in * span + offset)
    return np.clip(codes, 0, (1 << depths.target) - 1).astype(np.uint16)
