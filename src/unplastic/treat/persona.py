"""What stays the same of one person through a shot: the skin, the light on it, and how sharp the picture shows it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from dataclasses import fields as dataclass_fields
from functools import lru_cache
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from unplastic.treat.skinmaps import Features, SkinMaps, density_for
from unplastic.vision.bands import blurred, smooth_step
from unplastic.vision.carrier import carrier_sigma_px
from unplastic.vision.complexion import Complexion
from unplastic.vision.light import Light, light_on, one_light
from unplastic.vision.mesh import mesh

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from unplastic.vision import Scene
    from unplastic.vision.face import Face

LOOKS_EVERY, LOOKS = 2, 3
SIGMA_MIN_PX = 0.42
FACING = (0.12, 0.45)
"""Cosine of the skin's turn from the camera where texture begins and where it is whole: a grazing view squeezes it."""

MIDDLE_MM = (0.5, 1.8)
MIDDLE_GAIN = 0.455
CAMERA_MIDDLE_CODES8, CAMERA_REDNESS_CODES8 = 2.2, 0.9
"""Unevenness of skin in luma and in Cr / Y that three in four pristine camera faces stay under (14 of 75 to 240 px)."""

CHEEKS, BEARD = (50, 280, 205, 425, 101, 330), (152, 175, 200, 172, 397, 57, 287, 210, 430)


@dataclass(frozen=True, slots=True, eq=False)
class Persona:
    """``sigma_px`` is the blur of the picture's own edges around the face; ``size`` px per mm when first seen.

    ``lacks_middle`` and ``lacks_colour`` are the shares 0..1 of a camera face's unevenness at 2.5 to 8 mm, in luma and
    in redness, that this one does not have.
    """

    maps: SkinMaps
    light: Light
    sigma_px: float
    size: float
    lacks_middle: float
    lacks_colour: float
    complexion: Complexion

    def corners(self, face: Face) -> NDArray[np.float32]:
        """(468, 7) of x, y; place in the maps; light across and down the skin; facing: for `draw_face`."""
        normals = face.normals
        down = face.turn @ np.array([0.0, 1.0, 0.0])
        down = down - normals * (normals @ down)[:, None]
        down /= np.maximum(np.linalg.norm(down, axis=1, keepdims=True), 1e-6)
        across = np.cross(down, -normals)
        light = np.array(self.light.direction)
        place = (mesh().uv - np.array(self.maps.origin_mm)) * self.maps.density
        facing = smooth_step(*FACING, np.asarray(-normals[:, 2], np.float32))
        columns = face.points[:, :2], place, (across @ light)[:, None], (down @ light)[:, None], facing[:, None]
        return np.ascontiguousarray(np.concatenate(columns, axis=1), np.float32)

    def levels(self, px_per_mm: float) -> tuple[tuple[NDArray[np.float32], NDArray[np.float32]], float]:
        """The two levels of the maps between which the picture's blur lies, and the share of the second."""
        level = self.maps.level_of(max(SIGMA_MIN_PX, self.sigma_px) / px_per_mm)
        first = int(level)
        return (self.maps.level(first), self.maps.level(first + 1)), level - first


def meet(scene: Scene, face: Face, key: str, features: Features) -> Persona:
    """Get to know a face from its first frames; one light, one sharpness and one skin for all that follow."""
    seen = list(looks(scene, face.track))
    lights = [light_on(frame.luma, there) for frame, there in seen]
    sigma = max(carrier_sigma_px(frame.luma, there.box) for frame, there in seen)
    beard = float(np.median([_beard(frame, there) for frame, there in seen]))
    seed = int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "little")
    stubble = round(features.stubble * beard, 1)
    maps = _skin(seed, density_for(face.px_per_mm), replace(features, stubble=stubble))
    middle, colour = np.median([_unevenness(frame, there) for frame, there in seen], axis=0)
    return Persona(
        maps,
        one_light(lights),
        sigma,
        face.px_per_mm,
        complexion=_complexion(seen),
        lacks_middle=_lacking(middle, CAMERA_MIDDLE_CODES8),
        lacks_colour=_lacking(colour, CAMERA_REDNESS_CODES8),
    )


@lru_cache(maxsize=4)
def _skin(seed: int, density: float, features: Features) -> SkinMaps:
    """The skin of one person, kept for as many faces as are treated at once: samples of a clip are treated often."""
    return SkinMaps(seed, density, features)


def _lacking(has: float, wanted: float) -> float:
    """The share to add: 0 from what is wanted, and soon little, since nothing is worse than too much."""
    return float(max(0.0, 1.0 - (has / wanted) ** 2))


def looks(scene: Scene, track: int) -> Iterator[tuple[Scene, Face]]:
    """This frame and some of the next that show the same face."""

    def onward() -> Iterator[Scene]:
        frame: Scene | None = scene
        while frame is not None:
            yield frame
            frame = frame.next

    for frame in islice(onward(), 0, LOOKS * LOOKS_EVERY, LOOKS_EVERY):
        for face in frame.faces:
            if face.track == track:
                yield frame, face


def _unevenness(scene: Scene, face: Face) -> tuple[float, float]:
    """Robust rms of luma, and of Cr over luma, in the band of 0.12 to 0.4 cycles per mm, in codes at mid grey."""
    inside = (scene.surfaces.face > 0.8) & (scene.small > 40.0) & (scene.small < 220.0)
    if inside.sum() < 100:
        return CAMERA_MIDDLE_CODES8, CAMERA_REDNESS_CODES8
    size = face.px_per_mm / scene.ratio[0]
    luma = scene.small
    redness = (scene.small_chroma[1] - 128.0) / np.maximum(luma, 16.0)

    def spread(plane: NDArray[np.float32]) -> float:
        band = blurred(plane, MIDDLE_MM[0] * size) - blurred(plane, MIDDLE_MM[1] * size)
        return float(np.sqrt(np.median(np.square(band[inside])) / MIDDLE_GAIN))

    level = float(np.median(luma[inside])) / 110.0
    return spread(luma) / level, spread(redness.astype(np.float32)) * 110.0


def _complexion(seen: list[tuple[Scene, Face]]) -> Complexion:
    """The skin's colour in the first frames: held, since a colour that is taken anew in every frame flickers."""
    found = [c for frame, there in seen for f, c in _complexions(frame) if f.track == there.track]
    return Complexion(
        *(float(np.median([getattr(c, field.name) for c in found])) for field in dataclass_fields(Complexion))
    )


def _complexions(scene: Scene) -> Iterator[tuple[Face, Complexion]]:
    yield from zip(scene.faces, scene.surfaces.complexions, strict=True)


def _beard(scene: Scene, face: Face) -> float:
    """0 none .. 1 a beard: the lower face is darker and less red than the cheeks."""
    across, down = scene.ratio
    height, width = scene.small.shape
    cr = scene.small_chroma[1]

    def medians(points: tuple[int, ...]) -> tuple[float, float]:
        x = np.clip((face.points[list(points), 0] / across).astype(int), 0, width - 1)
        y = np.clip((face.points[list(points), 1] / down).astype(int), 0, height - 1)
        luma = scene.small[y, x]
        return float(np.median(luma)), float(np.median((cr[y, x] - 128.0) / np.maximum(luma, 16.0)))

    (cheek, cheek_red), (chin, chin_red) = medians(CHEEKS), medians(BEARD)
    darker = 1.0 - chin / max(cheek, 1.0)
    paler = 1.0 - chin_red / max(cheek_red, 1e-3)
    return float(np.clip((darker - 0.08) / 0.2, 0.0, 1.0) * np.clip((paler - 0.05) / 0.25, 0.0, 1.0))
