"""The watched folder: complete clips become takes, once, under any name; ten thousand files cost one walk."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desks import Studio, agent
from scenes import write_scene
from unplastic.errors import ClipUnreadable, StoreError
from unplastic.pipeline import order
from unplastic.pipeline import watch as module
from unplastic.pipeline.take import Doing, Status
from unplastic.pipeline.watch import Watch, clips_under

NAMES = [
    "plain.mp4",
    "a b'c\"d.MP4",
    "--look.mov",
    "ü ショット 🎬.mp4",
    "semi;$(touch x)&.mp4",
    "new\nline.mp4",
    ".5.mp4",
]


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    with Studio(tmp_path, monkeypatch) as made:
        made.enlist(agent("A", "clip.finished", "one"))
        yield made


@pytest.fixture
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    write_scene(path, 64, 48, 4)
    return path


def watched(studio: Studio, settle_s: float = 0.0) -> Watch:
    def take(path: Path) -> bool:
        scene, shot = order.place(studio.film, path, studio.folder)
        return order.file(studio.desk, studio.project, studio.film, path, scene, shot) is not None

    return Watch(studio.folder, take, settle_s, said.append)


said: list[str] = []


@pytest.fixture(autouse=True)
def _quiet() -> None:
    said.clear()


def test_any_name_is_filed_once_and_the_source_stays(studio: Studio, clip: Path) -> None:
    for number, name in enumerate(NAMES):
        (studio.folder / name).write_bytes(clip.read_bytes() + bytes([number]))  # what follows the last box is ignored
    before = {path: path.read_bytes() for path in studio.folder.glob("*.[mM]*")}
    eye = watched(studio)
    there = len([name for name in NAMES if not name.startswith(".")])
    assert eye.look() == there
    assert eye.look() == 0
    takes = studio.desk.tables.takes(studio.project.id)
    assert len(takes) == there
    assert {path: path.read_bytes() for path in before} == before
    for each in takes:
        assert studio.desk.store.path(each.facts["original"]).read_bytes() in before.values()
        assert "\n" not in each.shot
        assert (studio.folder / "takes" / each.scene / each.shot).is_dir()
    assert len(studio.desk.tables.jobs(studio.project.id, Doing.QUEUED)) == there


def test_the_same_clip_twice_is_one_take(studio: Studio, clip: Path) -> None:
    shutil.copy(clip, studio.folder / "one.mp4")
    eye = watched(studio)
    assert eye.look() == 1
    os.utime(studio.folder / "one.mp4", (1, 1))
    assert eye.look() == 0, "the same bytes with another time"
    eye.seen.clear()
    assert eye.look() == 0, "a watcher that has forgotten everything"
    (studio.folder / "deep").mkdir()
    shutil.copy(clip, studio.folder / "deep" / "one.mp4")
    assert eye.look() == 1, "the same bytes in another folder are a clip of another scene"


def test_a_clip_that_is_still_written_is_left_until_it_is_whole(studio: Studio, clip: Path) -> None:
    target, whole = studio.folder / "slow.mp4", clip.read_bytes()
    eye = watched(studio, settle_s=0.05)
    for share in (0.3, 0.6, 1.0):
        target.write_bytes(whole[: int(len(whole) * share)])
        assert eye.look() == 0
    assert not eye.is_settled()
    time.sleep(0.06)
    assert eye.look() == 1
    assert eye.is_settled()


def test_half_a_clip_is_named_and_taken_when_it_has_become_whole(studio: Studio, clip: Path) -> None:
    target, whole = studio.folder / "half.mp4", clip.read_bytes()
    target.write_bytes(whole[: len(whole) // 2])
    eye = watched(studio)
    assert eye.look() == 0
    assert said
    assert said[0].startswith("half.mp4 is left out: ")
    assert eye.look() == 0
    assert eye.looked_into == 1, "it is not read again as long as it is the same"
    target.write_bytes(whole)
    assert eye.look() == 1


def test_a_clip_that_is_replaced_while_it_is_read_is_not_filed_half(
    studio: Studio, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from unplastic.pipeline import store

    target, copied = studio.folder / "shot.mp4", store.copied
    shutil.copy(clip, target)
    write_scene(clip, 64, 48, 6)
    other = clip.read_bytes()

    def replaced(here: Path, there: Path) -> str:
        found = copied(here, there)
        target.unlink()
        target.write_bytes(other)
        return found

    monkeypatch.setattr(store, "copied", replaced)
    eye = watched(studio)
    assert eye.look() == 0
    assert studio.desk.tables.takes(studio.project.id) == []
    monkeypatch.setattr(store, "copied", copied)
    eye.look()
    (take,) = studio.desk.tables.takes(studio.project.id)
    assert studio.desk.store.path(take.facts["original"]).read_bytes() == other


def test_a_replaced_clip_is_the_next_take(studio: Studio, clip: Path) -> None:
    shutil.copy(clip, studio.folder / "shot.mp4")
    eye = watched(studio)
    eye.look()
    write_scene(studio.folder / "shot.mp4", 64, 48, 6)
    eye.look()
    assert [(each.shot, each.number, each.status) for each in studio.desk.tables.takes(studio.project.id)] == [
        ("shot", 1, Status.MAKING), ("shot", 2, Status.MAKING),
    ]  # fmt: skip


def test_a_clock_that_jumps_changes_nothing(studio: Studio, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is waited for is counted by a clock that never jumps; a file from the future, or of 1970, is a file."""
    for name, when in (("future.mp4", time.time() + 1e8), ("past.mp4", 0)):
        (studio.folder / name).write_bytes(clip.read_bytes() + name.encode())
        os.utime(studio.folder / name, (when, when))
    eye = watched(studio, settle_s=0.02)
    assert eye.look() == 0
    monkeypatch.setattr(time, "time", lambda: 0.0)
    time.sleep(0.03)
    assert eye.look() == 2


