"""Enlargement by a small neural network on this machine: detail from the network, everything else from Lanczos.

Slow without a GPU (seconds a picture) and trained for other material than yours: a way to work offline, not the best
there is. Its tone is not trusted: broad brightness, and all chroma, come from the Lanczos enlargement.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from unplastic.clip import CHROMA_STEPS, Clip, Picture
from unplastic.color import assumed_matrix, chroma_scale, luma_scale, luma_weights, ycbcr_to_rgb_matrix
from unplastic.parameter import check, parameter
from unplastic.upscale.network import FACTOR, Network, open_network, tiled
from unplastic.upscale.resampler import Coding, Resampler, plane_resampler, target_depth, write_codes
from unplastic.upscale.table import axis, chroma_on_luma

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Signal = NDArray[np.float32]

UNLIMITED = 1.0e9
BROAD_PX = 8
"""Source pixels per sample of the low-pass that carries tone: well above detail, well below a face."""


@dataclass(frozen=True, slots=True)
class Neural:
    """A network's detail on top of the Lanczos enlargement."""

    name: ClassVar[str] = "neural"

    model: str = parameter("video", "network: video (seconds a picture) or photo (a minute a picture)")
    strength: float = parameter(1.0, "share of the network's detail; 0 is Lanczos", low=0.0, high=1.0)
    device: str = parameter("CPU", "where OpenVINO runs it: CPU, or GPU if that is a real one")
    precision: str = parameter("auto", "arithmetic: f32, bf16, or auto (bf16 where the processor has it)")
    tile_px: int = parameter(512, "largest side of a tile (source pixels): memory grows with it", low=32, high=2048)
    ringing_codes8: float = parameter(2.0, "as for lanczos, for chroma and tone (8-bit codes)", low=0.0, high=255.0)

    def __post_init__(self) -> None:
        check(self)

    def bind(self, clip: Clip, width: int, height: int, *, seed: int = 0) -> Callable[[Picture], Picture]:
        """What makes pictures of ``clip`` ``width`` by ``height``; for one thread. Fetches weights if need be."""
        network = open_network(
            self.model,
            (clip.height, clip.width),
            device=self.device,
            precision=self.precision,
            tile_px=int(self.tile_px),
        )
        return Enlarger(self, network, clip, (width, height), seed)


class Enlarger:
    """`Neural` bound to a clip and a size."""

    def __init__(self, how: Neural, network: Network, clip: Clip, target: tuple[int, int], seed: int) -> None:
        size = clip.width, clip.height
        self._network, self._strength, self._seed = network, np.float32(how.strength), seed
        self._depth = target_depth(clip)
        ringing = how.ringing_codes8 * (1 << (clip.bit_depth - 8))
        self._luma = plane_resampler("444", size, target, is_chroma=False, ringing=ringing)
        self._chroma = plane_resampler(clip.chroma, size, target, is_chroma=True, ringing=ringing)
        four = FACTOR * clip.width, FACTOR * clip.height
        self._to_size = None if four == target else _float_resampler(four, target)
        broad = max(1, clip.width // BROAD_PX), max(1, clip.height // BROAD_PX)
        self._shrink, self._spread = _float_resampler(target, broad), _float_resampler(broad, target)
        full = clip.color.is_full_range
        self._for_luma, self._for_chroma = (
            Coding.of(clip.bit_depth, self._depth, is_full_range=full, is_chroma=is_chroma)
            for is_chroma in (False, True)
        )
        self._rgb = _Rgb(clip)

    def __call__(self, picture: Picture) -> Picture:
        """``picture`` at the new size."""
        key = self._seed, picture.index
        y = write_codes(self._toned(picture), self._for_luma, (*key, 0))
        cb = self._chroma.codes(picture.cb, self._for_chroma, (*key, 1))
        cr = self._chroma.codes(picture.cr, self._for_chroma, (*key, 2))
        return Picture(y, cb, cr, self._depth, picture.index, picture.pts, picture.duration)

    def _toned(self, picture: Picture) -> Signal:
        """Luma in source codes: the network's, with the broad brightness of the Lanczos enlargement."""
        plain = self._luma.signal(picture.y)
        away = self._detailed(picture)
        away -= plain
        away -= self._spread.signal(self._shrink.signal(away))
        away *= self._strength
        plain += away
        return plain

    def _detailed(self, picture: Picture) -> Signal:
        """The network's luma at the target size, in source codes."""
        luma = tiled(self._rgb.of(picture), self._network, self._rgb.mix)
        if self._network.is_residual:
            rows = luma.reshape(picture.y.shape[0], FACTOR, picture.y.shape[1], FACTOR)
            rows += picture.y.astype(np.float32)[:, None, :, None]
        else:
            luma += self._rgb.offset
        return luma if self._to_size is None else self._to_size.signal(luma)


class _Rgb:
    """Pictures of a clip as the network wants them, and its answer as luma codes: ``mix`` sums the channels."""

    def __init__(self, clip: Clip) -> None:
        full = clip.color.is_full_range
        matrix = assumed_matrix(clip.color.matrix, clip.width, clip.height)
        across, down = CHROMA_STEPS[clip.chroma]
        shape = -(-clip.height // down), -(-clip.width // across)
        columns = chroma_on_luma(clip.width, steps=across, is_left_sited=True)
        rows = chroma_on_luma(clip.height, steps=down, is_left_sited=False)
        self._chroma = Resampler(shape, columns, rows, ringing=0.0)
        self._scales = (
            luma_scale(clip.bit_depth, is_full_range=full),
            chroma_scale(clip.bit_depth, is_full_range=full),
            chroma_scale(clip.bit_depth, is_full_range=full),
        )
        self._matrix = ycbcr_to_rgb_matrix(matrix).astype(np.float32)
        self.offset, span = (np.float32(value) for value in self._scales[0])
        kr, kb = luma_weights(matrix)
        self.mix = span * np.array([kr, 1.0 - kr - kb, kb], np.float32)

    def of(self, picture: Picture) -> Signal:
        """(3, height, width) of R'G'B' 0..1."""
        planes = np.empty((3, *picture.y.shape), np.float32)
        planes[0] = picture.y
        planes[1], planes[2] = self._chroma.signal(picture.cb), self._chroma.signal(picture.cr)
        for i, (offset, span) in enumerate(self._scales):
            planes[i] -= np.float32(offset)
            planes[i] *= np.float32(1.0 / span)
        return np.tensordot(self._matrix, planes, axes=1)


def _float_resampler(size: tuple[int, int], target: tuple[int, int]) -> Resampler:
    """Luma of ``size`` (width, height) to ``target``, without a limit."""
    across = axis(size[0], target[0], plane=target[0])
    down = axis(size[1], target[1], plane=target[1])
    return Resampler((size[1], size[0]), across, down, ringing=UNLIMITED)
