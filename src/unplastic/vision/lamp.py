"""The one lamp that best explains the shading of a face, how strong it is against the rest, and how sure that is.

`unplastic.vision.light` asks the same for relief, on a grid of 10 degrees; this one is for readings, and answers with
intervals. Measuring A6: ``I = a + k max(0, n . l)`` in linear light, searched over l; nothing linear in n will do.
Shading adds up in light, not in codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from unplastic.vision.chromaticity import GAMMA
from unplastic.vision.face import Face
from unplastic.vision.plane import Plane
from unplastic.vision.skinpoints import skin_points

if TYPE_CHECKING:
    from numpy.typing import NDArray

STEP_DEG = 5
BEHIND_DEG = 120
"""A lamp further behind the face than this lights none of what is seen."""

WHITE_CODES8, BLACK_CODES8 = 232.0, 18.0
POINTS_MIN = 120
PATCHES = 40
"""How many points of a face tell of its shading independently: neighbours share their albedo and their error."""

JOINT_90 = 4.6
"""90 % point of chi-squared with two degrees of freedom: both angles at once."""

Z_90 = 1.64
OFF_DEG = 4.0
"""How far off the normals of a fitted mesh may be taken to be, rms."""

MODEL = (0.10, 0.26)
"""Share of a ratio that a face differs by from a lamp's model, below and above: a wide lamp reaches round its edge,
cheeks lend light to each other, noses cast shadows; all of them take from the ratio (rendered: benchmark/light.md)."""

ROUNDS = 3
HUBER = 1.5
STOPS_MAX = 6.0


@dataclass(frozen=True, slots=True, eq=False)
class Shading:
    """``shine`` (n,) linear light of skin, in shares of white, and ``normals`` (n, 3), unit, out of the face.

    ``black`` and ``white`` are the shares of the face's points that were at black, or left out at white.
    """

    shine: NDArray[np.float64]
    normals: NDArray[np.float64]
    black: float = 0.0
    white: float = 0.0


@dataclass(frozen=True, slots=True)
class Lamp:
    """``azimuth_deg``: 0 from the camera, above 0 from the picture's right, 180 from behind. ``elevation_deg``: up.

    ``key_fill_stops`` is log2((a + k) / a), 0 to 6. ``explained``, 0..1, is the share of the shading's variance that
    the lamp accounts for. The ``_low`` and ``_high`` bound a 90 % region; an azimuth's may leave -180..180.
    """

    azimuth_deg: float
    azimuth_low: float
    azimuth_high: float
    elevation_deg: float
    elevation_low: float
    elevation_high: float
    key_fill_stops: float
    key_fill_low: float
    key_fill_high: float
    explained: float

    @property
    def clock(self) -> tuple[float, float]:
        """(o'clock in the picture's plane, 3 at its right; how far aside of the camera, 0..1)."""
        x, y, _ = direction(self.azimuth_deg, self.elevation_deg)
        return float(np.degrees(np.arctan2(x, -y)) / 30.0 % 12.0), float(np.hypot(x, y))


def shading(luma: Plane, face: Face) -> Shading:
    """Skin of one face as a small picture of it shows it, at the points of its mesh that face the camera."""
    seen = skin_points([luma], face)
    if not len(seen.codes):
        return Shading(np.zeros(0), np.zeros((0, 3)))
    codes = seen.codes[:, 0]
    kept = codes < WHITE_CODES8
    shine = np.clip((codes[kept] - 16.0) / 219.0, 0.0, 1.0) ** GAMMA
    black = float((codes <= BLACK_CODES8).mean())
    return Shading(shine, seen.normals[kept], black, float(1.0 - kept.mean()))


def lamp(seen: Shading) -> Lamp | None:
    """The lamp behind a shading, or None where fewer than 120 points, or no light at all, are left to judge by.

    Least squares on a grid of 5 degrees; points far off the best lamp (a beard, a shine, a lock of hair) then lose
    weight, three times over. The 90 % region holds every direction whose error is not surely larger.
    """
    if len(seen.shine) < POINTS_MIN or float(seen.shine.mean()) <= 1e-5:
        return None
    shine = seen.shine / seen.shine.mean()
    lit = np.maximum(seen.normals @ directions().T, 0.0)
    weight = np.ones_like(shine)
    ambient, key, error = _fitted(lit, shine, weight)
    best = int(np.argmin(error))
    for _ in range(ROUNDS):
        off = np.abs(shine - ambient[best] - key[best] * lit[:, best])
        weight = np.minimum(1.0, HUBER * 1.4826 * np.median(off) / np.maximum(off, 1e-9))
        ambient, key, error = _fitted(lit, shine, weight)
        best = int(np.argmin(error))
    middle = np.average(shine, weights=weight)
    spread = float(np.average((shine - middle) ** 2, weights=weight))
    near = error <= error[best] * (1.0 + JOINT_90 / PATCHES) + 1e-12
    azimuth, elevation = angles(directions())
    turned = (azimuth[near] - azimuth[best] + 180.0) % 360.0 - 180.0
    stops, low, high = _stops(lit[:, near], shine, weight, int(np.flatnonzero(near).searchsorted(best)))
    return Lamp(
        float(azimuth[best]), float(azimuth[best] + turned.min()), float(azimuth[best] + turned.max()),
        float(elevation[best]), float(elevation[near].min()), float(elevation[near].max()),
        stops, low, high,
        float(np.clip(1.0 - error[best] / max(spread, 1e-12), 0.0, 1.0)),
    )  # fmt: skip


def _stops(lit: NDArray, shine: NDArray, weight: NDArray, best: int) -> tuple[float, float, float]:
    """Key over fill in stops with its interval: ``lit`` (n, m) holds the directions near the ``best``.

    Normals that are off flatten the slope, as errors of a regressor do, and so hide key: it is divided by the share of
    the spread that is no error (Fuller 1987, 1.2), for errors of 4 degrees. The interval joins its doubts as one joins
    independent errors: where the lamp stands, errors of 0 to 8 degrees, the slope's own, and the model's.
    """
    w = weight / weight.sum()
    x, y = w @ lit, float(w @ shine)
    variance = np.maximum(w @ (lit * lit) - x * x, 1e-9)
    slope = np.maximum((w * shine) @ lit - x * y, 0.0) / variance
    left = np.maximum(w @ (shine[:, None] - y - slope * (lit - x)) ** 2, 0.0)
    error = Z_90 * np.sqrt(left / variance / PATCHES)
    noise = w @ np.where(lit > 0.0, 1.0 - lit * lit, 0.0)

    def of(off_deg: float, moved: float) -> NDArray:
        kept = np.maximum(1.0 - np.radians(off_deg) ** 2 * noise / variance, 0.5)
        key = np.maximum((slope + moved * error) / kept, 0.0)
        ambient = np.maximum(y - key * x, 0.0)
        return np.clip(np.log2((ambient + key) / np.maximum(ambient, key / 2.0**STOPS_MAX + 1e-9)), 0.0, STOPS_MAX)

    found = of(OFF_DEG, 0.0)
    value = float(found[best])
    doubts = [found, of(OFF_DEG, -1.0)[best], of(OFF_DEG, 1.0)[best], of(0.0, 0.0)[best], of(2 * OFF_DEG, 0.0)[best]]
    below = np.array([0.1 + MODEL[0] * value, *(max(0.0, value - float(np.min(each))) for each in doubts)])
    above = np.array([0.1 + MODEL[1] * value, *(max(0.0, float(np.max(each)) - value) for each in doubts)])
    return value, value - float(np.hypot.reduce(below)), min(STOPS_MAX, value + float(np.hypot.reduce(above)))


def angles(towards: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(azimuth, elevation) in degrees of (n, 3) unit directions; x right, y down, z away from the camera."""
    azimuth = np.degrees(np.arctan2(towards[:, 0], -towards[:, 2]))
    return azimuth, np.degrees(np.arcsin(np.clip(-towards[:, 1], -1.0, 1.0)))


