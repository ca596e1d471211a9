"""Path to `Clip`: every packet's timestamp is read, the first picture is decoded, nothing is believed from a header."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError

from unplastic.clip import Clip, ColorTags, SoundTrack
from unplastic.errors import ClipDamaged, ClipMissing, ClipUnreadable, ClipUnsupported
from unplastic.media.failure import clock, unreadable
from unplastic.media.formats import Layout, layout_of
from unplastic.media.history import encoder_history

SMALLEST_PX = 16
CUT_OFF_S = 0.5
UNEVEN_TICKS = 0.02
STANDARD_RATES = tuple(map(Fraction, (24, 25, 30, 48, 50, 60, 120))) + tuple(
    Fraction(n * 1000, 1001) for n in (24, 30, 48, 60, 120)
)

# "explode" makes decoders report broken data instead of painting over it.
DECODER_OPTIONS = {"err_detect": "crccheck+explode"}


@dataclass(slots=True)
class Ledger:
    """What one pass over all packets found."""

    pts: list[int] = field(default_factory=list)
    size_bytes: int = 0
    last_duration: int = 0
    corrupt_at: int | None = None
    reach_s: float = 0.0


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """Open a file for reading, with errors a film maker understands."""
    _check_file(path)
    try:
        container = av.open(str(path), "r", metadata_errors="replace")
    except (FFmpegError, OSError, ValueError) as trouble:
        raise unreadable(path, trouble) from trouble
    with container:
        yield container


def video_stream(container: Any, path: Path) -> Any:
    """The first real video stream (cover pictures do not count)."""
    streams = [s for s in container.streams.video if "attached_pic" not in str(s.disposition)]
    if not streams:
        what = "only sound in it" if container.streams.audio else "no video in it"
        raise ClipUnreadable(f"{path}: there is {what}", "choose a file with moving pictures")
    if streams[0].codec_context is None:
        raise ClipUnreadable(f"{path}: its video codec is not known here", "export it as H.264, HEVC or ProRes")
    return streams[0]


def probe(path: Path | str) -> Clip:
    """What the file at ``path`` holds. Raises `ClipError` and its children, each with what to do."""
    path = Path(path)
    with opened(path) as container:
        stream = video_stream(container, path)
        ledger = _read_packets(container, stream, path)
    with opened(path) as container:
        stream = video_stream(container, path)
        return _clip(path, container, stream, ledger, _first_frame(container, stream, path))


def _check_file(path: Path) -> None:
    try:
        if path.is_dir():
            raise ClipUnreadable(f"{path}: is a folder", "name a file in it")
        if path.stat().st_size == 0:
            raise ClipUnreadable(f"{path}: the file is empty", "download or generate the clip again")
        if not os.access(path, os.R_OK):
            raise ClipMissing(
                f"{path}: no permission to read it", "change its permissions, or copy it to a folder of yours"
            )
    except (OSError, ValueError) as trouble:
        raise unreadable(path, trouble) from trouble


def _read_packets(container: Any, stream: Any, path: Path) -> Ledger:
    ledger = Ledger()
    try:
        for packet in container.demux():
            if packet.size and packet.pts is not None and packet.time_base:
                end = float((packet.pts + (packet.duration or 0)) * packet.time_base)
                ledger.reach_s = max(ledger.reach_s, end)
            if packet.stream_index == stream.index and packet.size and _is_shown(packet, stream):
                _enter(ledger, packet)
    except (FFmpegError, OSError, ValueError) as trouble:
        raise ClipDamaged(
            f"{path}: unreadable after {len(ledger.pts)} frames", "download or generate the clip again"
        ) from trouble
    _check_whole(ledger, container, stream, path)
    return ledger


def _is_shown(packet: Any, stream: Any) -> bool:
    """Not cut away by an edit list, and not one of VP8's invisible reference frames (RFC 6386, 9.1)."""
    if packet.is_discard:
        return False
    return stream.codec_context.name != "vp8" or bool(bytes(packet)[0] >> 4 & 1)


def _enter(ledger: Ledger, packet: Any) -> None:
    pts = packet.pts if packet.pts is not None else packet.dts
    if pts is None:
        pts = ledger.pts[-1] + max(1, ledger.last_duration) if ledger.pts else 0
    if packet.is_corrupt and ledger.corrupt_at is None:
        ledger.corrupt_at = pts
    ledger.pts.append(pts)
    ledger.size_bytes += packet.size
    ledger.last_duration = packet.duration or ledger.last_duration


def _check_whole(ledger: Ledger, container: Any, stream: Any, path: Path) -> None:
    counted = len(ledger.pts)
    if not counted:
        raise ClipUnreadable(f"{path}: there is no picture in it", "download or generate the clip again")
    seconds = ledger.corrupt_at is not None and float(ledger.corrupt_at * stream.time_base)
    if seconds is not False:
        raise ClipDamaged(f"{path}: broken data at {clock(seconds)}", "download or generate the clip again")
    promised = (container.duration or 0) / av.time_base
    started = (container.start_time or 0) / av.time_base
    if promised and started + promised - ledger.reach_s > max(CUT_OFF_S, 0.02 * promised):
        raise ClipDamaged(
            f"{path}: cut off after {clock(ledger.reach_s)} of {clock(promised)}", "download or generate the clip again"
        )


def _first_frame(container: Any, stream: Any, path: Path) -> Any:
    stream.codec_context.options = DECODER_OPTIONS
    try:
        for frame in container.decode(stream):
            return frame
    except (FFmpegError, OSError, ValueError) as trouble:
        raise ClipDamaged(
            f"{path}: its first picture cannot be decoded", "download or generate the clip again"
        ) from trouble
    raise ClipUnreadable(f"{path}: no picture can be decoded", "download or generate the clip again")


