"""The people of one shot, or the reason why they cannot be looked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2

from unplastic.errors import WeightsError
from unplastic.vision.colours import Rgb
from unplastic.vision.face import Face
from unplastic.vision.faces import Follower
from unplastic.vision.motion import Motion
from unplastic.vision.networks import Networks, networks
from unplastic.vision.plane import Plane


@dataclass
class People:
    """Faces and person masks of one shot, frame after frame. ``why_not`` says why nobody can be found, if so."""

    networks: Networks | None
    follower: Follower | None
    why_not: str | None = None

    def faces(self, rgb: Callable[[], Rgb], motion: Callable[[], Motion | None]) -> tuple[Face, ...]:
        """Faces of the next frame in luma pixels. The picture, and the motion to it, are only asked for at need."""
        if self.follower is None:
            return ()
        if self.follower.is_idle:
            self.follower.skip()
            return ()
        return self.follower.follow(rgb(), motion() if self.follower.known else None)

    def person(self, rgb: Rgb) -> Plane | None:
        """How surely each pixel is a person, 0..1, at the size of ``rgb``."""
        if self.networks is None:
            return None
        return cv2.resize(self.networks.person(rgb), (rgb.shape[1], rgb.shape[0]))  # type: ignore[return-value]


def people(scale: tuple[float, float]) -> People:
    """The people of a new shot, in pictures ``scale`` times smaller (across, down) than the luma."""
    found = networks()
    if isinstance(found, WeightsError):
        return People(None, None, found.message)
    return People(found, Follower(found, scale))
