"""De-boil: detail that boils is calmed, detail that stays is kept, and nothing is dragged along."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from unplastic.errors import RecipeError
from unplastic.treat.deboil import Deboil, interpolation_taps

sys.path.insert(0, str(Path(__file__).parent))

from moving import blur, fine, grain, known_motion, rolled, shown, texture, treated_shot

SIZE = (256, 320)
MOVE = (3, 2)
INNER = (slice(72, -24), slice(88, -24))
TEXTURE, GROUND = texture(SIZE, 1.0, 4.0, 3), 12.0 * blur(grain(SIZE, 1.0, 7), 14.0) / 0.02


def boiling(frames: int, rms: float, life: float = 4.0) -> list[np.ndarray]:
    """Texture whose correlation falls as exp(-k / life)."""
    keep, now, found = np.exp(-1.0 / life), texture(SIZE, 1.0, rms, 500), []
    for t in range(frames):
        found.append(now)
        now = keep * now + np.sqrt(1.0 - keep**2) * texture(SIZE, 1.0, rms, 501 + t)
    return found


def scene_of(own: Sequence[np.ndarray], noise: float = 0.3) -> list[np.ndarray]:
    """A textured ground with ``own`` on it, moving by `MOVE` a frame, and noise."""
    return [rolled(126.0 + GROUND + add, t, MOVE) + grain(SIZE, noise, 100 + t) for t, add in enumerate(own)]


def aligned(pictures: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Fine bands brought back to where frame 0 had them, without what came in at the border."""
    return [rolled(fine(p), -t, MOVE)[INNER] for t, p in enumerate(pictures)]


def boil_share(pictures: Sequence[np.ndarray], after: int = 8) -> float:
    bands = aligned(pictures)

    def rho(lag: int) -> float:
        pairs = zip(bands[after:-lag], bands[after + lag :], strict=True)
        return float(np.mean([np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in pairs]))

    return rho(1) - rho(4)


def kept(before: Sequence[np.ndarray], after: Sequence[np.ndarray], truth: np.ndarray, start: int = 8) -> float:
    """Gain of the texture that is truly there, in its fine band."""
    band = fine(truth)[INNER]
    gains = [np.vdot(b, band) / np.vdot(a, band) for a, b in zip(aligned(before)[start:], aligned(after)[start:])]  # noqa: B905
    return float(np.mean(gains))


def error(pictures: Sequence[np.ndarray], truth: Sequence[np.ndarray], where: Sequence[np.ndarray]) -> float:
    return float(np.sqrt(np.mean([np.square(p - q)[m].mean() for p, q, m in zip(pictures, truth, where, strict=True)])))


def test_boiling_calms_under_known_motion() -> None:
    pictures = scene_of([TEXTURE + b for b in boiling(24, 2.0)])
    calm, _ = treated_shot(pictures, [Deboil()], prepare=known_motion(MOVE))
    assert boil_share(calm) < 0.6 * boil_share(pictures)


def test_boiling_calms_under_motion_that_had_to_be_found() -> None:
    pictures = scene_of([TEXTURE + b for b in boiling(24, 2.0)])
    calm, _ = treated_shot(pictures, [Deboil()])
    assert boil_share(calm) < 0.7 * boil_share(pictures)


@pytest.mark.parametrize("move", [None, MOVE])
def test_texture_that_stays_is_kept(move) -> None:
    pictures = scene_of([TEXTURE] * 16)
    calm, _ = treated_shot(pictures, [Deboil()], prepare=known_motion(move) if move else None)
    assert kept(pictures, calm, TEXTURE) >= 0.97


def test_texture_between_pixels_is_kept() -> None:
    """Motion of a fraction of a pixel, which interpolation has to bridge twelve times."""
    move = (1.37, 0.61)
    pictures = [126.0 + shifted(GROUND + TEXTURE, t * move[0], t * move[1]) for t in range(14)]
    calm, _ = treated_shot(pictures, [Deboil()], prepare=known_motion(move))
    energy = [np.std(fine(p)[INNER]) for p in (pictures[-1], calm[-1])]
    assert energy[1] >= 0.97 * energy[0]
    assert energy[1] <= 1.02 * energy[0]


@pytest.mark.parametrize("sigma", [1.0, 3.0])
def test_grain_of_a_camera_is_left(sigma) -> None:
    """New in every frame: calming it would be denoising."""
    pictures = scene_of([TEXTURE] * 12, noise=sigma)
    calm, _ = treated_shot(pictures, [Deboil()])
    assert max(np.std(a - b) for a, b in zip(pictures, calm, strict=True)) < 0.1 * sigma


def test_a_square_over_texture_leaves_no_ghost() -> None:
    """A textured square crosses a textured ground of the same mean."""
    front = texture(SIZE, 1.0, 6.0, 77) + 126.0
    truth, rims = [], []
    for t in range(12):
        box = (slice(90, 170), slice(30 + 9 * t, 110 + 9 * t))
        now = 126.0 + texture(SIZE, 1.0, 6.0, 3)
        now[box] = np.roll(front, 9 * t, 1)[box]
        truth.append(now)
        mask = np.zeros(SIZE, bool)
        mask[80:180, 10 + 9 * t : 30 + 9 * t] = mask[80:180, 100 + 9 * t : 125 + 9 * t] = True
        rims.append(mask)
    pictures = [p + grain(SIZE, 0.5, 50 + t) for t, p in enumerate(truth)]
    calm, _ = treated_shot(pictures, [Deboil()])
    assert error(calm, truth, rims) <= 1.05 * error(pictures, truth, rims)
    everywhere = [np.ones(SIZE, bool)] * 12
    assert error(calm, truth, everywhere) <= 1.02 * error(pictures, truth, everywhere)


