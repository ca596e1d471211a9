"""Heads under a known light, which the estimators know nothing else about: rendered, not drawn from their own model.

The shape is somebody's: the mean mesh bent by smooth millimetres. Light is a lamp of some width with cast shadows
(nose, brow, chin), an even fill, and a shine on top; skin has a tone, zones of blood, mottling, brows, lips and eyes
with catchlights. What an estimator gets is the picture in codes, and a mesh that is off by smooth errors, as those of
networks are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from unplastic.clip import Picture
from unplastic.color import rgb_to_ycbcr_matrix
from unplastic.vision.face import Face
from unplastic.vision.lamp import direction
from unplastic.vision.mesh import mesh, normals

Array = NDArray[np.float64]

TONES = {
    "light": (0.58, 0.37, 0.27),
    "medium": (0.40, 0.22, 0.14),
    "brown": (0.21, 0.105, 0.063),
    "dark": (0.085, 0.042, 0.026),
}
"""Share of red, green and blue that skin gives back: roughly Fitzpatrick I to II, III to IV, V, VI."""

FEATURES = {"lips": (0.75, 0.45, 0.45), "left_brow": (0.25, 0.25, 0.25), "right_brow": (0.25, 0.25, 0.25)}
EYES = "left_eye", "right_eye"
IRIS_MM, PUPIL_MM, GLINT_MM, EYE_RADIUS_MM = 5.9, 2.2, 0.6, 8.0
STEP_MM, MARCH_MM, BIAS_MM = 1.5, 60.0, 1.5
RAYS, RAYS_WIDE, WIDE_DEG = 8, 40, 8.0


@dataclass(frozen=True)
class Lamp:
    """Where it stands, key over fill on skin that faces it, how wide it is (radius, degrees), and both colours."""

    azimuth_deg: float
    elevation_deg: float
    stops: float
    radius_deg: float = 4.0
    colour: tuple[float, float, float] = (1.0, 1.0, 1.0)
    fill_colour: tuple[float, float, float] = (1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Skin:
    """A tone, its unevenness (rms), its blood (1: a little on cheeks and nose), shine, and whether it casts shadows."""

    tone: str = "medium"
    uneven: float = 0.08
    blood: float = 1.0
    shine: float = 0.03
    casts: bool = True
    lips: bool = True


SKIN = Skin()


@dataclass(frozen=True, eq=False)
class Head:
    """One head in a picture: ``normal`` (h, w, 3), ``place`` (h, w, 3) px, ``on`` (h, w) skin; ``points`` (468, 3)."""

    points: NDArray[np.float32]
    normal: Array
    place: Array
    on: NDArray[np.bool_]
    ipd_px: float


def bent(points: Array, rms_mm: float, reach_mm: float, seed: int, *, depth_only: bool = False) -> Array:
    """Points of a mesh in mm, moved by a smooth random field."""
    if rms_mm == 0.0:
        return points
    random = np.random.default_rng(seed)
    rest = mesh().points.astype(np.float64)
    apart = ((rest[:, None] - rest[None]) ** 2).sum(axis=2)
    covariance = np.exp(-0.5 * apart / reach_mm**2) + 1e-6 * np.eye(len(rest))
    field = rms_mm * np.linalg.cholesky(covariance) @ random.standard_normal((len(rest), 3))
    if depth_only:
        field[:, :2] *= 0.3
    return points + field


def turned(yaw_deg: float, pitch_deg: float = 0.0) -> Array:
    """(3, 3) the rotation of a head."""
    yaw, pitch = np.radians([yaw_deg, pitch_deg])
    a = np.array([[np.cos(yaw), 0, -np.sin(yaw)], [0, 1, 0], [np.sin(yaw), 0, np.cos(yaw)]])
    b = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    return b @ a


@lru_cache(maxsize=64)
def head(ipd_px: float = 120.0, size: int = 420, yaw_deg: float = 0.0, pitch_deg: float = 0.0, person: int = 0) -> Head:
    """Somebody's head in the middle of a square picture; ``person`` 0 has the mean shape."""
    shape = bent(mesh().points.astype(np.float64), 2.0 if person else 0.0, 22.0, person)
    points = shape @ turned(yaw_deg, pitch_deg).T * (ipd_px / 63.0) + np.array([size / 2, 0.42 * size, 0.0])
    points = points.astype(np.float32)
    corner = normals(points).astype(np.float64)
    place = np.full((size, size, 3), np.inf)
    normal = np.zeros((size, size, 3))
    for triangle in mesh().triangles:
        _fill(points[triangle].astype(np.float64), corner[triangle], place, normal)
    on = np.isfinite(place[..., 2])
    normal[on] /= np.linalg.norm(normal[on], axis=1, keepdims=True)
    return Head(points, normal, place, on, ipd_px)


