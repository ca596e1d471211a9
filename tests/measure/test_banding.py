from __future__ import annotations

import numpy as np
import pytest


def ramp(lab, span: float = 12.0) -> np.ndarray:
    return np.broadcast_to(np.linspace(60.0, 60.0 + span, lab.width), (lab.height, lab.width)).astype(np.float32)


def test_an_eight_bit_ramp_is_banded(lab, valid) -> None:
    assert valid(lab.report([ramp(lab)]), "banding") > 80.0


def test_dither_cures_it(lab, valid) -> None:
    assert valid(lab.report([ramp(lab) + lab.grain(0.5)]), "banding") < 1.0


def test_ten_bits_cure_it(lab, valid) -> None:
    assert valid(lab.report([ramp(lab)], lab.clip(1, bit_depth=10)), "banding") == 0.0


def test_eight_bit_steps_in_a_ten_bit_file_are_still_steps(lab, valid) -> None:
    assert valid(lab.report([np.rint(ramp(lab))], lab.clip(1, bit_depth=10)), "banding") > 80.0


@pytest.mark.parametrize("level", [16.0, 120.0])
def test_a_flat_area_has_no_bands(lab, valid, level) -> None:
    assert valid(lab.report([np.full((lab.height, lab.width), level)]), "banding") == 0.0


def test_steep_slopes_and_texture_have_none(lab, valid) -> None:
    assert valid(lab.report([ramp(lab, 150.0)]), "banding") == 0.0
    assert valid(lab.report([120 + lab.fractal(2.0, 6.0)]), "banding") < 1.0


def test_the_worst_place_is_the_banded_half(lab) -> None:
    wide = type(lab)(lab.height, lab.width * 3)
    plane = 120 + wide.fractal(2.0, 6.0)
    plane[:, 2 * lab.width :] = ramp(lab)
    place = next(p for p in wide.report([plane]).places if p.name == "banding")
    assert place.x + place.width // 2 > 2 * lab.width - 80
