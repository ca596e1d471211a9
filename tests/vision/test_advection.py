"""Carried coordinates stick to the surface, keep their variance, and start new shots at full weight."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from unplastic.vision.advection import PERIOD_FRAMES, Advection
from unplastic.vision.motion import Motion

SHAPE = (80, 120)


def back(x: float, y: float) -> Motion:
    """Everything moved by (x, y): the way back."""
    flow = np.broadcast_to(np.array([-x, -y], np.float32), (*SHAPE, 2)).copy()
    return Motion(flow, np.ones(SHAPE, np.bool_), np.zeros(SHAPE, np.float32))


def drawn(phases, tiles: dict[int, np.ndarray]) -> np.ndarray:
    height, width = SHAPE
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    total = np.zeros(SHAPE, np.float32)
    for phase in phases:
        tile = tiles.setdefault(phase.seed, noise(phase.seed))
        at = x + phase.shift[..., 0] + 100, y + phase.shift[..., 1] + 100
        total += phase.weight * cv2.remap(tile, *at, cv2.INTER_LINEAR)
    return total / np.sqrt(sum(phase.weight**2 for phase in phases))


def noise(seed: int) -> np.ndarray:
    field = cv2.GaussianBlur(np.random.default_rng(seed).standard_normal((300, 340)).astype(np.float32), (0, 0), 0.8)
    return field / field.std()


def test_texture_follows_the_surface_and_not_the_screen() -> None:
    coordinates, tiles = Advection(SHAPE), {}
    before, along, still, spread = None, [], [], []
    for t in range(40):
        picture = drawn(coordinates.follow(back(2.0, 1.0) if t else None), tiles)
        spread.append(picture[10:-10, 10:-10].std())
        if before is not None:
            inner = picture[10:-10, 10:-10]
            along.append(np.corrcoef(inner.ravel(), before[9:-11, 8:-12].ravel())[0, 1])
            still.append(np.corrcoef(inner.ravel(), before[10:-10, 10:-10].ravel())[0, 1])
        before = picture
    assert np.median(along) > 0.95
    assert abs(np.median(still)) < 0.2
    assert 0.8 < min(spread) <= max(spread) < 1.2


def test_each_phase_is_reset_when_its_weight_is_least() -> None:
    coordinates = Advection(SHAPE)
    weights = {0: [], 1: []}
    for t in range(2 * PERIOD_FRAMES):
        for i, phase in enumerate(coordinates.follow(back(1.0, 0.0) if t else None)):
            weights[i].append((phase.weight, float(np.abs(phase.shift).max()), phase.seed))
    for series in weights.values():
        resets = [i for i in range(1, len(series)) if series[i][2] != series[i - 1][2]]
        assert resets
        assert all(series[i][0] < 0.01 and series[i][1] == 0.0 for i in resets)


def test_a_new_shot_starts_at_full_strength() -> None:
    first = Advection(SHAPE).follow(None)
    assert sum(phase.weight**2 for phase in first) > 0.5


def test_what_was_not_seen_before_takes_the_coordinates_of_its_surroundings() -> None:
    coordinates = Advection(SHAPE)
    coordinates.follow(None)
    motion = back(3.0, 0.0)
    motion.trip[30:40, 40:60] = 50.0
    shifts = [phase.shift for phase in coordinates.follow(motion)]
    for shift in shifts:
        assert np.isfinite(shift).all()
        assert shift[35, 50, 0] == pytest.approx(-3.0, abs=1.5)
