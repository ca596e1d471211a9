"""Pictures as files of their own: TIFF for R'G'B' as it is, EXR for the light of a screen that shows it.

Frame numbers are the clip's timecode, so that editing programs find the place. EXR files say their timecode, rate and
primaries as attributes; TIFF has no room for them. The folder has the sound beside the pictures.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np

from unplastic.clip import Clip
from unplastic.color import assumed_matrix, chroma_scale, luma_scale, ycbcr_to_rgb_matrix
from unplastic.errors import UnknownName
from unplastic.media.decode import plane_view
from unplastic.media.sound import Sound
from unplastic.media.timecode import frame_number, nominal_rate

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEPTH = 12
DISPLAY_GAMMA = 2.4
"""ITU-R BT.1886: from R'G'B' to light."""

DIGITS = 8
PRIMARIES = {
    1: (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290),
    9: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, 0.3127, 0.3290),
}
"""Chromaticities of red, green, blue and white of H.273's code points (BT.709, BT.2020)."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of picture file: its encoder, pixel format and options; ``is_light`` for linear light."""

    name: str
    pixel_format: str
    options: dict[str, str]
    is_light: bool


SEQUENCES = {
    kind.name: kind
    for kind in (
        Kind("exr", "gbrpf32le", {"compression": "zip16", "format": "half"}, is_light=True),
        Kind("tiff", "rgb48le", {"compression_algo": "deflate"}, is_light=False),
    )
}


class SequenceEncoding:
    """Writes the pictures of ``clip`` into the folder ``path``, which it makes; the sound goes beside them as WAV."""

    def __init__(self, clip: Clip, name: str, path: Path) -> None:
        if name not in SEQUENCES:
            raise UnknownName(f"no sequence is called {name!r}", f"known: {', '.join(SEQUENCES)}")
        self.path = path
        self._clip = clip
        self._kind = SEQUENCES[name]
        path.mkdir(parents=True)
        self.first = frame_number(clip.timecode or "", clip.frame_rate) or 0
        self._stem = clip.path.stem
        self._count = 0
        self._context: Any = None
        self._sound = Sound(clip, path, self._stem)
        self.notes = (
            f"{name}: frame numbers count from {self.first}, the clip's timecode",
            *(("exr: linear light of a BT.1886 screen (gamma 2.4)",) if self._kind.is_light else ()),
            *self._sound.notes,
        )

    def encode(self, frame: Any, pts: int, duration: int) -> None:  # noqa: ARG002 - a picture of its own has no time
        """Write one working frame."""
        rgb = _rgb(frame, self._clip, _depth_of(frame))
        ready = _light_frame(rgb) if self._kind.is_light else _code_frame(rgb)
        if self._context is None:
            self._context = self._opened(frame)
        packets = [*self._context.encode(ready)]
        if not packets:
            raise ValueError("the encoder kept a picture back")
        data = b"".join(bytes(packet) for packet in packets)
        number = self.first + self._count
        if self._kind.is_light:
            data = with_attributes(data, self._attributes(number))
        (self.path / f"{self._stem}.{number:0{DIGITS}}.{self._kind.name}").write_bytes(data)
        self._count += 1

    def finish(self) -> None:
        """Write the sound."""
        self._sound.write()

    def close(self) -> None:
        """Nothing stays open."""

    def _opened(self, frame: Any) -> Any:
        context: Any = av.CodecContext.create(self._kind.name, "w")
        context.width, context.height, context.pix_fmt = frame.width, frame.height, self._kind.pixel_format
        context.time_base = Fraction(1, 24)
        context.options = self._kind.options
        context.thread_count = 1  # frame threads would hold pictures back
        return context

    def _attributes(self, number: int) -> bytes:
        clip = self._clip
        rate = clip.frame_rate
        found = attribute("framesPerSecond", "rational", struct.pack("<iI", rate.numerator, rate.denominator))
        found += attribute("timeCode", "timecode", struct.pack("<II", _packed(number, nominal_rate(rate)), 0))
        if clip.color.primaries in PRIMARIES:
            points = PRIMARIES[clip.color.primaries]
            found += attribute("chromaticities", "chromaticities", struct.pack("<8f", *points))
        return found


