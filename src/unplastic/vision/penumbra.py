"""How abruptly the light on a face turns into shadow: the width of the narrowest shadow edge, in millimetres."""

from __future__ import annotations

import cv2
import numpy as np

from unplastic.vision.bands import blurred, slopes
from unplastic.vision.chromaticity import GAMMA
from unplastic.vision.face import Face
from unplastic.vision.plane import Plane, as_plane

PX_PER_MM = 2.0
"""The face is looked at no larger than this."""

BLUR_MM = 0.6
SIGNAL_MIN = 0.06
DISC_MM = 8.0
SHARE = 0.55
"""An edge counts that, within 8 mm, takes this share of all the contrast on the face."""

INSIDE_MM = 2.0
NARROWEST_PERCENT = 2.0
AREA_MIN_MM2 = 300.0
SKIN = 0.8


def shadow_edge_mm(luma: Plane, skin: Plane, face: Face) -> float | None:
    """Contrast over slope where that is smallest, in mm; None where too little skin or no edge is seen.

    ``skin`` is a soft mask of facial skin, at any size. About 4 mm and less: a hard light with a shadow of its own;
    from 6 mm on there is none so narrow, which says soft, or that the lamp stands too near the camera to cast any.
    """
    scale = min(1.0, PX_PER_MM / face.px_per_mm)
    x, y, wide, high = (round(v) for v in face.box)
    left, top = max(0, x), max(0, y)
    right, bottom = min(luma.shape[1], x + wide), min(luma.shape[0], y + high)
    if right - left < 16 or bottom - top < 16:
        return None
    size = round((right - left) * scale), round((bottom - top) * scale)
    small = cv2.resize(luma[top:bottom, left:right], size, interpolation=cv2.INTER_AREA)
    ratio = skin.shape[1] / luma.shape[1], skin.shape[0] / luma.shape[0]
    part = skin[
        int(top * ratio[1]) : int(np.ceil(bottom * ratio[1])), int(left * ratio[0]) : int(np.ceil(right * ratio[0]))
    ]
    mask = (cv2.resize(part, size, interpolation=cv2.INTER_LINEAR) > SKIN).astype(np.uint8)
    px = face.px_per_mm * scale
    light = np.log2(np.clip((small - 16.0) / 219.0, SIGNAL_MIN, 1.0)).astype(np.float32) * np.float32(GAMMA)
    soft = blurred(light, BLUR_MM * px)
    side = int(INSIDE_MM * px) | 1
    inner = cv2.erode(mask, np.ones((side, side), np.uint8)) > 0
    if inner.sum() < AREA_MIN_MM2 * px**2:
        return None
    slope = np.hypot(*slopes(soft)) * px
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * int(DISC_MM * px) + 1,) * 2)
    high_, low_ = (np.where(mask > 0, soft, np.float32(far)) for far in (-99.0, 99.0))
    contrast = as_plane(cv2.dilate(high_, disc)) - as_plane(cv2.erode(low_, disc))
    whole = float(np.subtract(*np.percentile(soft[inner], [95.0, 5.0])))
    use = inner & (contrast > SHARE * whole)
    if use.sum() < 50:
        return None
    return float(np.percentile(contrast[use] / np.maximum(slope[use], 1e-3), NARROWEST_PERCENT))
