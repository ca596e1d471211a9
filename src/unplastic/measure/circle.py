"""The middle of angles and of clock positions, which begin again where they end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from unplastic.reading import Reading


@dataclass(frozen=True, slots=True)
class Circle:
    """``period`` in the unit of its readings, which lie from ``first`` up to ``first + period``."""

    period: float
    first: float


TURN = Circle(360.0, -180.0)
CLOCK = Circle(12.0, 0.0)


def on_circle(
    name: str, region: str, unit: str, values: Sequence[float], lows: Sequence[float], highs: Sequence[float],
    circle: Circle,
) -> Reading:  # fmt: skip
    """The median around the mean direction; the interval holds nine in ten values and may reach past the seam."""
    turns = 2.0 * np.pi * np.asarray(values) / circle.period
    middle = float(np.arctan2(np.sin(turns).mean(), np.cos(turns).mean()) * circle.period / (2.0 * np.pi))
    half = circle.period / 2.0
    near = (np.asarray(values) - middle + half) % circle.period - half
    below, above = near - (np.asarray(values) - lows), near + (np.asarray(highs) - values)
    value = float(np.median(near))
    low = min(value, float(np.median(below)), float(np.percentile(near, 5.0)))
    high = max(value, float(np.median(above)), float(np.percentile(near, 95.0)))
    at = (middle + value - circle.first) % circle.period + circle.first
    return Reading(name, region, at, unit, at + low - value, at + high - value)


def apart(one: float, other: float, circle: Circle) -> float:
    """The way from one to the other around the circle, in its unit, never more than half of it."""
    half = circle.period / 2.0
    return abs((one - other + half) % circle.period - half)
