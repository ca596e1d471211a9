"""A folder that is watched: every clip that is complete there becomes a take. Nothing in it is ever changed.

Complete is what has kept its size and time for a while and can be read. Files that were seen are not looked into again
until they change, so that ten thousand of them cost one walk through the folder.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from unplastic.errors import ClipError, StoreError
from unplastic.media.folder import CLIP_SUFFIXES, OWN_RESULTS

SKIPPED = {"takes", "approved", "dailies", "cast", "agents"}
UNREADABLE_S = 60.0
Stamp = tuple[int, int]
"""Size in bytes and time of the last change in nanoseconds."""


@dataclass
class Watch:
    """``take`` files one clip: True where it was new. ``settle_s`` is how long a file must have kept still."""

    root: Path
    take: Callable[[Path], bool]
    settle_s: float = 2.0
    say: Callable[[str], None] = lambda _: None
    seen: dict[str, Stamp] = field(default_factory=dict)
    _still: dict[str, tuple[Stamp, float]] = field(default_factory=dict)
    looked_into: int = 0

    def look(self) -> int:
        """One walk; how many clips were filed. What is not complete yet is looked at again the next time."""
        filed, there = 0, set()
        for path, stamp in clips_under(self.root):
            name = path.relative_to(self.root).as_posix()
            there.add(name)
            if self.seen.get(name) != stamp and self._is_still(name, stamp):
                filed += self._file(path, name, stamp)
        for gone in self._still.keys() - there:
            del self._still[gone]
        return filed

    def is_settled(self) -> bool:
        """Whether nothing is waited for."""
        return not self._still

    def _is_still(self, name: str, stamp: Stamp) -> bool:
        was, since = self._still.get(name, (None, 0.0))
        if was != stamp:
            self._still[name] = (stamp, time.monotonic())
            return self.settle_s <= 0
        return time.monotonic() - since >= self.settle_s

    def _file(self, path: Path, name: str, stamp: Stamp) -> bool:
        self.looked_into += 1
        try:
            is_new = self.take(path)
        except (ClipError, StoreError) as trouble:
            if stamp[0] and time.monotonic() - self._still[name][1] < min(UNREADABLE_S, 30 * self.settle_s):
                return False  # it may still be written, by somebody who writes slowly
            self.say(f"{name} is left out: {trouble.message} ({trouble.hint})")
            is_new = False
        if is_new:
            self.say(f"{name} came in")
        self.seen[name] = stamp
        self._still.pop(name, None)
        return is_new


def clips_under(root: Path) -> Iterator[tuple[Path, Stamp]]:
    """Every clip below ``root`` with its stamp, hidden folders and our own results left out."""
    try:
        entries = sorted(os.scandir(root), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        try:
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in SKIPPED:
                    yield from clips_under(Path(entry.path))
            elif _is_clip(entry.name):
                status = entry.stat()
                yield Path(entry.path), (status.st_size, status.st_mtime_ns)
        except OSError:
            continue


def _is_clip(name: str) -> bool:
    stem, dot, suffix = name.rpartition(".")
    return bool(dot) and f".{suffix.lower()}" in CLIP_SUFFIXES and not stem.endswith(tuple(OWN_RESULTS))
