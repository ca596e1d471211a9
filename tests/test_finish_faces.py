"""The main job on a face that real networks find, and on shots that are hard to look at."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from skimage import data

import unplastic as up
from scenes import scene
from unplastic.clip import Picture
from unplastic.errors import WeightsError
from unplastic.media import pictures, probe
from unplastic.reading import FACES_UNKNOWN
from unplastic.vision.networks import networks

SIZE = 384
ALL_ON = {
    "deflicker": {"exposure": 1.0, "local": 1.0, "grain_codes8": 0.5},
    "deboil": {"strength": 1.0},
    "soften": {"strength": 1.0},
    "texture": {"strength": 1.0},
    "grade": {"strength": 0.0},
    "grain": {"sigma_codes8": 1.5, "strength": 1.0},
}


@pytest.fixture(autouse=True)
def _networks_are_here(request: pytest.FixtureRequest) -> None:
    if "no_networks" not in request.fixturenames and isinstance(found := networks(), WeightsError):
        pytest.skip(f"the networks are not here: {found.message}")


@pytest.fixture
def no_networks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As on a machine that never fetched them and may not."""
    monkeypatch.setenv("UNPLASTIC_OFFLINE", "1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    networks.cache_clear()
    yield
    networks.cache_clear()


def portrait(frame: int) -> np.ndarray:
    """One R'G'B' frame: a public-domain photo of an astronaut, smoothed as generators do, moving by 2 px a frame."""
    large = cv2.resize(data.astronaut(), None, fx=2.2, fy=2.2, interpolation=cv2.INTER_CUBIC)
    smooth = cv2.bilateralFilter(cv2.bilateralFilter(large, 9, 30, 5), 9, 30, 5)
    return np.ascontiguousarray(smooth[40 : 40 + SIZE, 300 + 2 * frame : 300 + 2 * frame + SIZE])


def write(path: Path, frames: list[np.ndarray]) -> Path:
    """Encode R'G'B' frames without loss, so that a part of a clip is the same pictures as the whole."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(24), options={"qp": "0", "preset": "ultrafast"})
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.color_primaries, context.color_trc, context.colorspace, context.color_range = 1, 1, 1, 1
        for rgb in frames:
            frame = av.VideoFrame.from_ndarray(rgb, "rgb24")
            container.mux(stream.encode(frame.reformat(format="yuv420p", dst_colorspace=1, dst_color_range=1)))
        container.mux(stream.encode(None))
    return path


def finished(clip: Path, out: Path, pins: dict[str, dict[str, object]] | None = None) -> up.Finished:
    return up.finish(clip, out=out, master="ffv1", web=False, pins=pins)


def decoded(result: up.Finished) -> list[Picture]:
    return list(pictures(probe(result.outputs["master"])))


def without(treatment: str) -> dict[str, dict[str, object]]:
    return ALL_ON | {treatment: {"strength": 0.0}}


@pytest.fixture(scope="module")
def face_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("faces") / "face.mp4", [portrait(t) for t in range(10)])


def test_skin_gets_texture_and_the_rest_of_the_picture_none(face_clip: Path, tmp_path: Path) -> None:
    with_skin = decoded(finished(face_clip, tmp_path / "a", ALL_ON))
    plain = decoded(finished(face_clip, tmp_path / "b", without("texture")))
    change = np.mean([np.abs(a.y.astype(float) - b.y) / 4 for a, b in zip(with_skin, plain, strict=True)], axis=0)
    found = networks()
    assert not isinstance(found, WeightsError)
    ((_, points), *_) = found.faces(portrait(5))
    (left, top), (right, bottom) = points[0], points[1]
    width, height = right - left, bottom - top
    rows = slice(int(top + height / 4), int(bottom - height / 4))
    inside = change[rows, int(left + width / 4) : int(right - width / 4)]
    assert inside.mean() > 0.3
    assert change[:, : SIZE // 16].mean() < 0.1 * inside.mean()


def test_nothing_is_averaged_over_a_cut(face_clip: Path, tmp_path: Path) -> None:
    face, other = [portrait(t) for t in range(6)], [scene(SIZE, SIZE, t) for t in range(6)]
    both = write(tmp_path / "both.mp4", face + other)
    alone = write(tmp_path / "alone.mp4", face)
    whole, part = (decoded(finished(path, tmp_path / path.stem, ALL_ON)) for path in (both, alone))
    for a, b in zip(whole, part, strict=False):
        for plane in ("y", "cb", "cr"):
            np.testing.assert_array_equal(getattr(a, plane), getattr(b, plane))


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_very_few_frames(tmp_path: Path, frames: int) -> None:
    clip = write(tmp_path / "short.mp4", [portrait(t) for t in range(frames)])
    result = finished(clip, tmp_path / "out", ALL_ON)
    assert probe(result.outputs["master"]).frames == frames


def test_black_frames_between_stay_black(tmp_path: Path) -> None:
    black = np.zeros((SIZE, SIZE, 3), np.uint8)
    clip = write(tmp_path / "black.mp4", [portrait(0), portrait(1), black, black, black, portrait(5), portrait(6)])
    pins = without("grain")
    for index, picture in enumerate(decoded(finished(clip, tmp_path / "out", pins))):
        if index in {2, 3, 4}:
            assert np.abs(picture.y.astype(float) / 4 - 16).max() <= 1.0


def test_without_networks_everything_else_runs_and_it_is_said(
    face_clip: Path,
    tmp_path: Path,
    no_networks: None,
) -> None:
    result = finished(face_clip, tmp_path)
    (said,) = [finding for finding in result.findings if FACES_UNKNOWN in finding.text]
    assert said.severity == "info"
    assert "unplastic doctor --fetch" in said.fix
    texture = next(each for each in result.recipe["treatments"] if each["name"] == "texture")
    assert not texture["active"]
    assert FACES_UNKNOWN in texture["reasons"]["strength"]
    assert FACES_UNKNOWN in result.outputs["html"].read_text()
