from __future__ import annotations

import numpy as np
import pytest

from unplastic.clip import ColorTags


def test_levels_are_nominal(lab, valid) -> None:
    plane = np.full((lab.height, lab.width), 125.5)
    plane[:20], plane[-20:] = 16.0, 235.0
    report = lab.report([plane])
    assert valid(report, "black_level") == pytest.approx(0.0, abs=0.005)
    assert valid(report, "white_level") == pytest.approx(1.0, abs=0.005)
    assert valid(report, "median_level") == pytest.approx(0.5, abs=0.005)
    assert valid(report, "clipped_high") == pytest.approx(20 / lab.height, abs=0.005)
    assert valid(report, "clipped_low") == pytest.approx(20 / lab.height, abs=0.005)


@pytest.mark.parametrize(("bit_depth", "full"), [(8, False), (10, False), (12, False), (8, True), (10, True)])
def test_depth_and_range_do_not_matter(lab, valid, bit_depth, full) -> None:
    clip = lab.clip(1, bit_depth=bit_depth, color=ColorTags(matrix=1, is_full_range=full))
    code = 0.4 * (255 if full else 219) + (0 if full else 16)
    report = lab.report([np.full((lab.height, lab.width), code)], clip)
    assert valid(report, "median_level") == pytest.approx(0.4, abs=0.003)


def test_skin_is_gated_by_hue(lab, valid) -> None:
    angle = np.radians(123.0)
    skin = lab.report(
        [np.full((lab.height, lab.width), 130.0)],
        cb=128 + 224 * 0.1 * np.cos(angle),
        cr=128 + 224 * 0.1 * np.sin(angle),
    )
    assert valid(skin, "skin_share") == 1.0
    assert valid(skin, "skin_chroma", "skin") == pytest.approx(0.1, abs=0.003)
    assert valid(skin, "skin_hue", "skin") == pytest.approx(123.0, abs=1.5)
    sky = lab.report([np.full((lab.height, lab.width), 130.0)], cb=160.0, cr=120.0)
    assert valid(sky, "skin_share") == 0.0
    assert not sky.reading("skin_chroma", "skin").valid


def test_a_cast_on_greys_is_found(lab, valid) -> None:
    report = lab.report([np.full((lab.height, lab.width), 130.0)], cb=126.0, cr=131.0)
    assert valid(report, "neutral_cast_cb") == pytest.approx(-2 / 224, abs=1e-4)
    assert valid(report, "neutral_cast_cr") == pytest.approx(3 / 224, abs=1e-4)


def test_hue_sectors_take_their_own(lab, valid) -> None:
    """BT.709 blue at a quarter of its chroma."""
    report = lab.report([np.full((lab.height, lab.width), 60.0)], cb=128 + 224 * 0.125, cr=128 - 224 * 0.0115)
    assert valid(report, "hue_chroma", "hue blue") == pytest.approx(0.1255, abs=0.003)
    assert not report.reading("hue_chroma", "hue red").valid
