"""Copies that browsers play: every picture at full size, in order, and where each of them lies in the file.

A page that has this list asks for the bytes of picture N and shows picture N: nothing is sought by a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from unplastic.clip import Clip, Picture
from unplastic.errors import ClipDamaged
from unplastic.media.probe import opened, video_stream
from unplastic.media.writer import Writer

if TYPE_CHECKING:
    from unplastic.clip import Plane


def write_proxy(pictures: Iterable[Picture], clip: Clip, path: Path, tell: Callable[[int], None] | None = None) -> None:
    """Encode ``pictures``, of the size and depth that ``clip`` says, with its sound. Raises `ResultUnwritable`."""
    with Writer(clip, {"proxy": path}) as writer:
        for picture in pictures:
            target = writer.blank(picture.index, picture.pts, picture.duration)
            for there, here in ((target.y, picture.y), (target.cb, picture.cb), (target.cr, picture.cr)):
                _shifted(here, writer.bit_depth - picture.bit_depth, there)
            writer.write(target)
            if tell:
                tell(picture.index + 1)


def proxy_index(path: Path) -> dict[str, Any]:
    """Plain data about a proxy: codec, its configuration record, the clock, and four numbers a picture.

    ``pictures`` has a row [offset, bytes, ticks, is key] each, in the order in which they are shown; ``clock`` is the
    length of a tick as [numerator, denominator] of a second. Raises `ClipDamaged` for a file that shows them in another
    order than it holds them.
    """
    with opened(path) as container:
        stream = video_stream(container, path)
        rows = [
            [packet.pos, packet.size, packet.pts, int(packet.is_keyframe)]
            for packet in container.demux(stream)
            if packet.size
        ]
        context = stream.codec_context
        record = bytes(context.extradata or b"")
        aspect = context.sample_aspect_ratio
        sound = next(iter(container.streams.audio), None)
        ticks = [row[2] for row in rows]
        if not rows or ticks != sorted(set(ticks)) or not rows[0][3]:
            raise ClipDamaged(f"{path}: its pictures are not in order", "make it again")
        return {
            "codec": _codec_string(context.name, record, context),
            "record": record.hex() if context.name == "h264" else "",
            "width": context.width,
            "height": context.height,
            "aspect": [aspect.numerator, aspect.denominator] if aspect else [1, 1],
            "clock": [stream.time_base.numerator, stream.time_base.denominator],
            "first": ticks[0],
            "end": ticks[-1] + _last_ticks(stream, ticks),
            "fps": [stream.average_rate.numerator, stream.average_rate.denominator],
            "sound": sound is not None,
            "bytes": path.stat().st_size,
            "pictures": rows,
        }


def _shifted(here: Plane, up: int, there: Plane) -> None:
    """Codes at another depth: that many bits more, or fewer and rounded."""
    if up >= 0:
        np.left_shift(here, up, out=there, dtype=np.uint16, casting="unsafe")
    else:
        top = np.iinfo(np.uint16).max >> (16 - 10)
        np.minimum((here.astype(np.uint32) + (1 << (-up - 1))) >> -up, top, out=there, casting="unsafe")


def _last_ticks(stream: Any, ticks: list[int]) -> int:
    if stream.duration and stream.duration > ticks[-1] - ticks[0]:
        return int(stream.duration - (ticks[-1] - ticks[0]))
    return ticks[-1] - ticks[-2] if len(ticks) > 1 else max(1, round(1 / (stream.average_rate * stream.time_base)))


def _codec_string(name: str, record: bytes, context: Any) -> str:
    """As browsers want it (RFC 6381): profile and level out of the configuration record."""
    if name == "h264":
        return f"avc1.{record[1:4].hex()}"
    sequence = record[1] if len(record) > 1 else 0
    return f"av01.{sequence >> 5}.{sequence & 31:02d}M.{10 if '10' in context.pix_fmt else 8:02d}"
