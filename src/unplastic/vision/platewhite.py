"""The white point of what is behind the people: which light would make its surfaces grey in the mean.

Shades of grey (Finlayson and Trezzi 2004): the Minkowski mean of the picture stands for grey. Between the plain mean
and a mean that leans to bright surfaces lies how sure that is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from unplastic.vision.chromaticity import chromaticity, linear, warmth
from unplastic.vision.plane import Mask, Plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

NORMS = (1.0, 3.0, 6.0)
WORKING_PX = 160
CODES8 = (26.0, 228.0)
SHARE_MIN = 0.12
SIGNAL_MAX = 0.97


@dataclass(frozen=True, slots=True)
class PlateWhite:
    """Mired and Duv by each of three means; ``mired`` and ``duv`` are the middle ones."""

    mireds: tuple[float, ...]
    duvs: tuple[float, ...]

    @property
    def mired(self) -> float:
        """The middle of the three."""
        return float(np.median(self.mireds))

    @property
    def duv(self) -> float:
        """The middle of the three."""
        return float(np.median(self.duvs))


def plate_white(planes: tuple[Plane, Plane, Plane], matrix: int, person: Plane | None, lit: Mask) -> PlateWhite | None:
    """The white point of a picture outside its people; None where less than an eighth of it is left and exposed.

    Chroma planes may be smaller than luma; ``person`` and ``lit`` may be of any size.
    """
    scale = WORKING_PX / max(planes[0].shape)
    size = max(4, round(planes[0].shape[1] * scale)), max(4, round(planes[0].shape[0] * scale))
    luma, cb, cr = (cv2.resize(plane, size, interpolation=cv2.INTER_AREA).astype(np.float64) for plane in planes)
    use = cv2.resize(lit.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    if person is not None:
        use &= cv2.resize(person, size, interpolation=cv2.INTER_AREA) < 0.2
    light = linear(luma, cb, cr, matrix)
    use &= (luma > CODES8[0]) & (luma < CODES8[1]) & (light.max(axis=-1) < SIGNAL_MAX)
    if use.mean() < SHARE_MIN:
        return None
    found = [warmth(chromaticity(_mean(light[use], norm))) for norm in NORMS]
    return PlateWhite(tuple(mired for mired, _ in found), tuple(duv for _, duv in found))


def _mean(light: NDArray[np.float64], norm: float) -> NDArray[np.float64]:
    return np.mean(light**norm, axis=0) ** (1.0 / norm)
