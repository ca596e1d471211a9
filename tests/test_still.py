"""A still is the frame that a finish would make: the source under no strength, more grain under more."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import unplastic as up
from reviewing import write_numbered
from unplastic import still as module
from unplastic.color import rgb8
from unplastic.errors import UnknownName
from unplastic.media import pictures, probe
from unplastic.report.document import clip as document
from unplastic.still import still

AS_IT_IS = {"size": "off", "by": "lanczos"}


@pytest.fixture(scope="module")
def shot(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A clip, and the report of a finish that only measured."""
    folder = tmp_path_factory.mktemp("still")
    path = write_numbered(folder / "clip.mp4", 30)
    report = folder / "report.json"
    report.write_text(json.dumps({"clips": [{"before": document(up.measure(path))}]}))
    return path, report


def test_no_strength_is_the_source(shot: tuple[Path, Path]) -> None:
    source, report = shot
    made = still(source, report, 13, {"look": "fine-35mm", "strength": 0.0}, AS_IT_IS).rgba
    picture = next(pictures(probe(source), start=13, count=1))
    was = rgb8(picture, matrix=1, is_full_range=False, box=(0, 0, 320, 240))
    assert made.shape == (240, 320, 4)
    assert np.abs(made[..., :3].astype(int) - was).max(axis=-1).mean() < 1.0
    code = sum(1 << bit for bit in range(8) if made[16, 16 + 32 * bit, 1] > 128)
    assert code == 13


def test_a_pin_is_followed(shot: tuple[Path, Path]) -> None:
    source, report = shot
    spread = [
        still(source, report, 5, {"look": "fine-35mm", "pins": {"grain": {"sigma_codes8": sigma}}}, AS_IT_IS)
        .rgba[100:200, 100:200, 1].astype(float).std()
        for sigma in (0.0, 7.0)
    ]  # fmt: skip
    assert spread[1] > spread[0] + 0.5


def test_it_may_be_larger(shot: tuple[Path, Path]) -> None:
    source, report = shot
    made = still(source, report, 0, {"look": "clean-digital"}, {"size": "2x", "by": "lanczos"})
    assert made.rgba.shape == (480, 640, 4)
    assert made.recipe["look"] == "clean-digital"


def test_what_belongs_to_the_frame_is_made_once(shot: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    source, report = shot
    module._stands.clear()
    opened: list[int] = []
    monkeypatch.setattr(module, "probe", lambda path: opened.append(1) or probe(path))
    for strength in (0.2, 0.4, 0.6):
        still(source, report, 7, {"look": "16mm", "strength": strength}, AS_IT_IS)
    assert len(opened) == 1
    for frame in range(6):
        still(source, report, frame, {"look": "16mm"}, AS_IT_IS)
    assert len(module._stands) == module.KEPT


def test_an_unknown_look_is_said(shot: tuple[Path, Path]) -> None:
    with pytest.raises(UnknownName):
        still(*shot, 0, {"look": "no such look"}, AS_IT_IS)
