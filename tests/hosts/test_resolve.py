"""The script for Resolve, against a double of the documented scripting interface: it was never run in Resolve."""

from __future__ import annotations

import json
import runpy
import shutil
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from unplastic.media import probe

SCRIPT = Path(str(resources.files("unplastic"))) / "data" / "hosts" / "resolve" / "unplastic_finish.py"


class MediaPoolItem:
    def __init__(self, path: str, *, takes: bool = True) -> None:
        self.path, self.takes = path, takes

    def GetClipProperty(self, name: str) -> str:  # noqa: N802
        assert name == "File Path"
        return self.path

    def ReplaceClip(self, path: str) -> bool:  # noqa: N802
        assert Path(path).is_absolute()
        if self.takes:
            self.path = path
        return self.takes


class Item:
    def __init__(self, media: MediaPoolItem | None) -> None:
        self.media = media

    def GetMediaPoolItem(self) -> MediaPoolItem | None:  # noqa: N802
        return self.media


class Resolve:
    """Resolve, its project manager, project and timeline in one: each hands out the next."""

    def __init__(self, *tracks: list[MediaPoolItem | None], project: bool = True) -> None:
        self.tracks, self.project = tracks, project

    def GetProjectManager(self) -> Resolve:  # noqa: N802
        return self

    def GetCurrentProject(self) -> Resolve | None:  # noqa: N802
        return self if self.project else None

    def GetCurrentTimeline(self) -> Resolve:  # noqa: N802
        return self

    def GetTrackCount(self, kind: str) -> int:  # noqa: N802
        assert kind == "video"
        return len(self.tracks)

    def GetItemListInTrack(self, kind: str, index: int) -> list[Item]:  # noqa: N802
        assert kind == "video"
        assert 1 <= index <= len(self.tracks)  # the interface counts from 1
        return [Item(media) for media in self.tracks[index - 1]]


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("UNPLASTIC", f"{sys.executable} -m unplastic")
    monkeypatch.setenv("UNPLASTIC_OPTIONS", "--master h264 --rounds 0 --overwrite")
    return runpy.run_path(str(SCRIPT), run_name="script")


def test_clips_are_finished_relinked_and_put_back(script: dict[str, Any], plastic_clip: Path, tmp_path: Path) -> None:
    shot = tmp_path / "shot 1.mp4"
    shutil.copyfile(plastic_clip, shot)
    media, again = MediaPoolItem(str(shot)), MediaPoolItem(str(shot))
    host = Resolve([media, None], [again, MediaPoolItem(""), MediaPoolItem("/nowhere/gone.mov")])
    assert script["main"](host, []) == 0
    finished = tmp_path / "unplastic" / "shot 1_finished.mp4"
    assert media.path == again.path == str(finished)
    assert probe(finished).frames == probe(shot).frames
    assert json.loads((finished.parent / "relinked.json").read_text()) == {str(finished): str(shot)}
    assert script["main"](host, ["--undo"]) == 0
    assert media.path == again.path == str(shot)


def test_a_bad_clip_is_named_and_the_others_are_relinked(
    script: dict[str, Any], plastic_clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.mp4", tmp_path / "bad.mov"
    shutil.copyfile(plastic_clip, good)
    bad.write_bytes(b"no film")
    items = MediaPoolItem(str(good)), MediaPoolItem(str(bad))
    assert script["main"](Resolve(list(items)), []) == 1
    assert items[0].path.endswith("good_finished.mp4")
    assert items[1].path == str(bad)
    assert "not finished: " + str(bad) in capsys.readouterr().out


def test_what_resolve_does_not_take_is_said(script: dict[str, Any], tmp_path: Path) -> None:
    path, master = str(tmp_path / "a.mov"), str(tmp_path / "a_finished.mov")
    done, lost = script["relink"]({path: [MediaPoolItem(path, takes=False)]}, {path: master})
    assert (done, lost) == ({}, [path])
    assert not (tmp_path / "relinked.json").exists()


@pytest.mark.parametrize("host", [Resolve(project=False), Resolve([]), Resolve([None])])
def test_nothing_to_do_is_two_lines(script: dict[str, Any], host: Resolve, capsys: pytest.CaptureFixture[str]) -> None:
    assert script["main"](host, []) == 1
    assert "   do: " in capsys.readouterr().out


def test_without_resolve(script: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert script["main"](None, []) == 1
    assert "no timeline" in capsys.readouterr().out


def test_it_says_that_it_was_never_run_there() -> None:
    assert "never run in Resolve" in SCRIPT.read_text()
