"""What was added to places that were flat: grain, seen alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from unplastic.guards.bounds import unchecked
from unplastic.guards.pair import Guardrail, Pair
from unplastic.guards.tone import Tone
from unplastic.measure.bootstrap import root
from unplastic.reading import Guard
from unplastic.vision import Scene
from unplastic.vision.bands import to_size
from unplastic.vision.blocks import FlatBlocks, without_surface
from unplastic.vision.plane import Plane, as_plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

LAGS_PX = 6
BLOCKS_MIN = 8
DETAIL_MIN = 1e-3
VISIBLE_CODES8 = 0.4
"""Added grain below which its size, its colour and its newness mean nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Per flat block without people, after less before in the tone of after, without a quadratic surface.

    Nor does it hold any share of the detail that was there: detail that was softened is not grain that stays.
    ``luma`` (blocks,) is the level after. ``power`` (blocks,) is the variance in codes squared, ``same`` the product
    with the next pattern at the same place of the screen, ``along`` at the place where the content went. ``lags``
    (blocks, 6): products of what is new with itself 0..5 px on, across and down. ``chroma``: variance of what is new
    in Cb and Cr, their mean; ``fresh``: the same of luma.
    """

    luma: NDArray[np.float64]
    power: NDArray[np.float64]
    same: NDArray[np.float64]
    along: NDArray[np.float64]
    lags: NDArray[np.float64]
    fresh: NDArray[np.float64]
    chroma: NDArray[np.float64]


def joined(layers: Sequence[Layer]) -> Layer:
    """The blocks of several runs."""
    return Layer(*(np.concatenate([getattr(each, field.name) for each in layers]) for field in fields(Layer)))


def layer_or_why(guard: Guardrail, pair: Pair) -> Layer | Guard:
    """The layer of all runs; or, where none can be seen or none was declared, that ``guard`` cannot be checked."""
    if pair.declared.grain_sigma_codes8 <= 0.0:
        return unchecked(guard, "no grain is declared")
    layers: list[Layer] = pair.seen(guard)
    if sum(len(each.luma) for each in layers) < BLOCKS_MIN:
        return unchecked(guard, "no flat place without people shows the grain alone")
    layer = joined(layers)
    if float(np.median(root(layer.power))) < VISIBLE_CODES8:
        return unchecked(guard, f"less than {VISIBLE_CODES8:g} codes of grain were added")
    return layer


def layer_between(
    before: Sequence[Scene], after: Sequence[Scene], blocks: FlatBlocks, tones: Sequence[Tone], flow: Plane | None
) -> Layer:
    """The layer of two frames in a row.

    ``tones`` turn the luma of each of them into that of the same frame after. ``flow`` (height, width, 2), in pixels of
    its own size, leads from the first to the second; without one nothing is taken to move.
    """
    here, there = (_added(blocks, *each) for each in zip(before, after, tones, strict=True))
    shifts = None if flow is None else blocks.shifts(_half_size(flow, blocks))
    moved = there if shifts is None else _added(blocks, before[1], after[1], tones[1], shifts)
    new = as_plane((here - there) * np.float32(np.sqrt(0.5)))
    chroma = [_chroma_power(blocks, before, after, which) for which in (0, 1)]
    return Layer(
        luma=tones[0](as_plane(blocks.luma)).astype(np.float64),
        power=0.5 * (_mean_square(here) + _mean_square(there)),
        same=_mean(here * there),
        along=_mean(here * moved),
        lags=_lag_products(new),
        fresh=_mean_square(new),
        chroma=np.mean(chroma, axis=0),
    )


def _added(
    blocks: FlatBlocks, before: Scene, after: Scene, tone: Tone, shifts: NDArray[np.intp] | None = None
) -> Plane:
    """(blocks, side, side): after less before, without a surface and without what is merely less or more of before."""
    was, now = (blocks.gathered(scene.luma, shifts) for scene in (before, after))
    added, detail = without_surface(as_plane(now - tone(was))), without_surface(was)
    share = _mean(added * detail) / np.maximum(_mean_square(detail), DETAIL_MIN)
    return as_plane(added - share.astype(np.float32)[:, None, None] * detail)


def _chroma_power(
    blocks: FlatBlocks, before: Sequence[Scene], after: Sequence[Scene], which: int
) -> NDArray[np.float64]:
    """(blocks,) variance of what is new in Cb (0) or Cr (1), at the resolution that they have after."""
    here, there = (
        blocks.gathered(b.chroma[which]) - blocks.gathered(to_size(a.chroma[which], b.chroma[which].shape))
        for a, b in zip(before, after, strict=True)
    )
    return 0.5 * _mean_square(without_surface(as_plane(here - there)))


def _half_size(flow: Plane, blocks: FlatBlocks) -> Plane:
    """A flow at half the size of the picture that the blocks are of."""
    height, width = blocks.picture[0] // 2, blocks.picture[1] // 2
    scale = np.array([width / flow.shape[1], height / flow.shape[0]], np.float32)
    return to_size(as_plane(flow * scale), (height, width))


def _mean(products: Plane) -> NDArray[np.float64]:
    return np.asarray(products.mean(axis=(1, 2), dtype=np.float64))


def _mean_square(blocks: Plane) -> NDArray[np.float64]:
    return _mean(blocks * blocks)


def _lag_products(new: Plane) -> NDArray[np.float64]:
    """(blocks, 6): mean product with itself 0..5 px on, mean of across and down."""
    side = new.shape[1]
    products = [
        _mean(new[:, :, : side - d] * new[:, :, d:]) + _mean(new[:, : side - d] * new[:, d:]) for d in range(LAGS_PX)
    ]
    return 0.5 * np.stack(products, axis=1)
