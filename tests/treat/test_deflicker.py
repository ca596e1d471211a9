"""De-flicker: brightness and detail hold still, and nothing else changes."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from unplastic.errors import RecipeError
from unplastic.treat.deflicker import Deflicker, four_taps
from unplastic.treat.exposure import beside_trend

sys.path.insert(0, str(Path(__file__).parent))

from moving import blur, grain, known_motion, rolled, shown, texture, treated_shot

SIZE = (192, 256)
MOVE = (2, 1)
INNER = (slice(40, -24), slice(48, -24))
SCENE = 120.0 + 25.0 * texture(SIZE, 3.0, 1.0, 7) + texture(SIZE, 1.0, 4.0, 3)
GLOBAL, LOCAL = Deflicker(local=0.0), Deflicker(exposure=0.0)


def moving(frames: int, sigma: float = 0.0) -> list[np.ndarray]:
    return [rolled(SCENE, t, MOVE) + grain(SIZE, sigma, 100 + t) for t in range(frames)]


def patches(rms: float, seed: int) -> np.ndarray:
    """Flicker of about 4 px."""
    plane = blur(grain(SIZE, 1.0, seed), 2.0)
    return plane * np.float32(rms / plane.std())


def second_differences(pictures: list[np.ndarray]) -> float:
    """What the reading `global_flicker` is made of."""
    means = np.array([p[INNER].mean() for p in pictures])
    return float(np.sqrt(np.square(np.diff(means, n=2)).mean() / 6.0))


def flicker_left(pictures: list[np.ndarray], truth: list[np.ndarray], move: tuple[int, int]) -> float:
    """Rms of the band of 2 to 8 px beside the truth, followed along motion, in the upper half of its frequencies."""
    bands = []
    for t, (p, q) in enumerate(zip(pictures, truth, strict=True)):
        gap = rolled(p - q, -t, move)
        bands.append((blur(gap, 2.0) - blur(gap, 8.0))[INNER])
    spectrum = np.fft.rfft(np.array(bands[3:-3]), axis=0)
    half = len(spectrum) // 2
    return float(np.sqrt(np.square(np.abs(spectrum[half:])).mean()))


@pytest.mark.parametrize("kind", ["alternating", "random"])
def test_global_flicker_falls_by_four_fifths(kind) -> None:
    frames = 24
    swing = np.random.default_rng(5).uniform(-2, 2, frames) if kind == "random" else 2.0 * (-1.0) ** np.arange(frames)
    pictures = [p + s for p, s in zip(moving(frames, 0.7), swing, strict=True)]
    calm, _ = treated_shot(pictures, [GLOBAL])
    assert second_differences(calm[4:-4]) < 0.2 * second_differences(pictures[4:-4])
    assert second_differences(calm) < 0.3 * second_differences(pictures)


def test_flicker_of_the_lights_follows_the_level() -> None:
    """A gain that flickers moves bright parts further than dark ones."""
    gains = 1.0 + 0.02 * (-1.0) ** np.arange(16)
    truth = moving(16)
    pictures = [16.0 + (p - 16.0) * g for p, g in zip(truth, gains, strict=True)]
    calm, _ = treated_shot(pictures, [GLOBAL])
    for part in (SCENE < 100, SCENE > 140):
        for t in range(4, 12):
            where = rolled(part, t, MOVE)
            assert abs((calm[t] - truth[t])[where].mean()) < 0.3 * abs((pictures[t] - truth[t])[where].mean())


@pytest.mark.parametrize("rate", [0.5, 3.0])
def test_a_fade_is_kept(rate) -> None:
    """Begin and end of it included."""
    level = np.concatenate([np.zeros(6), np.arange(12) * rate, np.full(6, 11 * rate)])
    pictures = [p + s for p, s in zip(moving(24, 0.5), level, strict=True)]
    calm, _ = treated_shot(pictures, [GLOBAL])
    assert max(abs((a - b).mean()) for a, b in zip(calm, pictures, strict=True)) < 0.1


def test_a_pan_to_something_bright_is_kept() -> None:
    wide = 60.0 + 130.0 * (np.arange(900) > 380) + 8.0 * texture((192, 900), 1.5, 1.0, 4)
    pictures = [wide[:, 9 * t : 9 * t + 256] + grain(SIZE, 0.5, t) for t in range(20)]
    calm, _ = treated_shot(pictures, [GLOBAL])
    assert max(abs((a - b).mean()) for a, b in zip(calm, pictures, strict=True)) < 0.1


def test_a_switch_and_a_flash_are_kept() -> None:
    """A lamp that goes on, and lightning: large, and no flicker."""
    level = np.zeros(24)
    level[12:] = 40.0
    switched = [p + s for p, s in zip(moving(24, 0.5), level, strict=True)]
    calm, _ = treated_shot(switched, [GLOBAL])
    assert max(abs((a - b).mean()) for a, b in zip(calm, switched, strict=True)) < 0.3


@pytest.mark.parametrize(("rms", "noise"), [(0.5, 0.0), (1.0, 0.0), (1.0, 0.5), (1.0, 2.0)])
@pytest.mark.parametrize("move", [MOVE, None])
def test_local_flicker_falls_by_half(rms, noise, move) -> None:
    truth = [a + grain(SIZE, noise, 100 + t) for t, a in enumerate(moving(18))]
    pictures = [p + rolled(patches(rms, 900 + t), t, MOVE) for t, p in enumerate(truth)]
    tell = known_motion(MOVE) if move else None
    calm, _ = treated_shot(pictures, [Deflicker(exposure=0.0, grain_codes8=noise)], prepare=tell)
    before = flicker_left(pictures, [rolled(SCENE, t, MOVE) for t in range(18)], MOVE)
    after = flicker_left(calm, [rolled(SCENE, t, MOVE) for t in range(18)], MOVE)
    assert after < (0.5 if noise < 1.0 else 0.55) * before  # the grain's own part of the band is in both


@pytest.mark.parametrize("sigma", [0.5, 2.0])
def test_pure_grain_is_left(sigma) -> None:
    pictures = moving(12, sigma)
    calm, _ = treated_shot(pictures, [Deflicker(grain_codes8=sigma)])
    for t in range(12):
        before, after = ((p[t] - rolled(SCENE, t, MOVE))[INNER].std() for p in (pictures, calm))
        assert after == pytest.approx(before, rel=0.03)


def test_texture_that_stays_is_kept() -> None:
    pictures = moving(12)
    calm, _ = treated_shot(pictures, [Deflicker()])
    for t in range(12):
        gap = (calm[t] - pictures[t])[INNER]
        assert gap.std() < 0.03 * pictures[t][INNER].std()


def test_a_square_over_texture_leaves_no_ghost() -> None:
    front, ground = texture(SIZE, 1.5, 8.0, 77) + 126.0, 126.0 + texture(SIZE, 1.5, 8.0, 3)
    truth = []
    for t in range(12):
        box = (slice(60, 130), slice(20 + 9 * t, 90 + 9 * t))
        now = ground.copy()
        now[box] = np.roll(front, 9 * t, 1)[box]
        truth.append(now)
    pictures = [p + grain(SIZE, 0.5, t) for t, p in enumerate(truth)]
    calm, _ = treated_shot(pictures, [Deflicker()])
    for a, b, c in zip(calm, pictures, truth, strict=True):
        assert np.std(a - c) <= 1.02 * np.std(b - c)


def test_a_cut_leaves_both_sides_alone() -> None:
    one, other = 90.0 + texture(SIZE, 2.0, 20.0, 1), 150.0 + texture(SIZE, 2.0, 20.0, 2)
    pictures = [one] * 6 + [other] * 6
    calm, _ = treated_shot(pictures, [Deflicker()])
    for a, b in zip(pictures, calm, strict=True):
        assert np.abs(shown(a) - b).max() < 0.3


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_few_frames(frames) -> None:
    pictures = [p + 3.0 * (t % 2) for t, p in enumerate(moving(frames))]
    calm, _ = treated_shot(pictures, [Deflicker()])
    if frames < 3:
        assert all(np.array_equal(a, shown(b)) for a, b in zip(calm, pictures, strict=True))


@pytest.mark.parametrize("size", [(16, 16), (30, 500), (70, 66), (131, 97)])
def test_small_and_odd_pictures(size) -> None:
    pictures = [126.0 + texture(size, 1.0, 5.0, 3) + grain(size, 1.0, t) + t % 2 for t in range(8)]
    calm, _ = treated_shot(pictures, [Deflicker()])
    assert all(np.abs(a - b).max() < 8.0 for a, b in zip(calm, pictures, strict=True))


@pytest.mark.parametrize("code", [16.0, 235.0])
def test_black_and_white_stay_so(code) -> None:
    calm, _ = treated_shot([np.full((96, 96), code)] * 6, [Deflicker()])
    assert all(np.array_equal(p, np.full((96, 96), code)) for p in calm)


def test_does_not_depend_on_strips() -> None:
    pictures = [p + patches(1.0, t) + 2.0 * (t % 2) for t, p in enumerate(moving(8))]
    whole, _ = treated_shot(pictures, [Deflicker()])
    thin, _ = treated_shot(pictures, [Deflicker()], rows=6)
    assert all(np.array_equal(a, b) for a, b in zip(whole, thin, strict=True))


def test_each_plane_is_steadied_once_a_pass() -> None:
    pictures = [p + patches(1.0, t) for t, p in enumerate(moving(8))]
    counts: list[int] = []
    treated_shot(pictures, [LOCAL], after=lambda chain, _: counts.append(chain._passes[0].planes_steadied))
    assert counts[-1] == 2 * 6


def test_a_trend_is_no_flicker() -> None:
    times = np.arange(-4.0, 5.0)
    assert beside_trend(times, 0.7 * times) == pytest.approx(0.0, abs=1e-9)
    assert beside_trend(times, np.maximum(0.0, 2.0 * times)) == pytest.approx(0.0, abs=0.02)
    assert beside_trend(times, 2.0 * (-1.0) ** np.arange(9)) == pytest.approx(2.0 * 8 / 9, abs=0.05)


def test_taps_sum_to_one() -> None:
    assert np.allclose(four_taps(32).sum(axis=1), 1.0)


def test_parameters_are_checked() -> None:
    with pytest.raises(RecipeError):
        Deflicker(grain_codes8=-1.0)
    assert Deflicker(exposure=0.0, local=0.0).is_noop
