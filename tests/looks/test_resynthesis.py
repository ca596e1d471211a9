"""The resynthesis test passes what the process can carry, and refuses what it cannot, with the figure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from stand_in import CLIP

from unplastic.looks.plate import grain_values
from unplastic.looks.resynthesis import resynthesised
from unplastic.measure.plate import RINGS, GrainModel
from unplastic.treat.grain import Grain


def table(radius_px):
    lag = np.arange(7.0)
    values = np.exp(-(lag[:, None] ** 2 + lag**2) / (2 * radius_px) ** 2)
    return tuple(tuple(float(v) for v in row) for row in values)


def spectrum_db(radius_px):
    """As the estimator sees it: rings of the transform of the autocorrelation, without the lowest."""
    lag = np.minimum(np.arange(32), 32 - np.arange(32)).astype(float)
    power = np.abs(np.fft.fft2(np.exp(-(lag[:, None] ** 2 + lag**2) / (2 * radius_px) ** 2)))
    radius = np.hypot(np.fft.fftfreq(32)[:, None], np.fft.fftfreq(32))
    first = 1.5 / 32
    ring = ((radius - first) / (0.5 - first) * RINGS).astype(int)
    rings = np.array([power[(ring == k) & (radius >= first) & (radius < 0.5)].mean() for k in range(RINGS)])
    return tuple((10 * np.log10(rings / rings.mean())).round(2).tolist())


def model(radius_px=0.7, peak=2.4, **changes):
    levels = tuple(
        (u, float(peak * (0.4 + 0.6 * np.sin(np.pi * u)))) for u in np.linspace(0.1, 0.9, 9).round(3).tolist()
    )
    facts = {
        "levels": levels,
        "correlation": table(radius_px),
        "chroma_correlation": table(0.6),
        "cb_share": 0.5,
        "cr_share": 0.45,
        "luma_to_cb": 0.0,
        "luma_to_cr": 0.0,
        "temporal": 0.0,
        "spectrum_db": spectrum_db(radius_px),
        "blocks": 160,
    }
    return GrainModel(**(facts | changes))


def judged(it):
    return resynthesised(it, Grain(**grain_values(it, 1080.0)), CLIP)


@pytest.mark.parametrize("radius_px", [0.5, 0.7, 1.0])
@pytest.mark.parametrize("peak", [0.8, 2.4, 5.0])
def test_grain_that_can_be_carried_passes(radius_px, peak):
    result = judged(model(radius_px, peak))
    assert result.why_not is None, result.document()
    assert len(result.levels) == 9
    assert result.level_error < 0.05


def test_levels_that_black_and_white_leave_no_room_for_fail():
    result = judged(model(levels=((0.03, 6.0), (0.4, 6.0), (0.97, 6.0))))
    assert result.why_not is not None
    assert "level" in result.why_not
    assert result.document()["passed"] is False


def test_a_pattern_is_not_grain():
    """A ripple of six pixels, as of a scaler or a screen: no process of lag 3 makes it."""
    lag = np.arange(7.0)
    ripple = 0.98 * np.cos(2 * np.pi * lag / 3.1)[:, None] * np.cos(2 * np.pi * lag / 3.1)
    ripple[0, 0] = 1.0
    rows = tuple(tuple(float(v) for v in row) for row in ripple)
    assert judged(model(correlation=rows)).why_not is not None


def test_a_spectrum_that_correlations_do_not_tell_fails():
    result = judged(replace(model(), spectrum_db=(0.0,) * RINGS))
    assert result.why_not is not None
    assert "spectrum" in result.why_not


def test_one_level_is_enough():
    assert judged(model(levels=((0.4, 2.0),))).why_not is None
