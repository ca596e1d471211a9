"""The display matrix of a track in an MP4 or MOV file: PyAV tells its angle, but not whether it mirrors the picture."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

MOOV_BYTES_MAX = 1 << 28


def is_mirrored(path: Path, track: int) -> bool:
    """True when the matrix of that track turns the picture over (ISO/IEC 14496-12, 6.2.2: a b u c d v x y w)."""
    for header in _track_headers(path):
        is_long = header[:1] == b"\1"
        number_at, matrix_at = (20, 52) if is_long else (12, 40)
        if len(header) >= matrix_at + 36 and struct.unpack_from(">I", header, number_at) == (track,):
            a, b, _, c, d = struct.unpack_from(">5i", header, matrix_at)
            return a * d - b * c < 0
    return False


def _track_headers(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        for kind, size in _boxes_of_file(file):
            if kind == b"moov" and size <= MOOV_BYTES_MAX:
                for track in _inside(file.read(size), b"trak"):
                    yield from _inside(track, b"tkhd")
                return
            file.seek(size, 1)


def _boxes_of_file(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Kind and payload size of each box; the file stands at the payload, and must stand behind it for the next."""
    while len(head := file.read(8)) == 8:
        size, kind = struct.unpack(">I4s", head)
        taken = 8
        if size == 1:
            (size,) = struct.unpack(">Q", file.read(8).rjust(8, b"\0"))
            taken = 16
        if size < taken:
            return
        yield kind, size - taken


def _inside(payload: bytes, wanted: bytes) -> Iterator[bytes]:
    at = 0
    while at + 8 <= len(payload):
        size, kind = struct.unpack_from(">I4s", payload, at)
        if size < 8:
            return
        if kind == wanted:
            yield payload[at + 8 : at + size]
        at += size
