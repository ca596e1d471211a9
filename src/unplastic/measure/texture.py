"""A1: fine texture on surfaces, locked to them, and set against the edges beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from unplastic.clip import Clip
from unplastic.measure.bootstrap import Array, pooled, root, share
from unplastic.measure.places import worst_first, worst_place
from unplastic.parameter import check, parameter
from unplastic.reading import Evidence, Place, Reading
from unplastic.vision import Run

if TYPE_CHECKING:
    from numpy.typing import NDArray

MID_GREY_CODES8 = 110.0
GAIN_MIN, GAIN_MAX = 0.35, 1.8
FLAT_BLOCKS_MIN = 8
FLAT_POWER_MAX = 3.0
"""Noise of 6 codes has this fine-band power; blocks with more in a lone frame hold grass or gravel, not noise."""


@dataclass(frozen=True, slots=True, eq=False)
class TextureTiles:
    """One run: sums per tile, (tiles,), zero where a tile cannot be judged.

    ``texture`` and ``locked`` are fine-band powers that stay from one frame to the next and to the next but one;
    ``exposure`` is the squared contrast gain of the tile's level, 1 at mid grey. ``locked`` is None without time.
    """

    pixels: Array
    texture: Array
    locked: Array | None
    exposure: Array
    edge_pixels: Array
    edge_energy: Array
    place: Place | None


@dataclass(frozen=True)
class Texture:
    """How much fine detail surfaces carry; what grain adds is not counted.

    texture_rms: sqrt of the fine band's power on surfaces more than 5 px from edges, in exposed tiles in focus, that
    the next frame repeats (a still: minus the power of its flat blocks). locked_texture: the same, repeated two frames
    on. Both are divided by (level - 16) / 110, since contrast scales with light. texture_to_edge: the undivided
    texture over the rms of the fine band on the edges themselves, so that no exposure or contrast enters.
    """

    name: ClassVar[str] = "texture"

    tile_share_min: float = parameter(0.25, "share of a tile that must be surface for it to count", low=0.0, high=1.0)
    clipped_share_max: float = parameter(0.02, "share of black or white pixels that rejects a tile", low=0.0, high=1.0)
    pixels_min: int = parameter(8_000, "surface pixels needed over all runs", low=1, high=10_000_000)
    edge_pixels_min: int = parameter(400, "edge pixels needed over all runs", low=1, high=10_000_000)

    def __post_init__(self) -> None:
        check(self)

    def observe(self, run: Run) -> TextureTiles:
        """Sums per tile of one run, and the place where edges are strongest against the surface beside them."""
        grid, region = run.grid, run.regions(0)
        tile_pixels = grid.side_px**2
        clipped = grid.counts(region.clipped & run.lit) / tile_pixels
        pixels, texture, locked = _surface(run)
        usable = run.in_focus & (clipped <= self.clipped_share_max)
        usable &= grid.counts(region.texture) >= self.tile_share_min * tile_pixels
        edge_pixels = grid.counts(region.edges) * run.in_focus
        edge_energy = grid.sums(np.where(region.edges, np.square(run.fine[0]), np.float32(0.0))) * run.in_focus
        gain = np.clip((grid.means(run.frames[0].luma) - 16.0) / (MID_GREY_CODES8), GAIN_MIN, GAIN_MAX)
        return TextureTiles(
            pixels=pixels * usable,
            texture=texture * usable,
            locked=None if locked is None else locked * usable,
            exposure=gain**2,
            edge_pixels=edge_pixels,
            edge_energy=edge_energy,
            place=_flattest(run, usable & (pixels > 0.5 * tile_pixels), texture, pixels, edge_energy),
        )

    def conclude(self, observations: Sequence[TextureTiles], clip: Clip) -> Evidence:  # noqa: ARG002
        """Readings over all runs."""
        pixels = _joined(observations, "pixels")
        places = worst_first(each.place for each in observations)
        if pixels.sum() < self.pixels_min:
            why = "too little surface that is in focus, exposed and away from edges"
            units = {"texture_rms": "codes", "locked_texture": "codes", "texture_to_edge": "1"}
            return Evidence(tuple(Reading.missing(name, "frame", unit, why) for name, unit in units.items()))
        texture, exposure = _joined(observations, "texture"), _joined(observations, "exposure")
        rms = pooled(np.stack([texture / exposure, pixels], axis=1), lambda s: root(share(s[:, 0], s[:, 1])))
        readings = (
            rms.reading("texture_rms", "codes"),
            self._locked(observations),
            self._against_edges(observations, texture, pixels),
        )
        return Evidence(readings, places=places)

    def _locked(self, observations: Sequence[TextureTiles]) -> Reading:
        timed = [each for each in observations if each.locked is not None]
        if not timed or sum(float(each.pixels.sum()) for each in timed) < self.pixels_min:
            why = "needs three different frames in a row with motion that can be followed"
            return Reading.missing("locked_texture", "frame", "codes", why)
        columns = np.stack([_joined(timed, "locked") / _joined(timed, "exposure"), _joined(timed, "pixels")], axis=1)
        return pooled(columns, lambda s: root(share(s[:, 0], s[:, 1]))).reading("locked_texture", "codes")

    def _against_edges(self, observations: Sequence[TextureTiles], texture: Array, pixels: Array) -> Reading:
        edge_pixels = _joined(observations, "edge_pixels")
        if edge_pixels.sum() < self.edge_pixels_min:
            return Reading.missing("texture_to_edge", "frame", "1", "too few strong edges in focus to compare with")
        columns = np.stack([texture, pixels, _joined(observations, "edge_energy"), edge_pixels], axis=1)
        ratio = pooled(columns, lambda s: root(share(share(s[:, 0], s[:, 1]), share(s[:, 2], s[:, 3]))))
        return ratio.reading("texture_to_edge", "1")


def _surface(run: Run) -> tuple[Array, Array, Array | None]:
    """Surface pixels, repeated power and locked power per tile. A lone frame is cleaned by its own flat blocks."""
    moves = run.covariances
    if moves is not None:
        repeated = moves.along[1].repeated
        return moves.pixels, repeated, moves.along[2].repeated if 2 in moves.along else None
    texture = run.regions(0).texture
    pixels = run.grid.counts(texture)
    energy = run.grid.sums(np.where(texture, np.square(run.fine[0]), np.float32(0.0)))
    return pixels, energy - _flat_power(run) * pixels, None


def _flat_power(run: Run) -> float:
    """Fine-band power where there is no structure, which is noise; 0 with too few such blocks to know."""
    blocks = run.flat_blocks
    if len(blocks.numbers) < FLAT_BLOCKS_MIN:
        return 0.0
    power = float(np.percentile(blocks.grid.means(np.square(run.fine[0]))[blocks.numbers], 25))
    return power if power < FLAT_POWER_MAX else 0.0


def _flattest(run: Run, judged: NDArray[np.bool_], texture: Array, pixels: Array, edge_energy: Array) -> Place | None:
    """Where strong edges stand beside the smoothest surface: edge rms of the tile per surface rms."""
    surface = root(share(texture, np.maximum(pixels, 1.0)))
    edge = root(edge_energy / run.grid.side_px**2)
    return worst_place("flat_texture", run, 0, np.where(judged, (0.1 + edge) / (0.1 + surface), np.nan))


def _joined(observations: Sequence[TextureTiles], column: str) -> Array:
    return np.concatenate([getattr(each, column) for each in observations])
