from __future__ import annotations

import numpy as np
import pytest

LEVEL = 126.0


def grains(lab, sigma: float, blur: float = 0.0, frames: int = 8) -> list[np.ndarray]:
    return [LEVEL + lab.grain(sigma, blur, seed=t) for t in range(frames)]


@pytest.mark.parametrize("blur", [0.0, 0.5, 0.7, 1.0])
@pytest.mark.parametrize("sigma", [1.0, 2.0, 4.0])
def test_level_is_right_whatever_the_size_of_grain(lab, valid, sigma, blur) -> None:
    report = lab.report(grains(lab, sigma, blur))
    assert valid(report, "grain_sigma") == pytest.approx(sigma, rel=0.06)
    assert valid(report, "grain_spatial") == pytest.approx(sigma, rel=0.06)
    assert valid(report, "grain_freshness") == pytest.approx(1.0, abs=0.03)


def test_a_single_frame_is_enough_for_a_level(lab, valid) -> None:
    report = lab.report(grains(lab, 2.0, 0.7, 1))
    assert valid(report, "grain_sigma") == pytest.approx(2.0, rel=0.06)
    assert not report.reading("grain_freshness").valid


@pytest.mark.parametrize("blur", [0.5, 0.7, 1.0])
def test_size_follows_the_blur(lab, valid, blur) -> None:
    """A Gaussian blur s gives the autocorrelation exp(-d^2 / 4 s^2), one half at 1.67 s."""
    report = lab.report(grains(lab, 4.0, blur))
    assert valid(report, "grain_length") == pytest.approx(1.665 * blur, abs=0.12)
    lag_one = np.exp(-1 / (4 * blur**2))
    assert valid(report, "grain_rho_x") == pytest.approx(lag_one, abs=0.04)
    assert valid(report, "grain_rho_y") == pytest.approx(lag_one, abs=0.04)


def test_ten_bits_read_like_eight(lab, valid) -> None:
    lumas = grains(lab, 1.0, 0.5)
    eight = lab.report(lumas)
    ten = lab.report(lumas, lab.clip(8, bit_depth=10))
    assert valid(ten, "grain_sigma") == pytest.approx(valid(eight, "grain_sigma"), rel=0.01)


def test_full_range_reads_like_limited(lab, valid) -> None:
    from unplastic.clip import ColorTags

    lumas = grains(lab, 2.0, 0.5)
    full = lab.clip(8, color=ColorTags(matrix=1, is_full_range=True))
    stretched = [(luma - 16) * 255 / 219 for luma in lumas]
    assert valid(lab.report(stretched, full), "grain_sigma") == pytest.approx(
        valid(lab.report(lumas), "grain_sigma"), rel=0.01
    )


def test_a_frozen_pattern_is_not_fresh(lab, valid) -> None:
    report = lab.report([LEVEL + lab.grain(2.0, 0.7) + lab.grain(0.2, seed=t) for t in range(8)])
    assert valid(report, "grain_freshness") < 0.2
    assert valid(report, "grain_spatial") == pytest.approx(2.0, rel=0.06)


def test_moving_texture_is_not_grain(lab, valid) -> None:
    """A4's "real" clip: texture of 4 codes moving by whole pixels under fresh noise of 2."""
    lumas, _ = lab.sequence("real")
    assert valid(lab.report(lumas), "grain_sigma") == pytest.approx(2.0, rel=0.06)


def test_shading_is_not_grain(lab, valid) -> None:
    y, x = np.mgrid[0 : lab.height, 0 : lab.width]
    shade = 30 * np.sin(x / 90) + 20 * np.cos(y / 70)
    report = lab.report([LEVEL + shade + lab.grain(1.0, 0.7, seed=t) for t in range(3)])
    assert valid(report, "grain_spatial") == pytest.approx(1.0, rel=0.08)


def test_level_by_luminance(lab, valid) -> None:
    """Two halves at two lumas with noise of 1 and 3 codes."""
    half = lab.width // 2
    lumas = []
    for t in range(4):
        noise = lab.grain(1.0, seed=t)
        left, right = 48 + noise[:, :half], 176 + 3 * noise[:, half:]
        lumas.append(np.hstack([left, right]))
    report = lab.report(lumas)
    assert valid(report, "grain_sigma", "luma 48") == pytest.approx(1.0, rel=0.06)
    assert valid(report, "grain_sigma", "luma 176") == pytest.approx(3.0, rel=0.06)
    assert not report.reading("grain_sigma", "luma 112").valid
    curve = next(c for c in report.curves if c.name == "grain by luminance")
    assert curve.x == (48.0, 176.0)


@pytest.mark.parametrize("chroma", ["420", "422", "444"])
def test_colour_share(lab, valid, chroma) -> None:
    from unplastic.clip import CHROMA_STEPS

    across, down = CHROMA_STEPS[chroma]
    clip = lab.clip(4, chroma=chroma)
    pictures = [
        lab.picture(
            LEVEL + lab.grain(4.0, seed=t),
            t,
            clip,
            cb=128 + 0.5 * lab.grain(4.0, seed=50 + t)[::down, ::across],
            cr=128 + 0.25 * lab.grain(4.0, seed=90 + t)[::down, ::across],
        )
        for t in range(4)
    ]
    from unplastic.measure import examine

    report = examine([pictures], clip)
    assert valid(report, "grain_chroma_cb") == pytest.approx(0.5, rel=0.06)
    assert valid(report, "grain_chroma_cr") == pytest.approx(0.25, rel=0.10)


def test_noise_below_rounding_has_no_size(lab) -> None:
    reading = lab.report(grains(lab, 0.2)).reading("grain_length")
    assert not reading.valid
    assert "below" in reading.why_not


def test_grass_in_a_lone_frame_is_not_grain(photo) -> None:
    lab, luma = photo("grass")
    assert not lab.report([luma]).reading("grain_sigma").valid
