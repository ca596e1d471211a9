"""Which files of a folder are clips."""

from __future__ import annotations

from pathlib import Path

import pytest

from unplastic.errors import ClipUnreadable
from unplastic.media import list_clips


def test_clips_by_name_without_our_results_and_hidden_files(tmp_path: Path) -> None:
    for name in ("b.mp4", "a.MOV", "a_finished.mov", "a_web.mp4", ".hidden.mp4", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "folder.mp4").mkdir()
    assert [path.name for path in list_clips(tmp_path)] == ["a.MOV", "b.mp4"]


def test_a_named_file_is_taken_as_it_is(tmp_path: Path) -> None:
    assert list_clips(tmp_path / "shot_finished.mov") == [tmp_path / "shot_finished.mov"]


def test_a_folder_without_clips(tmp_path: Path) -> None:
    with pytest.raises(ClipUnreadable, match="no clips") as caught:
        list_clips(tmp_path)
    assert ".mp4" in caught.value.hint
