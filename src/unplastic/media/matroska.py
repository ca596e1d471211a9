"""How long a Matroska or WebM file says that it is: its demuxer takes a cut-off file for a short one."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

SEGMENT_ID = 0x18538067


def declared_bytes(path: Path) -> int | None:
    """Bytes from the start of the file to the declared end of its segment; None where it does not say (RFC 9559)."""
    with path.open("rb") as file:
        while True:
            element, size = _number(file, keep_marker=True), _number(file, keep_marker=False)
            if element is None or size is None:
                return None
            if element == SEGMENT_ID:
                return file.tell() + size
            file.seek(size, 1)


def _number(file: BinaryIO, *, keep_marker: bool) -> int | None:
    """A variable-length integer of EBML (RFC 8794, 4); None at the end of the file and for "unknown" (all ones)."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    length = 9 - first[0].bit_length()
    rest = file.read(length - 1)
    if len(rest) < length - 1:
        return None
    value = int.from_bytes(first + rest, "big")
    if keep_marker:
        return value
    mask = (1 << 7 * length) - 1
    return None if value & mask == mask else value & mask
