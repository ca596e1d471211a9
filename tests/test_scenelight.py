"""A scene's light from files: measured, compared, shown on the page and in the JSON."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

import unplastic
from heads import Lamp, coded, head, levelled, rendered, seen_shape
from unplastic.cli.measure import measure as verb
from unplastic.errors import RecipeError
from unplastic.lightsheet import LightSheet, light_of
from unplastic.reading import Report
from unplastic.report import measured, measured_page, scene_view
from unplastic.report.ball import SIDE_PX, ball
from unplastic.scenelight import scene_light
from unplastic.vision import Run

SIZE, IPD = 280, 80.0
SHEET = LightSheet("a table lamp", "left", "", 2700.0, 2.0, "", "the room stays dark")


def write(path: Path, lamp: Lamp) -> Path:
    """Four frames of a rendered head, lossless."""
    of = head(IPD, SIZE)
    light = rendered(of, lamp)
    planes = coded(light, exposure=levelled(of, light, 150.0))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=Fraction(24))
        stream.width, stream.height, stream.pix_fmt = SIZE, SIZE, "yuv420p"
        context = stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = context.color_range = 1
        packed = np.concatenate([p.astype(np.uint8).ravel() for p in planes]).reshape(SIZE * 3 // 2, SIZE)
        for _ in range(4):
            frame = av.VideoFrame.from_ndarray(packed, format="yuv420p")
            frame.colorspace = frame.color_range = 1
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def shots(tmp_path_factory) -> list[Path]:
    """Three shots from camera left, and one from the right."""
    folder = tmp_path_factory.mktemp("scene")
    lamps = [Lamp(-50.0, 20.0, 2.0), Lamp(-60.0, 25.0, 2.2), Lamp(-45.0, 15.0, 2.0), Lamp(55.0, 20.0, 0.9)]
    return [write(folder / f"shot{i}.mkv", lamp) for i, lamp in enumerate(lamps, 1)]


@pytest.fixture
def known_face(monkeypatch) -> None:
    face = seen_shape(head(IPD, SIZE), 4)
    monkeypatch.setattr(Run, "faces", lambda run, t: (face,))
    monkeypatch.setattr(Run, "faces_known", True)


@pytest.fixture
def reports(shots, known_face) -> list[Report]:
    return [unplastic.measure(path) for path in shots]


def test_the_shot_from_the_other_side_is_named(shots, reports) -> None:
    scene = scene_light(shots, reports, SHEET)
    assert [any(f.severity == "warning" for f in each.findings) for each in scene.shots] == [False, False, False, True]
    text = scene.shots[3].findings[0].text
    assert text.startswith("shot 4, shot4.mkv: it is lit from camera right, the scene says left")
    assert SHEET.sentence() in scene.shots[3].findings[0].fix
    assert all(face is not None and face.shape[2] == 3 for face in scene.faces)
    assert scene.shots[0].clocks["face"] > 6.0 > scene.shots[3].clocks["face"]


def test_the_page_shows_faces_arrows_balls_and_the_table(shots, reports) -> None:
    scene = scene_light(shots, reports, SHEET)
    page = measured_page(reports, scene_view(scene.document(), scene.faces))
    assert page.count('alt="the face of shot') == 4
    assert page.count("a ball under the same light") == 4
    assert page.count("marker-end") == 4
    assert "from camera right" in page
    assert "only a new generation" in page
    assert page.count("the light of every shot") == 1
    assert 'id="scene"' not in measured_page(reports)


def test_the_document_carries_it_all(shots, reports) -> None:
    scene = scene_light(shots, reports, SHEET)
    document = json.loads(json.dumps(measured(reports, scene.document()), allow_nan=False))
    assert document["scene"]["prompt"] == SHEET.sentence()
    assert document["scene"]["sheet"]["side"] == "left"
    assert [each["is_outlier"] for each in document["scene"]["shots"]][3]
    assert "scene" not in measured(reports)


def test_without_a_sheet_the_shots_are_compared_with_each_other(shots, reports) -> None:
    scene = scene_light(shots, reports)
    assert scene.document()["prompt"] == ""
    assert [any(f.severity == "warning" for f in each.findings) for each in scene.shots] == [False, False, False, True]


def test_shots_without_a_face_are_shown_as_such(plastic_clip) -> None:
    report = unplastic.measure(plastic_clip)
    scene = scene_light([plastic_clip], [report], SHEET)
    assert scene.faces == (None,)
    view = scene_view(scene.document(), scene.faces)
    assert view["shots"][0]["face"] is None
    assert view["shots"][0]["why"]
    assert "no face" in measured_page([report], view)


def test_the_verb_prints_json_and_writes_the_page(shots, known_face, tmp_path, capsys) -> None:
    page = tmp_path / "light.html"
    assert verb([shots[0], shots[3]], as_json=True, html=page, light="a table lamp, camera left, 2 stops") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["scene"]["sheet"]["stops"] == 2.0
    assert len(document["scene"]["shots"]) == 2
    assert 'id="scene"' in page.read_text()
    assert verb([shots[0], shots[3]], as_scene=True) == 0
    assert "the light of the scene" in capsys.readouterr().out


def test_a_sheet_in_a_file_and_one_that_is_not_there(tmp_path) -> None:
    (tmp_path / "kitchen.toml").write_text(SHEET.toml())
    assert light_of("kitchen.toml", tmp_path) == SHEET
    with pytest.raises(RecipeError) as trouble:
        light_of("attic.toml", tmp_path)
    assert trouble.value.hint


@pytest.mark.parametrize(("azimuth", "elevation"), [(60.0, 10.0), (-60.0, 10.0), (0.0, 60.0)])
def test_a_ball_is_lit_from_where_the_lamp_stands(azimuth: float, elevation: float) -> None:
    picture = ball(azimuth, elevation, 2.0).astype(float).mean(axis=2)
    assert picture.shape == (SIDE_PX, SIDE_PX)
    y, x = np.unravel_index(int(np.argmax(picture)), picture.shape)
    aside = x - SIDE_PX / 2, SIDE_PX / 2 - y
    if azimuth:
        assert aside[0] * azimuth > 0
    assert aside[1] > -5
    mirrored = ball(-azimuth, elevation, 2.0).astype(float).mean(axis=2)
    assert np.abs(mirrored[:, ::-1] - picture).max() <= 1.0


def test_a_ball_s_ratio_and_warmth() -> None:
    flat, deep = (ball(60.0, 0.0, stops).astype(float).mean(axis=2) for stops in (0.5, 4.0))
    middle = SIDE_PX // 2
    assert flat[middle, middle - 50] > deep[middle, middle - 50] + 40
    warm, cold = ball(30.0, 10.0, 2.0, 300.0), ball(30.0, 10.0, 2.0, 100.0)
    assert warm[middle, middle, 0] > warm[middle, middle, 2]
    assert cold[middle, middle, 2] > cold[middle, middle, 0]