def _fill(corners: Array, across: Array, place: Array, normal: Array) -> None:
    low = np.maximum(np.floor(corners[:, :2].min(axis=0)).astype(int), 0)
    high = np.minimum(np.ceil(corners[:, :2].max(axis=0)).astype(int) + 1, place.shape[1::-1])
    if (high <= low).any():
        return
    (ax, ay), (bx, by), (cx, cy) = corners[:, :2]
    whole = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    if abs(whole) < 1e-9:
        return
    y, x = np.mgrid[low[1] : high[1], low[0] : high[0]]
    v = ((x - ax) * (cy - ay) - (cx - ax) * (y - ay)) / whole
    w = ((bx - ax) * (y - ay) - (x - ax) * (by - ay)) / whole
    share = np.stack([1.0 - v - w, v, w], axis=-1)
    z = share @ corners[:, 2]
    box = slice(low[1], high[1]), slice(low[0], high[0])
    nearer = (share >= -1e-9).all(axis=-1) & (z < place[box][..., 2])
    place[box][nearer] = np.stack([x, y, z], axis=-1)[nearer]
    normal[box][nearer] = (share @ across)[nearer]


def seen_shape(of: Head, seed: int, *, rms_mm: float = 1.8, deep: float = 0.12, off_deg: float = 3.0) -> Face:
    """The mesh as a network sees it: smooth errors, most of them in depth, a depth too flat or too deep, a pose off."""
    random = np.random.default_rng(1000 + seed)
    middle = of.points.mean(axis=0).astype(np.float64)
    points = (of.points - middle) * (63.0 / of.ipd_px)
    points[:, 2] *= 1.0 + deep * random.standard_normal()
    points = bent(points, rms_mm, 16.0, 2000 + seed, depth_only=True)
    points = points @ turned(*(off_deg * random.standard_normal(2))).T
    return Face((points * (of.ipd_px / 63.0) + middle).astype(np.float32))


@lru_cache(maxsize=64)
def reached(of: Head, azimuth_deg: float, elevation_deg: float, radius_deg: float, *, casts: bool = True) -> Array:
    """(h, w) share of a lamp's light on the skin: the mean over the lamp of max(0, n . l) where nothing is between."""
    towards = direction(azimuth_deg, elevation_deg)
    rays = RAYS_WIDE if radius_deg > WIDE_DEG else RAYS
    around = np.random.default_rng(0).standard_normal((rays, 3))
    total = np.zeros(of.on.shape)
    for off in np.radians(radius_deg) * around / np.sqrt(2.0):
        ray = towards + off
        ray /= np.linalg.norm(ray)
        lit = np.maximum(of.normal @ ray, 0.0)
        total += np.where(_hidden(of, ray), 0.0, lit) if casts else lit
    return total / rays


