"""Coordinates that move with the surface, where no mesh says where it is: two phases, each reset in turn.

Coordinates are carried, never noise: noise warped from frame to frame fades to a tenth, a texture looked up at carried
coordinates keeps its contrast (Neyret 2003; Yu and Neyret 2011). The weights of both phases are to be divided by the
root of the sum of their squares, which keeps the variance.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from unplastic.vision.motion import Motion, moved
from unplastic.vision.plane import Plane, as_plane

PERIOD_FRAMES = 24
COARSE, AROUND = 4, (5, 5)
LOST = 0.25
"""Confidence under which a pixel starts anew: what it shows was not in the frame before."""


@dataclass(frozen=True, slots=True, eq=False)
class Phase:
    """``shift`` (height, width, 2) in small pixels: the texture of p is looked up at p + shift(p).

    ``weight`` 0..1 is the same for the whole picture; ``seed`` changes at every reset.
    """

    shift: Plane
    weight: float
    seed: int


class Advection:
    """Coordinates of one shot, frame after frame. A new shot starts at full weight: nothing fades in."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._shifts = [np.zeros((*shape, 2), np.float32) for _ in range(2)]
        self._frame = 0

    def follow(self, back: Motion | None) -> tuple[Phase, Phase]:
        """The phases of the next frame; ``back`` leads from it to the frame before (None for the first)."""
        if back is not None and self._frame:
            lost = (back.confidence < LOST)[..., None]
            for i, shift in enumerate(self._shifts):
                carried = moved(shift, back.flow, cv2.INTER_LINEAR) + back.flow
                self._shifts[i] = as_plane(
                    np.where(lost, moved_home(carried, lost), carried) if lost.any() else carried
                )
        first, second = (self._phase(i) for i in range(2))
        self._frame += 1
        return first, second

    def _phase(self, number: int) -> Phase:
        age = self._frame + number * PERIOD_FRAMES // 2
        turn, age = divmod(age, PERIOD_FRAMES)
        if age == 0 and self._frame:
            self._shifts[number] = np.zeros_like(self._shifts[number])
        weight = float(np.sin(np.pi * (age + 0.5) / PERIOD_FRAMES) ** 2)
        return Phase(self._shifts[number], weight, 2 * turn + number)


def moved_home(carried: Plane, lost: np.ndarray) -> Plane:
    """What lost pixels get: the shift of their surroundings, smoothed, so that texture does not tear at their rim."""
    height, width = carried.shape[:2]
    size = max(1, width // COARSE), max(1, height // COARSE)
    keep = (~lost).astype(np.float32)
    weight = as_plane(cv2.resize(keep, size, interpolation=cv2.INTER_AREA)).reshape(size[1], size[0])
    shift = as_plane(cv2.resize(carried * keep, size, interpolation=cv2.INTER_AREA))
    near = cv2.blur(shift, AROUND) / np.maximum(cv2.blur(weight, AROUND), 1e-3)[..., None]
    return as_plane(cv2.resize(near, (width, height)))
