"""How sharp the picture is where texture is to be put: nothing may be sharper than the picture that carries it."""

from __future__ import annotations

import cv2
import numpy as np

from unplastic.vision.bands import blurred, steepness
from unplastic.vision.plane import Plane

TOP_SHARE = 0.03
RATIO_MIN, RATIO_MAX = 1.03, 1.95
PERCENTILE = 70


def carrier_sigma_px(luma: Plane, box: tuple[float, float, float, float]) -> float:
    """Blur (sd of a Gaussian, px) of the sharpest edges in a ``box`` (x, y, width, height) and a fifth around it.

    From how much a blur of 2 px lowers slopes against one of 1 px (Zhuo and Sim 2011): r = sqrt((s^2 + 4) / (s^2 + 1)).
    0.4 is razor sharp, 1 a good camera at 720 lines, 1.6 soft.
    """
    x, y, width, height = box
    left, top = max(0, int(x - 0.2 * width)), max(0, int(y - 0.2 * height))
    part = luma[top : int(y + 1.2 * height), left : int(x + 1.2 * width)]
    if min(part.shape) < 16:
        return 1.0
    first = steepness(blurred(part, 1.0))
    strong = first >= np.quantile(first, 1.0 - TOP_SHARE)
    ratio = first[strong] / np.maximum(steepness(blurred(part, 2.0))[strong], 1e-3)
    r = float(np.clip(np.percentile(ratio, PERCENTILE), RATIO_MIN, RATIO_MAX))
    return float(np.sqrt((4.0 - r * r) / (r * r - 1.0)))


def fine_power(luma: Plane, sigma_px: float, shape: tuple[int, ...]) -> Plane:
    """Mean square of what a blur takes away, in codes squared, per cell of a smaller ``shape``.

    The blur is a box of the same standard deviation, which is a fifth of the work of a Gaussian here.
    """
    side = 2 * round((np.sqrt(12.0 * sigma_px**2 + 1.0) - 1.0) / 2.0) + 1
    fine = luma - cv2.blur(luma, (side, side))
    return cv2.resize(np.square(fine, out=fine), (shape[1], shape[0]), interpolation=cv2.INTER_AREA)  # type: ignore[return-value]
