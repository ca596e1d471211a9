"""An AV1 file with film grain written into its frame headers; everything else stays byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from unplastic.errors import ClipUnsupported
from unplastic.media.av1.grain import FilmGrain
from unplastic.media.av1.rewrite import UNREADABLE, configuration, shown_at, with_grain
from unplastic.media.av1.shown import Shown, shown_grain
from unplastic.media.failure import unwritable
from unplastic.media.mp4 import NotRewritable, with_samples
from unplastic.media.probe import opened, video_stream

ENTRY, CONFIGURATION = b"av01", b"av1C"


def asked_grain(path: Path) -> Shown:
    """The grain that an AV1 file asks its player for. Raises `ClipUnsupported` for headers that cannot be read."""
    try:
        return shown_grain(_coded(path))
    except UNREADABLE as trouble:
        raise _unsupported(path) from trouble


def put_grain(source: Path, target: Path, grain: Callable[[int], FilmGrain]) -> None:
    """Copy the AV1 file ``source``, an MP4, to ``target`` with ``grain`` (picture as shown) in every picture.

    Raises `ClipUnsupported` for a stream that cannot be followed, and `ResultUnwritable`.
    """
    try:
        shown = shown_at(_coded(source))
        with_samples(source, target, ENTRY, lambda packets: with_grain(packets, grain, shown), _described)
    except (*UNREADABLE, NotRewritable) as trouble:
        target.unlink(missing_ok=True)
        raise _unsupported(source) from trouble
    except OSError as trouble:
        raise unwritable(target, trouble) from trouble


def _described(entry: bytes) -> bytes:
    """A sample description whose decoder configuration allows grain: a bit of the same length."""
    at = entry.find(CONFIGURATION)
    if at < 4:
        return entry
    end = at - 4 + int.from_bytes(entry[at - 4 : at], "big")
    changed = configuration(entry[at + 4 : end])
    if len(changed) != end - at - 4:
        raise NotRewritable
    return entry[: at + 4] + changed + entry[end:]


def _coded(path: Path) -> Iterator[bytes]:
    with opened(path) as container:
        stream = video_stream(container, path)
        if stream.codec_context.name not in {"av1", "libdav1d"}:
            raise ClipUnsupported(f"{path}: its pictures are not AV1", "only AV1 carries grain in its headers")
        for packet in container.demux(stream):
            if packet.size:
                yield bytes(packet)


def _unsupported(path: Path) -> ClipUnsupported:
    return ClipUnsupported(f"{path}: AV1 headers that cannot be followed", "encode it again: --master av1")
