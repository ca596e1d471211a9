"""Readings of the light on a face: painted faces under a known lamp, and every reason not to say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from portraits import made_clip, painted, posed
from unplastic.clip import Clip, ColorTags, Picture
from unplastic.measure.light import Light
from unplastic.reading import Reading
from unplastic.vision import Run, runs_of
from unplastic.vision.face import Face
from unplastic.vision.lamp import direction

AMBIENT = 0.06
BACK = np.full((480, 640), 40.0, np.float32)


@pytest.fixture
def read(monkeypatch):
    """Readings of a painted face that every run is told of."""

    def readings(luma: np.ndarray, *, ipd: float = 150.0, clip: Clip | None = None) -> dict[str, Reading]:
        monkeypatch.setattr(Run, "faces", lambda run, t: (Face(posed(ipd, 319.5, 190)),) if ipd else ())
        monkeypatch.setattr(Run, "faces_known", True)
        clip = clip or made_clip(640, 480, 3)
        plane, grey = np.clip(np.rint(luma), 0, 255).astype(np.uint8), np.full((240, 320), 128, np.uint8)
        pictures = [Picture(np.roll(plane, t % 2, 0), grey, grey, 8, t, t) for t in range(3)]
        measure = Light()
        found = measure.conclude([measure.observe(run) for run in runs_of(pictures, clip)], clip).readings
        return {each.name: each for each in found}

    return readings


def face(azimuth: float, elevation: float, stops: float, gain: float = 1.0, ipd: float = 150.0) -> np.ndarray:
    towards = direction(azimuth, elevation)
    ambient = AMBIENT * gain
    light = (float(towards[0]), float(towards[1]), float(towards[2]))
    return painted(BACK, [posed(ipd, 319.5, 190)], light, ambient, ambient * (2.0**stops - 1.0))[0]


@pytest.mark.parametrize("side", [-50.0, 50.0])
def test_a_lamp_at_the_side(read, side: float) -> None:
    found = read(face(side, 20.0, 2.0))
    azimuth, elevation, ratio = (found[name] for name in ("light_azimuth", "light_elevation", "key_fill"))
    assert azimuth.valid, azimuth.why_not
    assert azimuth.value == pytest.approx(side, abs=12.0)
    assert azimuth.low <= azimuth.value <= azimuth.high
    assert elevation.value == pytest.approx(20.0, abs=12.0)
    assert ratio.valid, ratio.why_not
    assert ratio.value == pytest.approx(2.0, abs=0.5)


def test_exposure_does_not_move_it(read) -> None:
    dim, bright = read(face(50.0, 20.0, 2.0, 0.5)), read(face(50.0, 20.0, 2.0, 2.0))
    assert bright["light_azimuth"].value == pytest.approx(dim["light_azimuth"].value, abs=6.0)
    assert bright["key_fill"].value == pytest.approx(dim["key_fill"].value, abs=0.3)


def test_even_light_has_a_ratio_and_no_direction(read) -> None:
    found = read(face(50.0, 20.0, 0.05, 4.0))
    assert not found["light_azimuth"].valid
    assert "even" in found["light_azimuth"].why_not
    assert found["key_fill"].value < 0.4


def test_a_silhouette_is_not_measured(read) -> None:
    found = read(np.full((480, 640), 16.0, np.float32))
    assert "exposed" in found["key_fill"].why_not


def test_noise_has_no_direction(read) -> None:
    noise = np.random.default_rng(0).normal(110.0, 60.0, (12, 16)).astype(np.float32)
    found = read(np.kron(noise, np.ones((40, 40), np.float32)))
    assert not found["light_azimuth"].valid
    assert found["light_azimuth"].why_not


def test_small_faces_hdr_and_nobody(read) -> None:
    assert "30 px" in read(face(50.0, 20.0, 2.0), ipd=30.0)["key_fill"].why_not
    assert read(face(50.0, 20.0, 2.0), ipd=0.0)["key_fill"].why_not == "no face is seen"
    clip = replace(made_clip(640, 480, 3), color=ColorTags(9, 16, 9))
    if clip.color.is_hdr:
        assert "HDR" in read(face(50.0, 20.0, 2.0), clip=clip)["key_fill"].why_not
