"""Landing: all results or none, the source and earlier results untouched."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from unplastic.clip import Clip
from unplastic.errors import ResultExists, ResultUnwritable
from unplastic.media import Landing, Writer, pictures, probe


def land(finals: dict[str, Path], source: Path, *, overwrite: bool = False, fails: BaseException | None = None) -> None:
    with Landing(finals, source=source, overwrite=overwrite) as landing:
        for role in finals:
            landing.aside(role).write_text(f"new {role}")
        if fails:
            raise fails


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_text("source")
    return path


def everything(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): p.read_text() for p in folder.rglob("*") if p.is_file()}


def test_all_results_appear_together(tmp_path: Path, source: Path) -> None:
    out = tmp_path / "new" / "folder"
    land({"master": out / "a.mov", "json": out / "a.json"}, source)
    assert everything(out) == {"a.mov": "new master", "a.json": "new json"}


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("x"), ResultUnwritable("full", "free some")])
def test_nothing_appears_when_anything_fails(tmp_path: Path, source: Path, error: BaseException) -> None:
    old = tmp_path / "a.mov"
    old.write_text("old")
    with pytest.raises(type(error)):
        land({"master": old, "json": tmp_path / "a.json"}, source, overwrite=True, fails=error)
    assert everything(tmp_path) == {"clip.mp4": "source", "a.mov": "old"}


def test_a_result_in_the_way_is_refused_before_any_work(tmp_path: Path, source: Path) -> None:
    (tmp_path / "a.mov").write_text("old")
    with pytest.raises(ResultExists) as caught:
        land({"master": tmp_path / "a.mov"}, source)
    assert "--overwrite" in caught.value.hint
    land({"master": tmp_path / "a.mov"}, source, overwrite=True)
    assert (tmp_path / "a.mov").read_text() == "new master"


def test_the_source_is_never_replaced(tmp_path: Path, source: Path) -> None:
    alias = tmp_path / "alias.mp4"
    os.link(source, alias)
    for final in (source, alias):
        with pytest.raises(ResultExists):
            land({"master": final}, source, overwrite=True)
    assert source.read_text() == "source"


def test_a_file_where_a_folder_should_be(tmp_path: Path, source: Path) -> None:
    with pytest.raises(ResultUnwritable):
        land({"master": source / "a.mov"}, source)
    (tmp_path / "a.mov").mkdir()
    with pytest.raises(ResultUnwritable):
        land({"master": tmp_path / "a.mov"}, source)


def test_leftovers_of_dead_runs_are_cleared_and_of_living_ones_kept(tmp_path: Path, source: Path) -> None:
    dead, alive = tmp_path / ".a.99999999.partial.mov", tmp_path / f".a.{os.getppid()}.partial.mov"
    dead.write_text("half")
    alive.write_text("half")
    land({"master": tmp_path / "a.mov"}, source)
    assert not dead.exists()
    assert alive.exists()


def test_a_missing_part_lands_nothing(tmp_path: Path, source: Path) -> None:
    finals = {"master": tmp_path / "a.mov", "json": tmp_path / "a.json"}
    with pytest.raises(ResultUnwritable), Landing(finals, source=source) as landing:
        landing.aside("master").write_text("only this")
    assert everything(tmp_path) == {"clip.mp4": "source"}


def test_a_name_that_is_too_long_is_refused_before_any_work(tmp_path: Path, source: Path) -> None:
    with pytest.raises(ResultUnwritable, match="too long"):
        land({"master": tmp_path / f"{'a' * 250}.mov"}, source)


def test_ctrl_c_in_the_middle_of_a_clip_leaves_nothing(make_clip: Any, tmp_path: Path) -> None:
    clip = probe(make_clip(frames=8, pixel_format="yuv420p10le").path)
    with pytest.raises(KeyboardInterrupt):
        _interrupted(clip, {"master": tmp_path / "a.mkv", "web": tmp_path / "b.mp4"})
    assert list(tmp_path.iterdir()) == []


def _interrupted(clip: Clip, finals: dict[str, Path]) -> None:
    with (
        Landing(finals, source=clip.path) as landing,
        Writer(clip, {"ffv1": landing.aside("master"), "web": landing.aside("web")}) as writer,
    ):
        for picture in pictures(clip):
            blank = writer.blank(picture.index, picture.pts, picture.duration)
            blank.y[:], blank.cb[:], blank.cr[:] = picture.y, picture.cb, picture.cr
            writer.write(blank)
            if picture.index == 4:
                raise KeyboardInterrupt
