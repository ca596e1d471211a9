"""Finished pictures to files: one working frame, one or more encoders, and a copy of everything else in the clip."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import av
from av.error import FFmpegError

from unplastic.clip import Clip, Picture
from unplastic.media.decode import plane_view
from unplastic.media.encoding import Encoding
from unplastic.media.failure import unwritable
from unplastic.media.formats import working_format
from unplastic.media.masters import find_master, target_depth
from unplastic.media.memory import return_large_blocks
from unplastic.media.sequence import SEQUENCES, SequenceEncoding

Made = TypeVar("Made")


class Writer:
    """Encodes the pictures of ``clip`` into every file of ``files`` (master name to path), and copies the rest.

    The path of a sequence of pictures (exr, tiff) is a folder.

    A context manager: leaving it by an exception closes the files as they are and flushes nothing. ``notes`` says
    what was changed on the way that the owner of the clip should know. Raises `ResultUnwritable`.
    """

    def __init__(
        self, clip: Clip, files: dict[str, Path], *, preset: str | None = None, bit_depth: int | None = None
    ) -> None:
        """``preset`` overrides the speed preset of x264, x265 and SVT-AV1 in the first file.

        ``bit_depth`` is that of the pictures to be written; what the first file wants, if None.
        """
        self._clip = clip
        self._files = files
        self._preset = preset
        self.bit_depth = bit_depth or target_depth(next(iter(files)), clip)
        self._format = working_format(clip.chroma, self.bit_depth)
        self._encodings: list[Encoding | SequenceEncoding] = []
        self._frames: dict[int, Any] = {}
        self.notes: tuple[str, ...] = ()

    def __enter__(self) -> Writer:
        """Open every file."""
        return_large_blocks()
        try:
            for name, path in self._files.items():
                preset = None if self._encodings else self._preset
                self._encodings.append(_guarded(path, lambda n=name, p=path, s=preset: self._encoding(n, p, s)))
        except BaseException:
            self._close()
            raise
        self.notes = tuple(dict.fromkeys(note for encoding in self._encodings for note in encoding.notes))
        return self

    def _encoding(self, name: str, path: Path, preset: str | None) -> Encoding | SequenceEncoding:
        if name in SEQUENCES:
            return SequenceEncoding(self._clip, name, path)
        return Encoding(self._clip, find_master(name, self._clip), path, preset)

    def blank(self, index: int, pts: int, duration: int) -> Picture:
        """A picture whose planes are the memory of a frame that `write` will encode: fill them, then write it.

        uint16, of the clip's size and chroma (4:2:0 for grey) at ``bit_depth``; what it holds before is undefined.
        """
        frame = av.VideoFrame(self._clip.width, self._clip.height, self._format)
        self._frames[index] = frame
        y, cb, cr = (plane_view(frame, i, self.bit_depth) for i in range(3))
        return Picture(y, cb, cr, self.bit_depth, index, pts, duration)

    def write(self, picture: Picture) -> None:
        """Encode a picture that came from `blank` into every file."""
        frame = self._frames.pop(picture.index)
        for encoding in self._encodings:
            _guarded(encoding.path, lambda e=encoding: e.encode(frame, picture.pts, picture.duration))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish every file, or drop it when leaving by an exception."""
        try:
            if error is None:
                for encoding in self._encodings:
                    _guarded(encoding.path, encoding.finish)
        finally:
            self._close()

    def _close(self) -> None:
        self._frames.clear()
        for encoding in self._encodings:
            encoding.close()


def _guarded(path: Path, act: Callable[[], Made]) -> Made:
    try:
        return act()
    except (FFmpegError, OSError, ValueError) as trouble:
        raise unwritable(path, trouble) from trouble
