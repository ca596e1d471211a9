"""The colour of light as a point on a chart: CIE 1960 u, v, and how warm that is in mired."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from unplastic.color import ycbcr_to_rgb_matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

GAMMA = 2.4
"""BT.1886: what a display makes of the codes."""

TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
"""Linear light of BT.709 primaries under D65 (IEC 61966-2-1)."""

WARMEST_MIRED, COLDEST_MIRED = 950.0, 68.0
"""Ends of the locus: 1050 K and 14 700 K; Krystek's fit holds from 1000 to 15 000 K."""


def linear(luma: Array, cb: Array, cr: Array, matrix: int) -> Array:
    """(..., 3) linear red, green and blue, 1 at white, of 8-bit limited-range codes; what is below black is black."""
    signal = np.stack([(luma - 16.0) / 219.0, (cb - 128.0) / 224.0, (cr - 128.0) / 224.0], axis=-1)
    return np.clip(signal @ ycbcr_to_rgb_matrix(matrix).T, 0.0, None) ** GAMMA


def chromaticity(rgb: Array) -> Array:
    """(..., 2) u, v of linear light; nan for no light."""
    x, y, z = np.moveaxis(rgb @ TO_XYZ.T, -1, 0)
    whole = x + 15.0 * y + 3.0 * z
    whole = np.where(whole > 0.0, whole, np.nan)
    return np.stack([4.0 * x / whole, 6.0 * y / whole], axis=-1)


def warmth(uv: Array) -> tuple[float, float]:
    """(mired, Duv) of one point: 1e6 / kelvin of the nearest black body, and how far off it is, above 0: greener."""
    mireds, locus = _locus()
    away = np.hypot(*(locus - uv).T)
    best = int(np.argmin(away))
    sign = 1.0 if uv[1] > locus[best, 1] else -1.0
    return float(mireds[best]), sign * float(away[best])


def kelvin(mired: float) -> float:
    """The temperature of a mired."""
    return 1e6 / mired


@cache
def _locus() -> tuple[Array, Array]:
    """Mireds, one apart, and the black body's u, v there (Krystek 1985)."""
    mireds = np.arange(COLDEST_MIRED, WARMEST_MIRED + 1.0)
    t = 1e6 / mireds
    u = (0.860117757 + 1.54118254e-4 * t + 1.28641212e-7 * t * t) / (1 + 8.42420235e-4 * t + 7.08145163e-7 * t * t)
    v = (0.317398726 + 4.22806245e-5 * t + 4.20481691e-8 * t * t) / (1 - 2.89741816e-5 * t + 1.61456053e-7 * t * t)
    return mireds, np.stack([u, v], axis=-1)
