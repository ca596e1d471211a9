"""A ball of clay under the light that was read off a face: what every gaffer holds before a lens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE_PX = 144
OVER = 3
"""Pixels are the mean of 3 x 3 finer ones."""

CLAY = 0.62
FILL_LEAST = 0.02
GROUND = (43, 43, 43)
GAMMA = 2.4
TINTS = ((90.0, (0.78, 0.90, 1.18)), (154.0, (1.0, 1.0, 1.0)), (240.0, (1.16, 0.97, 0.68)), (370.0, (1.35, 0.92, 0.40)))
"""Red, green and blue of white light by its mired, roughly: a ball shows, it does not measure."""


def ball(
    azimuth_deg: float, elevation_deg: float, stops: float, mired: float | None = None
) -> NDArray[np.uint8]:  # fmt: skip
    """(144, 144, 3) R'G'B': a ball lit from there, its shadow side ``stops`` under the lit one, tinted by ``mired``."""
    side = SIDE_PX * OVER
    y, x = (np.mgrid[0:side, 0:side] + 0.5) / side * 2.16 - 1.08
    inside = x * x + y * y < 1.0
    normal = np.stack([x, y, -np.sqrt(np.maximum(1.0 - x * x - y * y, 0.0))], axis=-1)
    azimuth, elevation = np.radians([azimuth_deg, elevation_deg])
    level = np.cos(elevation)
    towards = np.array([level * np.sin(azimuth), -np.sin(elevation), -level * np.cos(azimuth)])
    fill = max(2.0**-stops, FILL_LEAST)
    light = CLAY * (fill + (1.0 - fill) * np.maximum(normal @ towards, 0.0))
    tint = np.array([np.interp(mired or 154.0, [m for m, _ in TINTS], [c[i] for _, c in TINTS]) for i in range(3)])
    ground = (np.array(GROUND) / 255.0) ** GAMMA
    picture = np.where(inside[..., None], light[..., None] * tint, ground)
    small = picture.reshape(SIDE_PX, OVER, SIDE_PX, OVER, 3).mean(axis=(1, 3))
    return np.rint(255.0 * np.clip(small, 0.0, 1.0) ** (1.0 / GAMMA)).astype(np.uint8)
