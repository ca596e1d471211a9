"""One output file: an encoder, a container, and everything that is carried over from the clip."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.error import FFmpegError
from av.video.frame import PictureType
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter

from unplastic.clip import Clip
from unplastic.media.carry import Carriage, carry_tags, has_foreign_tags
from unplastic.media.decode import plane_view
from unplastic.media.hdr import Light, encoder_options, read_light
from unplastic.media.masters import Master, options_of
from unplastic.media.scheduling import ordinary_priority

CONVERSION = Interpolation.BICUBIC | Interpolation.ACCURATE_RND
"""To another chroma, and, with swscale's ordered dither, to 8 bits."""

DNXHR_COLOUR_BYTE = 0x2C


class Encoding:
    """``notes`` says what the file cannot hold as the clip had it."""

    def __init__(self, clip: Clip, master: Master, path: Path, preset: str | None) -> None:
        self.path = path
        self._clip = clip
        self._master = master
        self._format = master.pixel_format(clip)
        self._size = master.size(clip)
        self._range = ColorRange.JPEG if clip.color.is_full_range and master.holds_full_range else ColorRange.MPEG
        self._reformatter = VideoReformatter()
        light = read_light(clip)
        self._container = av.open(str(path), "w", options=self._container_options(path))
        try:
            self._stream = self._add_picture_stream(preset, light)
            carry_tags(clip, self._container, self._stream)
            self._carriage = Carriage(clip, self._container, sound_as="aac" if master.is_web else None)
            with ordinary_priority():
                self._stream.codec_context.open(strict=False)
            self._container.start_encoding()
        except BaseException:
            self._container.close()
            raise
        self.notes = (*master.notes(clip, path.suffix), *self._lost_light(light), *self._carriage.notes)

    def encode(self, frame: Any, pts: int, duration: int) -> None:
        """Encode one working frame and let the other streams catch up."""
        ready = self._converted(frame)
        # A decoded frame's picture type would steer the encoder: I, P and B are its own decision.
        ready.pict_type = PictureType.NONE
        ready.pts, ready.time_base = pts, self._clip.time_base
        self._tag(ready)
        if duration:
            ready.duration = duration
        self._mux(self._stream.encode(ready))

    def finish(self) -> None:
        """Flush the encoder and the other streams, and close the file."""
        self._mux(self._stream.encode(None))
        self._carriage.finish()
        self._container.close()

    def close(self) -> None:
        """Let go of the files; what was not finished stays unfinished."""
        self._carriage.close()
        try:
            self._container.close()
        except (FFmpegError, OSError):
            return  # it is on its way to being deleted; the first error is the one that counts

    def _tag(self, frame: Any) -> None:
        """Colour description on the frame itself: ProRes and DNxHR write theirs from it, not from the stream."""
        color = self._clip.color
        frame.color_primaries, frame.color_trc, frame.colorspace = color.primaries, color.transfer, color.matrix
        frame.color_range = self._range

    def _mux(self, packets: list[Any]) -> None:
        for packet in packets:
            if self._master.codec == "dnxhd":
                _name_matrix(packet, self._clip.color.matrix)
            if packet.dts is not None:
                self._carriage.advance(Fraction(packet.dts * packet.time_base))
            self._container.mux(packet)

    def _container_options(self, path: Path) -> dict[str, str]:
        if path.suffix == ".mkv":
            return {}
        flags = ["faststart"] if self._master.is_web else []
        if has_foreign_tags(self._clip):
            flags.append("use_metadata_tags")
        return {"movflags": "+" + "+".join([*flags, "write_colr"])}

    def _add_picture_stream(self, preset: str | None, light: Light | None) -> Any:
        clip = self._clip
        options = options_of(self._master, clip, preset)
        for key, value in ((light and encoder_options(light, self._master.codec)) or {}).items():
            options[key] = f"{options[key]}:{value}" if key in options else value
        stream: Any = self._container.add_stream(self._master.codec, rate=clip.frame_rate, options=options)
        stream.width, stream.height = self._size
        stream.pix_fmt = self._format
        stream.time_base = clip.time_base
        context = stream.codec_context
        context.time_base = clip.time_base
        context.sample_aspect_ratio = clip.pixel_aspect
        context.color_primaries = clip.color.primaries
        context.color_trc = clip.color.transfer
        context.colorspace = clip.color.matrix
        context.color_range = self._range
        context.thread_type = "AUTO"
        if self._master.tag:
            context.codec_tag = self._master.tag
        return stream

    def _lost_light(self, light: Light | None) -> tuple[str, ...]:
        if light is None or encoder_options(light, self._master.codec) is not None:
            return ()
        return (f"{self._master.name} cannot hold the HDR mastering data (ST 2086); h264, hevc and av1 can",)

    def _converted(self, frame: Any) -> Any:
        if (frame.width, frame.height) != self._size:
            frame = self._cropped(frame)
        held = ColorRange.JPEG if self._clip.color.is_full_range else ColorRange.MPEG
        if frame.format.name == self._format and held == self._range:
            return frame
        return self._reformatter.reformat(
            frame, format=self._format, interpolation=CONVERSION, src_color_range=held, dst_color_range=self._range
        )

    def _cropped(self, frame: Any) -> Any:
        """The even part of the frame, in a frame of its own: scaling it to fit would soften every pixel."""
        part = av.VideoFrame(*self._size, frame.format.name)
        for i in range(3):
            target = plane_view(part, i, 16)
            rows, columns = target.shape
            np.copyto(target, plane_view(frame, i, 16)[:rows, :columns])
        return part


def _name_matrix(packet: Any, matrix: int) -> None:
    """Write the matrix into a DNxHR frame header (SMPTE ST 2019-1): FFmpeg's encoder always says BT.709."""
    header = memoryview(packet)
    header[DNXHR_COLOUR_BYTE] = header[DNXHR_COLOUR_BYTE] & ~6 | {1: 0, 9: 2, 10: 4}.get(matrix, 6)
