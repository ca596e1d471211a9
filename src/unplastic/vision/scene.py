"""A shot as it streams by: each frame with its neighbours, motion, faces and surfaces, made once and on demand.

Treatments of whole pictures look at a `Scene`. Nothing is computed that nobody asks for, nothing twice, and nothing
across a cut; memory holds a few frames around the present one, however long the clip is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from functools import cached_property

import cv2
import numpy as np

from unplastic.clip import Clip, Picture
from unplastic.color import assumed_matrix, chroma_scale, luma_scale
from unplastic.vision.codes import to_codes8
from unplastic.vision.colours import Rgb, rgb_of
from unplastic.vision.cuts import Glance, glance, is_cut
from unplastic.vision.face import Face
from unplastic.vision.motion import Motion, is_large_enough, motion_pair, moved
from unplastic.vision.people import People, people
from unplastic.vision.plane import Plane, as_plane
from unplastic.vision.surfaces import Surfaces

AHEAD, BEHIND = 4, 3
"""Frames that stay within reach after and before the present one."""

SCALES = ((2, 1_100_000), (3, 2_600_000), (4, 9_500_000), (8, 40_000_000))
"""Size of the small planes against the picture's pixels: motion at half size follows best, and is dear at 1080p."""

PERSON_KEPT = 0.6
"""Share of the person mask that comes from the frame before, carried along: the network alone flickers at hair."""


