"""An MP4 file with other samples in one track, everything else byte for byte (ISO/IEC 14496-12).

Sizes and offsets follow; edit lists, timecode, colour, tags and every other track stay as they were, which no muxer
promises.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from unplastic.media.metadata import boxes, children

NESTED = {b"moov", b"trak", b"mdia", b"minf", b"stbl"}
Change = Callable[[Iterator[bytes]], Iterator[bytes]]


class NotRewritable(Exception):
    """Fragmented, or laid out in a way that is not followed here."""


@dataclass(slots=True)
class Track:
    """``kind`` is the format of its samples; ``chunks`` are (offset, first sample, count)."""

    kind: bytes
    sizes: list[int]
    chunks: list[tuple[int, int, int]]


def with_samples(source: Path, target: Path, kind: bytes, change: Change, entry: Callable[[bytes], bytes]) -> None:
    """Copy ``source`` with the samples of its first track of ``kind`` changed, and ``entry`` its description.

    ``entry`` keeps the length. Raises `NotRewritable`, and `OSError`.
    """
    layout = list(boxes(source))
    if [name for name, _, _ in layout].count(b"mdat") != 1 or b"moof" in {name for name, _, _ in layout}:
        raise NotRewritable
    with source.open("rb") as file, target.open("wb") as out:
        moov = _read(file, *next((at, size) for name, at, size in layout if name == b"moov"))
        tracks = list(_tracks(moov))
        chosen = next((i for i, track in enumerate(tracks) if track.kind == kind), None)
        if chosen is None:
            raise NotRewritable
        # Sizes and offsets are not known yet; what they will take is.
        sizes, offsets = [0] * len(tracks[chosen].sizes), [[0] * len(track.chunks) for track in tracks]
        place = 0
        for name, at, size in layout:
            if name == b"moov":
                place = out.tell()
                out.write(_rebuilt(moov, chosen, sizes, offsets, entry))
            elif name == b"mdat":
                sizes, offsets = _samples(file, out, tracks, chosen, change)
            else:
                out.write(_read(file, at, size))
        out.seek(place)
        out.write(_rebuilt(moov, chosen, sizes, offsets, entry))


def _samples(
    file: BinaryIO, out: BinaryIO, tracks: list[Track], chosen: int, change: Change
) -> tuple[list[int], list[list[int]]]:
    """Write the media data; returns the new sizes of the chosen track and the new offsets of all chunks."""
    order = sorted((offset, i, j) for i, track in enumerate(tracks) for j, (offset, _, _) in enumerate(track.chunks))
    changed = change(_of(file, tracks[chosen]))
    sizes: list[int] = []
    offsets = [[0] * len(track.chunks) for track in tracks]
    begin = out.tell()
    out.write(struct.pack(">I4sQ", 1, b"mdat", 0))
    for offset, i, j in order:
        offsets[i][j] = out.tell()
        _, first, count = tracks[i].chunks[j]
        if i == chosen:
            for _ in range(count):
                sample = next(changed)
                sizes.append(len(sample))
                out.write(sample)
        else:
            out.write(_read(file, offset, sum(tracks[i].sizes[first : first + count])))
    end = out.tell()
    out.seek(begin + 8)
    out.write(struct.pack(">Q", end - begin))
    out.seek(end)
    return sizes, offsets


def _of(file: BinaryIO, track: Track) -> Iterator[bytes]:
    for offset, first, count in track.chunks:
        at = offset
        for size in track.sizes[first : first + count]:
            yield _read(file, at, size)
            at += size


def _tracks(moov: bytes) -> Iterator[Track]:
    for name, start, end in children(moov[8:]):
        if name == b"trak":
            yield _track(moov[8 + start : 8 + end])


def _track(trak: bytes) -> Track:
    table = dict(_leaves(trak))
    try:
        description, sizes, runs = table[b"stsd"], table[b"stsz"], table[b"stsc"]
        wide = b"co64" in table
        offsets = table[b"co64" if wide else b"stco"]
    except KeyError as missing:
        raise NotRewritable from missing
    constant, count = struct.unpack_from(">II", sizes, 12)
    held = [constant] * count if constant else list(struct.unpack_from(f">{count}I", sizes, 20))
    (chunks,) = struct.unpack_from(">I", offsets, 12)
    at = struct.unpack_from(f">{chunks}{'Q' if wide else 'I'}", offsets, 16)
    (lines,) = struct.unpack_from(">I", runs, 12)
    steps = [struct.unpack_from(">III", runs, 16 + 12 * i) for i in range(lines)]
    found: list[tuple[int, int, int]] = []
    first = line = 0
    for number, offset in enumerate(at, 1):
        while line + 1 < lines and steps[line + 1][0] <= number:
            line += 1
        found.append((offset, first, steps[line][1]))
        first += steps[line][1]
    if first != count:
        raise NotRewritable
    return Track(description[20:24] if len(description) >= 24 else b"", held, found)


def _leaves(box: bytes) -> Iterator[tuple[bytes, bytes]]:
    for name, start, end in children(box[8:]):
        inner = box[8 + start : 8 + end]
        if name in NESTED:
            yield from _leaves(inner)
        else:
            yield name, inner


def _rebuilt(
    moov: bytes, chosen: int, sizes: list[int], offsets: list[list[int]], entry: Callable[[bytes], bytes]
) -> bytes:
    """The movie box with new sizes and offsets; of the chosen track every size is written out."""
    number = -1

    def walk(box: bytes) -> bytes:
        nonlocal number
        name = box[4:8]
        number += name == b"trak"
        if name in NESTED:
            inner = b"".join(walk(box[8 + a : 8 + b]) for _, a, b in children(box[8:]))
            return struct.pack(">I4s", len(inner) + 8, name) + inner
        if name == b"stsd" and number == chosen:
            return entry(box)
        if name == b"stsz" and number == chosen:
            packed = struct.pack(f">{len(sizes)}I", *sizes)
            return struct.pack(">I4sIII", 20 + len(packed), name, 0, 0, len(sizes)) + packed
        if name in {b"stco", b"co64"}:
            form = "I" if name == b"stco" else "Q"
            if form == "I" and max(offsets[number], default=0) >> 32:
                raise NotRewritable
            return box[:16] + struct.pack(f">{len(offsets[number])}{form}", *offsets[number])
        return box

    return walk(moov)


def _read(file: BinaryIO, at: int, size: int) -> bytes:
    file.seek(at)
    return file.read(size)
