from __future__ import annotations

import numpy as np

from unplastic.vision.cuts import distinct, shots


def test_a_cut_is_found_at_its_frame(scene) -> None:
    other = 250 - scene[::-1] * 0.8
    frames = [np.roll(scene, t, 1) for t in range(5)] + [np.roll(other, t, 1) for t in range(3)]
    assert shots(frames) == [slice(0, 5), slice(5, 8)]


def test_a_cut_between_two_frames(scene) -> None:
    assert shots([scene, 250 - scene]) == [slice(0, 1), slice(1, 2)]


def test_a_fast_pan_is_not_a_cut(scene) -> None:
    assert shots([np.roll(scene, 25 * t, 1) for t in range(8)]) == [slice(0, 8)]


def test_a_flash_of_light_does_not_lose_frames(scene) -> None:
    frames = [scene + (15 if t == 4 else 0) for t in range(8)]
    assert sum(s.stop - s.start for s in shots(frames)) == 8


def test_repeats_are_left_out(scene) -> None:
    moving = [np.roll(scene, 2 * t, 1) for t in range(4)]
    assert distinct([moving[0], moving[1], moving[1], moving[2], moving[3], moving[3]]) == [0, 1, 3, 4]


def test_a_nearly_exact_repeat_in_a_moving_shot(scene) -> None:
    """An encoder writes a repeated frame with a trace of noise."""
    trace = np.random.default_rng(0).normal(0, 0.05, scene.shape).astype(np.float32)
    assert distinct([scene, np.roll(scene, 3, 1), np.roll(scene, 3, 1) + trace, np.roll(scene, 6, 1)]) == [0, 1, 3]


def test_a_quiet_shot_is_not_made_of_repeats(scene) -> None:
    rng = np.random.default_rng(0)
    assert distinct([scene + rng.normal(0, 0.3, scene.shape) for _ in range(6)]) == list(range(6))


def test_a_single_frame() -> None:
    flat = np.full((32, 32), 100.0, np.float32)
    assert shots([flat]) == [slice(0, 1)]
    assert distinct([flat]) == [0]
    assert distinct([flat] * 4) == [0]
