"""A few consecutive frames before and after, in step, and what several guards derive from them, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from unplastic.clip import Clip, Picture
from unplastic.color import chroma_steps
from unplastic.guards.tone import Tone
from unplastic.vision import Scene, watched
from unplastic.vision.blocks import FlatBlocks, flat_blocks
from unplastic.vision.motion import warped
from unplastic.vision.plane import Plane, as_plane
from unplastic.vision.regions import lit_area
from unplastic.vision.run import Window, window_of

FRAMES = 3
EIGHTH = 8


class Sight:
    """One run, before and after. Pictures of more than 1080p are looked at through a window of 2 Mpixel.

    ``clips`` are the clips whose pictures these are, before and after; ``turn`` numbers the runs, each of which looks
    through another window. Raises `ValueError` when the pictures are not in step.
    """

    def __init__(
        self, before: Sequence[Picture], after: Sequence[Picture], clips: tuple[Clip, Clip], *, turn: int = 0
    ) -> None:
        if not before or [p.y.shape for p in before] != [p.y.shape for p in after]:
            raise ValueError("guards need as many pictures after as before, of one size")
        height, width = before[0].y.shape
        self.window = window_of(width, height, turn)
        self.is_whole = (self.window.width, self.window.height) == (width, height)
        self._pictures = tuple(before), tuple(after)
        self._clips = clips
        self.before, self.after = (
            self._scenes([_part(p, self.window) for p in pictures], clip)
            for pictures, clip in zip(self._pictures, clips, strict=True)
        )

    @property
    def middle(self) -> int:
        """The frame that is looked at where one is enough."""
        return len(self.before) // 2

    @cached_property
    def whole(self) -> tuple[tuple[Scene, ...], tuple[Scene, ...]]:
        """Scenes of the whole pictures, before and after: for what only small planes are needed of."""
        if self.is_whole:
            return self.before, self.after
        first, second = (self._scenes(p, clip) for p, clip in zip(self._pictures, self._clips, strict=True))
        return first, second

    @cached_property
    def calm(self) -> tuple[Plane, Plane]:
        """Luma of the middle frame before and after with less noise, "after" in the tone of "before".

        The mean over the frames of the run, brought together by the motion seen before: both get the same treatment.
        """
        first, second = self._mean_of(self.before), self._mean_of(self.after)
        return first, Tone.between(eighth(second), eighth(first))(second)

    @cached_property
    def blocks(self) -> FlatBlocks:
        """Flat blocks of the middle frame before."""
        luma = self.before[self.middle].luma
        return flat_blocks(luma, lit_area(luma))

    def forget(self) -> None:
        """Let go of all pictures and planes; scenes refer to each other, and would wait for a collector."""
        for scene in (*self.before, *self.after, *(self.whole[0] + self.whole[1] if "whole" in vars(self) else ())):
            scene.previous = scene.next = None
        self.before = self.after = ()
        self._pictures = ((), ())
        for name in ("whole", "calm", "blocks"):
            vars(self).pop(name, None)

    def _scenes(self, pictures: Sequence[Picture], clip: Clip) -> tuple[Scene, ...]:
        height, width = pictures[0].y.shape
        return tuple(scene for _, scene in watched(pictures, replace(clip, width=width, height=height)))

    def _mean_of(self, scenes: tuple[Scene, ...]) -> Plane:
        seen, here = self.before[self.middle], scenes[self.middle]
        planes = [here.luma]
        if seen.to_next is not None:
            planes.append(warped(scenes[self.middle + 1].luma, seen.to_next.flow))
        if seen.to_previous is not None:
            planes.append(warped(scenes[self.middle - 1].luma, seen.to_previous.flow))
        return as_plane(np.mean(planes, axis=0, dtype=np.float32))


def eighth(plane: Plane) -> Plane:
    """Means of 8 x 8 pixels; pictures under 64 px a side stay as they are, since an eighth of them holds nothing."""
    step = EIGHTH if min(plane.shape) >= EIGHTH * EIGHTH else 1
    height, width = (side // step * step for side in plane.shape)
    cells = plane[:height, :width].reshape(height // step, step, width // step, step)
    return as_plane(cells.mean(axis=(1, 3), dtype=np.float32))


def _part(picture: Picture, window: Window) -> Picture:
    """What a window shows of a picture; its corner lies on even pixels."""
    across, down = chroma_steps(picture)
    rows, columns = slice(window.y, window.y + window.height), slice(window.x, window.x + window.width)
    small_rows = slice(window.y // down, -(-(window.y + window.height) // down))
    small_columns = slice(window.x // across, -(-(window.x + window.width) // across))
    small = (small_rows, small_columns)
    return replace(picture, y=picture.y[rows, columns], cb=picture.cb[small], cr=picture.cr[small])