def _clip(path: Path, container: Any, stream: Any, ledger: Ledger, frame: Any) -> Clip:
    layout = layout_of(frame.format.name)
    _check_picture(path, stream, frame)
    pts = sorted(ledger.pts)
    tick = stream.time_base
    step = _usual_step(pts, ledger.last_duration, stream)
    rate = _frame_rate(stream, pts, step)
    rotation = -frame.rotation % 360
    aspect = Fraction(stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio or 1) or Fraction(1)
    turned = rotation in (90, 270)
    duration = Fraction(pts[-1] - pts[0] + (ledger.last_duration or step)) * tick
    return Clip(
        path=path,
        container=container.format.name,
        codec=stream.codec_context.name,
        profile=stream.profile,
        encoder=_history(container, stream, frame),
        width=frame.height if turned else frame.width,
        height=frame.width if turned else frame.height,
        pixel_aspect=1 / aspect if turned else aspect,
        rotation_deg=rotation,
        frame_rate=rate,
        is_variable_rate=_is_variable(pts, step),
        frames=len(pts),
        start_pts=pts[0],
        duration_s=duration,
        time_base=tick,
        bit_depth=layout.bit_depth,
        chroma="444" if turned and layout.chroma == "422" else layout.chroma,
        color=_color(frame, layout),
        bitrate_bps=round(ledger.size_bytes * 8 / duration) if duration > 0 else None,
        timecode=_timecode(container),
        sound=tuple(_sound(track) for track in container.streams.audio),
        subtitles=tuple(s.codec_context.name if s.codec_context else "unknown" for s in container.streams.subtitles),
    )


def _check_picture(path: Path, stream: Any, frame: Any) -> None:
    if frame.interlaced_frame or stream.codec_context.field_order > 1:
        raise ClipUnsupported(f"{path}: the picture is interlaced", "deinterlace it first (for example with bwdif)")
    if min(frame.width, frame.height) < SMALLEST_PX:
        raise ClipUnsupported(
            f"{path}: {frame.width}x{frame.height} is too small to finish",
            f"use at least {SMALLEST_PX}x{SMALLEST_PX} pixels",
        )
    if frame.rotation % 90:
        raise ClipUnsupported(f"{path}: turned by {frame.rotation} degrees", "turn it upright first")


def _usual_step(pts: list[int], last: int, stream: Any) -> int:
    """The most frequent distance between two pictures, in ticks."""
    steps = Counter(b - a for a, b in pairwise(pts) if b > a)
    if steps:
        return steps.most_common(1)[0][0]
    rate = stream.average_rate or stream.guessed_rate
    return last or (max(1, round(1 / (rate * stream.time_base))) if rate else 1)


def _frame_rate(stream: Any, pts: list[int], step: int) -> Fraction:
    """The declared rate when the usual distance agrees with it, else the rate of that distance.

    A gap left by a cut does not change the rate of the rest; where no distance is usual, the mean rate is the answer.
    """
    usual = 1 / (step * stream.time_base)
    declared = stream.guessed_rate or stream.average_rate
    if declared and abs(declared / usual - 1) < UNEVEN_TICKS:
        return _standard(Fraction(declared))
    steps = [b - a for a, b in pairwise(pts)]
    if steps and sum(abs(each - step) <= 1 for each in steps) < 0.5 * len(steps):
        usual = Fraction(len(steps)) / (sum(steps) * stream.time_base)
    return _standard(usual)


def _standard(rate: Fraction) -> Fraction:
    """Millisecond timestamps blur a rate: snap to the broadcast rate next to it, if one is within 0.05 %."""
    near = min(STANDARD_RATES, key=lambda each: abs(each / rate - 1))
    return near if abs(near / rate - 1) < 0.0005 else rate.limit_denominator(1001)


def _is_variable(pts: list[int], step: int) -> bool:
    """True when a distance differs from the usual one by more than rounding to ticks explains."""
    return any(abs(b - a - step) > max(1, UNEVEN_TICKS * step) for a, b in pairwise(pts))


def _color(frame: Any, layout: Layout) -> ColorTags:
    full = layout.is_full_range or int(frame.color_range) == 2
    if layout.was_rgb:
        return ColorTags(int(frame.color_primaries), int(frame.color_trc), 1, is_full_range=False)
    return ColorTags(int(frame.color_primaries), int(frame.color_trc), int(frame.colorspace), is_full_range=full)


def _history(container: Any, stream: Any, frame: Any) -> str | None:
    tags = (
        container.metadata.get("encoder"),
        stream.metadata.get("encoder"),
        container.metadata.get("writing_library"),
    )
    data = [bytes(each) for each in frame.side_data if each.type.name == "SEI_UNREGISTERED"]
    return encoder_history(tags, [*data, stream.codec_context.extradata or b""])


def _timecode(container: Any) -> str | None:
    held = [*(s.metadata for s in container.streams), container.metadata]
    return next((tags[key] for tags in held for key in ("timecode", "TIMECODE") if tags.get(key)), None)


def _sound(stream: Any) -> SoundTrack:
    context = stream.codec_context
    start = (stream.start_time or 0) * (stream.time_base or Fraction(1, 1000))
    if context is None:
        return SoundTrack("unknown", 0, 0, Fraction(start), stream.language)
    return SoundTrack(context.name, context.sample_rate or 0, context.channels or 0, Fraction(start), stream.language)
