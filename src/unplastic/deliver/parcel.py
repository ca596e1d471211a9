"""A delivery is one folder that appears when all of it is there."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from pathlib import Path
from types import TracebackType

from unplastic.errors import ResultExists, ResultUnwritable
from unplastic.media.failure import unwritable
from unplastic.media.landing import is_alive

ROOM = 1.2
"""Free space wanted, over what is expected to be written."""


class Parcel:
    """Work goes into `folder`, hidden beside ``final``; leaving without an error gives it its name, else it is removed.

    An earlier delivery that may be replaced stays until that moment. Raises `ResultExists` and `ResultUnwritable`,
    before any work where that can be known.
    """

    def __init__(self, final: Path, *, overwrite: bool = False, room_bytes: int = 0) -> None:
        self.final = final.absolute()
        self._overwrite = overwrite
        self._room_bytes = room_bytes

    @property
    def folder(self) -> Path:
        """Where to write."""
        return self.final.with_name(f".{self.final.name}.{os.getpid()}.partial")

    def __enter__(self) -> Parcel:
        """Check that it can land, clear away what a killed run left, and make the folder."""
        try:
            self.final.parent.mkdir(parents=True, exist_ok=True)
            self._check()
            for stale in self.final.parent.glob(f".{self.final.name}.*.partial"):
                owner = stale.name.split(".")[-2]
                if owner.isdigit() and not is_alive(int(owner)):
                    shutil.rmtree(stale, ignore_errors=True)
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir()
        except OSError as trouble:
            raise unwritable(self.final, trouble) from trouble
        return self

    def place(self, *parts: str) -> Path:
        """A path in the folder, whose own folder is there."""
        path = self.folder.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def at_last(self, path: Path) -> Path:
        """Where a file of the folder will be."""
        return self.final / path.relative_to(self.folder)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Put it in place, or remove every trace."""
        try:
            if error is None:
                self._land()
            elif isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise unwritable(self.final, error) from error
        except OSError as trouble:
            raise unwritable(self.final, trouble) from trouble
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _land(self) -> None:
        for path in self.folder.rglob("*"):
            _sync(path)
        old = self.final.with_name(f".{self.final.name}.{os.getpid()}.replaced")
        if self.final.exists():
            self.final.rename(old)
        try:
            self.folder.rename(self.final)
        except OSError:
            if old.exists():
                old.rename(self.final)
            raise
        _sync(self.final.parent)
        shutil.rmtree(old, ignore_errors=True)

    def _check(self) -> None:
        parent = self.final.parent
        if self.final.exists() and not self._overwrite:
            raise ResultExists(f"{self.final}: already there", "add --overwrite, or choose another folder with --out")
        if self.final.exists() and not self.final.is_dir():
            raise ResultUnwritable(f"{self.final}: a file is in the way", "choose another folder with --out")
        if not os.access(parent, os.W_OK | os.X_OK):
            raise ResultUnwritable(f"{parent}: no permission to write", "choose another folder with --out")
        free = shutil.disk_usage(parent).free
        if free < self._room_bytes * ROOM:
            wanted, there = (each / 1e9 for each in (self._room_bytes * ROOM, free))
            raise ResultUnwritable(
                f"{parent}: about {wanted:.1f} GB are needed and {there:.1f} are free",
                "free some space, or choose another folder with --out",
            )


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some disks cannot sync a folder
            os.fsync(handle)
    finally:
        os.close(handle)
