"""What an HDR clip says of the screen it was mastered on and of its own brightness, and how encoders are told.

SMPTE ST 2086 (mastering display), CTA-861.3 (content light level).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from av.sidedata.sidedata import Type as SideDataType

from unplastic.clip import Clip
from unplastic.media.probe import first_frame, opened, video_stream

# Codecs whose frames carry no side data but plain numbers: see `packets.Ledger` for why that matters.
CODECS = ("h264", "hevc", "av1", "libdav1d", "libaom-av1", "vp9", "libvpx-vp9")


@dataclass(frozen=True, slots=True)
class Light:
    """``primaries`` are x, y of red, green, blue and white; luminances in cd/m2; the last two are 0 if unknown."""

    primaries: tuple[Fraction, ...]
    luminance_min: Fraction
    luminance_max: Fraction
    content_max: int = 0
    frame_average_max: int = 0


def read_light(clip: Clip) -> Light | None:
    """The mastering display and content light level of ``clip``; None if it names no mastering display."""
    if not clip.color.is_hdr or clip.codec not in CODECS:
        return None
    with opened(clip.path) as container:
        frame = first_frame(container, video_stream(container, clip.path), clip.path)
        display = frame.side_data.get(SideDataType.MASTERING_DISPLAY_METADATA)
        level = frame.side_data.get(SideDataType.CONTENT_LIGHT_LEVEL)
        return _light(bytes(display), bytes(level) if level is not None else bytes(8)) if display is not None else None


def _light(display: bytes, level: bytes) -> Light | None:
    numbers = struct.unpack("=22i", display)
    if not all(numbers[20:]) or not all(numbers[1:20:2]):
        return None
    values = tuple(Fraction(numbers[i], numbers[i + 1]) for i in range(0, 20, 2))
    return Light(values[:8], values[8], values[9], *struct.unpack("=2I", level[:8]))


def encoder_options(light: Light, codec: str) -> dict[str, str] | None:
    """The option that makes ``codec`` write it; None for an encoder that cannot."""
    if codec in ("libx264", "libx265"):
        x264 = codec == "libx264"
        display, level = ("mastering-display", "cll") if x264 else ("master-display", "max-cll")
        text = f"{display}={_in_steps(light)}:{level}={light.content_max},{light.frame_average_max}"
        return {"x264-params" if x264 else "x265-params": text}
    if codec == "libsvtav1":
        text = f"mastering-display={_in_units(light)}:content-light={light.content_max},{light.frame_average_max}"
        return {"svtav1-params": text}
    return None


def _in_steps(light: Light) -> str:
    """In steps of 0.00002 (chromaticity) and 0.0001 cd/m2, as H.265 D.2.28 codes them."""
    points = [round(value * 50_000) for value in light.primaries]
    return _written(points, round(light.luminance_max * 10_000), round(light.luminance_min * 10_000))


def _in_units(light: Light) -> str:
    return _written([float(value) for value in light.primaries], float(light.luminance_max), float(light.luminance_min))


def _written(points: list[Any], brightest: float, darkest: float) -> str:
    red, green, blue, white = (f"({points[i]},{points[i + 1]})" for i in range(0, 8, 2))
    return f"G{green}B{blue}R{red}WP{white}L({brightest},{darkest})"
