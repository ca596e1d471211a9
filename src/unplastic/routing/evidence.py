"""Measured takes and verdicts, one line each, in a file that only grows.

A line is written whole and flushed to the disk; one that was cut off by a crash is left out when it is read.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from unplastic.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Take:
    """A take as the routing learns from it.

    ``score`` is plasticity after finishing, 0 to 100, or None where it could not be measured; ``coverage`` from 0 to 1
    is how much of the evidence there was. ``accepted`` None: nobody has said. ``when_s`` is Unix time.
    """

    model: str
    version: str
    surface: str
    shot_size: str
    score: float | None
    coverage: float = 1.0
    accepted: bool | None = None
    shot: str = ""
    when_s: float = 0.0


def default_file() -> Path:
    """Where evidence of all films is kept: the user's data folder."""
    home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return home / "unplastic" / "takes.jsonl"


def read_takes(path: Path) -> tuple[Take, ...]:
    """Every take in ``path``, oldest first; none where there is no file. Raises `SettingsError` for another's file."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as trouble:
        raise SettingsError(f"{path}: cannot be read", "move it away; evidence is gathered anew") from trouble
    found = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(_take(json.loads(line)))
        except (ValueError, TypeError) as trouble:
            if number == len(lines):  # cut off while it was written
                break
            what = f"{path}, line {number}: this is no take ({trouble})"
            raise SettingsError(what, "remove that line, or move the file away") from None
    return tuple(sorted(found, key=lambda take: take.when_s))


def add_takes(path: Path, takes: Iterable[Take]) -> None:
    """Append ``takes``, on the disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(asdict(take)) + "\n" for take in takes)
    with path.open("a+b") as file:
        if file.tell() and not _ends_a_line(file):
            text = "\n" + text
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


def _ends_a_line(file) -> bool:
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def _take(row: dict) -> Take:
    known = {each.name for each in fields(Take)}
    if not isinstance(row, dict) or set(row) - known:
        raise ValueError("unknown fields")
    take = Take(**row)
    if take.score is not None and not 0 <= float(take.score) <= 100:
        raise ValueError("a score is from 0 to 100")
    return take