class Scene:
    """One frame of a shot.

    ``index`` counts in the clip. ``up`` is the size factor against the picture that the generator made. Planes are
    float32 in 8-bit limited-range codes; small ones are ``scale`` times smaller.
    """

    def __init__(self, picture: Picture, clip: Clip, up: float = 1.0) -> None:
        self.index = picture.index
        self.up = up
        self.previous: Scene | None = None
        self.next: Scene | None = None
        self._picture = picture
        self._clip = clip
        self._people: People | None = None
        self._pair: tuple[Motion, Motion] | None = None

    @cached_property
    def scale(self) -> int:
        """Luma pixels per pixel of the small planes, nearly: 2 up to 720 lines, 3 up to 1080, 4 up to 2160."""
        pixels = self._clip.width * self._clip.height
        return next((scale for scale, most in SCALES if pixels <= most), 16)

    @property
    def ratio(self) -> tuple[float, float]:
        """Luma pixels per pixel of the small planes, exactly: across, down."""
        height, width = self.small.shape
        return self._clip.width / width, self._clip.height / height

    @cached_property
    def luma(self) -> Plane:
        """(height, width), full size."""
        picture, full = self._picture, self._clip.color.is_full_range
        return to_codes8(picture.y, *luma_scale(picture.bit_depth, is_full_range=full), zero=16.0, span=219.0)

    @cached_property
    def chroma(self) -> tuple[Plane, Plane]:
        """Cb and Cr at their own size."""
        picture, full = self._picture, self._clip.color.is_full_range
        scale = chroma_scale(picture.bit_depth, is_full_range=full)
        cb, cr = (to_codes8(plane, *scale, zero=128.0, span=224.0) for plane in (picture.cb, picture.cr))
        return cb, cr

    @cached_property
    def small(self) -> Plane:
        """Luma, ``scale`` times smaller."""
        return self._small(self._picture.y, luma_scale, 16.0, 219.0)

    @cached_property
    def small_chroma(self) -> tuple[Plane, Plane]:
        """Cb and Cr at the size of `small`."""
        cb, cr = (self._small(p, chroma_scale, 128.0, 224.0) for p in (self._picture.cb, self._picture.cr))
        return cb, cr

    @cached_property
    def mean_luma(self) -> float:
        """Mean of the small luma, in codes."""
        return float(np.mean(self.small))

    @property
    def to_next(self) -> Motion | None:
        """Motion from this frame to the next of the shot."""
        if self._pair is None and self.next is not None and is_large_enough(self.small):
            self._pair = motion_pair(self.small, self.next.small)
        return self._pair[0] if self._pair else None

    @property
    def to_previous(self) -> Motion | None:
        """Motion from this frame to the one before."""
        before = self.previous
        return before._pair[1] if before is not None and before.to_next is not None and before._pair else None

    @cached_property
    def rgb(self) -> Rgb:
        """The small picture in R'G'B'."""
        matrix = assumed_matrix(self._clip.color.matrix, self._clip.width, self._clip.height)
        return rgb_of(self.small, *self.small_chroma, matrix)

    @property
    def people(self) -> People:
        """Who follows the faces of this shot."""
        if self._people is None:
            self._people = self.previous.people if self.previous else people(self.ratio)
        return self._people

    @cached_property
    def faces(self) -> tuple[Face, ...]:
        """Faces in luma pixels, largest first, each with a number that it keeps through the shot."""
        if self.previous is not None:
            _ = self.previous.faces  # in their order: a face is followed from frame to frame
        return self.people.faces(lambda: self.rgb, lambda: self.previous.to_next if self.previous else None)

    @cached_property
    def surfaces(self) -> Surfaces:
        """Soft masks at the size of `small`."""
        across, down = self.ratio
        faces = tuple(face.scaled(1 / across, 1 / down) for face in self.faces)
        return Surfaces(self.small, *self.small_chroma, faces, lambda: self.person)

    @cached_property
    def person(self) -> Plane | None:
        """The person mask at the size of `small`, held steady along the motion; None without the network."""
        mask = self.people.person(self.rgb)
        before = self.previous
        if mask is None or before is None or "person" not in vars(before) or before.person is None:
            return mask
        back = self.to_previous
        if back is None:
            return mask
        share = np.float32(PERSON_KEPT) * back.confidence
        return as_plane(mask + share * (moved(before.person, back.flow, cv2.INTER_LINEAR) - mask))

    def forget(self) -> None:
        """Let go of the frames before: this one is the last within reach.

        What they had cached refers back to them; it is dropped here and now, since a collector that counts objects
        does not see how large these are.
        """
        if self.previous is not None:
            self.previous._drop()
        self.previous = None

    def _drop(self) -> None:
        for name in ("luma", "chroma", "small", "small_chroma", "rgb", "surfaces", "person"):
            vars(self).pop(name, None)
        self._pair = None

    def _small(self, plane: np.ndarray, scale_of: object, zero: float, span: float) -> Plane:
        height, width = self._picture.y.shape
        size = (max(1, width // self.scale), max(1, height // self.scale))
        small = plane if plane.shape == size[::-1] else cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
        offset, full = scale_of(self._picture.bit_depth, is_full_range=self._clip.color.is_full_range)  # type: ignore[operator]
        return to_codes8(small, offset, full, zero=zero, span=span)


def watched(pictures: Iterable[Picture], clip: Clip, *, up: float = 1.0) -> Iterator[tuple[Picture, Scene]]:
    """Every picture with its scene, in order, `AHEAD` frames late so that the next ones are known."""
    waiting: deque[tuple[Picture, Scene, Glance]] = deque()
    past: deque[Scene] = deque(maxlen=BEHIND + 1)
    changes: deque[float] = deque(maxlen=2 * AHEAD)

    def out() -> tuple[Picture, Scene]:
        picture, scene, _ = waiting.popleft()
        past.append(scene)
        if len(past) > BEHIND:
            past[0].forget()
        return picture, scene

    for picture in pictures:
        scene = Scene(picture, clip, up)
        seen = glance(picture.y, picture.bit_depth)
        last = waiting[-1] if waiting else None
        if last is not None:
            change = seen.change(last[2])
            if not is_cut(change, seen.histogram_change(last[2]), changes):
                scene.previous, last[1].next = last[1], scene
            changes.append(change)
        waiting.append((picture, scene, seen))
        if len(waiting) > AHEAD:
            yield out()
    while waiting:
        yield out()