def attribute(name: str, kind: str, value: bytes) -> bytes:
    """An attribute of an EXR header."""
    return name.encode() + b"\0" + kind.encode() + b"\0" + struct.pack("<i", len(value)) + value


def with_attributes(data: bytes, added: bytes) -> bytes:
    """An EXR file of one part with more in its header; the table of offsets behind the header is moved with it."""
    at = 8
    lines = block = 0
    while data[at] != 0:
        name, at = _text(data, at)
        _, at = _text(data, at)
        (size,) = struct.unpack_from("<i", data, at)
        value = data[at + 4 : at + 4 + size]
        if name == b"dataWindow":
            _, top, _, bottom = struct.unpack("<4i", value)
            lines = bottom - top + 1
        elif name == b"compression":
            block = {3: 16, 4: 32}.get(value[0], 1)
        at += 4 + size
    count = -(-lines // block)
    offsets = np.frombuffer(data, "<u8", count, at + 1) + np.uint64(len(added))
    return data[:at] + added + b"\0" + offsets.astype("<u8").tobytes() + data[at + 1 + 8 * count :]


def _text(data: bytes, at: int) -> tuple[bytes, int]:
    end = data.index(b"\0", at)
    return data[at:end], end + 1


def _packed(number: int, nominal: int) -> int:
    """SMPTE ST 12-1 time and control word, as OpenEXR packs it: tens and units of each field in four bits."""
    seconds, frames = divmod(number, nominal)
    minutes, seconds = divmod(seconds, 60)
    fields = frames % 100, seconds, minutes % 60, minutes // 60 % 24
    return sum((value % 10 | value // 10 << 4) << 8 * i for i, value in enumerate(fields))


def _depth_of(frame: Any) -> int:
    return max(component.bits for component in frame.format.components)


def _rgb(frame: Any, clip: Clip, depth: int) -> NDArray[np.float32]:
    """(3, height, width) nominal R'G'B'; chroma is brought to luma's places linearly, left-sited and centred down."""
    full = clip.color.is_full_range
    offset, span = luma_scale(depth, is_full_range=full)
    signal = np.empty((3, frame.height, frame.width), np.float32)
    signal[0] = (plane_view(frame, 0, depth) - np.float32(offset)) * np.float32(1 / span)
    offset, span = chroma_scale(depth, is_full_range=full)
    for i in (1, 2):
        plane = (plane_view(frame, i, depth) - np.float32(offset)) * np.float32(1 / span)
        signal[i] = _enlarged(_enlarged(plane, frame.height, 0, 0.5), frame.width, 1, 0.0)
    matrix = ycbcr_to_rgb_matrix(assumed_matrix(clip.color.matrix, clip.width, clip.height))
    rgb: Any = np.tensordot(matrix.astype(np.float32), signal, axes=1)
    return rgb


def _enlarged(plane: NDArray[np.float32], size: int, axis: int, centre: float) -> NDArray[np.float32]:
    """To ``size`` along an axis, linearly; ``centre`` is where a sample sits between the two that it covers, 0..1."""
    if plane.shape[axis] == size:
        return plane
    place = np.clip((np.arange(size) - centre) / 2.0, 0.0, plane.shape[axis] - 1.0)
    first = np.floor(place).astype(int)
    part: Any = (place - first).astype(np.float32)
    part = part[:, None] if axis == 0 else part[None, :]
    below = np.minimum(first + 1, plane.shape[axis] - 1)
    return plane.take(first, axis) * (np.float32(1.0) - part) + plane.take(below, axis) * part


def _light_frame(rgb: NDArray[np.float32]) -> Any:
    light = np.sign(rgb) * np.abs(rgb) ** np.float32(DISPLAY_GAMMA)
    frame: Any = av.VideoFrame(rgb.shape[2], rgb.shape[1], "gbrpf32le")
    for plane, channel in zip(frame.planes, (1, 2, 0), strict=True):
        rows: Any = np.frombuffer(plane, np.float32).reshape(plane.height, -1)
        rows[:, : plane.width] = light[channel]
    return frame


def _code_frame(rgb: NDArray[np.float32]) -> Any:
    codes = np.clip(np.rint(rgb * np.float32(65535.0)), 0, 65535).astype(np.uint16)
    return av.VideoFrame.from_ndarray(np.ascontiguousarray(codes.transpose(1, 2, 0)), "rgb48le")