def test_ten_thousand_files_cost_one_walk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in range(10):
        (tmp_path / f"day{folder}").mkdir()
        for number in range(1000):
            (tmp_path / f"day{folder}" / f"clip{number:04d}.mp4").touch()
    taken: list[Path] = []
    eye = Watch(tmp_path, lambda path: bool(taken.append(path)) or True, 0.0)
    assert eye.look() == 10_000
    opened = []
    monkeypatch.setattr(module.os, "scandir", lambda path, real=os.scandir: opened.append(path) or real(path))
    assert eye.look() == 0
    assert (eye.looked_into, len(taken), len(opened)) == (10_000, 10_000, 11)


def test_results_hidden_files_and_links_out_are_no_clips(tmp_path: Path) -> None:
    (tmp_path / "takes").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "outside").mkdir()
    inside = tmp_path / "inside"
    inside.mkdir()
    for path in ("takes/a.mp4", ".hidden/a.mp4", ".a.mp4", "a_finished.mov", "a_web.mp4", "notes.txt", "inside/b.mp4"):
        (tmp_path / path).touch()
    (inside / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "broken.mp4").symlink_to(tmp_path / "nowhere.mp4")
    assert [path.relative_to(tmp_path).as_posix() for path, _ in clips_under(tmp_path)] == ["inside/b.mp4"]
    assert list(clips_under(tmp_path / "nowhere")) == []


@pytest.mark.parametrize("trouble", [ClipUnreadable("not a video", "x"), StoreError("it cannot be kept", "x")])
def test_one_bad_clip_does_not_stop_the_others(tmp_path: Path, trouble: Exception) -> None:
    for name in "abc":
        (tmp_path / f"{name}.mp4").touch()

    def take(path: Path) -> bool:
        if path.name == "b.mp4":
            raise trouble
        return True

    assert Watch(tmp_path, take, 0.0, said.append).look() == 2
    assert len([each for each in said if "left out" in each]) == 1


@pytest.mark.parametrize(
    ("path", "scene", "shot"),
    [
        ("sh0.mp4", "sc", "sh0"), ("sh0_tk04.mp4", "sc", "sh0"), ("the SH0 v2.mov", "sc", "sh0"),
        ("deep/er/sh0-take 3.mp4", "sc", "sh0"), ("deep/er/other_v12.mp4", "deep_er", "other"),
        ("other.mp4", "clips", "other"), ("tk01.mp4", "clips", "tk01"), ("..mp4", "clips", "clip"),
        ("sh01.mp4", "clips", "sh01"),
    ],
)  # fmt: skip
def test_where_a_clip_belongs(studio: Studio, path: str, scene: str, shot: str) -> None:
    assert order.place(studio.film, studio.folder / path, studio.folder) == (scene, shot)
