"""Catchlights: rendered eyes whose lamp is known, and eyes that show none."""

from __future__ import annotations

import numpy as np
import pytest

from heads import Lamp, Skin, coded, head, levelled, mirrored, mirrored_face, rendered
from unplastic.measure.circle import CLOCK, apart
from unplastic.vision.catchlights import eyes
from unplastic.vision.face import Face

IPD = 160.0


def luma(lamp: Lamp, tone: str = "medium", *, glint: bool = True) -> np.ndarray:
    of = head(IPD, 520)
    light = rendered(of, lamp, Skin(tone, casts=False), glint=glint)
    return coded(light, exposure=levelled(of, light, 150.0), noise_codes8=1.0)[0]


@pytest.mark.parametrize("tone", ["light", "dark"])
@pytest.mark.parametrize(("azimuth", "elevation", "hour"), [(50.0, 20.0, 2.3), (-50.0, 10.0, 9.4), (40.0, -15.0, 3.8)])
def test_a_lamp_stands_at_its_hour_in_both_eyes(azimuth: float, elevation: float, hour: float, tone: str) -> None:
    for eye in eyes(luma(Lamp(azimuth, elevation, 2.0), tone), Face(head(IPD, 520).points)):
        assert eye.why_not is None
        assert len(eye.catchlights) == 1
        assert apart(eye.catchlights[0].clock_h, hour, CLOCK) < 0.8


def test_a_mirror_mirrors_the_hour() -> None:
    face = Face(head(IPD, 520).points)
    picture = luma(Lamp(50.0, 20.0, 2.0))
    here = eyes(picture, face)
    there = eyes(mirrored((picture,))[0], mirrored_face(face, 520))
    for one, other in zip(here, reversed(there), strict=True):
        assert apart(12.0 - one.catchlights[0].clock_h, other.catchlights[0].clock_h, CLOCK) < 0.5


def test_eyes_without_a_lamp_show_none() -> None:
    for eye in eyes(luma(Lamp(50.0, 20.0, 2.0), glint=False), Face(head(IPD, 520).points)):
        assert eye.catchlights == ()


def test_sunglasses_closed_lids_and_a_face_outside() -> None:
    of = head(IPD, 520)
    dark = luma(Lamp(50.0, 20.0, 2.0)).copy()
    y = int(of.points[168, 1])
    dark[y - 40 : y + 40] = 22.0
    assert all("no iris" in (eye.why_not or "") for eye in eyes(dark, Face(of.points)))
    shut = of.points.copy()
    from unplastic.vision.mesh import mesh

    for name in ("left_eye", "right_eye"):
        line = mesh().groups[name]
        shut[line, 1] = shut[line, 1].mean() + 0.1 * (shut[line, 1] - shut[line, 1].mean())
    assert all("closed" in (eye.why_not or "") for eye in eyes(luma(Lamp(50.0, 20.0, 2.0)), Face(shut)))
    away = of.points + np.array([5000, 0, 0], np.float32)
    assert all("outside" in (eye.why_not or "") for eye in eyes(dark, Face(away)))
