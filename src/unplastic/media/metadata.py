"""What MP4 and MOV files carry that FFmpeg leaves behind: XMP (ISO 16684), and the store of C2PA manifests."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from unplastic.errors import ResultUnwritable

XMP_ID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
MANIFEST_ID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
LARGEST_BYTES = 1 << 28
BOXED = (".mp4", ".m4v", ".mov")

Box = tuple[bytes, int, int]
"""Kind, where it begins, and its size with its header."""


def xmp_of(path: Path) -> bytes | None:
    """The XMP packet of an MP4 or MOV file."""
    if path.suffix.lower() not in BOXED:
        return None
    for kind, at, size in boxes(path):
        if kind == b"uuid" and _begins(path, at, XMP_ID):
            return _payload(path, at, size)[16:]
        if kind == b"moov" and size < LARGEST_BYTES:
            for inner, start, end in children(moov := _payload(path, at, size)):
                if inner == b"udta":
                    user = moov[start + 8 : end]
                    found = next((user[a + 8 : b] for name, a, b in children(user) if name == b"XMP_"), None)
                    if found:
                        return found
    return None


def manifests_of(path: Path) -> bytes | None:
    """The store of C2PA manifests as it lies in an MP4 or MOV file (C2PA 2.1, A.5: purpose "manifest")."""
    if path.suffix.lower() not in BOXED:
        return None
    for kind, at, size in boxes(path):
        if kind == b"uuid" and size < LARGEST_BYTES and _begins(path, at, MANIFEST_ID):
            purpose, _, rest = _payload(path, at, size)[20:].partition(b"\0")
            if purpose == b"manifest":
                return rest[8:]
    return None


def put_xmp(path: Path, packet: bytes) -> bool:
    """Add an XMP packet to a file that was just written; False where its container has no place for one.

    Raises `ResultUnwritable` for a signed file: changing one makes its signature say "tampered".
    """
    if path.suffix.lower() not in BOXED:
        return False
    if manifests_of(path) is not None:
        raise ResultUnwritable(f"{path.name} is signed and is not changed any more", "sign after everything else")
    found = list(boxes(path))
    kind, at, size = found[-1]
    if path.suffix.lower() == ".mov" and kind == b"moov" and size < LARGEST_BYTES:
        whole = _with_xmp(_payload(path, at, size), packet)
        with path.open("r+b") as file:
            file.seek(at)
            file.write(_box(b"moov", whole))
            file.truncate()
        return True
    with path.open("ab") as file:
        file.write(_box(b"uuid", XMP_ID + packet))
    return True


def boxes(path: Path) -> Iterator[Box]:
    """The boxes of a file, not those inside them; ends at what is none."""
    end = path.stat().st_size
    at = 0
    with path.open("rb") as file:
        while at + 8 <= end:
            file.seek(at)
            size, kind = struct.unpack(">I4s", file.read(8))
            if size == 1:
                (size,) = struct.unpack(">Q", file.read(8).rjust(8, b"\0"))
            elif size == 0:
                size = end - at
            if size < 8 or at + size > end:
                return
            yield kind, at, size
            at += size


def children(payload: bytes) -> Iterator[Box]:
    """Kind, begin and end of each box in ``payload``."""
    at = 0
    while at + 8 <= len(payload):
        size, kind = struct.unpack_from(">I4s", payload, at)
        if size < 8 or at + size > len(payload):
            return
        yield kind, at, at + size
        at += size


def _with_xmp(moov: bytes, packet: bytes) -> bytes:
    new = _box(b"XMP_", packet)
    for kind, start, end in children(moov):
        if kind == b"udta":
            user = moov[start + 8 : end]  # which may end in four zeros that are no box
            held = max((last for _, _, last in children(user)), default=0)
            return moov[:start] + _box(b"udta", user[:held] + new) + moov[end:]
    return moov + _box(b"udta", new)


def _box(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I4s", len(payload) + 8, kind) + payload


def _begins(path: Path, at: int, identity: bytes) -> bool:
    with path.open("rb") as file:
        file.seek(at + 8)
        return file.read(16) == identity


def _payload(path: Path, at: int, size: int) -> bytes:
    with path.open("rb") as file:
        file.seek(at)
        return file.read(size)[8:]
