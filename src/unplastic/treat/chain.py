"""The strip executor: a picture walks through all treatments a few rows at a time, without leaving the cache.

Each strip is loaded with as many rows of context as the passes behind it reach for, handed from pass to pass between
two buffers, and written at the target depth. All scratch is allocated once. A `Chain` is for one thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from unplastic.clip import Picture
from unplastic.treat.exact import Depths, copy_codes
from unplastic.treat.treatment import Geometry, Pass, Prepared, Strip, Treatment

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from unplastic.treat.ports import Port
    from unplastic.vision import Scene

STRIP_ROWS = 64
"""Luma rows per strip: two buffers of 1080p rows then fit a second-level cache of 1 MB; at 4K an eighth misses it."""


@dataclass(slots=True)
class Counters:
    """Work done so far, for tests and benchmarks; ``scratch_bytes`` is all that a chain ever allocates for pixels."""

    frames: int = 0
    strips: int = 0
    passes: int = 0
    scratch_bytes: int = 0


@dataclass(frozen=True, slots=True)
class _Step:
    """One pass on one strip; ``outside`` repeats the picture's edge rows in the result where a later pass reaches."""

    treat: Pass
    source: Strip
    target: Strip
    outside: tuple[tuple[NDArray[np.float32], NDArray[np.float32]], ...]


@dataclass(frozen=True, slots=True)
class _Job:
    """The whole way of one strip: what to load, the steps, and what to write; ``clean`` is it before step ``tap``."""

    loaded: Strip
    steps: tuple[_Step, ...]
    written: Strip
    tap: int
    clean: Strip


