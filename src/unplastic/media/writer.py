"""Finished pictures to files: one working frame, one or more encoders, and a copy of everything else in the clip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy as np
from av.error import FFmpegError
from av.video.frame import PictureType
from av.video.reformatter import VideoReformatter

from unplastic.clip import CHROMA_STEPS, Clip, Picture
from unplastic.media.carry import Carriage, carry_tags, has_foreign_tags
from unplastic.media.decode import plane_view
from unplastic.media.failure import unwritable
from unplastic.media.formats import working_format
from unplastic.media.masters import Master, find_master, options_of, target_depth


class Writer:
    """Encodes the pictures of ``clip`` into every file of ``files`` (master name to path), and copies the rest.

    A context manager: leaving it by an exception closes the files as they are and flushes nothing. ``notes`` says
    what was changed on the way that the owner of the clip should know.
    """

    def __init__(self, clip: Clip, files: dict[str, Path], *, preset: str | None = None) -> None:
        """``preset`` overrides the speed preset of x264, x265 and SVT-AV1 in the first file."""
        self._clip = clip
        first = next(iter(files))
        self.bit_depth = target_depth(first, clip)
        self._format = working_format(clip.chroma, self.bit_depth)
        self._files = files
        self._preset = preset
        self._encodings: list[_Encoding] = []
        self._frames: dict[int, Any] = {}
        self.notes: tuple[str, ...] = ()

    def __enter__(self) -> Writer:
        """Open every file."""
        for number, (name, path) in enumerate(self._files.items()):
            master = find_master(name, self._clip)
            preset = self._preset if number == 0 else None
            self._guard(path, lambda: self._encodings.append(_Encoding(self._clip, master, path, preset)))  # noqa: B023
        self.notes = tuple(note for encoding in self._encodings for note in encoding.notes)
        return self

    def blank(self, index: int, pts: int, duration: int) -> Picture:
        """A picture whose planes are the memory of a frame that `write` will encode: fill them, then write it."""
        frame = av.VideoFrame(self._clip.width, self._clip.height, self._format)
        self._frames[index] = frame
        y, cb, cr = (plane_view(frame, i, self.bit_depth) for i in range(3))
        return Picture(y, cb, cr, self.bit_depth, index, pts, duration)

    def write(self, picture: Picture) -> None:
        """Encode a picture that came from `blank` into every file."""
        frame = self._frames.pop(picture.index)
        for encoding in self._encodings:
            self._guard(encoding.path, lambda: encoding.encode(frame, picture.pts, picture.duration))  # noqa: B023

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish every file, or drop it when leaving by an exception."""
        self._frames.clear()
        try:
            if error is None:
                for encoding in self._encodings:
                    self._guard(encoding.path, encoding.finish)
        finally:
            for encoding in self._encodings:
                encoding.close()

    def _guard(self, path: Path, act: Callable[[], object]) -> None:
        try:
            act()
        except (FFmpegError, OSError, ValueError) as trouble:
            raise unwritable(path, trouble) from trouble


@dataclass(frozen=True, slots=True)
class _Crop:
    """The even part of a picture with an odd side."""

    width: int
    height: int


class _Encoding:
    """One output file."""

    def __init__(self, clip: Clip, master: Master, path: Path, preset: str | None) -> None:
        self.path = path
        self._clip = clip
        self._is_web = master.name == "web"
        self._format = master.pixel_format(clip)
        self._crop = self._even() if self._is_web else None
        self._reformatter = VideoReformatter()
        self.notes = self._noticed(master)
        self._container = av.open(str(path), "w", options=self._container_options(path))
        try:
            self._stream = self._add_picture_stream(master, preset)
            carry_tags(clip, self._container, self._stream)
            self._carriage = Carriage(clip, self._container, sound_as="aac" if self._is_web else None)
            self._stream.codec_context.open(strict=False)
            self._container.start_encoding()
        except BaseException:
            self._container.close()
            raise

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

    def _tag(self, frame: Any) -> None:
        """Colour description on the frame itself: ProRes and DNxHR write theirs from it, not from the stream."""
        color = self._clip.color
        frame.color_primaries, frame.color_trc, frame.colorspace = color.primaries, color.transfer, color.matrix
        frame.color_range = 2 if color.is_full_range else 1

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

    def _mux(self, packets: list[Any]) -> None:
        for packet in packets:
            if packet.dts is not None:
                self._carriage.advance(Fraction(packet.dts * packet.time_base))
            self._container.mux(packet)

    def _even(self) -> _Crop | None:
        width, height = self._clip.width // 2 * 2, self._clip.height // 2 * 2
        return None if (width, height) == (self._clip.width, self._clip.height) else _Crop(width, height)

    def _noticed(self, master: Master) -> tuple[str, ...]:
        notes = []
        if self._crop:
            notes.append(f"the web file is {self._crop.width}x{self._crop.height}: 8-bit 4:2:0 needs even sides")
        elif (
            not self._is_web
            and master.chroma(self._clip) > self._clip.chroma != "400"
            and master.name in ("h264", "hevc")
        ):
            notes.append("the master is 4:4:4: the picture has an odd side")
        if self.path.suffix != master.suffix:
            notes.append(f"the master is Matroska: {master.suffix[1:]} cannot hold all streams of the clip untouched")
        if self.path.suffix == ".mkv":
            notes.append("timestamps are rounded to Matroska's 1 ms")
        return tuple(notes)

    def _container_options(self, path: Path) -> dict[str, str]:
        if path.suffix == ".mkv":
            return {}
        flags = ["faststart"] if self._is_web else []
        if has_foreign_tags(self._clip):
            flags.append("use_metadata_tags")
        return {"movflags": "+" + "+".join([*flags, "write_colr"])}

    def _add_picture_stream(self, master: Master, preset: str | None) -> Any:
        clip = self._clip
        options = options_of(master, preset, clip.frame_rate)
        stream = self._container.add_stream(master.codec, rate=clip.frame_rate, options=options)
        stream.width, stream.height = (self._crop.width, self._crop.height) if self._crop else (clip.width, clip.height)
        stream.pix_fmt = self._format
        stream.time_base = clip.time_base
        context = stream.codec_context
        context.time_base = clip.time_base
        context.sample_aspect_ratio = clip.pixel_aspect
        context.color_primaries = clip.color.primaries
        context.color_trc = clip.color.transfer
        context.colorspace = clip.color.matrix
        context.color_range = 2 if clip.color.is_full_range else 1
        context.thread_type = "AUTO"
        if master.tag:
            context.codec_tag = master.tag
        return stream

    def _converted(self, frame: Any) -> Any:
        if self._crop:
            frame = self._cropped(frame, self._crop)
        if frame.format.name == self._format:
            return frame
        return self._reformatter.reformat(frame, format=self._format, interpolation="BICUBIC")

    def _cropped(self, frame: Any, crop: _Crop) -> Any:
        """The even part of the frame, in a frame of its own: scaling it to fit would soften every pixel."""
        across, down = CHROMA_STEPS[self._clip.chroma]
        part = av.VideoFrame(crop.width, crop.height, frame.format.name)
        for i in range(3):
            source, target = plane_view(frame, i, 16), plane_view(part, i, 16)
            rows, columns = target.shape
            np.copyto(target, source[:rows, :columns])
            assert rows <= -(-self._clip.height // (1 if i == 0 else down))
            assert columns <= -(-self._clip.width // (1 if i == 0 else across))
        return part
