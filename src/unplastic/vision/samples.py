"""Colour samples of a whole picture: luma and chroma at the same place, thinned evenly, as nominal signals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from unplastic.clip import Picture
from unplastic.color import chroma_scale, chroma_steps, luma_scale

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAMPLES_MAX = 120_000


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Three equally long arrays: ``y`` 0 black to 1 white (excursions kept), ``cb`` and ``cr`` -0.5..0.5."""

    y: NDArray[np.float32]
    cb: NDArray[np.float32]
    cr: NDArray[np.float32]


def samples_of(picture: Picture, *, is_full_range: bool) -> Samples:
    """Every n-th chroma sample with the luma beside it; pixels, never averages, so that clipping stays visible."""
    across, down = chroma_steps(picture)
    step = max(1, int(np.ceil(np.sqrt(picture.cb.size / SAMPLES_MAX))))
    y = picture.y[:: down * step, :: across * step]
    offset, span = luma_scale(picture.bit_depth, is_full_range=is_full_range)
    middle, width = chroma_scale(picture.bit_depth, is_full_range=is_full_range)
    return Samples(
        _nominal(y, offset, span),
        _nominal(picture.cb[::step, ::step], middle, width),
        _nominal(picture.cr[::step, ::step], middle, width),
    )


def _nominal(plane: NDArray, offset: float, span: float) -> NDArray[np.float32]:
    return ((plane.astype(np.float32) - np.float32(offset)) / np.float32(span)).ravel()
