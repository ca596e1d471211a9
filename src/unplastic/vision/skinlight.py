"""The colour of the light on a face: on its lit side, and on its shadow side.

Skin is taken to be average (the light and the dark skin patch of the ColorChecker, McCamy, Marcus and Davidson 1976,
lie on either side of it): the light is what turns that into what is seen. A stranger's complexion leaves it open by
some 25 mired. Between the two sides of one face the complexion cancels out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from unplastic.vision.chromaticity import chromaticity, linear, warmth
from unplastic.vision.face import Face
from unplastic.vision.lamp import Lamp, direction
from unplastic.vision.plane import Plane
from unplastic.vision.skinpoints import skin_points

if TYPE_CHECKING:
    from numpy.typing import NDArray

AVERAGE_SKIN = (1.90, 1.00, 0.71)
"""Linear red, green and blue of skin under the display's own white, over green."""

COMPLEXION_MIRED = 25.0
"""Half of a 90 % interval over complexions, in mired of the light that they would be taken for."""

LIT_SHARE, SHADOW_SHARE = 0.6, 0.12
"""Of the largest cosine of the lamp on this face: what is above, and what is below."""

SHINY_PERCENT = 95.0
CODES8 = (34.0, 225.0)
SIGNAL_MAX = 0.97
POINTS_MIN = 24


@dataclass(frozen=True, slots=True, eq=False)
class SkinLight:
    """``uv`` (2,) of the light, CIE 1960, as far as the skin is average; from ``points`` points of the mesh."""

    uv: NDArray[np.float64]
    points: int

    @property
    def warmth(self) -> tuple[float, float]:
        """(mired, Duv)."""
        return warmth(self.uv)


def skin_light(
    planes: tuple[Plane, Plane, Plane], matrix: int, face: Face, found: Lamp
) -> tuple[SkinLight | None, SkinLight | None]:
    """The light on the lit side and on the shadow side; None where too little of it is exposed."""
    seen = skin_points(planes, face)
    if not len(seen.codes):
        return None, None
    luma = seen.codes[:, 0]
    cosine = seen.normals @ direction(found.azimuth_deg, found.elevation_deg)
    reach = cosine / max(float(cosine.max()), 0.1)
    light = linear(luma, seen.codes[:, 1], seen.codes[:, 2], matrix)
    fine = (luma > CODES8[0]) & (luma < CODES8[1]) & (light.max(axis=1) < SIGNAL_MAX)
    bright = float(np.median(luma[reach > LIT_SHARE])) if (reach > LIT_SHARE).any() else 0.0
    lit = fine & (reach > LIT_SHARE) & (luma < np.percentile(luma, SHINY_PERCENT))
    shadow = fine & (reach < SHADOW_SHARE) & (luma < bright)
    return _of(light[lit]), _of(light[shadow])


def _of(light: NDArray[np.float64]) -> SkinLight | None:
    if len(light) < POINTS_MIN:
        return None
    ratio = np.median(light / np.maximum(light.sum(axis=1, keepdims=True), 1e-9), axis=0)
    return SkinLight(chromaticity(ratio / np.array(AVERAGE_SKIN)), len(light))
