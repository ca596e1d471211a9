"""How much to calm and to steady: driven by readings, zero for cameras, zero for grain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stand_in import CLIP

from unplastic.looks.rules.deboil import solve as deboil
from unplastic.looks.rules.deflicker import solve as deflicker
from unplastic.reading import Plasticity, Reading, Report
from unplastic.treat.deboil import Deboil
from unplastic.treat.deflicker import Deflicker


def measured(values: dict[tuple[str, str], float]) -> Report:
    readings = tuple(Reading(name, region, value, "", value, value) for (name, region), value in values.items())
    return Report("a.mp4", 1280, 720, 24.0, 48, 0.2, Plasticity(None, None, None, 0.0, None), readings, ())


def boiling(share: float, rho: float, region: str = "frame") -> Report:
    return measured({("boil_share", region): share, ("rho_1", region): rho})


def flickering(values: dict[str, float], region: str = "frame") -> Report:
    found = {(name, region if name.startswith("local") else "frame"): value for name, value in values.items()}
    return measured(found)


def test_nothing_measured_means_nothing_done() -> None:
    assert Deboil(**deboil(Deboil(), measured({}), CLIP).values).is_noop
    assert Deflicker(**deflicker(Deflicker(), measured({}), CLIP).values).is_noop


def test_what_boils_like_a_camera_clip_is_left() -> None:
    solution = deboil(Deboil(), boiling(0.05, 0.95), CLIP)
    assert solution.values["strength"] == 0.0
    assert "camera" in solution.reasons["strength"]


def test_grain_is_not_calmed() -> None:
    """Nine tenths of the band are new in every frame, and hardly anything of the rest decays."""
    solution = deboil(Deboil(), boiling(0.12, 0.1), CLIP)
    assert solution.values["strength"] == 0.0
    assert "grain" in solution.reasons["strength"]


@pytest.mark.parametrize("region", ["frame", "hair", "cloth", "skin"])
def test_what_boils_is_calmed_wherever_it_is(region) -> None:
    solution = deboil(Deboil(), boiling(0.3, 0.85, region), CLIP)
    assert solution.values["strength"] == 1.0
    assert region in solution.reasons["strength"] or region == "frame"


@given(st.floats(0.0, 0.5), st.floats(0.0, 0.5))
def test_more_boiling_never_means_less_calming(a, b) -> None:
    low, high = (deboil(Deboil(), boiling(share, 0.9), CLIP).values["strength"] for share in sorted((a, b)))
    assert low <= high


def test_exposure_and_local_are_decided_apart() -> None:
    bright = deflicker(Deflicker(), flickering({"global_flicker": 1.0}), CLIP).values
    assert (bright["exposure"], bright["local"]) == (1.0, 0.0)
    fine = {"local_flicker": 0.5, "local_flicker_ratio": 2.5, "grain_sigma": 1.3}
    local = deflicker(Deflicker(), flickering(fine, "hair"), CLIP).values
    assert (local["exposure"], local["local"], local["grain_codes8"]) == (0.0, 1.0, 1.3)


def test_steady_clips_are_left() -> None:
    calm = {"global_flicker": 0.1, "local_flicker": 0.05, "local_flicker_ratio": 1.1}
    assert Deflicker(**deflicker(Deflicker(), flickering(calm), CLIP).values).is_noop


def test_hair_and_cloth_speak_before_the_whole_picture() -> None:
    calm_hair = {("local_flicker", "hair"): 0.0, ("local_flicker_ratio", "hair"): 1.0}
    frame = {("local_flicker", "frame"): 0.9, ("local_flicker_ratio", "frame"): 3.0}
    assert deflicker(Deflicker(), measured(frame), CLIP).values["local"] == 1.0
    assert deflicker(Deflicker(), measured(frame | calm_hair), CLIP).values["local"] == 0.0
