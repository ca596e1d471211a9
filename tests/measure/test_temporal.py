from __future__ import annotations

import numpy as np
import pytest

LEVEL = 126.0
NOISE_GAIN = 0.307
"""The fine band's amplitude for white noise of 1."""


def test_real_texture_and_fresh_grain(lab, valid) -> None:
    lumas, _ = lab.sequence("real", 24)
    report = lab.report(lumas)
    rho = [valid(report, f"rho_{lag}") for lag in (1, 2, 4)]
    assert max(rho) - min(rho) < 0.04
    assert valid(report, "fresh_grain") == pytest.approx(2.0 * NOISE_GAIN, rel=0.06)
    assert valid(report, "boil_share") < 0.04


def test_the_cheat_is_all_fresh_and_nothing_locked(lab, valid) -> None:
    report = lab.report(lab.sequence("cheat", 24)[0])
    assert valid(report, "rho_1") < 0.12
    assert valid(report, "fresh_grain") == pytest.approx(4.0 * NOISE_GAIN, rel=0.06)


def test_a_frozen_overlay_sticks_to_the_screen(lab, valid) -> None:
    report = lab.report(lab.sequence("overlay", 24)[0])
    assert valid(report, "screen_lock") > 0.8
    assert "frozen_pattern" in {finding.name for finding in report.findings}


@pytest.mark.parametrize("kind", ["real", "cheat", "detail", "boiling"])
def test_nothing_else_does(lab, valid, kind) -> None:
    assert abs(valid(lab.report(lab.sequence(kind)[0]), "screen_lock")) < 0.1


def test_added_detail_is_locked(lab, valid) -> None:
    report = lab.report(lab.sequence("detail")[0])
    assert valid(report, "rho_1") > 0.97
    assert valid(report, "rho_2") > 0.96


def test_smoothing_in_time_leaves_hardly_anything_fresh(lab, valid) -> None:
    report = lab.report(lab.sequence("smoothed in time", 24)[0])
    assert valid(report, "rho_1") > 0.95
    assert valid(report, "fresh_grain") < 0.5 * 2.0 * NOISE_GAIN


def test_boiling_falls_with_time_and_has_a_life(lab, valid) -> None:
    """Life of 4 frames: rho_1 - rho_4 is 0.41 of exp(-k/4)."""
    report = lab.report(lab.sequence("boiling", 24)[0])
    rho = [valid(report, f"rho_{lag}") for lag in (1, 2, 4)]
    assert rho[0] > rho[1] > rho[2]
    assert valid(report, "boil_share") == pytest.approx(0.41, abs=0.06)
    assert valid(report, "boil_life") == pytest.approx(4.0, rel=0.4)


def test_the_place_that_boils_is_found(lab) -> None:
    calm, _ = lab.sequence("real")
    boil, _ = lab.sequence("boiling")
    half = lab.width // 2
    mixed = [np.hstack([a[:, :half], b[:, half:]]) for a, b in zip(calm, boil, strict=True)]
    big = [np.hstack([a, a, b]) for a, b in zip(calm, mixed, strict=True)]
    wide = type(lab)(lab.height, lab.width * 3)
    place = next(p for p in wide.report(big).places if p.name == "boil")
    assert place.x + place.width // 2 > 2 * lab.width


def test_flicker_of_the_whole_picture(lab, valid) -> None:
    rng = np.random.default_rng(0)
    flicker = rng.normal(0, 1.0, 24)
    lumas = [LEVEL + lab.grain(0.5, seed=t) + flicker[t] + 0.7 * t for t in range(24)]
    assert valid(lab.report(lumas), "global_flicker") == pytest.approx(1.0, rel=0.4)
    steady = [LEVEL + lab.grain(0.5, seed=t) + 0.7 * t for t in range(24)]
    assert valid(lab.report(steady), "global_flicker") < 0.06


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_short_clips_say_what_is_missing(lab, frames) -> None:
    report = lab.report(lab.sequence("real")[0][:frames])
    needs = {"rho_1": 2, "rho_2": 3, "rho_4": 5, "boil_share": 5, "global_flicker": 3}
    for name, least in needs.items():
        reading = report.reading(name)
        assert reading.valid == (frames >= least), name
        assert reading.valid or reading.why_not


def test_repeated_frames_are_left_out(lab, valid) -> None:
    """24 frames shown as 30: every fourth frame twice. Without care half the fresh grain would be gone."""
    lumas, _ = lab.sequence("real", 7)
    shown = [lumas[i] for i in (0, 1, 2, 3, 3, 4, 5, 6)]
    plain, retimed = valid(lab.report(lumas), "fresh_grain"), valid(lab.report(shown), "fresh_grain")
    assert retimed == pytest.approx(plain, rel=0.02)


def test_a_still_picture_as_a_clip_has_no_time(lab) -> None:
    reading = lab.report([lab.sequence("real")[0][0]] * 8).reading("rho_1")
    assert not reading.valid
    assert "no frame differs" in reading.why_not


def test_nothing_is_compared_over_a_cut(lab, valid) -> None:
    one, _ = lab.sequence("real")
    other = [255 - np.flip(luma, axis=0) * 0.8 for luma in one]
    across = lab.report(one[:4] + other[4:])
    assert valid(across, "rho_1") == pytest.approx(valid(lab.report(one), "rho_1"), abs=0.05)
