"""Key and fill on a face, shaped gently as a lamp would: by the turn of the skin to it, in light and not in codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from unplastic.errors import RecipeError
from unplastic.parameter import check, parameter
from unplastic.treat.persona import looks
from unplastic.treat.treatment import Geometry, Strip
from unplastic.vision.bands import blurred, smooth_step, to_size
from unplastic.vision.headlight import FLAT_STOPS, HeadLight, head_light, light_field

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from unplastic.vision import Scene
    from unplastic.vision.face import Face

GAMMA = 2.4
SIDES = {"": None, "left": (-50.0, 25.0), "right": (50.0, 25.0)}
"""Where a lamp is taken to stand that is asked for: azimuth and elevation, degrees."""

NEAR_WHITE = (0.78, 0.96)
AGAINST_STOPS = 0.7
"""A lamp this strong on the other side is not argued with: no grade moves a lamp."""


@dataclass(frozen=True)
class Shape:
    """Off unless ``stops`` is given. Follows the lamp that is found on the face, held for the shot.

    Where the light is even, or one lamp does not explain it, nothing is done unless ``side`` says where it should come
    from. The field is a smooth one over the head, fading out around it; hues stay, since all channels get one factor.
    """

    name: ClassVar[str] = "shape"
    order: ClassVar[int] = 35

    strength: float = parameter(1.0, "share of the shaping: 0 none, 1 all of it", low=0.0, high=1.0)
    stops: float = parameter(
        0.0, "key over fill moved by: above 0 deeper shadow, below 0 more fill", low=-1.0, high=1.0
    )
    side: str = parameter("", "where an even light is to lean: left or right of the picture; empty: as it is found")
    around: float = parameter(0.8, "share for hair, ears and neck around the face", low=0.0, high=1.0)

    def __post_init__(self) -> None:
        check(self)
        if self.side not in SIDES:
            raise RecipeError(f"shape.side = {self.side!r}", "give left, right, or nothing for the light as it is")

    @property
    def is_noop(self) -> bool:
        """True without strength or stops."""
        return self.strength * self.stops == 0.0

    def bind(self, geometry: Geometry) -> ShapePass:
        """Allocate the layers."""
        return ShapePass(self, geometry)


class ShapePass:
    """The factors of the present frame, at the size of luma and of chroma."""

    reach = 0
    touches_chroma = True

    def __init__(self, shape: Shape, geometry: Geometry) -> None:
        from unplastic.treat.kernels.shape import multiply_rows

        self._multiply = multiply_rows
        self._shape, self._geometry = shape, geometry
        self._lights: dict[int, HeadLight | None] = {}
        self._factors: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None
        self._ready: int | None = None
        self.faces_shaped = 0

    def prepare(self, scene: Scene) -> None:
        """Find the factors of a frame; without a face that has a lamp there are none, at no cost."""
        self._factors, self._ready = None, scene.index
        if scene.previous is None:
            self._lights.clear()
        field = np.zeros(scene.small.shape, np.float32)
        for face in reversed(scene.faces):
            light = self._light(scene, face)
            if light is not None:
                here, share = light_field(
                    scene.surfaces, face.scaled(*(1.0 / r for r in scene.ratio)), light, self._shape.around
                )
                field += share * (here - field)
                self.faces_shaped += 1
        if not field.any():
            return
        stops = np.float32(self._shape.strength * self._shape.stops)
        factor = np.exp2(stops * field / np.float32(GAMMA))
        level = (blurred(scene.small, 2.0) - np.float32(16.0)) * np.float32(1 / 219.0)
        factor = 1.0 + (factor - 1.0) * np.where(factor > 1.0, 1.0 - smooth_step(*NEAR_WHITE, level), np.float32(1.0))
        g = self._geometry
        chroma = -(-g.height // g.down), -(-g.width // g.across)
        luma = np.ascontiguousarray(to_size(factor.astype(np.float32), (g.height, g.width)))
        self._factors = luma, np.ascontiguousarray(to_size(factor.astype(np.float32), chroma))

    def __call__(self, source: Strip, target: Strip, frame: int) -> None:
        """Multiply the rows of a strip."""
        if self._factors is None or frame != self._ready:
            target.y[:], target.cb[:], target.cr[:] = source.y, source.cb, source.cr
            return
        luma, chroma = self._factors
        row = source.row // self._geometry.down
        self._multiply(source.y, target.y, luma, source.row)
        self._multiply(source.cb, target.cb, chroma, row)
        self._multiply(source.cr, target.cr, chroma, row)

    def _light(self, scene: Scene, face: Face) -> HeadLight | None:
        """The lamp on a face from its first frames, held for the shot: found anew in every frame it would flicker."""
        if face.track not in self._lights:
            seen = [(frame.luma, there) for frame, there in looks(scene, face.track)]
            self._lights[face.track] = self._chosen(head_light(seen))
        return self._lights[face.track]

    def _chosen(self, found: HeadLight) -> HeadLight | None:
        asked = SIDES[self._shape.side]
        if asked is None:
            return found if found.is_sure and found.stops >= FLAT_STOPS else None
        is_against = found.is_sure and found.stops >= AGAINST_STOPS and found.azimuth_deg * asked[0] < 0.0
        return None if is_against else HeadLight(asked[0], asked[1], found.stops, is_sure=True)