class Chain:
    """The treatments that change something, bound to one clip, in their ``order``.

    ``rows`` is the strip height in luma rows; results do not depend on it. ``before`` names the treatment before which
    the picture can be had as well: "grain" for the clean plate.
    """

    def __init__(
        self, treatments: Sequence[Treatment], geometry: Geometry, *, rows: int = STRIP_ROWS, before: str = ""
    ) -> None:
        self.geometry = geometry
        self.counters = Counters()
        active = sorted((t for t in treatments if not t.is_noop), key=lambda t: t.order)
        self._passes = [treatment.bind(geometry) for treatment in active]
        self._tap = next((i for i, each in enumerate(active) if before and each.name == before), len(active))
        self._prepared = [p for p in self._passes if isinstance(p, Prepared)]
        self._touches_chroma = any(p.touches_chroma for p in self._passes)
        self._port: Port | None = None
        self._aside: Port | None = None
        self._jobs: list[_Job] = []
        if self._passes or geometry.target_depth < geometry.source_depth:
            self._open(max(2, rows // 2 * 2))

    @property
    def needs_scenes(self) -> bool:
        """Whether a pass has to be shown the scene of every frame."""
        return bool(self._prepared)

    def run(self, source: Picture, target: Picture, scene: Scene | None = None, clean: Picture | None = None) -> None:
        """Treat ``source`` into the planes of ``target`` (uint16, writable, same shapes; only its planes are used).

        ``scene`` is that of ``source``, for the passes that have to see whole pictures. ``clean`` becomes what
        ``target`` would be without the treatment named ``before``, where that is the last.
        """
        for picture in (target, clean) if clean else (target,):
            self._check(source, picture)
        self.counters.frames += 1
        if scene is not None:
            for each in self._prepared:
                each.prepare(scene)
        geometry = self.geometry
        depths = Depths(geometry.source_depth, geometry.target_depth, is_full_range=geometry.color.is_full_range)
        if self._port is not None:
            self._run_strips(self._port, source, target, clean)
        for picture in (target, clean) if clean else (target,):
            if self._port is None:
                copy_codes(source.y, picture.y, depths, is_chroma=False)
            if self._port is None or (not self._touches_chroma and depths.target >= depths.source):
                copy_codes(source.cb, picture.cb, depths, is_chroma=True)
                copy_codes(source.cr, picture.cr, depths, is_chroma=True)

    def _run_strips(self, port: Port, source: Picture, target: Picture, clean: Picture | None) -> None:
        port.open(source, target)
        aside = self._aside if clean else None
        if aside and clean:
            aside.open(source, clean)
        luma_only = not self._touches_chroma and port.is_widening
        for job in self._jobs:
            port.load(job.loaded)
            for i, step in enumerate(job.steps):
                if aside and i == job.tap:
                    aside.write(job.clean, luma_only=luma_only)
                step.treat(step.source, step.target, source.index)
                for outside, nearest in step.outside:
                    outside[:] = nearest
            if aside and job.tap == len(job.steps):
                aside.write(job.written, luma_only=luma_only)
            port.write(job.written, luma_only=luma_only)
        self.counters.strips += len(self._jobs)
        self.counters.passes += len(self._jobs) * len(self._passes)

    def _check(self, source: Picture, target: Picture) -> None:
        g = self.geometry
        chroma = (-(-g.height // g.down), -(-g.width // g.across))
        for picture in (source, target):
            if (picture.y.shape, picture.cb.shape, picture.cr.shape) != ((g.height, g.width), chroma, chroma):
                raise ValueError(f"planes {picture.y.shape}, {picture.cb.shape} do not fit {g}")
        if source.bit_depth != g.source_depth or target.bit_depth != g.target_depth:
            raise ValueError(f"{source.bit_depth} to {target.bit_depth} bits does not fit {g}")

    def _open(self, rows: int) -> None:
        from unplastic.treat.ports import Port

        self._port, self._aside = Port(self.geometry), Port(self.geometry)
        buffers = self._buffers(rows + 2 * sum(p.reach for p in self._passes))
        self._jobs = [self._job(row, rows, buffers) for row in range(0, self.geometry.height, rows)]

    def _buffers(self, rows: int) -> tuple[Strip, Strip]:
        g = self.geometry
        across = -(-g.width // g.across)
        shapes = (rows, across * g.across), (rows // g.down, across), (rows // g.down, across)
        a, b = (Strip(*(np.zeros(shape, np.float32) for shape in shapes), row=0) for _ in range(2))
        self.counters.scratch_bytes = sum(plane.nbytes for s in (a, b) for plane in (s.y, s.cb, s.cr))
        return a, b

    def _job(self, row: int, rows: int, buffers: tuple[Strip, Strip]) -> _Job:
        down, height = self.geometry.down, self.geometry.height
        rows = min(rows, height - row + (height - row) % 2)
        margin = sum(p.reach for p in self._passes)
        here = loaded = clean = _window(buffers[0], row - margin, rows + 2 * margin, down)
        steps = []
        for i, treat in enumerate(self._passes):
            if i == self._tap:
                inside, inner = slice(margin, margin + rows), slice(margin // down, (margin + rows) // down)
                clean = Strip(here.y[inside], here.cb[inner], here.cr[inner], row)
            margin -= treat.reach
            there = _window(buffers[(i + 1) % 2], row - margin, rows + 2 * margin, down)
            if not treat.touches_chroma:
                inner = slice(treat.reach // down, here.cb.shape[0] - treat.reach // down)
                there = Strip(there.y, here.cb[inner], here.cr[inner], there.row)
            steps.append(_Step(treat, here, there, tuple(_outside(there, height, down)) if margin else ()))
            here = there
        return _Job(loaded, tuple(steps), here, self._tap, clean)


def _window(buffer: Strip, row: int, rows: int, down: int) -> Strip:
    chroma = rows // down
    return Strip(buffer.y[:rows], buffer.cb[:chroma], buffer.cr[:chroma], row)


def _outside(strip: Strip, height: int, down: int) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Pairs (rows outside the picture, the nearest row inside) of the planes of a strip."""
    pairs = []
    for plane, first, inside in (
        (strip.y, strip.row, height),
        (strip.cb, strip.row // down, -(-height // down)),
        (strip.cr, strip.row // down, -(-height // down)),
    ):
        above, end = max(0, -first), inside - first
        if above:
            pairs.append((plane[:above], plane[above]))
        if end < plane.shape[0]:
            pairs.append((plane[end:], plane[end - 1]))
    return pairs
