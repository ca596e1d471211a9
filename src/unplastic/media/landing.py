"""Results appear by rename only: written aside under a hidden name, synced, and put in place together."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from types import TracebackType

from unplastic.errors import ResultExists, ResultUnwritable
from unplastic.media.failure import unwritable


class Landing:
    """The files of one job. Leaving the context without an error puts all of them in place; with one, none.

    ``finals`` maps a role ("master", "web", ...) to its final path. Refuses up front when a result is in the way
    (`ResultExists`) or when the folder cannot be written to (`ResultUnwritable`). An earlier result that may be
    replaced stays until the very rename.
    """

    def __init__(self, finals: dict[str, Path], *, source: Path, overwrite: bool = False) -> None:
        self._finals = finals
        self._source = source
        self._overwrite = overwrite

    def __enter__(self) -> Landing:
        """Check that everything can land, and clear away what a killed run left behind."""
        for role, final in self._finals.items():
            self._check(role, final)
            _clear_stale(final)
        return self

    def aside(self, role: str) -> Path:
        """Where to write the file of that role: hidden, beside its final place, with the same suffix."""
        final = self._finals[role]
        return final.with_name(f".{final.stem}.{os.getpid()}.partial{final.suffix}")

    def final(self, role: str) -> Path:
        """Where the file of that role will be."""
        return self._finals[role]

    def finals(self) -> dict[str, Path]:
        """All final paths by role."""
        return dict(self._finals)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Put everything in place, or remove every trace."""
        try:
            if error is None:
                self._land()
        except OSError as trouble:
            raise unwritable(next(iter(self._finals.values())), trouble) from trouble
        finally:
            for role in self._finals:
                with contextlib.suppress(OSError):
                    self.aside(role).unlink(missing_ok=True)

    def _land(self) -> None:
        for role in self._finals:
            _sync(self.aside(role))
        for role, final in self._finals.items():
            self.aside(role).replace(final)
        for folder in {final.parent for final in self._finals.values()}:
            _sync(folder)

    def _check(self, role: str, final: Path) -> None:
        try:
            final.parent.mkdir(parents=True, exist_ok=True)
            self.aside(role).exists()  # raises for a name that is too long with what is added to it
            exists = final.exists()
        except OSError as trouble:
            raise unwritable(final, trouble) from trouble
        if exists and self._source.exists() and final.samefile(self._source):
            raise ResultExists(f"{final}: the result would replace its own source", "choose another folder with --out")
        if final.is_dir():
            raise ResultUnwritable(f"{final}: a folder is in the way", "move it, or choose another folder with --out")
        if exists and not self._overwrite:
            raise ResultExists(f"{final}: already there", "add --overwrite, or choose another folder with --out")
        if not os.access(final.parent, os.W_OK | os.X_OK):
            raise ResultUnwritable(f"{final.parent}: no permission to write", "choose another folder with --out")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _clear_stale(final: Path) -> None:
    """Remove partial files of runs that are no longer alive."""
    for partial in final.parent.glob(f".{_escaped(final.stem)}.*.partial{_escaped(final.suffix)}"):
        owner = partial.name[len(final.stem) + 2 :].split(".", 1)[0]
        if owner.isdigit() and not is_alive(int(owner)):
            with contextlib.suppress(OSError):
                partial.unlink()


def _escaped(text: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in text)


def is_alive(pid: int) -> bool:
    """Whether there is a process of that number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