def _hidden(of: Head, ray: Array) -> NDArray[np.bool_]:
    scale = of.ipd_px / 63.0
    depth = np.where(of.on, of.place[..., 2], np.inf).astype(np.float32)
    y, x = np.nonzero(of.on)
    start = of.place[y, x]
    covered = np.zeros(len(x), np.bool_)
    for t in np.arange(2.0, MARCH_MM, STEP_MM) * scale:
        at = start + t * ray
        column, row = np.rint(at[:, 0]).astype(int), np.rint(at[:, 1]).astype(int)
        inside = (column >= 0) & (row >= 0) & (column < depth.shape[1]) & (row < depth.shape[0])
        there = depth[np.clip(row, 0, depth.shape[0] - 1), np.clip(column, 0, depth.shape[1] - 1)]
        behind = at[:, 2] - there
        covered |= inside & (behind > BIAS_MM * scale) & (behind < 40.0 * scale)
    hidden = np.zeros(of.on.shape, np.bool_)
    hidden[y, x] = covered
    return hidden


def albedo(of: Head, skin: Skin, seed: int = 0) -> Array:
    """(h, w, 3) what the skin gives back: a tone with zones of blood and mottling, lips and brows."""
    random = np.random.default_rng(seed)
    scale = of.ipd_px / 63.0
    found = np.ones((*of.on.shape, 3)) * np.array(TONES[skin.tone])
    for size_mm, share in ((1.0, 0.3), (4.0, 0.5), (12.0, 0.8)):
        field = _smooth(random.standard_normal(of.on.shape), size_mm * scale)
        field *= skin.uneven * share / field.std()
        found *= np.exp(field)[..., None] ** np.array([0.6, 1.1, 1.2])
    for point, radius_mm, red in ((1, 12.0, 0.10), (50, 18.0, 0.08), (280, 18.0, 0.08), (151, 22.0, -0.05)):
        away = ((of.place[..., :2] - of.points[point, :2]) ** 2).sum(axis=-1)
        blob = np.where(of.on, np.exp(-np.minimum(away, 1e9) / (radius_mm * scale) ** 2), 0.0)
        found *= np.exp(-skin.blood * red * blob[..., None] * np.array([0.3, 1.2, 1.0]))
    for group, tint in FEATURES.items():
        if skin.lips or group != "lips":
            mask = np.zeros(of.on.shape, np.uint8)
            cv2.fillPoly(mask, [np.rint(cv2.convexHull(of.points[mesh().groups[group], :2])).astype(np.int32)], 1)
            soft = cv2.GaussianBlur(mask.astype(np.float64), (0, 0), 0.8 * scale)[..., None]
            found *= 1.0 - soft * (1.0 - np.array(tint))
    return found


def _smooth(noise: Array, sigma_px: float) -> Array:
    """A wide blur, made on a small picture."""
    by = max(1, int(sigma_px / 2))
    small = cv2.resize(noise, None, fx=1 / by, fy=1 / by, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(cv2.GaussianBlur(small, (0, 0), sigma_px / by), noise.shape[::-1]), np.float64)


def rendered(
    of: Head, lamp: Lamp, skin: Skin = SKIN, *, seed: int = 0, back: float = 0.05, glint: bool = True
) -> Array:
    """(h, w, 3) linear light, before any camera: skin that faces the lamp gives back its tone."""
    fill = 1.0 / 2.0**lamp.stops
    reach = reached(of, lamp.azimuth_deg, lamp.elevation_deg, lamp.radius_deg, casts=skin.casts)
    towards = direction(lamp.azimuth_deg, lamp.elevation_deg)
    half = towards + np.array([0.0, 0.0, -1.0])
    half /= max(float(np.linalg.norm(half)), 1e-9)
    shine = skin.shine * np.maximum(of.normal @ half, 0.0) ** 12 * (reach > 0.02) * (1.0 - fill)
    light = fill * np.array(lamp.fill_colour) + (1.0 - fill) * reach[..., None] * np.array(lamp.colour)
    found = albedo(of, skin, seed) * light + shine[..., None] * np.array(lamp.colour)
    found = np.where(of.on[..., None], found, back)
    for group in EYES:
        _eye(found, of, group, lamp, fill, 2.0 if glint else 0.0)
    return found


