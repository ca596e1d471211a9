"""A still is the frame that a finish would make: the source under no strength, more grain under more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import unplastic as up
from reviewing import write_numbered
from unplastic import still as module
from unplastic.clip import Clip, Picture
from unplastic.color import rgb8
from unplastic.errors import ClipDamaged, UnknownName
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


@pytest.fixture(scope="module")
def all_of_it(shot: tuple[Path, Path]) -> list[Picture]:
    return list(pictures(probe(shot[0])))


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
    module._spools.clear()
    opened: list[int] = []
    monkeypatch.setattr(module, "probe", lambda path: opened.append(1) or probe(path))
    for strength in (0.2, 0.4, 0.6):
        still(source, report, 7, {"look": "16mm", "strength": strength}, AS_IT_IS)
    assert len(opened) == 1
    for frame in range(6):
        still(source, report, frame, {"look": "16mm"}, AS_IT_IS)
    assert len(module._stands) == module.KEPT


@given(st.lists(st.tuples(st.integers(0, 29), st.integers(1, 8)), min_size=1, max_size=6))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pictures_from_the_spool_are_those_of_the_clip(
    shot: tuple[Path, Path], all_of_it: list[Picture], places: list[tuple[int, int]]
) -> None:
    """Whatever was looked at before, in whatever order, and however few of them are kept."""
    for kept in (1, module.SPOOLED_BYTES):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "SPOOLED_BYTES", kept)
            spool = module.Spool(probe(shot[0]))
            for first, count in places:
                found = spool.pictures(first, first + count)
                assert [each.index for each in found] == list(range(first, min(first + count, 30)))
                assert all(np.array_equal(each.y, all_of_it[each.index].y) for each in found)
            spool.close()


def test_a_step_enters_the_clip_no_second_time(shot: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    entered: list[int] = []
    monkeypatch.setattr(module, "pictures", lambda clip, start: entered.append(start) or pictures(clip, start=start))
    spool = module.Spool(probe(shot[0]))
    for first in (12, 13, 14, 8, 7, 6, 20):
        spool.pictures(first, first + 6)
    assert entered == [6]
    spool.pictures(0, 6)
    assert entered == [6, 0]
    spool.close()


def test_a_clip_that_breaks_off_can_be_entered_again(shot: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(clip: Clip, start: int) -> Iterator[Picture]:
        yield from pictures(clip, start=start, count=2)
        raise ClipDamaged("it breaks off here", "make it again")

    spool = module.Spool(probe(shot[0]))
    with monkeypatch.context() as patch:
        patch.setattr(module, "pictures", breaks)
        with pytest.raises(ClipDamaged):
            spool.pictures(10, 16)
    assert [each.index for each in spool.pictures(10, 16)] == list(range(10, 16))
    spool.close()


def test_an_unknown_look_is_said(shot: tuple[Path, Path]) -> None:
    with pytest.raises(UnknownName):
        still(*shot, 0, {"look": "no such look"}, AS_IT_IS)
