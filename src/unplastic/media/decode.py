"""Pictures of a clip in presentation order, as views on the decoder's buffers wherever the layout allows."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from av.error import FFmpegError
from av.video.reformatter import Interpolation, VideoReformatter

from unplastic.clip import CHROMA_STEPS, Clip, Picture
from unplastic.errors import ClipUnsupported
from unplastic.media.failure import clock, damaged
from unplastic.media.formats import Layout, layout_of, working_format
from unplastic.media.packets import is_shown, playable
from unplastic.media.probe import be_strict, opened, video_stream
from unplastic.media.rgb import ycbcr_from_rgb

if TYPE_CHECKING:
    from unplastic.clip import Plane

SEEK_FROM = 24
"""Frames from the start below which seeking is not worth it."""

GRAINING = "libdav1d"
"""The decoder that puts film grain in by itself."""

EXACT = Interpolation.BICUBIC | Interpolation.ACCURATE_RND


def pictures(clip: Clip, start: int = 0, count: int | None = None, *, film_grain: bool = True) -> Iterator[Picture]:
    """Decode ``count`` pictures (all if None) from frame ``start`` on; closing the iterator closes the file.

    A plane may be a read-only view of a decoder's buffer; it stays valid as long as the picture is held. Where a clip
    begins is said in `packets.playable`. From there on every picture must decode: data that the decoder rejects or
    guesses at, and pictures that never come out, raise `ClipDamaged` with the time. ``film_grain`` False leaves out
    the grain that an AV1 file asks its player for.
    """
    part = clip.part
    if part is None:
        yield from _whole(clip, start, count, film_grain=film_grain)
        return
    whole = replace(clip, part=None, frames=part.whole, start_pts=part.pts)
    start = max(0, start)
    count = min(clip.frames - start, clip.frames if count is None else count)
    for picture in _whole(whole, part.first + start, count, film_grain=film_grain):
        yield replace(picture, index=picture.index - part.first, pts=picture.pts - part.pts)


def shown_times(clip: Clip) -> list[int]:
    """When each picture of the whole file is shown, ascending; empty where times cannot tell pictures apart."""
    with opened(clip.path) as container:
        return _times(container, video_stream(container, clip.path))


def _whole(clip: Clip, start: int, count: int | None, *, film_grain: bool) -> Iterator[Picture]:
    stop = clip.frames if count is None else min(clip.frames, start + count)
    carry = _Carrier(clip)
    expected = max(0, start)
    at_s = 0.0
    for index, frame in _numbered(clip, expected, film_grain=film_grain):
        if index >= stop:
            return
        if index < expected:
            continue
        if index > expected:
            break
        picture = carry(frame, index)
        at_s = float(picture.pts * clip.time_base)
        yield picture
        expected += 1
    if expected < stop:
        raise damaged(clip.path, at_s, f"{expected} of {clip.frames} pictures could be decoded")


def _numbered(clip: Clip, start: int, *, film_grain: bool) -> Iterator[tuple[int, Any]]:
    """Decoded frames with their indices, from ``start`` or an earlier one on."""
    if start >= SEEK_FROM:
        with opened(clip.path) as container:
            stream = _threaded(container, clip, film_grain=film_grain)
            times = _times(container, stream)
            if len(times) == clip.frames:
                container.seek(times[start], stream=stream)
                frames = ((bisect_left(times, frame.pts), frame) for frame in _frames(clip, container, stream))
                first = next(frames, None)
                if first is not None and first[0] <= start:
                    yield first
                    yield from frames
                    return
    with opened(clip.path) as container:
        yield from enumerate(_frames(clip, container, _threaded(container, clip, film_grain=film_grain)))


def _threaded(container: Any, clip: Clip, *, film_grain: bool) -> Any:
    stream = video_stream(container, clip.path)
    stream.thread_type = "AUTO"
    be_strict(stream)
    if not film_grain and stream.codec_context.name == GRAINING:
        stream.codec_context.options |= {"filmgrain": "0"}
    return stream


def _times(container: Any, stream: Any) -> list[int]:
    """When each picture is shown, ascending; empty where times cannot tell pictures apart."""
    codec = stream.codec_context.name
    times = [packet.pts for packet in playable(container.demux(stream)) if is_shown(packet, codec)]
    return sorted(times) if None not in times and len(set(times)) == len(times) else []


def _frames(clip: Clip, container: Any, stream: Any) -> Iterator[Any]:
    at_s = 0.0
    try:
        for packet in playable(container.demux(stream)):
            for frame in packet.decode():
                at_s = float(frame.pts * stream.time_base) if frame.pts is not None else at_s
                _check(frame, clip, at_s)
                yield frame
    except (FFmpegError, OSError, ValueError) as trouble:
        raise damaged(clip.path, at_s, "data that no decoder accepts") from trouble


def _check(frame: Any, clip: Clip, at_s: float) -> None:
    if frame.is_corrupt:
        raise damaged(clip.path, at_s, "the decoder had to guess a part of it")
    if frame.interlaced_frame:
        raise ClipUnsupported(f"{clip.path}: interlaced from {clock(at_s)} on", "deinterlace it first")
    layout = layout_of(frame.format.name)
    turned = clip.rotation_deg in (90, 270)
    size = (frame.height, frame.width) if turned else (frame.width, frame.height)
    chroma = "444" if turned and layout.chroma == "422" else layout.chroma
    if (*size, layout.bit_depth, chroma) != (clip.width, clip.height, clip.bit_depth, clip.chroma):
        raise ClipUnsupported(
            f"{clip.path}: the size or the format of the picture changes at {clock(at_s)}",
            "cut it there, and finish each part",
        )


class _Carrier:
    """Turns decoded frames into `Picture`s of the clip's layout, upright."""

    def __init__(self, clip: Clip) -> None:
        self._clip = clip
        self._turns = -clip.rotation_deg // 90 % 4
        self._reformatter = VideoReformatter()
        self._neutral: Plane | None = None

    def __call__(self, frame: Any, index: int) -> Picture:
        clip = self._clip
        y, cb, cr = self._planes(frame)
        if self._turns:
            y, cb, cr = (np.ascontiguousarray(np.rot90(plane, self._turns)) for plane in (y, cb, cr))
        pts = frame.pts if frame.pts is not None else clip.start_pts + round(index / clip.frame_rate / clip.time_base)
        return Picture(y, cb, cr, clip.bit_depth, index, pts, frame.duration or 0)

    def _planes(self, frame: Any) -> tuple[Plane, Plane, Plane]:
        layout = layout_of(frame.format.name)
        if not layout.is_native:
            frame = self._reformatter.reformat(frame, format=layout.decoded, interpolation=EXACT)
        if layout.is_rgb:
            green, blue, red = (plane_view(frame, i, layout.bit_depth) for i in range(3))
            return ycbcr_from_rgb(red, green, blue, layout.bit_depth, self._clip.color.matrix)
        if layout.chroma == "400":
            neutral = self._neutral_chroma(frame, layout)
            return plane_view(frame, 0, layout.bit_depth), neutral, neutral
        if layout.chroma == "422" and self._turns % 2:
            finer = working_format("444", layout.bit_depth)
            frame = self._reformatter.reformat(frame, format=finer, interpolation=EXACT)
        y, cb, cr = (plane_view(frame, i, layout.bit_depth) for i in range(3))
        return y, cb, cr

    def _neutral_chroma(self, frame: Any, layout: Layout) -> Plane:
        if self._neutral is None:
            across, down = CHROMA_STEPS["400"]
            shape = (-(-frame.height // down), -(-frame.width // across))
            kind = np.uint8 if layout.bit_depth == 8 else np.uint16
            self._neutral = np.full(shape, 1 << (layout.bit_depth - 1), kind)
        return self._neutral


def plane_view(frame: Any, index: int, bit_depth: int) -> Plane:
    """A plane of a frame as a (height, width) array that shares the frame's memory."""
    plane = frame.planes[index]
    kind: Any = np.uint8 if bit_depth == 8 else np.uint16
    rows: Any = np.frombuffer(plane, kind).reshape(-1, plane.line_size // np.dtype(kind).itemsize)
    return rows[: plane.height, : plane.width]
