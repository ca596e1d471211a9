"""Where files are kept by what is in them: BLAKE3 of their bytes, written once, never changed.

A local folder by default; see `unplastic.pipeline.bucket` for one that many machines share. A file gets its name there
only when it is complete and its bytes are on the disk.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from blake3 import blake3

from unplastic.errors import StoreError

PIECE_BYTES = 1 << 22
FULL = {errno.ENOSPC, errno.EDQUOT}


class Store(Protocol):
    """The port: what the pipeline asks of whoever keeps the files."""

    def put(self, path: Path) -> str:
        """Keep what is in ``path``; its hash. Twice the same is kept once. Raises `StoreError`."""
        ...

    def path(self, digest: str) -> Path:
        """A local file with these bytes, to read and never to write. Raises `StoreError` where there is none."""
        ...

    def has(self, digest: str) -> bool:
        """Whether it is kept."""
        ...

    def remove(self, digest: str) -> None:
        """Forget it; nothing where it is not kept."""
        ...

    def verify(self) -> Iterator[tuple[str, str]]:
        """(hash, "" or what is wrong) of every file, after reading all of it."""
        ...


@dataclass(frozen=True)
class Folder:
    """A store in a folder: ``ab/abcdef...``, read-only files on the film's own disk."""

    root: Path

    def put(self, path: Path) -> str:
        """Keep what is in ``path``: linked where the disk allows it, else copied. A source that changes is refused."""
        aside = self.root / f".{os.getpid()}.{secrets.token_hex(6)}.part"
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            before = path.stat()
            digest = copied(path, aside)
            after = path.stat()
            if _identity(before) != _identity(after):
                raise StoreError(f"{path} was changed while it was read", "wait until it is complete")
            final = self._place(digest)
            final.parent.mkdir(exist_ok=True)
            aside.chmod(0o444)
            with contextlib.suppress(FileExistsError):  # the same bytes are there: the first one stays
                os.link(aside, final)
            _sync(final.parent)
        except OSError as trouble:
            if trouble.errno in FULL:
                raise
            raise StoreError(
                f"{path} cannot be kept: {trouble.strerror or trouble}", "see that it can be read"
            ) from None
        finally:
            with contextlib.suppress(OSError):
                aside.unlink(missing_ok=True)
        return digest

    def path(self, digest: str) -> Path:
        """The file itself."""
        found = self._place(digest)
        if not found.is_file():
            raise StoreError(f"the store has no {digest[:12]}", "unplastic store verify FILM says what is missing")
        return found

    def has(self, digest: str) -> bool:
        """Whether it is kept."""
        return self._place(digest).is_file()

    def remove(self, digest: str) -> None:
        """Forget it."""
        self._place(digest).unlink(missing_ok=True)

    def verify(self) -> Iterator[tuple[str, str]]:
        """(hash, "" or what is wrong) of every file, after reading all of it."""
        for path in sorted(self.root.glob("??/*")):
            found = hashed(path)
            yield path.name, "" if found == path.name else f"its bytes are those of {found[:12]}: it was changed"

    def _place(self, digest: str) -> Path:
        return self.root / digest[:2] / digest


def hashed(path: Path) -> str:
    """BLAKE3 of a file, in hexadecimal."""
    digest = blake3()
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()


def copied(source: Path, target: Path) -> str:
    """Copy a file to the disk, hashing what is written; its hash."""
    digest = blake3()
    with source.open("rb") as file, target.open("xb") as out:
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def link(source: Path, target: Path) -> None:
    """``target`` becomes another name of ``source``: a hard link, or a copy where the disk has none. It is replaced."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.{os.getpid()}.part")
    with contextlib.suppress(FileNotFoundError):
        aside.unlink()
    try:
        os.link(source, aside)
    except OSError:
        shutil.copyfile(source, aside)
    aside.replace(target)
    aside.unlink(missing_ok=True)  # two names of one file: replacing one by the other does nothing


def _identity(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ino


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
