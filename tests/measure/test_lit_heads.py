"""Light on rendered heads: cast shadows, shine, uneven skin of four tones, noise, JPEG, and a mesh with smooth errors.

The bars are 10 degrees and 0.3 stop in the median. `benchmark/light.py` has more people, wide lamps and tone curves.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from heads import SKIN, TONES, Lamp, Skin, coded, head, levelled, mirrored, mirrored_face, picture, rendered, seen_shape
from portraits import made_clip
from unplastic.clip import ColorTags
from unplastic.measure.catchlights import Catchlights
from unplastic.measure.circle import CLOCK, TURN, apart, on_circle
from unplastic.measure.facecolour import FaceColour
from unplastic.measure.light import Light
from unplastic.measure.softness import Softness
from unplastic.measure.whites import WhitePoints
from unplastic.reading import Reading
from unplastic.vision import Run, runs_of
from unplastic.vision.face import Face
from unplastic.vision.lamp import Lamp as Found
from unplastic.vision.lamp import direction, lamp, shading

IPD, SIZE = 80.0, 280
CODES = {"light": 190.0, "medium": 165.0, "brown": 130.0, "dark": 95.0}
"""Where the brightest skin lies: a face is exposed as it looks, not to one grey."""

LIGHTS = ((0.0, 30.0), (-55.0, 25.0), (80.0, 15.0), (40.0, -25.0))


@cache
def found(tone: str, azimuth: float, elevation: float, stops: float) -> Found:
    of = head(IPD, SIZE, -12.0, 5.0, 1)
    light = rendered(of, Lamp(azimuth, elevation, stops), Skin(tone), seed=3)
    luma = coded(light, exposure=levelled(of, light, CODES[tone]), noise_codes8=1.5, jpeg=60)[0]
    seen = lamp(shading(luma, seen_shape(of, int(10 * stops + azimuth))))
    assert seen is not None
    return seen


def off_deg(seen: Found, azimuth: float, elevation: float) -> float:
    cosine = direction(seen.azimuth_deg, seen.elevation_deg) @ direction(azimuth, elevation)
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


@pytest.mark.parametrize("tone", TONES)
def test_every_skin_tone_is_read_as_well(tone: str) -> None:
    cases = [(*where, stops) for where in LIGHTS for stops in (1.0, 2.0, 3.0)]
    seen = [(found(tone, *case), case) for case in cases]
    assert np.median([off_deg(each, *case[:2]) for each, case in seen]) <= 10.0
    assert np.median([abs(each.key_fill_stops - case[2]) for each, case in seen]) <= 0.3
    assert np.mean([each.key_fill_low <= case[2] <= each.key_fill_high for each, case in seen]) >= 0.75


def test_tones_differ_from_each_other_by_less_than_the_bar() -> None:
    for where in LIGHTS:
        ratios = [found(tone, *where, 2.0).key_fill_stops for tone in TONES]
        assert max(ratios) - min(ratios) <= 0.3


@pytest.fixture
def read(monkeypatch):
    """All readings of the light on a rendered head that every run is told of."""

    def readings(planes, face: Face | None, *, bits: int = 0, color: ColorTags | None = None) -> dict[tuple, Reading]:
        monkeypatch.setattr(Run, "faces", lambda run, t: (face,) if face else ())
        monkeypatch.setattr(Run, "faces_known", True)
        clip = replace(made_clip(SIZE, SIZE, 3), bitrate_bps=bits or None)
        if color:
            clip = replace(clip, color=color)
        runs = runs_of([picture(planes, t) for t in range(3)], clip)
        measures = [Light(), Softness(), WhitePoints(), Catchlights(), FaceColour()]
        evidence = [measure.conclude([measure.observe(run) for run in runs], clip) for measure in measures]
        return {(r.name, r.region): r for each in evidence for r in each.readings}

    return readings


def scene(lamp: Lamp, skin: Skin = SKIN, **more) -> tuple:
    of = head(IPD, SIZE)
    light = rendered(of, lamp, skin, seed=2)
    return coded(light, exposure=more.pop("gain", 1.0) * levelled(of, light, 150.0), noise_codes8=1.0, **more)


def test_all_of_a_face_s_light_is_read_and_a_mirror_mirrors_it(read) -> None:
    planes, face = scene(Lamp(50.0, 20.0, 2.0)), seen_shape(head(IPD, SIZE), 4)
    here = read(planes, face)
    there = read(mirrored(planes), mirrored_face(face, SIZE))
    sides = ("light_azimuth", "face"), ("light_clock", "face")
    for name in sides:
        assert here[name].valid, here[name].why_not
    assert here[sides[0]].value == pytest.approx(50.0, abs=15.0)
    assert here[sides[1]].value == pytest.approx(2.2, abs=1.0)
    assert there[sides[0]].value == pytest.approx(-here[sides[0]].value, abs=6.0)
    assert apart(there[sides[1]].value, 12.0 - here[sides[1]].value, CLOCK) < 0.4
    same = {"key_fill": 0.25, "fill_shift": 15.0, "skin_hue": 1.5, "skin_hue_spread": 1.0}
    for name, tolerance in [
        *(((name, "face"), most) for name, most in same.items()),
        (("white_mired", "lit skin"), 8.0),
    ]:
        assert here[name].valid, here[name].why_not
        assert there[name].value == pytest.approx(here[name].value, abs=tolerance), name


def test_exposure_moves_neither_side_nor_ratio_nor_white(read) -> None:
    face = seen_shape(head(IPD, SIZE), 4)
    dim, bright = (read(scene(Lamp(50.0, 20.0, 2.0), gain=gain), face) for gain in (0.5, 1.2))
    for name, tolerance in ((("light_azimuth", "face"), 6.0), (("light_elevation", "face"), 6.0),
                            (("key_fill", "face"), 0.25), (("white_mired", "lit skin"), 12.0)):  # fmt: skip
        assert bright[name].value == pytest.approx(dim[name].value, abs=tolerance), name


def test_a_hard_lamp_has_a_narrow_shadow_edge_and_a_wide_one_has_none(read) -> None:
    face = seen_shape(head(IPD, SIZE), 4)
    hard = read(scene(Lamp(-50.0, 30.0, 3.0, 1.0)), face)["shadow_edge", "face"]
    soft = read(scene(Lamp(-50.0, 30.0, 3.0, 18.0)), face)["shadow_edge", "face"]
    assert hard.value < 4.6
    assert soft.value > hard.value + 0.8
    flat = read(scene(Lamp(0.0, 10.0, 0.3)), face)["shadow_edge", "face"]
    assert "no shadow" in flat.why_not


def test_blood_spreads_the_hue_and_make_up_does_not(read) -> None:
    face = seen_shape(head(IPD, SIZE), 4)
    bare, made_up = (
        read(scene(Lamp(30.0, 20.0, 1.0), Skin(blood=blood)), face)["skin_hue_spread", "face"] for blood in (4.0, 0.0)
    )
    assert bare.value > made_up.value
    assert bare.low > made_up.value


def test_a_red_light_is_a_colour_and_not_a_white(read) -> None:
    lamp = Lamp(50.0, 20.0, 3.0, colour=(1.0, 0.12, 0.35))
    white = read(scene(lamp), seen_shape(head(IPD, SIZE), 4))["white_mired", "lit skin"]
    assert not white.valid
    assert white.why_not


def test_black_and_white_film_has_no_hue(read) -> None:
    luma, cb, cr = scene(Lamp(50.0, 20.0, 2.0))
    grey = luma, np.full_like(cb, 128.0), np.full_like(cr, 128.0)
    assert not read(grey, seen_shape(head(IPD, SIZE), 4))["skin_hue", "face"].valid


def test_nobody_hdr_and_silhouettes(read) -> None:
    face = seen_shape(head(IPD, SIZE), 4)
    nobody = read(scene(Lamp(50.0, 20.0, 2.0)), None)
    assert all(not each.valid for name, each in nobody.items() if name[1] not in ("plate",))
    assert nobody["catchlights", "eyes"].why_not == "no face is seen"
    hdr = read(scene(Lamp(50.0, 20.0, 2.0)), face, color=ColorTags(9, 16, 9))
    for name in (("key_fill", "face"), ("white_mired", "lit skin"), ("shadow_edge", "face")):
        assert "HDR" in hdr[name].why_not
    black = read(
        tuple(np.full_like(p, v) for p, v in zip(scene(Lamp(0, 0, 1.0)), (17.0, 128.0, 128.0), strict=True)), face
    )
    assert not any(
        black[name].valid for name in (("light_azimuth", "face"), ("key_fill", "face"), ("white_mired", "lit skin"))
    )


def test_small_and_turned_faces_say_why(read) -> None:
    of = head(IPD, SIZE)
    small = Face(((of.points - SIZE / 2) * 0.4 + SIZE / 2).astype(np.float32))
    planes = scene(Lamp(50.0, 20.0, 2.0))
    found = read(planes, small)
    for name in (("key_fill", "face"), ("shadow_edge", "face"), ("catchlights", "eyes"), ("skin_hue_spread", "face")):
        assert "small" in found[name].why_not
    turned = head(IPD, SIZE, 60.0)
    assert not read(planes, Face(turned.points))["light_azimuth", "face"].valid


@pytest.mark.parametrize(("circle", "seam"), [(CLOCK, (11.8, 0.3)), (TURN, (178.0, -178.0))])
def test_a_middle_across_the_seam(circle, seam) -> None:
    found = on_circle("x", "y", "z", seam, seam, seam, circle)
    assert apart(found.value, seam[0], circle) < 4.1
    assert found.low <= found.value <= found.high
    assert circle.first <= found.value < circle.first + circle.period
