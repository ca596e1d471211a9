"""Measure, treat, finish frames: sampled where they can be reached by number, else by the first ones that come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain as one_after_the_other
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from unplastic.clip import Clip, Picture
from unplastic.errors import FramesError
from unplastic.frames.form import Form, Frame, clip_of, form_of, frame_of, picture_of
from unplastic.looks import Recipe, solve
from unplastic.looks import look as find_look
from unplastic.measure import examine, plan
from unplastic.reading import Report

if TYPE_CHECKING:
    from unplastic.treat import Treatment

FIRST = 16
"""Frames of a stream that are measured before any is treated, where it cannot be asked for others."""


@dataclass(frozen=True, slots=True, eq=False)
class Finishing:
    """Frames on their way: iterate over it once. ``report`` is what was measured, ``recipe`` what is done about it."""

    report: Report
    recipe: Recipe
    _frames: Iterator[Frame] = field(repr=False)

    def __iter__(self) -> Iterator[Frame]:
        """Every frame, treated, in order."""
        return self._frames


def measure_frames(frames: Iterable[Frame], *, fps: float | Fraction = 24) -> Report:
    """Measure frames: three runs of eight where they can be reached by number, else the first 16.

    ``frames`` is a (frames, height, width, 3) array or tensor, a list of frames, or any iterable of them. Raises
    `FramesError`.

    >>> import numpy as np
    >>> report = measure_frames(np.zeros((8, 64, 96, 3), np.uint8), fps=24)
    >>> report.width, report.height, report.plasticity.score
    (96, 64, None)
    """
    return _opened(frames, fps).report()


def finish_frames(
    frames: Iterable[Frame],
    *,
    fps: float | Fraction = 24,
    look: str = "fine-35mm",
    strength: float = 1.0,
    seed: int = 0,
    pins: dict[str, dict[str, Any]] | None = None,
) -> Finishing:
    """Measure frames, then hand out each of them finished: same shape, type, device; nothing is encoded.

    What comes out is to be kept at once: nothing is held back, and memory stays the same however many come. Amounts are
    the forecast of the look's rules; the loop that tries them on samples is for files. Raises `FramesError`, and what
    `unplastic.finish` raises for a look, a strength or pins.

    >>> import numpy as np
    >>> frames = np.full((4, 64, 96, 3), 0.4, np.float32)
    >>> finishing = finish_frames(frames, fps=24, look="fine-35mm+less-grain")
    >>> [treatment.name for treatment in finishing.recipe.treatments][-1]
    'grain'
    >>> [frame.shape for frame in finishing]
    [(64, 96, 3), (64, 96, 3), (64, 96, 3), (64, 96, 3)]
    """
    source = _opened(frames, fps)
    report = source.report()
    recipe = solve(find_look(look), report, source.clip, strength=strength, seed=seed, pins=pins)
    return Finishing(report, recipe, _treated(source, recipe.treatments, seed))


def treat_frames(
    frames: Iterable[Frame], treatments: Sequence[Treatment], *, fps: float | Fraction = 24, seed: int = 0
) -> Iterator[Frame]:
    """Every frame after ``treatments``, with the values that they have; nothing is measured. Raises `FramesError`."""
    return _treated(_opened(frames, fps), treatments, seed)


@dataclass(frozen=True, slots=True, eq=False)
class _Source:
    """Frames with a known form. ``ahead`` are pictures that were taken out of a stream to be measured."""

    form: Form
    clip: Clip
    frames: Iterable[Frame]
    ahead: tuple[Picture, ...] = ()

    def report(self) -> Report:
        return examine(self.runs(), self.clip)

    def runs(self) -> Iterator[Iterator[Picture]]:
        for run in plan(self.clip):
            yield (self.at(index) for index in run)

    def at(self, index: int) -> Picture:
        if self.ahead:
            return self.ahead[index]
        assert isinstance(self.frames, Sequence) or hasattr(self.frames, "__getitem__")
        return picture_of(self.frames[index], self.form, index)  # type: ignore[index]

    def pictures(self) -> Iterator[Picture]:
        start = len(self.ahead)
        rest = (picture_of(frame, self.form, start + each) for each, frame in enumerate(self.frames))
        return one_after_the_other(self.ahead, rest)


def _opened(frames: Iterable[Frame], fps: float | Fraction) -> _Source:
    if hasattr(frames, "__len__") and hasattr(frames, "__getitem__"):
        count = len(frames)  # type: ignore[arg-type]
        if not count:
            raise FramesError("there is no frame", "give at least one")
        if getattr(frames, "ndim", 4) == 3:
            raise FramesError("this is one frame, not a clip of them", "give frames[None], or a list")
        form = form_of(frames[0], 0)  # type: ignore[index]
        return _Source(form, clip_of(form, count, fps), frames)
    stream = iter(frames)
    first = list(islice(stream, 1))
    if not first:
        raise FramesError("there is no frame", "give at least one")
    form = form_of(first[0], 0)
    some = one_after_the_other(first, islice(stream, FIRST - 1))  # a frame is let go as soon as it is a picture
    ahead = tuple(picture_of(frame, form, index) for index, frame in enumerate(some))
    return _Source(form, clip_of(form, len(ahead), fps), stream, ahead)


def _treated(source: _Source, treatments: Sequence[Treatment], seed: int) -> Iterator[Frame]:
    """One frame after the other; only a treatment of whole pictures keeps a few around the present one."""
    from unplastic.treat import Chain, Geometry  # brings the kernels' compiler: measuring does not need it
    from unplastic.vision import watched

    clip, form = source.clip, source.form
    depth = clip.bit_depth
    chain = Chain(treatments, Geometry(form.width, form.height, 1, 1, depth, depth, clip.frame_rate, clip.color, seed))
    pictures = source.pictures()
    shown = watched(pictures, clip) if chain.needs_scenes else ((each, None) for each in pictures)
    for picture, scene in shown:
        y, cb, cr = (np.empty(plane.shape, np.uint16) for plane in (picture.y, picture.cb, picture.cr))
        target = Picture(y, cb, cr, depth, picture.index, picture.pts)
        chain.run(picture, target, scene)
        yield frame_of(target, form)
