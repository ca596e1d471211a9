"""One pass over all packets of a clip: exact count, times, size in bytes, and whether the file is whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError

from unplastic.errors import ClipDamaged, ClipUnreadable
from unplastic.media.failure import AGAIN, clock, damaged
from unplastic.media.intact import checker
from unplastic.media.matroska import declared_bytes

CUT_OFF_S = 0.5
"""Seconds by which a container's promise may be too long where the file has no index to hold it to."""


@dataclass(slots=True)
class Ledger:
    """What one pass over all packets found. ``pts`` are those of the pictures that will be shown, in file order.

    ``first_packet`` is kept for what its encoder may say of itself. It is not read from a frame's side data: with a
    named colour profile among that, PyAV 18.1 frees the name twice and crashes.
    """

    first_packet: bytes = b""
    pts: list[int] = field(default_factory=list)
    size_bytes: int = 0
    last_duration: int = 0
    broken_pts: int | None = None
    read: int = 0
    reach_s: float = 0.0


def playable(packets: Iterable[Any]) -> Iterator[Any]:
    """The packets of one video stream that can be decoded without guessing.

    A clip begins at its first key frame: what lies before it in the file (a stream copy cut between key frames) or
    before it in time (leading pictures of an open group) was cut from its references, and players drop it as well.
    After a jump the same holds for the key frame that was jumped to.
    """
    key_pts: int | None = None
    began = False
    for packet in packets:
        if packet.size:
            if not began and not packet.is_keyframe:
                continue
            if not began:
                began, key_pts = True, packet.pts
            elif key_pts is not None and packet.pts is not None and packet.pts < key_pts:
                continue
        yield packet


def is_shown(packet: Any, codec: str) -> bool:
    """Not cut away by an edit list, and not one of VP8's invisible reference frames (RFC 6386, 9.1)."""
    if not packet.size or packet.is_discard:
        return False
    return codec != "vp8" or bool(bytes(packet)[0] >> 4 & 1)


def read_packets(container: Any, stream: Any, path: Path) -> Ledger:
    """Read every packet of every stream. Raises `ClipUnreadable` without pictures, `ClipDamaged` for a cut-off file."""
    ledger = Ledger()
    codec = stream.codec_context.name
    is_whole = checker(codec, stream.codec_context.extradata)
    try:
        for packet in playable(_pictures_only(container.demux(), stream, ledger)):
            if is_shown(packet, codec):
                _enter(ledger, packet, is_broken=packet.is_corrupt or not is_whole(packet))
    except (FFmpegError, OSError, ValueError) as trouble:
        raise ClipDamaged(f"{path}: unreadable after {len(ledger.pts)} frames", AGAIN) from trouble
    _check_whole(ledger, container, stream, path)
    return ledger


def _pictures_only(packets: Iterable[Any], stream: Any, ledger: Ledger) -> Iterator[Any]:
    for packet in packets:
        if packet.size and packet.pts is not None and packet.time_base:
            end = float((packet.pts + (packet.duration or 0)) * packet.time_base)
            ledger.reach_s = max(ledger.reach_s, end)
        if packet.stream_index == stream.index:
            ledger.read += bool(packet.size)
            yield packet


def _enter(ledger: Ledger, packet: Any, *, is_broken: bool) -> None:
    ledger.first_packet = ledger.first_packet or bytes(packet)
    pts = packet.pts if packet.pts is not None else packet.dts
    if pts is None:
        pts = ledger.pts[-1] + max(1, ledger.last_duration) if ledger.pts else 0
    if is_broken and ledger.broken_pts is None:
        ledger.broken_pts = pts
    ledger.pts.append(pts)
    ledger.size_bytes += packet.size
    ledger.last_duration = packet.duration or ledger.last_duration


def _check_whole(ledger: Ledger, container: Any, stream: Any, path: Path) -> None:
    if not ledger.pts:
        raise ClipUnreadable(f"{path}: there is no picture in it", AGAIN)
    if ledger.broken_pts is not None:
        raise damaged(path, float(ledger.broken_pts * stream.time_base), "broken data")
    if _is_cut_off(ledger, container, stream, path):
        promised = (container.duration or 0) / av.time_base
        raise ClipDamaged(f"{path}: cut off after {clock(ledger.reach_s)} of {clock(promised)}", AGAIN)


def _is_cut_off(ledger: Ledger, container: Any, stream: Any, path: Path) -> bool:
    """MP4 and MOV index every packet and Matroska says how long the file is; else the duration has to do."""
    formats = container.format.name.split(",")
    if "mov" in formats:
        return ledger.read < len(stream.index_entries)
    if "matroska" in formats:
        declared = declared_bytes(path)
        return declared is not None and path.stat().st_size < declared
    promised = ((container.start_time or 0) + (container.duration or 0)) / av.time_base
    return promised - ledger.reach_s > CUT_OFF_S
