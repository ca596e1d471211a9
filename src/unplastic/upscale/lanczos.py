"""Lanczos enlargement: exact in place, sharp without halos, the same bytes on every run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from unplastic.clip import Clip, Picture
from unplastic.parameter import check, parameter
from unplastic.upscale.resampler import Coding, plane_resampler, target_depth

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Lanczos:
    """Three lobes across and down, in the coded signal, with the overshoot at edges held back.

    Unlimited, a hard step of 150 codes rings by 15; with the default by 2, while a crest keeps its height, and photos
    come back from half size no worse (benchmark/upscale.md).
    """

    name: ClassVar[str] = "lanczos"

    ringing_codes8: float = parameter(
        2.0, "how far past its two nearest samples a new sample may go on each axis (8-bit codes)", low=0.0, high=255.0
    )

    def __post_init__(self) -> None:
        check(self)

    def bind(self, clip: Clip, width: int, height: int, *, seed: int = 0) -> Callable[[Picture], Picture]:
        """What makes pictures of ``clip`` ``width`` by ``height``; for one thread."""
        size, target = (clip.width, clip.height), (width, height)
        depth = target_depth(clip)
        ringing = self.ringing_codes8 * (1 << (clip.bit_depth - 8))
        luma, chroma = (
            plane_resampler(clip.chroma, size, target, is_chroma=is_chroma, ringing=ringing)
            for is_chroma in (False, True)
        )
        full = clip.color.is_full_range
        for_luma, for_chroma = (
            Coding.of(clip.bit_depth, depth, is_full_range=full, is_chroma=is_chroma) for is_chroma in (False, True)
        )

        def enlarge(picture: Picture) -> Picture:
            y: NDArray[np.uint16] = luma.codes(picture.y, for_luma, (seed, picture.index, 0))
            cb = chroma.codes(picture.cb, for_chroma, (seed, picture.index, 1))
            cr = chroma.codes(picture.cr, for_chroma, (seed, picture.index, 2))
            return Picture(y, cb, cr, depth, picture.index, picture.pts, picture.duration)

        return enlarge
