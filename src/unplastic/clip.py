"""What a file is (`Clip`) and what a picture in flight is (`Picture`)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Plane = NDArray[np.uint8 | np.uint16]

Chroma = Literal["400", "420", "422", "444"]

CHROMA_STEPS: dict[Chroma, tuple[int, int]] = {"400": (2, 2), "420": (2, 2), "422": (2, 1), "444": (1, 1)}
"""Luma samples per chroma sample, (across, down). Grey is carried as 4:2:0 with neutral chroma."""


@dataclass(frozen=True, slots=True)
class ColorTags:
    """Colour description as code points of ITU-T H.273: 2 means unspecified.

    ``is_full_range`` is False for limited ("video", 16-235) range, which is also the meaning of no tag.
    """

    primaries: int = 2
    transfer: int = 2
    matrix: int = 2
    is_full_range: bool = False

    @property
    def is_hdr(self) -> bool:
        """True for PQ (SMPTE ST 2084) and HLG (ARIB STD-B67)."""
        return self.transfer in (16, 18)


@dataclass(frozen=True, slots=True)
class SoundTrack:
    """One audio stream, copied untouched. ``start_s`` is its first timestamp in seconds."""

    codec: str
    sample_rate_hz: int
    channels: int
    start_s: Fraction
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Some frames in a row of a longer file, which are a clip of their own.

    ``first`` is the file's frame that the clip begins with, out of ``whole`` frames; it is shown at ``pts`` there.
    """

    first: int
    whole: int
    pts: int


@dataclass(frozen=True, slots=True)
class Clip:
    """What a video file holds, read from its container, its packets and its first picture.

    ``width`` and ``height`` are those of the upright decoded pictures, after ``rotation_deg`` (0, 90, 180 or 270,
    clockwise) has been applied; ``pixel_aspect`` is that of the upright picture. ``frames`` is counted from packets,
    not believed from a header. ``time_base`` is the unit of every `Picture.pts`. ``encoder`` is whatever the file
    says of its own history (an x264 settings line, a muxer's name). ``bitrate_bps`` is the video stream's. ``part``
    says where in the file it lies if it is not all of it (`media.part_of`); times then count from its first picture.
    """

    path: Path
    container: str
    codec: str
    profile: str | None
    encoder: str | None
    width: int
    height: int
    pixel_aspect: Fraction
    rotation_deg: int
    frame_rate: Fraction
    is_variable_rate: bool
    frames: int
    start_pts: int
    duration_s: Fraction
    time_base: Fraction
    bit_depth: int
    chroma: Chroma
    color: ColorTags
    bitrate_bps: int | None
    timecode: str | None = None
    sound: tuple[SoundTrack, ...] = ()
    subtitles: tuple[str, ...] = ()
    part: Part | None = None

    @property
    def bits_per_pixel(self) -> float | None:
        """Coded bits per picture sample: the compression state that every reading is judged beside."""
        if not self.bitrate_bps or not self.frame_rate:
            return None
        return self.bitrate_bps / float(self.width * self.height * self.frame_rate)


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One decoded picture: planar Y'CbCr as the file holds it.

    ``y`` is (height, width); ``cb`` and ``cr`` are (ceil(height / down), ceil(width / across)) of `CHROMA_STEPS`.
    uint8 for 8 bits, uint16 (value in the low bits) for 10 and 12. Rows are contiguous; a plane may be a read-only
    view of the decoder's buffer. ``index`` counts from 0; ``pts`` and ``duration`` are in units of `Clip.time_base`.
    """

    y: Plane
    cb: Plane
    cr: Plane
    bit_depth: int
    index: int
    pts: int
    duration: int = 0
