"""One pass over a shot: the finished picture, the same without grain, the grain alone, and without its grade."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from unplastic.clip import Clip, Picture
from unplastic.deliver.samples import Samples
from unplastic.deliver.ungraded import ungraded
from unplastic.media import Writer, pictures
from unplastic.render import render
from unplastic.treat.grain import Grain
from unplastic.trial import geometry, shown

if TYPE_CHECKING:
    from unplastic.looks import Recipe
    from unplastic.upscale import Enlarged

GRAIN = "grain"


@dataclass(frozen=True, slots=True)
class Targets:
    """Files by master name: of the finished picture, of the clean and the grain plate, and of the ungraded picture."""

    finished: dict[str, Path]
    clean: dict[str, Path] = field(default_factory=dict)
    grain: dict[str, Path] = field(default_factory=dict)
    ungraded: dict[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Plates:
    """The pictures of one frame; those without a file are scratch."""

    finished: Picture
    clean: Picture
    grain: Picture
    ungraded: Picture


@dataclass(frozen=True, slots=True)
class _Sink:
    """Hands one of the plates to its writer."""

    writer: Writer
    part: str

    def write(self, plates: Any) -> None:
        self.writer.write(getattr(plates, self.part))


def render_plates(
    clip: Clip, larger: Enlarged, recipe: Recipe, targets: Targets, *, progress: Callable[[int], None] | None = None
) -> tuple[Samples, tuple[str, ...]]:
    """Write every file; returns the samples for the check, and what the writers noted.

    The finished picture is that of `finish`, byte for byte; finished less clean is the grain plate less grey. The
    ungraded one goes the whole way again, without the grade.
    """
    from unplastic.treat import Chain  # brings the kernels' compiler

    shape = geometry(larger.clip, next(iter(targets.finished)), recipe.seed)
    chain = Chain(recipe.treatments, shape, before=GRAIN)
    apart = Chain(ungraded(recipe, larger.clip), shape) if targets.ungraded else None
    grain = next((each for each in recipe.treatments if isinstance(each, Grain)), None)
    samples = Samples.of(larger.clip, grain.hold(larger.clip.frame_rate) if grain else None)
    with ExitStack() as stack:
        writers: dict[str, Writer] = {}
        for part in PARTS:
            if files := getattr(targets, part):
                depth = chain.geometry.target_depth
                writers[part] = stack.enter_context(Writer(larger.clip, files, bit_depth=depth))

        def treated(source: Iterator[Picture]) -> Iterator[Any]:
            for picture, scene in shown(map(larger, source), larger, chain):
                made = {part: _blank(writers.get(part), picture, chain.geometry.target_depth) for part in PARTS}
                plates = Plates(**made)
                chain.run(picture, plates.finished, scene, clean=plates.clean)
                samples.take(plates.clean, plates.finished)
                if apart:
                    apart.run(picture, plates.ungraded, scene)
                if GRAIN in writers:
                    _subtract(plates)
                yield plates

        sinks: list[Any] = [_Sink(writer, part) for part, writer in writers.items()]
        render(pictures(clip), treated, sinks, progress=progress)
    notes = dict.fromkeys(note for writer in writers.values() for note in writer.notes)
    return samples, tuple(notes)


PARTS = ("finished", "clean", "grain", "ungraded")


def _blank(writer: Writer | None, picture: Picture, bit_depth: int) -> Picture:
    if writer:
        return writer.blank(picture.index, picture.pts, picture.duration)
    y, cb, cr = (np.empty(plane.shape, np.uint16) for plane in (picture.y, picture.cb, picture.cr))
    return Picture(y, cb, cr, bit_depth, picture.index, picture.pts, picture.duration)


def _subtract(plates: Plates) -> None:
    """Finished less clean, around the middle of all codes."""
    middle, top = 1 << (plates.finished.bit_depth - 1), (1 << plates.finished.bit_depth) - 1
    for name in ("y", "cb", "cr"):
        difference = getattr(plates.finished, name).astype(np.int32) - getattr(plates.clean, name)
        getattr(plates.grain, name)[:] = np.clip(difference + middle, 0, top)