def levelled(of: Head, light: Array, code: float = 170.0) -> float:
    """The exposure that puts the brightest tenth of the face at a code."""
    return float(((code - 16.0) / 219.0) ** 2.4 / np.percentile(light[of.on].mean(axis=1), 90.0))


def _eye(picture: Array, of: Head, group: str, lamp: Lamp, fill: float, glint: float) -> None:
    """Sclera, iris, pupil, and the lamp's mirror image where a ball of 8 mm shows it."""
    scale = of.ipd_px / 63.0
    inside = np.zeros(of.on.shape, np.uint8)
    cv2.fillPoly(inside, [np.rint(of.points[mesh().groups[group], :2]).astype(np.int32)], 1)
    middle = of.points[mesh().groups[group], :2].mean(axis=0)
    y, x = np.mgrid[0 : of.on.shape[0], 0 : of.on.shape[1]]
    away = np.hypot(x - middle[0], y - middle[1]) / scale
    level = fill + 0.5 * (1.0 - fill)
    colour = np.where(away < PUPIL_MM, 0.01, np.where(away < IRIS_MM, 0.05, 0.45))[..., None] * level * np.ones(3)
    half = direction(lamp.azimuth_deg, lamp.elevation_deg) + np.array([0.0, 0.0, -1.0])
    if np.linalg.norm(half) > 0.3 and lamp.stops > 0.0:
        half /= np.linalg.norm(half)
        spot = middle + EYE_RADIUS_MM * scale * half[:2]
        spots = np.exp(-0.5 * (((x - spot[0]) ** 2 + (y - spot[1]) ** 2) / (GLINT_MM * scale) ** 2))
        colour = colour + glint * spots[..., None] * np.array(lamp.colour)
    soft = cv2.GaussianBlur(inside.astype(np.float64), (0, 0), 0.5)[..., None]
    picture[:] = picture * (1.0 - soft) + soft * colour


def coded(
    light: Array, *, exposure: float = 1.0, noise_codes8: float = 0.0, jpeg: int = 0, curve: float = 0.0, seed: int = 0
) -> tuple[NDArray[np.float32], ...]:
    """(luma, cb, cr) 4:2:0 in 8-bit codes: BT.1886, then what cameras and encoders add; ``curve`` bends the tone."""
    signal = np.clip(exposure * light, 0.0, 1.0) ** (1 / 2.4)
    if curve:
        signal = signal + curve * signal * (1.0 - signal) * (2.0 * signal - 1.0) * 2.0
    ycc = np.tensordot(signal, rgb_to_ycbcr_matrix(1).T, axes=1) * np.array([219.0, 224.0, 224.0])
    luma, cb, cr = (ycc[..., i] + zero for i, zero in enumerate((16.0, 128.0, 128.0)))
    luma = luma + noise_codes8 * np.random.default_rng(seed).standard_normal(luma.shape)
    cb, cr = (cv2.resize(plane, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) for plane in (cb, cr))
    planes = [np.clip(np.rint(plane), 0, 255).astype(np.uint8) for plane in (luma, cb, cr)]
    if jpeg:
        planes = [_squeezed(plane, jpeg) for plane in planes]
    luma, cb, cr = (plane.astype(np.float32) for plane in planes)
    return luma, cb, cr


def _squeezed(plane: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    _, data = cv2.imencode(".jpg", plane, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


def picture(planes: tuple[NDArray[np.float32], ...], index: int = 0) -> Picture:
    """A decoded picture of planes in codes."""
    return Picture(*(np.clip(np.rint(p), 0, 255).astype(np.uint8) for p in planes), 8, index, index)


def mirrored(planes: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same picture from the other side."""
    return tuple(np.ascontiguousarray(plane[:, ::-1]) for plane in planes)


def mirrored_face(face: Face, width: int) -> Face:
    """The face in the mirrored picture: points change sides with their partners."""
    points = face.points[mesh().mirror].copy()
    points[:, 0] = width - 1 - points[:, 0]
    return replace(face, points=points)
