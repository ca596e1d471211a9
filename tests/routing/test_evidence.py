"""Evidence: appended whole, read back, cut off in the middle, and somebody else's file."""

from __future__ import annotations

from pathlib import Path

import pytest

from unplastic.errors import SettingsError
from unplastic.routing.evidence import Take, add_takes, read_takes

ONE = Take("kling-v3", "3.0", "skin", "cu", 41.5, 0.8, True, "sh010", 2.0)
TWO = Take("veo-3.1", "x", "water", "", None, when_s=1.0)


def test_takes_come_back_oldest_first(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "takes.jsonl"
    assert read_takes(path) == ()
    add_takes(path, [ONE])
    add_takes(path, [TWO])
    assert read_takes(path) == (TWO, ONE)


def test_a_line_that_was_cut_off_is_left_out_and_the_next_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "takes.jsonl"
    add_takes(path, [ONE])
    with path.open("a") as file:
        file.write('{"model": "veo')
    assert read_takes(path) == (ONE,)


TOO_HIGH = '{"model": "m", "version": "1", "surface": "skin", "shot_size": "", "score": 300}'


@pytest.mark.parametrize("line", ["hello", "[]", '{"x": 1}', '{"model": "m"}', TOO_HIGH])
def test_another_file_is_named_with_its_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "takes.jsonl"
    path.write_text(line + "\n")
    add_takes(path, [ONE])
    with pytest.raises(SettingsError, match="line 1"):
        read_takes(path)
