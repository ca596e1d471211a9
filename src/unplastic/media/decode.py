"""Pictures of a clip in presentation order, as views on the decoder's buffers wherever the layout allows."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from av.error import FFmpegError
from av.video.reformatter import VideoReformatter

from unplastic.clip import CHROMA_STEPS, Clip, Picture
from unplastic.errors import ClipUnsupported
from unplastic.media.failure import damaged
from unplastic.media.formats import Layout, layout_of, working_format
from unplastic.media.probe import DECODER_OPTIONS, opened, video_stream

if TYPE_CHECKING:
    from unplastic.clip import Plane

SEEK_FROM = 24
"""Frames from the start below which seeking is not worth it."""


def pictures(clip: Clip, start: int = 0, count: int | None = None) -> Iterator[Picture]:
    """Decode ``count`` pictures (all if None) from frame ``start`` on.

    A file is damaged when a picture cannot be decoded, or when fewer come out than were counted: `ClipDamaged` then
    names the time. A plane may be a view of a decoder's buffer; it stays valid as long as the picture is held.
    """
    wanted = min(clip.frames, clip.frames if count is None else start + count)
    with opened(clip.path) as container:
        stream = video_stream(container, clip.path)
        stream.thread_type = "AUTO"
        stream.codec_context.options = DECODER_OPTIONS
        carry = _Carrier(clip)
        index, skip_until = _seek(clip, container, stream, start)
        for frame in _frames(clip, container, stream):
            if skip_until is not None and (frame.pts is None or frame.pts < skip_until):
                continue
            if index >= wanted:
                return
            if index >= start:
                yield carry(frame, index)
            index += 1
    if index < wanted:
        seconds = float(index / clip.frame_rate)
        raise damaged(clip.path, seconds, f"{index} of {clip.frames} pictures could be decoded")


def _frames(clip: Clip, container: Any, stream: Any) -> Iterator[Any]:
    at = 0.0
    try:
        for frame in container.decode(stream):
            at = float(frame.pts * stream.time_base) if frame.pts is not None else at
            if frame.is_corrupt:
                raise damaged(clip.path, at, "the decoder had to guess a part of it")
            if frame.interlaced_frame:
                raise ClipUnsupported(f"{clip.path}: interlaced from {at:.2f} s on", "deinterlace it first")
            yield frame
    except (FFmpegError, OSError, ValueError) as trouble:
        raise damaged(clip.path, at, "data that no decoder accepts") from trouble


def _seek(clip: Clip, container: Any, stream: Any, start: int) -> tuple[int, int | None]:
    """Jump to the key frame before ``start``; returns the index of the next picture and the pts to skip up to."""
    if start < SEEK_FROM:
        return 0, None
    times = sorted(packet.pts for packet in container.demux(stream) if packet.size and packet.pts is not None)
    if len(times) != clip.frames or len(set(times)) != len(times):
        container.seek(0)
        return 0, None
    container.seek(times[start], stream=stream, backward=True, any_frame=False)
    return bisect_left(times, times[start]), times[start]


class _Carrier:
    """Turns decoded frames into `Picture`s of the clip's layout, upright."""

    def __init__(self, clip: Clip) -> None:
        self._clip = clip
        self._turns = -clip.rotation_deg // 90 % 4
        self._reformatter = VideoReformatter()
        across, down = CHROMA_STEPS[clip.chroma]
        depth = np.uint8 if clip.bit_depth == 8 else np.uint16
        shape = (-(-clip.height // down), -(-clip.width // across))
        self._grey = np.full(shape, 1 << (clip.bit_depth - 1), depth) if clip.chroma == "400" else None

    def __call__(self, frame: Any, index: int) -> Picture:
        y, cb, cr = (np.rot90(plane, self._turns) if self._turns else plane for plane in self._planes(frame))
        clip = self._clip
        if y.shape != (clip.height, clip.width):
            raise ClipUnsupported(
                f"{clip.path}: the picture size changes at frame {index}", "cut it where the size changes"
            )
        pts = frame.pts if frame.pts is not None else round(index / clip.frame_rate / clip.time_base)
        return Picture(y, cb, cr, clip.bit_depth, index, pts, frame.duration or 0)

    def _planes(self, frame: Any) -> tuple[Plane, Plane, Plane]:
        layout = layout_of(frame.format.name)
        if layout.is_grey and self._grey is not None:
            grey = np.rot90(self._grey, -self._turns) if self._turns else self._grey
            return plane_view(frame, 0, layout.bit_depth), grey, grey
        turned_422 = layout.chroma == "422" and self._turns % 2
        if not layout.is_native or turned_422:
            frame = self._reformatted(frame, layout, "444" if turned_422 else layout.chroma)
        y, cb, cr = (plane_view(frame, i, layout.bit_depth) for i in range(3))
        return y, cb, cr

    def _reformatted(self, frame: Any, layout: Layout, chroma: Any) -> Any:
        to = working_format(chroma, layout.bit_depth)
        if not layout.was_rgb:
            return self._reformatter.reformat(frame, format=to, interpolation="BICUBIC")
        return self._reformatter.reformat(
            frame, format=to, dst_colorspace="ITU709", dst_color_range="MPEG", interpolation="BICUBIC"
        )


def plane_view(frame: Any, index: int, bit_depth: int) -> Plane:
    """A plane of a frame as a (height, width) array that shares the frame's memory."""
    plane = frame.planes[index]
    kind: Any = np.uint8 if bit_depth == 8 else np.uint16
    rows = np.frombuffer(plane, kind).reshape(-1, plane.line_size // np.dtype(kind).itemsize)
    return rows[: plane.height, : plane.width]


def seconds_at(clip: Clip, pts: int) -> Fraction:
    """A picture's time in seconds from the start of the file."""
    return pts * clip.time_base
