from __future__ import annotations

import numpy as np
import pytest

LEVEL = 126.0


def fine_rms(lab, plane) -> float:
    """Truth of the fine band, from its transfer function instead of from filters."""
    fy, fx = np.fft.fftfreq(plane.shape[0])[:, None], np.fft.fftfreq(plane.shape[1])[None, :]
    square = fy**2 + fx**2
    gain = np.exp(-2 * np.pi**2 * 0.7**2 * square) - np.exp(-2 * np.pi**2 * 1.6**2 * square)
    return float(np.fft.ifft2(np.fft.fft2(plane) * gain).real.std())


@pytest.mark.parametrize("kind", ["real", "detail", "smoothed in time"])
def test_locked_texture_is_the_texture_that_was_put_in(lab, valid, kind) -> None:
    lumas, locked = lab.sequence(kind)
    tolerance = 0.10 if kind == "smoothed in time" else 0.05
    assert valid(lab.report(lumas), "locked_texture") == pytest.approx(fine_rms(lab, locked), rel=tolerance)


def test_noise_is_not_texture(lab, valid) -> None:
    """The cheat of measuring A4: white noise of 4 codes leaves locked texture where it was."""
    smooth, locked = lab.sequence("smooth", 24)
    cheat, _ = lab.sequence("cheat", 24)
    before, after = (valid(lab.report(lumas), "locked_texture") for lumas in (smooth, cheat))
    assert before == pytest.approx(fine_rms(lab, locked), rel=0.10)
    assert after == pytest.approx(before, rel=0.10)


def test_noise_on_real_texture_changes_nothing(lab, valid) -> None:
    """Within 3 % at 24 frames for noise as strong as the texture's own band."""
    found = []
    for sigma in (0.0, 2.0, 4.0):
        texture, scene = lab.fractal(1.0, 4.0, seed=3), lab.grain(12.0, 14.0, seed=7)
        noisy = [LEVEL + np.roll(texture + scene, (2 * t, 3 * t), (0, 1)) + lab.grain(sigma, seed=t) for t in range(24)]
        found.append(valid(lab.report(noisy), "locked_texture"))
    assert found[1:] == pytest.approx([found[0]] * 2, rel=0.03)


def test_a_still_is_cleaned_by_its_own_flat_parts(lab, valid) -> None:
    texture = lab.fractal(1.0, 6.0, seed=3)
    texture[:, : lab.width // 2] = 0.0
    quiet, noisy = (valid(lab.report([LEVEL + texture + lab.grain(s)]), "texture_rms") for s in (0.0, 2.0))
    assert noisy == pytest.approx(quiet, rel=0.05)


def test_texture_is_linear_in_contrast(lab, valid) -> None:
    texture, scene = lab.fractal(1.0, 2.0, seed=3), lab.grain(12.0, 14.0, seed=7)
    one, two = (
        valid(lab.report([LEVEL + np.roll(gain * texture + scene, 3 * t, 1) for t in range(3)]), "locked_texture")
        for gain in (1.0, 2.0)
    )
    assert two == pytest.approx(2 * one, rel=0.03)


def test_exposure_does_not_change_texture(lab, valid) -> None:
    texture = lab.fractal(1.0, 2.0, seed=3)
    bright, dark = (valid(lab.report([16 + gain * (110 + texture)]), "texture_rms") for gain in (1.2, 0.6))
    assert dark == pytest.approx(bright, rel=0.05)


def test_plastic_has_less_texture_beside_its_edges_the_more_plastic_it_is(lab, valid) -> None:
    photo = lab.edges(1.2) + lab.fractal(1.0, 2.5)
    ratios = [valid(lab.report([lab.plasticise(photo, s)]), "texture_to_edge") for s in (0.0, 0.5, 1.0)]
    assert ratios[0] > ratios[1] > ratios[2]
    assert ratios[0] > 2.0 * ratios[2]


def test_defocus_is_not_plasticity(lab, valid) -> None:
    """Half of a picture out of focus must not lower the texture of the other half."""
    sharp = lab.edges(1.0) + lab.fractal(1.0, 2.5)
    soft = np.array(sharp)
    half = lab.width // 2
    import cv2

    soft[:, half:] = cv2.GaussianBlur(sharp, (0, 0), 9.0)[:, half:]
    whole, part = (valid(lab.report([plane]), "texture_rms") for plane in (sharp, soft))
    assert part == pytest.approx(whole, rel=0.25)


def test_nothing_in_the_dark_is_measured(lab) -> None:
    report = lab.report([np.full((lab.height, lab.width), 18.0)] * 3)
    for name in ("texture_rms", "locked_texture", "texture_to_edge"):
        reading = report.reading(name)
        assert not reading.valid
        assert "too little surface" in reading.why_not


def test_the_flattest_place_lies_where_texture_was_removed(lab) -> None:
    import cv2

    photo = lab.edges(1.2) + lab.fractal(1.0, 3.0)
    photo[:, 200:] = cv2.GaussianBlur(lab.edges(1.2), (0, 0), 0.5)[:, 200:]
    place = next(p for p in lab.report([photo]).places if p.name == "flat_texture")
    assert place.x + place.width // 2 >= 150
    assert place.x + place.width <= lab.width
    assert place.y + place.height <= lab.height
