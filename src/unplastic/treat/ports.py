"""Where strips enter from and leave to the planes of pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from unplastic.clip import Picture
from unplastic.color import chroma_scale, luma_scale
from unplastic.treat.treatment import Geometry, Strip

if TYPE_CHECKING:
    from unplastic.clip import Plane

DITHER = 0x64697468
"""Keeps the dither's random numbers apart from everybody else's."""


@dataclass(frozen=True, slots=True)
class _Scale:
    """One plane's codes <-> nominal signal, in the types that the kernels are compiled for."""

    height: int
    width: int
    down: int
    load: tuple[np.float32, np.float32]
    write: tuple[np.float32, np.float32, np.float32, np.float32]


class Port:
    """Loads strips from the source picture and writes them to the target picture, for one geometry.

    ``is_widening`` says that the target has at least the bits of the source, so untouched codes come out exactly.
    """

    def __init__(self, geometry: Geometry) -> None:
        from unplastic.treat.kernels.planes import load_rows, write_rows

        self._load_rows, self._write_rows = load_rows, write_rows
        self.geometry = geometry
        self._key = np.uint32((geometry.seed ^ DITHER) & 0xFFFFFFFF)
        self._frame = 0
        self.is_widening = geometry.target_depth >= geometry.source_depth
        chroma = (-(-geometry.height // geometry.down), -(-geometry.width // geometry.across), geometry.down)
        self._scales = [
            self._scale(luma_scale, geometry.height, geometry.width, 1),
            self._scale(chroma_scale, *chroma),
            self._scale(chroma_scale, *chroma),
        ]

    def open(self, source: Picture, target: Picture) -> None:
        """Take the planes of the next picture."""
        self._from = [_flat(plane, writable=False) for plane in (source.y, source.cb, source.cr)]
        self._to = [_flat(plane, writable=True) for plane in (target.y, target.cb, target.cr)]
        self._frame = source.index

    def load(self, strip: Strip) -> None:
        """Fill all rows of ``strip``."""
        for (plane, stride), scale, rows in zip(self._from, self._scales, (strip.y, strip.cb, strip.cr), strict=True):
            self._load_rows(plane, stride, scale.height, scale.width, strip.row // scale.down, *scale.load, rows)

    def write(self, strip: Strip, *, luma_only: bool) -> None:
        """Write the rows of ``strip`` that lie inside the picture; ``strip.row`` is not negative."""
        planes = (strip.y,) if luma_only else (strip.y, strip.cb, strip.cr)
        for part, rows in enumerate(planes):
            (plane, stride), scale = self._to[part], self._scales[part]
            first = strip.row // scale.down
            inside = rows[: scale.height - first]
            self._write_rows(inside, plane, stride, scale.width, first, *scale.write, self._key, self._frame, part)

    def _scale(self, scale: Any, height: int, width: int, down: int) -> _Scale:
        g = self.geometry
        offset_in, span_in = scale(g.source_depth, is_full_range=g.color.is_full_range)
        offset, span = scale(g.target_depth, is_full_range=g.color.is_full_range)
        falls_between = g.color.is_full_range and g.target_depth > g.source_depth
        load = np.float32(offset_in), np.float32(1.0 / span_in)
        top, source_span = np.float32((1 << g.target_depth) - 1), np.float32(span_in if falls_between else 0.0)
        return _Scale(height, width, down, load, (np.float32(offset), np.float32(span), top, source_span))


def _flat(plane: Plane, *, writable: bool) -> tuple[Plane, int]:
    """The plane as one row of samples from its first to its last, and its row stride in samples.

    Always a contiguous view and, unless ``writable``, read-only, so that each kernel has one signature per depth.
    """
    size = plane.itemsize
    if plane.strides[1] != size or plane.strides[0] < plane.shape[1] * size or plane.strides[0] % size:
        if writable:
            raise ValueError(f"the rows of a target plane must be contiguous, not {plane.strides}")
        plane = np.ascontiguousarray(plane)
    stride = plane.strides[0] // size
    samples = (plane.shape[0] - 1) * stride + plane.shape[1]
    return as_strided(plane, (samples,), (size,), writeable=writable), stride
