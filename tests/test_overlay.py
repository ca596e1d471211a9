"""What lies over the picture lies where it belongs."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reviewing import write_numbered
from test_passages import flickering
from unplastic.errors import UnknownName
from unplastic.overlay import KINDS, overlay

CELL = 8


def heat(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)))[..., 3].astype(float)


def test_flicker_glows_where_it_flickers(tmp_path: Path) -> None:
    x, y, width, height = box = (384, 128, 192, 128)
    clip = flickering(tmp_path / "clip.mp4", 10, 40, box, frames=48)
    cells = heat(overlay(clip.path, 20, "flicker").png)
    assert cells.shape == (48, 80)
    inside = np.zeros(cells.shape, bool)
    inside[y // CELL + 1 : (y + height) // CELL - 1, x // CELL + 1 : (x + width) // CELL - 1] = True
    outside = np.ones(cells.shape, bool)
    outside[y // CELL - 2 : (y + height) // CELL + 2, x // CELL - 2 : (x + width) // CELL + 2] = False
    assert np.median(cells[inside]) > 60
    assert np.percentile(cells[outside], 95) < 20
    assert heat(overlay(clip.path, 44, "flicker").png).max() < 60


def test_marks_lie_on_edges(tmp_path: Path) -> None:
    found = overlay(write_numbered(tmp_path / "clip.mp4", 6, width=640, height=480), 0, "edges")
    assert found.facts["edges"] > 50
    assert found.marks
    at = np.array([[mark["x"], mark["y"]] for mark in found.marks if mark["y"] > 60])
    near = np.minimum(np.minimum(at[:, 0] % 40, 40 - at[:, 0] % 40), np.minimum(at[:, 1] % 32, 32 - at[:, 1] % 32))
    assert np.percentile(near, 90) <= 3


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("frames", [1, 2, 40])
def test_every_kind_answers_for_every_clip(tmp_path: Path, kind: str, frames: int) -> None:
    path = write_numbered(tmp_path / "clip.mp4", frames)
    found = overlay(path, 999, kind)
    assert (found.width, found.height) == (320, 240)
    assert found.legend
    if kind == "flicker" and frames < 3:
        assert "three frames" in found.why_not
    if kind == "light":
        assert found.why_not


def test_a_large_picture_is_looked_at_whole(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "clip.mp4", 5, width=2560, height=1440)
    marks = overlay(path, 0, "edges").marks
    quarters = {(mark["x"] > 1280, mark["y"] > 720) for mark in marks}
    assert len(quarters) == 4
    assert heat(overlay(path, 0, "texture").png).shape == (180, 320)


def test_an_unknown_overlay_names_the_known(tmp_path: Path) -> None:
    with pytest.raises(UnknownName) as error:
        overlay(tmp_path / "clip.mp4", 0, "heat")
    assert "flicker" in error.value.hint