def direction(azimuth_deg: float, elevation_deg: float) -> NDArray[np.float64]:
    """(3,) the unit direction of two angles: the inverse of `angles`."""
    azimuth, elevation = np.radians(azimuth_deg), np.radians(elevation_deg)
    level = np.cos(elevation)
    return np.array([level * np.sin(azimuth), -np.sin(elevation), -level * np.cos(azimuth)])


@cache
def directions() -> NDArray[np.float64]:
    """(n, 3) directions 5 degrees apart, before the face and as far behind as 120 degrees; mirrored as a face is."""
    found = [np.array([0.0, 0.0, -1.0])]
    for polar in np.radians(np.arange(STEP_DEG, BEHIND_DEG + 1, STEP_DEG)):
        count = 2 * max(2, round(np.pi * np.sin(polar) / np.radians(STEP_DEG)))
        for turn in (np.arange(count) + 0.5) * 2 * np.pi / count:
            found.append(np.array([np.sin(polar) * np.sin(turn), -np.sin(polar) * np.cos(turn), -np.cos(polar)]))
    return np.array(found)


def _fitted(lit: NDArray, shine: NDArray, weight: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Weighted least squares with ambient and key not below zero, and the mean squared error, per direction."""
    w = weight / weight.sum()
    x, y = w @ lit, float(w @ shine)
    xx, xy, yy = w @ (lit * lit), (w * shine) @ lit, float(w @ shine**2)
    key = np.maximum((xy - x * y) / np.maximum(xx - x * x, 1e-9), 0.0)
    ambient = y - key * x
    key = np.where(ambient < 0.0, xy / np.maximum(xx, 1e-9), key)
    ambient = np.maximum(ambient, 0.0)
    error = yy + ambient**2 + key**2 * xx + 2 * (ambient * key * x - ambient * y - key * xy)
    return ambient, key, np.maximum(error, 0.0)
