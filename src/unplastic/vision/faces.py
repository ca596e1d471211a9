"""Faces followed through a shot: found by the detector, shaped by the mesh network, held steady by the motion.

The network's points tremble by a fraction of a pixel, which is enough to make skin texture swim. So between frames the
points are carried by the optical flow, and only slowly pulled back to the network's: the "points filter" that kept
texture on six clips with correlations of .83 to .98 under flows that it did not use.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np

from unplastic.vision.colours import Rgb
from unplastic.vision.face import Face, Points
from unplastic.vision.mesh import mesh
from unplastic.vision.motion import Motion
from unplastic.vision.networks import square_around
from unplastic.vision.plane import as_plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

DETECT_EVERY = 12
"""Frames between two looks for new faces; those already followed are looked at in every frame."""

FACES_MAX = 4
IPD_MIN_PX = 24.0
"""Below this, in luma pixels, a face shows neither skin nor shape."""

SCORE_MIN = 0.5
SAME_FACE_IPD = 0.6
PULL, PULL_FAR = 0.15, 0.5
FAR_IPD, WILD_IPD = 0.05, 0.03
REFINE = 2


class Finder(Protocol):
    """What finds and shapes faces: `unplastic.vision.networks.Networks`."""

    def faces(self, rgb: Rgb) -> list[tuple[float, NDArray[np.float32]]]:
        """Detections."""
        ...

    def mesh(self, rgb: Rgb, around: NDArray[np.float32]) -> tuple[float, NDArray[np.float32]]:
        """Landmarks."""
        ...


@dataclass
class Follower:
    """The faces of one shot, frame after frame, in order.

    Works in the small pictures that it gets; ``scale`` is luma pixels per small pixel, across and down.
    """

    finder: Finder
    scale: tuple[float, float]
    next_track: int = 0
    frames: int = 0
    known: tuple[Face, ...] = ()
    shapes: dict[int, Points] = field(default_factory=dict)

    @property
    def is_idle(self) -> bool:
        """Whether the next frame need not be looked at: nobody is followed, and it is not time to look for anybody."""
        return not self.known and self.frames % DETECT_EVERY != 0

    def skip(self) -> None:
        """Pass over a frame while idle."""
        self.frames += 1

    def follow(self, rgb: Rgb, motion: Motion | None) -> tuple[Face, ...]:
        """The faces of the next frame in luma pixels, largest first; ``motion`` leads to it from the frame before."""
        seen = [self._shaped(rgb, face, motion) for face in self.known]
        faces = [face for face in seen if face is not None]
        if self.frames % DETECT_EVERY == 0 or len(faces) < len(self.known):
            faces += self._new(rgb, faces)
        self.frames += 1
        self.known = tuple(sorted(faces, key=lambda face: -face.ipd_px)[:FACES_MAX])
        return tuple(face.scaled(*self.scale) for face in self.known)

    def _new(self, rgb: Rgb, known: list[Face]) -> list[Face]:
        found: list[Face] = []
        for _, points in self.finder.faces(rgb)[: 2 * FACES_MAX]:
            face = self._meshed(rgb, points, track=self.next_track)
            if face is None or any(_is_same(face, other) for other in (*known, *found)):
                continue
            self.shapes[face.track] = face.points
            self.next_track += 1
            found.append(face)
        return found

    def _meshed(self, rgb: Rgb, points: NDArray[np.float32], track: int) -> Face | None:
        """A detection as a face: the network looks again inside its own first answer."""
        score, shape = 0.0, points
        for _ in range(REFINE):
            score, shape = self.finder.mesh(rgb, square_around(shape))
            if score < SCORE_MIN:
                return None
        return self._plausible(Face(shape, score, track), rgb)

    def _shaped(self, rgb: Rgb, face: Face, motion: Motion | None) -> Face | None:
        """A known face one frame on, or None when it has left or turned away."""
        before = face.points
        carried = before if motion is None else before + _with_depth(_at(motion.flow, before))
        score, shape = self.finder.mesh(rgb, square_around(carried))
        if score < SCORE_MIN:
            return None
        own = shape - self.shapes[face.track]
        held = shape if motion is None else _held(before, shape, own, _at(motion.flow, before), face.ipd_px)
        self.shapes[face.track] = shape
        return self._plausible(replace(face, points=held, score=score), rgb)

    def _plausible(self, face: Face, rgb: Rgb) -> Face | None:
        """The face, unless it is tiny or its middle has left the picture."""
        height, width = rgb.shape[:2]
        x, y = face.centre
        is_large = face.ipd_px * self.scale[0] >= IPD_MIN_PX
        return face if is_large and 0 <= x < width and 0 <= y < height else None


def _held(before: Points, shape: Points, own: Points, flow: NDArray[np.float32], ipd: float) -> Points:
    """The points filter: the mesh's ``own`` step, corrected by the flow beside it, then pulled to ``shape``."""
    near = mesh().near
    off = np.median((flow - own[:, :2])[near], axis=1)
    off[np.linalg.norm(off, axis=1) > WILD_IPD * ipd] = 0.0
    step = own + _with_depth(off)
    moved = before + 0.5 * step + 0.5 * step[near].mean(axis=1)
    error = shape - moved
    far = np.linalg.norm(error[:, :2], axis=1, keepdims=True) > FAR_IPD * ipd
    return (moved + np.where(far, PULL_FAR, PULL).astype(np.float32) * error).astype(np.float32)


def _with_depth(flat: NDArray[np.float32]) -> Points:
    return np.concatenate([flat, np.zeros((len(flat), 1), np.float32)], axis=1)


def _at(flow: NDArray[np.float32], points: Points) -> NDArray[np.float32]:
    """The flow at the points, (n, 2), linearly between pixels."""
    x = np.ascontiguousarray(points[:, 0], np.float32).reshape(-1, 1)
    y = np.ascontiguousarray(points[:, 1], np.float32).reshape(-1, 1)
    return as_plane(cv2.remap(flow, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)).reshape(-1, 2)


def _is_same(a: Face, b: Face) -> bool:
    apart = np.hypot(a.centre[0] - b.centre[0], a.centre[1] - b.centre[1])
    return bool(apart < SAME_FACE_IPD * max(a.ipd_px, b.ipd_px))
