"""The lamp on a face: known light on the mean mesh, with normals and albedo that are off."""

from __future__ import annotations

import numpy as np
import pytest

from portraits import painted, posed
from sitters import mean_face
from unplastic.vision.face import Face
from unplastic.vision.lamp import Lamp, Shading, angles, direction, directions, lamp, shading

TONES = {"light": 0.55, "medium": 0.30, "dark": 0.08}
SIDES = [(0.0, 20.0), (30.0, 30.0), (-60.0, 30.0), (80.0, 20.0), (120.0, 20.0), (45.0, -30.0), (0.0, 60.0)]


def lit(azimuth: float, elevation: float, stops: float, *, albedo: float = 0.3, seed: int = 0) -> Lamp:
    """A face under a lamp: 8 degrees of error in its normals, 10 % in its albedo."""
    random = np.random.default_rng(seed)
    true = mean_face(120.0, (200.0, 200.0)).normals.astype(np.float64)
    true = true[-true[:, 2] > 0.25]
    shine = albedo * (1.0 / (2.0**stops - 1.0) + np.maximum(true @ direction(azimuth, elevation), 0.0))
    seen = true + np.radians(8.0) * random.standard_normal(true.shape)
    seen /= np.linalg.norm(seen, axis=1, keepdims=True)
    found = lamp(Shading(shine * (1.0 + 0.1 * random.standard_normal(len(true))), seen))
    assert found is not None
    return found


def off_deg(found: Lamp, azimuth: float, elevation: float) -> float:
    cosine = direction(found.azimuth_deg, found.elevation_deg) @ direction(azimuth, elevation)
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


@pytest.mark.parametrize("tone", TONES)
def test_direction_and_ratio_are_found_on_every_skin(tone: str) -> None:
    """The bars of measuring A6: 10 degrees and 0.3 stop, median over sides, ratios and draws."""
    cases = [(side, stops, seed) for side in SIDES for stops in (1.0, 2.0, 3.0) for seed in range(4)]
    found = [lit(*side, stops, albedo=TONES[tone], seed=seed) for side, stops, seed in cases]
    pairs = list(zip(found, cases, strict=True))
    assert np.median([off_deg(each, *case[0]) for each, case in pairs]) <= 10.0
    assert np.median([abs(each.key_fill_stops - case[1]) for each, case in pairs]) <= 0.3
    covered = [each.key_fill_low <= case[1] <= each.key_fill_high for each, case in pairs]
    assert np.mean(covered) >= 0.9


def test_exposure_changes_nothing() -> None:
    one, other = lit(40.0, 20.0, 2.0, albedo=0.1), lit(40.0, 20.0, 2.0, albedo=0.4)
    assert (one.azimuth_deg, one.elevation_deg) == (other.azimuth_deg, other.elevation_deg)
    assert one.key_fill_stops == pytest.approx(other.key_fill_stops, abs=1e-6)


@pytest.mark.parametrize("side", [(0.7, -0.2, -0.69), (-0.5, -0.6, -0.62)])
def test_a_painted_face_and_its_mirror(side: tuple[float, float, float]) -> None:
    luma = painted(np.full((480, 640), 40.0, np.float32), [posed(150, 319.5, 190)], side)[0]
    face = Face(posed(150, 319.5, 190))
    one, other = lamp(shading(luma, face)), lamp(shading(np.ascontiguousarray(luma[:, ::-1]), face))
    assert one is not None
    assert other is not None
    azimuth, elevation = (float(each[0]) for each in angles(np.array([side])))
    assert off_deg(one, azimuth, elevation) <= 15.0
    assert other.azimuth_deg == pytest.approx(-one.azimuth_deg, abs=8.0)
    assert other.elevation_deg == pytest.approx(one.elevation_deg, abs=8.0)


def test_too_little_to_judge_by_gives_no_lamp() -> None:
    face = Face(posed(150, 3000, 190))
    assert lamp(shading(np.full((60, 60), 100.0, np.float32), face)) is None
    black = np.full((480, 640), 16.0, np.float32)
    assert lamp(shading(black, Face(posed(150, 320, 190)))) is None


def test_white_skin_is_left_out_and_black_skin_counted() -> None:
    face = Face(posed(150, 320, 190))
    assert shading(np.full((480, 640), 235.0, np.float32), face).white == 1.0
    assert shading(np.full((480, 640), 16.0, np.float32), face).black == 1.0


def test_angles_and_directions_are_inverse() -> None:
    for towards in directions()[::50]:
        azimuth, elevation = (float(each[0]) for each in angles(towards[None]))
        assert direction(azimuth, elevation) == pytest.approx(towards, abs=1e-9)
