"""One plane at another size: tables and scratch are made once, then every picture only runs the kernels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from unplastic.clip import CHROMA_STEPS, Chroma
from unplastic.color import chroma_scale, luma_scale
from unplastic.upscale.table import LOBES, Axis, axis

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from unplastic.clip import Clip, Plane

SIX = 2 * LOBES
"""Taps of every enlargement."""

DITHER = 0x75707363
"""Keeps the dither's random numbers apart from everybody else's."""


@dataclass(frozen=True, slots=True)
class Coding:
    """How source codes become target codes: v * ``gain`` + ``offset``, at most ``top``."""

    gain: np.float32
    offset: np.float32
    top: np.float32

    @classmethod
    def of(cls, source_depth: int, target_depth: int, *, is_full_range: bool, is_chroma: bool) -> Coding:
        """The coding that keeps the nominal signal."""
        scale = chroma_scale if is_chroma else luma_scale
        offset_in, span_in = scale(source_depth, is_full_range=is_full_range)
        offset, span = scale(target_depth, is_full_range=is_full_range)
        gain = span / span_in
        return cls(np.float32(gain), np.float32(offset - offset_in * gain), np.float32((1 << target_depth) - 1))


class Resampler:
    """Brings planes of one size to another. Not for two threads at once.

    ``ringing`` is in source codes: how far a value may lie outside its two nearest samples on an axis.
    """

    def __init__(self, source: tuple[int, int], across: Axis, down: Axis, *, ringing: float) -> None:
        width = source[1]
        self.source = source
        self.shape = down.starts.size, across.starts.size
        pad = across.taps
        starts = np.clip(across.starts + pad, 0, width + 2 * pad - across.taps)
        is_usual = across.taps == SIX and np.array_equal(starts, across.starts + pad)
        period, lanes = across.period if is_usual else (0, 1)
        scratch = np.zeros((lanes, -(-(width + 2 * pad) // lanes)), np.float32)
        part = np.zeros(-(-self.shape[1] // max(1, period)), np.float32)
        self._across = starts, across.weights, pad, scratch, period, part
        self._down = down.starts, down.weights
        self._margin = np.float32(ringing)
        self._padded = np.zeros(width + 2 * pad, np.float32)
        self._ring = np.zeros((down.taps, self.shape[1]), np.float32)
        self._row = np.zeros(self.shape[1], np.float32)

    @property
    def scratch_bytes(self) -> int:
        """All that this resampler holds for samples, tables not counted."""
        *_, lanes, _, part = self._across
        return sum(each.nbytes for each in (self._padded, self._ring, self._row, lanes, part))

    def codes(self, plane: Plane, coding: Coding, key: tuple[int, int, int]) -> NDArray[np.uint16]:
        """``plane`` at the target size, as codes; ``key`` is (seed, frame, which plane) of the dither."""
        from unplastic.upscale.kernels.resample import to_codes

        out = np.empty(self.shape, np.uint16)
        run: Any = to_codes
        run(*self._arguments(plane), self._row, coding.gain, coding.offset, coding.top, dither_key(*key), out)
        return out

    def signal(self, plane: Plane | NDArray[np.float32]) -> NDArray[np.float32]:
        """``plane`` at the target size as float32, in source codes (or whatever unit ``plane`` is in)."""
        from unplastic.upscale.kernels.resample import to_signal

        out = np.empty(self.shape, np.float32)
        run: Any = to_signal
        run(*self._arguments(plane), out)
        return out

    def _arguments(self, plane: Any) -> tuple[Any, ...]:
        if plane.shape != self.source:
            raise ValueError(f"a plane of {plane.shape} is not {self.source}")
        flat, stride = _flat(plane)
        return (flat, stride, *self.source, self._across, self._down, self._margin, self._padded, self._ring)


def write_codes(signal: NDArray[np.float32], coding: Coding, key: tuple[int, int, int]) -> NDArray[np.uint16]:
    """A plane of source codes with fractions as target codes, dithered as `Resampler.codes` does."""
    from unplastic.upscale.kernels.resample import signal_to_codes

    out = np.empty(signal.shape, np.uint16)
    signal_to_codes(signal, coding.gain, coding.offset, coding.top, dither_key(*key), out)
    return out


def plane_resampler(
    chroma: Chroma, size: tuple[int, int], target: tuple[int, int], *, is_chroma: bool, ringing: float
) -> Resampler:
    """The resampler of the luma or chroma planes of pictures of ``size`` (width, height), made ``target``."""
    steps_across, steps_down = CHROMA_STEPS[chroma] if is_chroma else (1, 1)
    (width, height), (wide, high) = size, target
    across = axis(width, wide, plane=-(-wide // steps_across), steps=steps_across, is_left_sited=True)
    down = axis(height, high, plane=-(-high // steps_down), steps=steps_down)
    return Resampler((-(-height // steps_down), -(-width // steps_across)), across, down, ringing=ringing)


def target_depth(clip: Clip) -> int:
    """Bits of an enlarged picture: the new samples lie between the old codes, so 8 bits become 10."""
    return 10 if clip.bit_depth <= 10 else 12


def dither_key(seed: int, frame: int, part: int) -> np.uint32:
    """The root of the dither of plane ``part`` of picture ``frame``."""
    word = np.random.SeedSequence([(seed ^ DITHER) & 0xFFFFFFFF, frame, part]).generate_state(1)[0]
    return np.uint32(word)


def _flat(plane: Any) -> tuple[Any, int]:
    """The plane as one read-only row of samples and its row stride, so that each kernel has one signature per type."""
    size = plane.itemsize
    if plane.strides[1] != size or plane.strides[0] < plane.shape[1] * size or plane.strides[0] % size:
        plane = np.ascontiguousarray(plane)
    stride = plane.strides[0] // size
    return as_strided(plane, ((plane.shape[0] - 1) * stride + plane.shape[1],), (size,), writeable=False), stride
