"""Masks drawn from a face's points: its oval, its features, and the skin between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from unplastic.vision.bands import blurred, smooth_step
from unplastic.vision.face import Face
from unplastic.vision.plane import Plane, as_plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

MARGIN_IPD = 0.03
FEATHER_IPD = 0.035
DEEP_IPD = 0.3
NOSTRILS = (97, 326, 2)
"""Points beside and under the nostrils."""

FRACTION_BITS = 4


def face_mask(shape: tuple[int, int], face: Face) -> Plane:
    """The oval without the features, both held apart by 0.03 IPD and feathered by 0.035."""
    margin = MARGIN_IPD * face.ipd_px
    skin = _filled(shape, [face.outline("oval")], -margin)
    skin[_features(shape, face, margin) > 0] = 0
    return _soft(skin, face)


def oval_mask(shape: tuple[int, int], face: Face) -> Plane:
    """The whole oval."""
    return _soft(_filled(shape, [face.outline("oval")], 0.0), face)


def deep_inside(shape: tuple[int, ...], face: Face) -> Plane:
    """0 at the rim of the oval, 1 from 0.3 IPD inside it."""
    oval = (_filled((shape[0], shape[1]), [face.outline("oval")], 0.0) > 127).astype(np.uint8)
    far = as_plane(cv2.distanceTransform(oval, cv2.DIST_L2, 3))
    return smooth_step(0.0, DEEP_IPD, far * np.float32(1.0 / max(face.ipd_px, 1.0)))


def feature_mask(shape: tuple[int, int], face: Face) -> Plane:
    """Eyes, brows, lips with the mouth, and nostrils, with twice the margin."""
    return _soft(_features(shape, face, 2 * MARGIN_IPD * face.ipd_px), face)


def _features(shape: tuple[int, int], face: Face, margin_px: float) -> NDArray[np.uint8]:
    lines = [face.outline(name) for name in ("right_eye", "left_eye", "lips")]
    brows = [as_plane(cv2.convexHull(face.outline(name))).reshape(-1, 2) for name in ("right_brow", "left_brow")]
    return _filled(shape, [*lines, *brows, _nostrils(face)], margin_px)


def _nostrils(face: Face) -> NDArray[np.float32]:
    """An ellipse under the tip of the nose."""
    right, left, foot = (face.points[i, :2] for i in NOSTRILS)
    middle, half = (right + left + foot) / 3, (left - right) / 2
    down = np.array([-half[1], half[0]]) * 0.5
    angle = np.linspace(0.0, 2 * np.pi, 16, endpoint=False)[:, None]
    return (middle + np.cos(angle) * half * 1.2 + np.sin(angle) * down).astype(np.float32)


def _filled(shape: tuple[int, int], lines: list[NDArray[np.float32]], grow_px: float) -> NDArray[np.uint8]:
    """Areas inside closed lines, grown (or shrunk, if negative) by so many pixels."""
    mask = np.zeros(shape, np.uint8)
    for line in lines:
        corners = np.rint(line * (1 << FRACTION_BITS)).astype(np.int32)
        cv2.fillPoly(mask, [corners], 255, lineType=cv2.LINE_AA, shift=FRACTION_BITS)
    side = 2 * round(abs(grow_px)) + 1
    if side > 1:
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
        mask = (cv2.dilate if grow_px > 0 else cv2.erode)(mask, disc)
    return np.asarray(mask, np.uint8)


def _soft(mask: NDArray[np.uint8], face: Face) -> Plane:
    return blurred(mask.astype(np.float32) * np.float32(1 / 255), max(0.5, FEATHER_IPD * face.ipd_px))
