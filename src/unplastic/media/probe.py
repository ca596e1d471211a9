"""Path to `Clip`: every packet's timestamp is read, the first picture is decoded, nothing is believed from a header."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError
from av.stream import Disposition

from unplastic.clip import Clip, ColorTags, SoundTrack
from unplastic.errors import ClipDamaged, ClipUnreadable, ClipUnsupported
from unplastic.media.cadence import cadence
from unplastic.media.failure import AGAIN, unreadable
from unplastic.media.formats import Layout, layout_of
from unplastic.media.history import encoder_history
from unplastic.media.packets import Ledger, playable, read_packets
from unplastic.media.quicktime import is_mirrored

SMALLEST_PX = 16


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
    streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not streams:
        what = "only sound in it" if container.streams.audio else "no video in it"
        raise ClipUnreadable(f"{path}: there is {what}", "choose a file with moving pictures")
    if streams[0].codec_context is None:
        raise ClipUnreadable(f"{path}: its video codec is not known here", "export it as H.264, HEVC or ProRes")
    return streams[0]


def be_strict(stream: Any) -> None:
    """Make the decoder report broken data instead of painting over it.

    H.264's marks every picture that it had to guess at; told to "explode", it would also reject the first pictures
    after each entry into an open group, whose missing references are nobody's fault.
    """
    strictness = "crccheck" if stream.codec_context.name == "h264" else "crccheck+explode"
    stream.codec_context.options = {"err_detect": strictness}


def probe(path: Path | str) -> Clip:
    """What the file at ``path`` holds. Raises `ClipError` and its children, each with what to do."""
    path = Path(path)
    with opened(path) as container:
        stream = video_stream(container, path)
        ledger = read_packets(container, stream, path)
    with opened(path) as container:
        stream = video_stream(container, path)
        frame = first_frame(container, stream, path)
        layout = _layout(frame, path)
        _check_picture(path, container, stream, frame)
        return _clip(path, container, stream, ledger, frame, layout)


def _check_file(path: Path) -> None:
    """Python says more clearly than FFmpeg why a file cannot be opened."""
    try:
        if path.is_dir():
            raise ClipUnreadable(f"{path}: is a folder", "name a file in it")
        with path.open("rb") as file:
            if not file.read(1):
                raise ClipUnreadable(f"{path}: the file is empty", AGAIN)
    except (OSError, ValueError) as trouble:
        raise unreadable(path, trouble) from trouble


def first_frame(container: Any, stream: Any, path: Path) -> Any:
    """The first picture that can be decoded."""
    be_strict(stream)
    try:
        for packet in playable(container.demux(stream)):
            for frame in packet.decode():
                return frame
    except (FFmpegError, OSError, ValueError) as trouble:
        raise ClipDamaged(f"{path}: its first picture cannot be decoded", AGAIN) from trouble
    raise ClipUnreadable(f"{path}: no picture can be decoded", AGAIN)


def _layout(frame: Any, path: Path) -> Layout:
    try:
        return layout_of(frame.format.name)
    except ClipUnsupported as refusal:
        raise ClipUnsupported(f"{path}: {refusal.message}", refusal.hint) from refusal


def _check_picture(path: Path, container: Any, stream: Any, frame: Any) -> None:
    if frame.interlaced_frame or stream.codec_context.field_order > 1:
        raise ClipUnsupported(f"{path}: the picture is interlaced", "deinterlace it first (for example with bwdif)")
    if min(frame.width, frame.height) < SMALLEST_PX:
        raise ClipUnsupported(
            f"{path}: {frame.width}x{frame.height} is too small to finish",
            f"use at least {SMALLEST_PX}x{SMALLEST_PX} pixels",
        )
    if frame.rotation % 90 or _is_mirrored(path, container, stream):
        raise ClipUnsupported(f"{path}: shown mirrored or at an odd angle", "render it upright first")


def _is_mirrored(path: Path, container: Any, stream: Any) -> bool:
    return "mov" in container.format.name.split(",") and is_mirrored(path, stream.id)


def _clip(path: Path, container: Any, stream: Any, ledger: Ledger, frame: Any, layout: Layout) -> Clip:
    pts = sorted(ledger.pts)
    tick = stream.time_base
    pace = cadence(pts, tick, declared=stream.guessed_rate or stream.average_rate, last_duration=ledger.last_duration)
    rotation = -frame.rotation % 360
    aspect = Fraction(stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio or 1) or Fraction(1)
    turned = rotation in (90, 270)
    duration = Fraction(pts[-1] - pts[0] + (ledger.last_duration or pace.step)) * tick
    return Clip(
        path=path,
        container=container.format.name,
        codec=stream.codec_context.name,
        profile=stream.profile,
        encoder=_history(container, stream, ledger),
        width=frame.height if turned else frame.width,
        height=frame.width if turned else frame.height,
        pixel_aspect=1 / aspect if turned else aspect,
        rotation_deg=rotation,
        frame_rate=pace.rate,
        is_variable_rate=pace.is_variable,
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


def _color(frame: Any, layout: Layout) -> ColorTags:
    """The colour of the pictures that `pictures` delivers: RGB arrives there as limited-range Y'CbCr."""
    primaries, transfer = int(frame.color_primaries), int(frame.color_trc)
    if layout.is_rgb:
        return ColorTags(primaries, transfer, 9 if primaries == 9 else 1, is_full_range=False)
    full = layout.is_full_range or int(frame.color_range) == 2
    return ColorTags(primaries, transfer, int(frame.colorspace), is_full_range=full)


def _history(container: Any, stream: Any, ledger: Ledger) -> str | None:
    tags = (
        container.metadata.get("encoder"),
        stream.metadata.get("encoder"),
        container.metadata.get("writing_library"),
    )
    return encoder_history(tags, [ledger.first_packet, stream.codec_context.extradata or b""])


def _timecode(container: Any) -> str | None:
    held = [*(s.metadata for s in container.streams), container.metadata]
    return next((tags[key] for tags in held for key in ("timecode", "TIMECODE") if tags.get(key)), None)


def _sound(stream: Any) -> SoundTrack:
    context = stream.codec_context
    start = (stream.start_time or 0) * (stream.time_base or Fraction(1, 1000))
    if context is None:
        return SoundTrack("unknown", 0, 0, Fraction(start), stream.language)
    return SoundTrack(context.name, context.sample_rate or 0, context.channels or 0, Fraction(start), stream.language)
