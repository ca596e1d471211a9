"""A few consecutive frames before and after, in step, and what several guards derive from them, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from unplastic.clip import Clip, Picture
from unplastic.color import chroma_steps
from unplastic.guards.layer import Layer, layer_between
from unplastic.guards.tone import Tone
from unplastic.vision import Scene, watched
from unplastic.vision.bands import blurred, largest_around, steepness
from unplastic.vision.blocks import FlatBlocks, flat_blocks
from unplastic.vision.motion import is_large_enough, warped
from unplastic.vision.plane import Array, Mask, Plane, as_plane
from unplastic.vision.regions import lit_area
from unplastic.vision.run import Window, window_of

FRAMES = 3
EIGHTH = 8
CELL = 4
FLOW_CELL, FLOW_REACH_CELLS = 8, 5.0
PERSON_MAX = 0.2
STRUCTURE_SLOPE = 4.0
STRUCTURE_PIXELS_MIN = 200


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
        return first, self.tone(self.after, self.before)(second)

    def tone(self, a: Sequence[Scene], b: Sequence[Scene], t: int | None = None) -> Tone:
        """The curve from ``a`` to ``b`` (`before` and `after`, or the other way), of frame ``t`` or the middle one."""
        which = self.middle if t is None else t
        return Tone.between(*(reduced(scenes[which].small, CELL) for scenes in (a, b)))

    @cached_property
    def structured(self) -> Mask | None:
        """Places of the small plane of the middle frame that can be found again; None if there are too few."""
        small = self.before[self.middle].small
        if not is_large_enough(small):
            return None
        steep = steepness(blurred(small, 1.0)) >= STRUCTURE_SLOPE
        return steep if steep.sum() >= STRUCTURE_PIXELS_MIN else None

    @cached_property
    def colours(self) -> tuple[Array, Array]:
        """(frames, rows, columns, 3) before and after: Y', Cb and Cr in codes, means over squares without grain."""
        first, second = (np.stack([_colours(scene) for scene in scenes]) for scenes in (self.before, self.after))
        return first, second

    @cached_property
    def layer(self) -> Layer | None:
        """What was added to flat places without people; None where there is none, or no second frame of the shot."""
        here = self.before[self.middle]
        step = 1 if here.next is not None else -1
        if here.next is None and here.previous is None:
            return None
        which = self.middle, self.middle + step
        before, after = ([scenes[t] for t in which] for scenes in (self.before, self.after))
        tones = [self.tone(self.before, self.after, t) for t in which]
        blocks = self._blocks_without_people
        motion = here.to_next if step > 0 else here.to_previous
        flow = None if motion is None or self.structured is None else _flow_around(motion.flow, self.structured)
        return layer_between(before, after, blocks, tones, flow) if blocks.numbers.size else None

    @cached_property
    def blocks(self) -> FlatBlocks:
        """Flat blocks of the middle frame before."""
        luma = self.before[self.middle].luma
        return flat_blocks(luma, lit_area(luma))

    @property
    def _blocks_without_people(self) -> FlatBlocks:
        scene = self.whole[0][self.middle]
        person = scene.person if scene.faces else None
        if person is None:
            return self.blocks
        across, down = scene.ratio
        row, column = np.divmod(self.blocks.numbers, self.blocks.grid.columns)
        side = self.blocks.grid.side_px
        x = self.window.x + self.blocks.grid.left + (column + 0.5) * side
        y = self.window.y + self.blocks.grid.top + (row + 0.5) * side
        near = largest_around(person, round(side / across) // 2 * 2 + 1)
        free = near[(y / down).astype(int), (x / across).astype(int)] <= PERSON_MAX
        return replace(self.blocks, numbers=self.blocks.numbers[free], luma=self.blocks.luma[free])

    def forget(self) -> None:
        """Let go of all pictures and planes; scenes refer to each other, and would wait for a collector."""
        for scene in (*self.before, *self.after, *(self.whole[0] + self.whole[1] if "whole" in vars(self) else ())):
            scene.previous = scene.next = None
        self.before = self.after = ()
        self._pictures = ((), ())
        for name in ("whole", "calm", "structured", "colours", "layer", "blocks"):
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


def _colours(scene: Scene) -> Array:
    cells = [reduced(plane, CELL) for plane in (scene.small, *scene.small_chroma)]
    return np.stack(cells, axis=-1).astype(np.float64)


def _flow_around(flow: Plane, structured: Mask) -> Plane:
    """A flow, many times smaller, that every place takes from the structure around it: flat ones show none."""
    weight = structured.astype(np.float32)
    known = blurred(reduced(weight, FLOW_CELL), FLOW_REACH_CELLS) + np.float32(1e-6)
    parts = [blurred(reduced(flow[..., i] * weight, FLOW_CELL), FLOW_REACH_CELLS) / known for i in (0, 1)]
    return as_plane(np.stack(parts, axis=-1) / FLOW_CELL)


def eighth(plane: Plane) -> Plane:
    """Means of 8 x 8 pixels; pictures under 64 px a side stay as they are, since an eighth of them holds nothing."""
    return reduced(plane, EIGHTH if min(plane.shape) >= EIGHTH * EIGHTH else 1)


def reduced(plane: Plane, step: int) -> Plane:
    """Means of ``step`` x ``step`` pixels; what remains at the right and at the bottom is left out."""
    step = min(step, *plane.shape)
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
