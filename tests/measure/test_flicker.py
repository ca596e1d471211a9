"""A5: flicker beyond grain, where it is, and the pulse of a generator's stride."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from sitters import Sitter

FRAMES = 16


def scene(lab) -> np.ndarray:
    return 126.0 + lab.grain(18.0, 24.0, seed=7) + lab.fractal(1.0, 4.0, seed=3)


def shot(lab, flicker: float, sigma: float, blur_px: float = 0.0, move: tuple[int, int] = (0, 0)) -> list[np.ndarray]:
    """A textured scene that moves, with flicker of about 4 px on it, and grain."""
    base = scene(lab)
    return [
        np.roll(base + lab.grain(flicker, 2.0, seed=900 + t), (t * move[1], t * move[0]), (0, 1))
        + lab.grain(sigma, blur_px, seed=50 + t)
        for t in range(FRAMES)
    ]


@pytest.mark.parametrize(
    ("flicker", "sigma", "low", "high"),
    [(0.0, 2.0, 0.86, 1.06), (0.5, 2.0, 1.30, 1.70), (1.0, 2.0, 1.75, 2.6), (0.5, 0.0, 2.5, 7.0)],
)
@pytest.mark.parametrize("move", [(0, 0), (3, 2)])
def test_the_table(large_lab, valid, flicker, sigma, low, high, move) -> None:
    """Measuring A5.2: pure grain 0.96, 0.5 codes on grain of 2 1.54, 1 code 2.4, 0.5 without grain 5.8 (there without
    a correction for coarse grain, which takes a part of the last two)."""
    lumas = shot(large_lab, flicker, sigma, move=move)
    report = large_lab.report(lumas, large_lab.clip(FRAMES, bit_depth=10))
    assert low < valid(report, "local_flicker_ratio") < high


@pytest.mark.parametrize("blur_px", [0.5, 0.8])
@pytest.mark.parametrize("move", [(0, 0), (3, 2)])
def test_coarse_grain_is_no_flicker(large_lab, valid, blur_px, move) -> None:
    """Grain of a camera is correlated: a block's mean holds more of it than white noise would leave."""
    lumas = shot(large_lab, 0.0, 2.0, blur_px, move)
    report = large_lab.report(lumas, large_lab.clip(FRAMES, bit_depth=10))
    assert valid(report, "local_flicker_ratio") < 1.35
    assert valid(report, "local_flicker") < 0.2
    assert "local_flicker" not in {f.name for f in report.findings}


def test_flicker_is_stated_in_codes_and_found(large_lab, valid) -> None:
    weak, strong = (large_lab.report(shot(large_lab, rms, 0.5)) for rms in (0.5, 2.0))
    assert valid(strong, "local_flicker") == pytest.approx(4.0 * valid(weak, "local_flicker"), rel=0.25)
    finding = next(f for f in strong.findings if f.name == "local_flicker")
    assert finding.severity in {"warning", "fault"}
    assert finding.frame is not None


def test_the_worst_box_and_frame_are_found(large_lab) -> None:
    base, patch = scene(large_lab), np.zeros((480, 720), np.float32)
    patch[130:260, 400:560] = 1.0
    lumas = [base + patch * large_lab.grain(3.0, 2.0, seed=t) + large_lab.grain(0.5, seed=40 + t) for t in range(8)]
    place = next(p for p in large_lab.report(lumas).places if p.name == "flicker")
    assert place.x <= 480 <= place.x + place.width
    assert place.y <= 195 <= place.y + place.height
    assert 0 <= place.frame < 8


def test_flicker_of_hair_is_pointed_at_on_the_hair(large_lab, monkeypatch) -> None:
    """Though the background beside it flickers more."""
    hair, wall = np.zeros((2, 480, 720), np.float32)
    hair[40:300, 40:300], wall[40:440, 400:680] = 1.0, 1.0
    sitter = Sitter(120.0, 480, 720)
    sitter.shows(monkeypatch, lambda _: {"hair": cv2.resize(hair, (360, 240), interpolation=cv2.INTER_AREA)})
    base, strength = scene(large_lab), 0.7 * hair + 1.5 * wall
    lumas = [base + strength * large_lab.grain(1.5, 2.0, seed=t) + large_lab.grain(0.5, seed=40 + t) for t in range(8)]
    report = large_lab.report(lumas)
    worst = {place.name: place.x + place.width / 2 for place in report.places}
    assert worst["flicker_hair"] < 330
    assert worst["flicker"] > 370
    assert "flicker_cloth" not in worst
    said = next(each for each in report.findings if each.name == "hair_flicker")
    assert int(said.where.split(",")[0]) + 160 < 330


def test_brightness_of_the_whole_picture_and_fades_do_not_count(large_lab, valid) -> None:
    base = scene(large_lab)
    faded = [base + 2.0 * t + large_lab.grain(1.0, seed=t) for t in range(8)]
    assert valid(large_lab.report(faded), "local_flicker") < 0.1


def test_hair_and_cloth_are_missing_without_a_face(large_lab) -> None:
    report = large_lab.report(shot(large_lab, 0.5, 1.0)[:8])
    for region in ("skin", "hair", "cloth"):
        reading = report.reading("local_flicker", region)
        assert reading is not None
        assert not reading.valid


@pytest.mark.parametrize(("stride", "other"), [(4, None), (8, 4)])
def test_a_pulse_at_the_stride_is_seen(large_lab, valid, stride, other) -> None:
    """Every 4th or 8th frame changes more than the others, as at the seams of an autoencoder's chunks."""
    base, lumas, drift = scene(large_lab), [], np.zeros((480, 720), np.float32)
    for t in range(24):
        drift = drift + large_lab.grain(1.2 if t % stride == 3 else 0.6, 1.5, seed=t)
        lumas.append(base + drift)
    report = large_lab.report(lumas, large_lab.clip(24, bit_depth=10))
    assert valid(report, "periodic_flicker", f"stride {stride}") > 0.3
    if other:
        swing = valid(report, "periodic_flicker", f"stride {other}")
        assert swing < valid(report, "periodic_flicker", f"stride {stride}")


def test_an_even_flow_has_no_pulse(large_lab, valid) -> None:
    base = scene(large_lab)
    lumas = [base + large_lab.grain(1.0, seed=t) for t in range(24)]
    report = large_lab.report(lumas, large_lab.clip(24, bit_depth=10))
    for stride in (4, 8):
        assert valid(report, "periodic_flicker", f"stride {stride}") < 0.05


def test_short_clips_say_why(lab) -> None:
    report = lab.report(lab.sequence("real")[0][:2])
    for name, region in (("local_flicker", "frame"), ("periodic_flicker", "stride 8")):
        reading = report.reading(name, region)
        assert reading is not None
        assert reading.why_not
