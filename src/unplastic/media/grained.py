"""An AV1 file with film grain written into its frame headers; everything else is copied packet by packet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError

from unplastic.errors import ClipUnsupported
from unplastic.media.av1.grain import FilmGrain
from unplastic.media.av1.rewrite import UNREADABLE, configuration, shown_at, with_grain
from unplastic.media.av1.shown import Shown, shown_grain
from unplastic.media.carry import carry_tags
from unplastic.media.failure import unwritable
from unplastic.media.probe import opened, probe, video_stream


def asked_grain(path: Path) -> Shown:
    """The grain that an AV1 file asks its player for. Raises `ClipUnsupported` for headers that cannot be read."""
    try:
        return shown_grain(_coded(path))
    except UNREADABLE as trouble:
        raise _unsupported(path) from trouble


def put_grain(source: Path, target: Path, grain: Callable[[int], FilmGrain]) -> None:
    """Copy the AV1 file ``source`` to ``target`` with ``grain`` (picture as shown) in every picture.

    Raises `ClipUnsupported` for a stream that cannot be read, and `ResultUnwritable`.
    """
    try:
        shown = shown_at(_coded(source))
        _copy(source, target, lambda packets: with_grain(packets, grain, shown))
    except UNREADABLE as trouble:
        raise _unsupported(source) from trouble
    except (FFmpegError, OSError, ValueError) as trouble:
        raise unwritable(target, trouble) from trouble


def _copy(source: Path, target: Path, change: Callable[[Iterator[bytes]], Iterator[bytes]]) -> None:
    clip = probe(source)
    options = {"movflags": "+faststart+write_colr"} if target.suffix == ".mp4" else {}
    with opened(source) as held, opened(source) as again, av.open(str(target), "w", options=options) as output:
        stream = video_stream(held, source)
        copies = {stream.index: output.add_stream_from_template(stream, opaque=True)}
        # Without a rate of its own the copy's timecode is counted in its time base; the muxer makes that finer.
        copies[stream.index].time_base = 1 / clip.frame_rate if clip.timecode else stream.time_base
        copies[stream.index].codec_context.extradata = configuration(stream.codec_context.extradata or b"")
        for other in held.streams:
            if other.type in {"audio", "subtitle"}:
                copies[other.index] = output.add_stream_from_template(other)
                copies[other.index].metadata.update(other.metadata)
        carry_tags(clip, output, copies[stream.index])
        ahead = again.demux(video_stream(again, source))
        changed = change(bytes(packet) for packet in ahead if packet.size)
        for packet in held.demux([each for each in held.streams if each.index in copies]):
            if packet.size:
                output.mux(_packet(packet, copies, stream.index, changed))


def _packet(packet: Any, copies: dict[int, Any], picture: int, changed: Iterator[bytes]) -> Any:
    if packet.stream_index == picture:
        new = av.Packet(next(changed))
        new.pts, new.dts, new.duration, new.time_base = packet.pts, packet.dts, packet.duration, packet.time_base
        new.is_keyframe = packet.is_keyframe
        packet, index = new, picture
    else:
        index = packet.stream_index
    packet.stream = copies[index]
    return packet


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
