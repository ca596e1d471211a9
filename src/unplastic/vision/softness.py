"""How blurred a face is, and whether its own motion blurred it: widths of edges along the motion and across it."""

from __future__ import annotations

import numpy as np

from unplastic.vision.bands import blurred, slopes
from unplastic.vision.plane import Plane

TOP_SHARE = 0.03
RATIO_MIN, RATIO_MAX = 1.03, 1.95
PERCENTILE = 70
ALONG, ACROSS = 0.85, 0.5
"""Cosine between slope and motion from which an edge lies along it, and below which across it."""

PIXELS_MIN = 40


def edge_blurs_px(luma: Plane, direction: tuple[float, float]) -> tuple[float, float, float]:
    """Blur (sd of a Gaussian, px) of the steepest 3 % of a part of a picture: all, along ``direction``, across it.

    From how much a blur of 2 px lowers slopes against one of 1 px (Zhuo and Sim 2011). nan without enough edges.
    """
    if min(luma.shape) < 16:
        return float("nan"), float("nan"), float("nan")
    x, y = slopes(blurred(luma, 1.0))
    steep = np.hypot(x, y)
    strong = steep >= max(float(np.quantile(steep[::2, ::2], 1.0 - TOP_SHARE)), 1.0)
    wide = np.hypot(*(plane[strong] for plane in slopes(blurred(luma, 2.0))))
    ratio = steep[strong] / np.maximum(wide, 1e-3)
    length = max(float(np.hypot(*direction)), 1e-6)
    cosine = np.abs(x[strong] * direction[0] + y[strong] * direction[1]) / (steep[strong] * length)
    along, across = cosine > ALONG, cosine < ACROSS
    return _blur(ratio), _blur(ratio[along]), _blur(ratio[across])


def _blur(ratio: np.ndarray) -> float:
    if ratio.size < PIXELS_MIN:
        return float("nan")
    r = float(np.clip(np.percentile(ratio, PERCENTILE), RATIO_MIN, RATIO_MAX))
    return float(np.sqrt((4.0 - r * r) / (r * r - 1.0)))
