from __future__ import annotations

import numpy as np
import pytest
from scipy.special import erf

from unplastic.measure.edges import mtf_peak, overshoot_percent, rise_widths_px
from unplastic.vision.profiles import OFFSETS_PX

CLOSED_FORM = [
    # edge blur, unsharp radius, amount, overshoot % (measuring A2, exact), MTF peak or None
    (0.6, 1.0, 0.5, 4.4, None),
    (0.6, 1.0, 1.0, 10.7, 1.17),
    (0.6, 1.0, 2.0, 24.8, 1.58),
    (0.8, 1.0, 1.0, 6.0, 1.04),
    (0.8, 1.0, 2.0, 15.5, 1.30),
    (0.8, 2.0, 0.5, 8.3, None),
    (0.8, 2.0, 1.0, 18.3, 1.40),
    (0.8, 2.0, 2.0, 39.6, 2.01),
    (1.0, 2.0, 1.0, 14.0, 1.27),
    (1.5, 2.0, 1.0, 7.0, 1.06),
    (1.5, 2.0, 2.0, 17.4, 1.36),
]


def gaussian_edge(sigma: float) -> np.ndarray:
    return 0.5 * (1 + erf(OFFSETS_PX / (sigma * np.sqrt(2))))


@pytest.mark.parametrize(("blur", "radius", "amount", "overshoot", "peak"), CLOSED_FORM)
def test_a_sampled_profile_gives_the_closed_form(blur, radius, amount, overshoot, peak) -> None:
    """Samples every half pixel place the summit of the sharpest profiles to 0.7 %."""
    wide = gaussian_edge(np.hypot(blur, radius))
    profile = ((1 + amount) * gaussian_edge(blur) - amount * wide)[None]
    assert overshoot_percent(profile) == pytest.approx(overshoot, abs=0.7)
    if peak:
        assert mtf_peak(profile) == pytest.approx(peak, abs=0.035)


@pytest.mark.parametrize("sigma", [0.6, 1.0, 2.0])
def test_width_of_a_gaussian_edge(sigma) -> None:
    assert rise_widths_px(gaussian_edge(sigma)[None])[0] == pytest.approx(2.563 * sigma, abs=0.13)


@pytest.mark.parametrize(("blur", "radius", "amount", "overshoot", "peak"), CLOSED_FORM)
def test_a_sharpened_picture_gives_the_closed_form(large_lab, valid, blur, radius, amount, overshoot, peak) -> None:
    """Pixels and bilinear neighbours blunt the finest halos: up to a sixth at blur 0.6, a twelfth above."""
    report = large_lab.report([large_lab.unsharp(large_lab.edges(blur), amount, radius)])
    assert valid(report, "edge_overshoot") == pytest.approx(overshoot, rel=0.17 if blur < 0.8 else 0.08, abs=1.0)
    if peak:
        assert valid(report, "mtf_peak") == pytest.approx(peak, abs=0.11)


def test_noise_is_not_overshoot(large_lab, valid) -> None:
    clean = large_lab.edges(1.0, 100.0, 150.0)
    quiet, noisy = (valid(large_lab.report([clean + large_lab.grain(s)]), "edge_overshoot") for s in (0.0, 2.0))
    assert abs(noisy - quiet) < 0.8


def test_noise_does_not_widen_edges(large_lab, valid) -> None:
    """It breaks the soft gradients of a picture into edges of their own; the width must stay that of the sharp ones."""
    import cv2

    plane = large_lab.edges(1.0)
    plane[:, 330:] = cv2.GaussianBlur(plane, (0, 0), 3.0)[:, 330:]
    quiet, noisy = (valid(large_lab.report([plane + large_lab.grain(s, 0.7)] * 2), "edge_width") for s in (0.0, 3.0))
    assert noisy == pytest.approx(quiet, rel=0.1)


def test_overshoot_knows_no_gain_or_offset(large_lab, valid) -> None:
    sharp = large_lab.unsharp(large_lab.edges(1.0, 90.0, 150.0), 1.0, 2.0)
    found = [valid(large_lab.report([plane]), "edge_overshoot") for plane in (sharp, sharp * 0.8 + 30, sharp + 20)]
    assert found == pytest.approx([found[0]] * 3, abs=0.6)


def test_overshoot_grows_with_sharpening(large_lab, valid) -> None:
    found = [
        valid(large_lab.report([large_lab.unsharp(large_lab.edges(1.0), a, 2.0)]), "edge_overshoot")
        for a in (0.0, 0.5, 1.0, 2.0)
    ]
    assert found == sorted(found)
    assert found[0] < 1.0


@pytest.mark.parametrize("name", ["grass", "brick", "gravel", "chelsea"])
def test_natural_texture_is_refused_rather_than_called_sharp(photo, name) -> None:
    lab, luma = photo(name)
    reading = lab.report([luma]).reading("edge_overshoot")
    assert not reading.valid
    assert "stand alone" in reading.why_not


def test_the_profile_is_drawn(large_lab) -> None:
    report = large_lab.report([large_lab.unsharp(large_lab.edges(1.0), 1.0, 2.0)])
    curve = next(c for c in report.curves if c.name == "edge profile")
    assert len(curve.x) == len(curve.y) == 41
    assert max(curve.y) > 1.1
    assert curve.x[0] == -10.0
    assert curve.x[-1] == 10.0


def test_the_worst_edge_is_the_sharpened_one(large_lab) -> None:
    mild = large_lab.edges(1.0)
    mild[:, 400:] = large_lab.unsharp(mild, 2.0, 2.0)[:, 400:]
    place = next(p for p in large_lab.report([mild]).places if p.name == "overshoot")
    assert place.x + place.width // 2 > 400
