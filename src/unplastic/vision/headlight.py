"""The lamp on a head for a whole shot, and how much of it every pixel of that head gets: a smooth field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from unplastic.vision.bands import blurred, smooth_step
from unplastic.vision.face import Face
from unplastic.vision.lamp import direction, lamp, shading
from unplastic.vision.outlines import oval_mask
from unplastic.vision.plane import Plane, as_plane
from unplastic.vision.surfaces import Surfaces

if TYPE_CHECKING:
    from numpy.typing import NDArray

EXPLAINED_MIN = 0.45
FLAT_STOPS = 0.4
TURN = (-0.35, 0.85)
"""Cosine of the skin's turn to the lamp from which light begins, and where it is full: softer than the lamp itself."""

LIT_SHARE = 0.3
"""Of the change that the lit side gets; the shadow side gets the rest, the other way, so that no highlight clips."""

SPREAD_MM, WIDER = 7.0, 4.0
FEW, TRACE = np.float32(0.02), np.float32(1e-6)
"""Points' weight below which the wider mean has the say, and below which there is none."""

REACH_IPD = 0.9
"""How far around the face the field fades out."""


@dataclass(frozen=True, slots=True)
class HeadLight:
    """A lamp as `unplastic.vision.lamp` says; ``is_sure`` when it explains enough of the shading."""

    azimuth_deg: float
    elevation_deg: float
    stops: float
    is_sure: bool


def head_light(seen: Sequence[tuple[Plane, Face]]) -> HeadLight:
    """One lamp from a few frames of a face: mean direction, medians of the rest."""
    found = [each for luma, face in seen if (each := lamp(shading(luma, face))) is not None]
    if not found:
        return HeadLight(0.0, 0.0, 0.0, is_sure=False)
    x, y, z = np.mean([direction(each.azimuth_deg, each.elevation_deg) for each in found], axis=0)
    explained, stops = (
        float(np.median([getattr(each, name) for each in found])) for name in ("explained", "key_fill_stops")
    )
    azimuth, elevation = np.degrees(np.arctan2(x, -z)), np.degrees(np.arctan2(-y, np.hypot(x, z)))
    return HeadLight(float(azimuth), float(elevation), stops, is_sure=explained >= EXPLAINED_MIN)


def light_field(surfaces: Surfaces, face: Face, light: HeadLight, around: float) -> tuple[Plane, Plane]:
    """(field, share) of the surfaces' size: -0.7 in the lamp's shadow to 0.3 in its light, and 0..1 where it holds.

    Values at the points of the mesh, spread by a normalised convolution (Knutsson and Westin 1993), so that hair, ears
    and neck take part by their nearest skin; they count by ``around``, and only where a person is.
    """
    height, width = surfaces.shape
    towards = direction(light.azimuth_deg, light.elevation_deg)
    turn = face.normals.astype(np.float64) @ towards
    value = smooth_step(*TURN, turn.astype(np.float32)) + np.float32(LIT_SHARE - 1.0)
    sigma = max(1.0, SPREAD_MM * face.px_per_mm)
    reach = int(3.0 * sigma + REACH_IPD * face.ipd_px)
    x, y, wide, high = face.box
    left, top = max(0, int(x) - reach), max(0, int(y) - reach)
    right, bottom = min(width, int(x + wide) + reach), min(height, int(y + high) + reach)
    field, share = np.zeros((height, width), np.float32), np.zeros((height, width), np.float32)
    if right - left < 2 or bottom - top < 2:
        return field, share
    box = np.s_[top:bottom, left:right]
    field[box] = _spread(value, face.points[:, :2] - (left, top), (bottom - top, right - left), sigma)
    inside = oval_mask((bottom - top, right - left), face.moved(np.array([-left, -top, 0], np.float32)))
    away = as_plane(cv2.distanceTransform((inside < 0.5).astype(np.uint8), cv2.DIST_L2, 3))
    fades = (1.0 - smooth_step(0.0, 1.0, away / np.float32(REACH_IPD * face.ipd_px))) * np.float32(around)
    if surfaces.person is None:
        share[box] = blurred(inside, 0.05 * face.ipd_px)
        return field, share
    person = blurred(surfaces.person, 0.03 * face.ipd_px)[box]
    share[box] = blurred(np.maximum(inside, fades) * np.maximum(person, inside), 0.06 * face.ipd_px)
    return field, share


def _spread(value: Plane, at: NDArray[np.float32], shape: tuple[int, int], sigma_px: float) -> Plane:
    """Values at scattered places as a smooth plane: near them the mean within ``sigma_px``, further off a wider one."""
    by = max(1.0, sigma_px / 2.0)
    size = int(shape[0] / by) + 2, int(shape[1] / by) + 2
    column = np.clip(np.rint(at[:, 0] / by).astype(int), 0, size[1] - 1)
    row = np.clip(np.rint(at[:, 1] / by).astype(int), 0, size[0] - 1)
    total, weight = np.zeros(size, np.float32), np.zeros(size, np.float32)
    np.add.at(total, (row, column), value)
    np.add.at(weight, (row, column), np.float32(1.0))
    near, far = ((blurred(total, s), blurred(weight, s)) for s in (sigma_px / by, WIDER * sigma_px / by))
    ground = np.where(far[1] > TRACE, far[0] / np.maximum(far[1], TRACE), value.mean())
    field = (near[0] + FEW * ground) / (near[1] + FEW)
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32) / np.float32(by)
    return as_plane(cv2.remap(as_plane(field), x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE))
