"""The surfaces of a clip as they were seen first, so that its finished version is measured on the same pixels.

A grade moves colours into and out of what reads as skin, on some clips four tenths of it. Two measurements that each
look for skin by themselves then compare different places, and a reading moves although nothing on the face did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from unplastic.vision.plane import Mask


class FirstSeen:
    """Masks by frame and surface, one bit a pixel: about 0.8 MB for a frame of 1080p, 24 frames a clip."""

    def __init__(self) -> None:
        self._kept: dict[int, dict[str, tuple[np.ndarray, tuple[int, int]]]] = {}

    def masks(self, index: int, find: Callable[[], Iterable[tuple[str, Mask]]]) -> Mapping[str, Mask]:
        """Of the frame of that number in the clip; ``find`` is asked where nobody has seen it yet."""
        if index not in self._kept:
            self._kept[index] = {name: (np.packbits(mask), mask.shape) for name, mask in find()}
        return {name: _unpacked(bits, shape) for name, (bits, shape) in self._kept[index].items()}


def _unpacked(bits: np.ndarray, shape: tuple[int, int]) -> Mask:
    return np.unpackbits(bits, count=shape[0] * shape[1]).reshape(shape).view(np.bool_)