def test_fast_motion_leaves_no_ghost() -> None:
    large = texture((256, 640), 1.6, 14.0, 9) + 126.0
    truth = [large[:, 300 - 20 * t : 620 - 20 * t] for t in range(12)]
    pictures = [p + grain(SIZE, 0.5, 50 + t) for t, p in enumerate(truth)]
    calm, _ = treated_shot(pictures, [Deboil()])
    everywhere = [np.ones(SIZE, bool)] * 12
    assert error(calm, truth, everywhere) <= 1.02 * error(pictures, truth, everywhere)


def test_motion_that_is_wrong_drags_nothing_along() -> None:
    pictures = scene_of([TEXTURE] * 8)
    calm, _ = treated_shot(pictures, [Deboil()], prepare=known_motion((-4, 5)))
    assert max(np.std(a - b) for a, b in zip(pictures, calm, strict=True)) < 0.35


def test_a_cut_leaves_both_sides_alone() -> None:
    one, other = 90.0 + texture(SIZE, 2.0, 20.0, 1), 150.0 + texture(SIZE, 2.0, 20.0, 2)
    pictures = [one] * 5 + [other] * 5
    calm, _ = treated_shot(pictures, [Deboil()])
    for a, b in zip(pictures, calm, strict=True):
        assert np.abs(shown(a) - b).max() < 0.3


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_few_frames(frames) -> None:
    pictures = scene_of([TEXTURE] * frames)
    calm, _ = treated_shot(pictures, [Deboil()])
    assert len(calm) == frames
    assert np.array_equal(calm[0], shown(pictures[0]))


@pytest.mark.parametrize("size", [(16, 16), (30, 500), (70, 66), (131, 97)])
def test_small_and_odd_pictures(size) -> None:
    pictures = [126.0 + texture(size, 1.0, 5.0, 3) + grain(size, 1.0, t) for t in range(4)]
    calm, _ = treated_shot(pictures, [Deboil()])
    assert all(np.isfinite(p).all() for p in calm)
    assert np.std(calm[3] - pictures[3]) < 1.0


@pytest.mark.parametrize("code", [16.0, 235.0])
def test_black_and_white_stay_so(code) -> None:
    calm, _ = treated_shot([np.full((96, 96), code)] * 4, [Deboil()])
    assert all(np.array_equal(p, np.full((96, 96), code)) for p in calm)


def test_does_not_depend_on_strips() -> None:
    pictures = scene_of([TEXTURE + b for b in boiling(6, 3.0)])
    whole, _ = treated_shot(pictures, [Deboil()])
    thin, _ = treated_shot(pictures, [Deboil()], rows=6)
    assert all(np.array_equal(a, b) for a, b in zip(whole, thin, strict=True))


def test_works_at_twice_the_size() -> None:
    """An enlarged clip boils more coarsely: ``up`` says so."""
    pictures = [blur(p, 0.8) * 1.0 for p in scene_of([TEXTURE + 2 * blur(b, 1.2) for b in boiling(10, 3.0)], 0.0)]
    calm, _ = treated_shot(pictures, [Deboil()], up=2.0)
    assert np.std(calm[-1] - pictures[-1]) > 0.05


def test_a_scene_out_of_order_starts_anew() -> None:
    """The history of one shot is never carried to a frame that does not follow."""
    pictures = scene_of([TEXTURE + b for b in boiling(8, 3.0)])
    calm, chain = treated_shot(pictures, [Deboil()])
    again, _ = treated_shot(pictures, [Deboil()], chain=chain)
    assert all(np.array_equal(a, b) for a, b in zip(calm, again, strict=True))


def test_planes_are_made_once_and_work_is_skipped_where_motion_is_unsure() -> None:
    pictures = scene_of([TEXTURE + b for b in boiling(6, 3.0)])
    sizes: list[tuple[int, int]] = []

    def look(chain, scene) -> None:
        (deboil,) = chain._passes
        sizes.append((deboil.scratch_bytes, deboil.pixels_worked))

    treated_shot(pictures, [Deboil()], after=look)
    assert len({bytes_ for bytes_, _ in sizes}) == 1
    assert 0 < sizes[-1][1] <= 5 * 256 * 320
    sizes.clear()
    treated_shot([126.0 + texture(SIZE, 0.0, 20.0, t) for t in range(4)], [Deboil()], after=look)
    assert sizes[-1][1] < 0.3 * 3 * 256 * 320


def test_taps_move_without_dimming() -> None:
    taps = interpolation_taps(32)
    at = np.arange(-2, 4)
    for frequency in (0.05, 0.1, 0.16, 0.2, 0.25):
        waves = np.exp(2j * np.pi * frequency * at)
        for phase, row in enumerate(taps):
            assert abs(np.vdot(waves, row).conj() - np.exp(2j * np.pi * frequency * phase / 32)) < 0.007


def test_parameters_are_checked() -> None:
    with pytest.raises(RecipeError):
        Deboil(memory_frames=0.5)
    assert Deboil(strength=0.0).is_noop


def shifted(plane: np.ndarray, x: float, y: float) -> np.ndarray:
    """A periodic plane moved by any distance, exactly."""
    fy, fx = np.fft.fftfreq(plane.shape[0])[:, None], np.fft.fftfreq(plane.shape[1])[None, :]
    return np.fft.ifft2(np.fft.fft2(plane) * np.exp(-2j * np.pi * (fx * x + fy * y))).real.astype(np.float32)
