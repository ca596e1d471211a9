"""A delivery appears whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from unplastic.deliver.parcel import Parcel
from unplastic.errors import ResultExists, ResultUnwritable


def fill(parcel: Parcel, text: str = "new") -> None:
    parcel.place("masters", "a.mov").write_text(text)


def fail(final: Path, trouble: BaseException, **options: bool) -> None:
    with Parcel(final, **options) as parcel:
        fill(parcel)
        raise trouble


def test_it_appears_at_the_end(tmp_path: Path) -> None:
    final = tmp_path / "out"
    with Parcel(final) as parcel:
        fill(parcel)
        assert not final.exists()
        assert parcel.at_last(parcel.folder / "masters" / "a.mov") == final / "masters" / "a.mov"
    assert (final / "masters" / "a.mov").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("trouble", [KeyboardInterrupt, ValueError])
def test_nothing_is_left_behind(tmp_path: Path, trouble: type[BaseException]) -> None:
    with pytest.raises(trouble):
        fail(tmp_path / "out", trouble())
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_delivery_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    final = tmp_path / "out"
    with Parcel(final) as parcel:
        fill(parcel, "old")
    with pytest.raises(ResultExists, match="already there"), Parcel(final):
        pass
    with pytest.raises(ValueError, match="half"):
        fail(final, ValueError("half"), overwrite=True)
    assert (final / "masters" / "a.mov").read_text() == "old"
    with Parcel(final, overwrite=True) as parcel:
        fill(parcel)
    assert (final / "masters" / "a.mov").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_full_disk_is_said_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = shutil.disk_usage(tmp_path).free
    with pytest.raises(ResultUnwritable, match="GB are needed"), Parcel(tmp_path / "out", room_bytes=room + 1):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_is_named(tmp_path: Path) -> None:
    with pytest.raises(ResultUnwritable, match="disk is full"):
        fail(tmp_path / "out", OSError(errno.ENOSPC, "no space left on device"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_target(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ResultUnwritable, match="permission"), Parcel(tmp_path / "out"):
        pass
    tmp_path.chmod(0o700)


def test_a_target_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ResultUnwritable), Parcel(tmp_path / "file" / "out"):
        pass
    with pytest.raises(ResultUnwritable, match="a file is in the way"), Parcel(tmp_path / "file", overwrite=True):
        pass


def test_what_a_killed_run_left_is_cleared(tmp_path: Path) -> None:
    stale = tmp_path / ".out.999999.partial"
    stale.mkdir()
    mine = tmp_path / f".other.{os.getpid()}.partial"
    mine.mkdir()
    with Parcel(tmp_path / "out") as parcel:
        fill(parcel)
    assert not stale.exists()
    assert mine.exists()
