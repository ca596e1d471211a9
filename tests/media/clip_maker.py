"""Small clips with known contents, written by PyAV itself."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from shutil import which
from typing import Any

import av
import numpy as np
import pytest
from av.video.frame import PictureType

needs_ffprobe = pytest.mark.skipif(
    which("ffprobe") is None, reason="ffprobe is not installed (root: apt-get install ffmpeg)"
)


@pytest.fixture(scope="session")
def ffprobe() -> Callable[..., str]:
    """Ask an independent reader about a file; skips where there is none."""
    if which("ffprobe") is None:
        pytest.skip("ffprobe is not installed (root: apt-get install ffmpeg)")

    def ask(path: Path, *arguments: str) -> str:
        command = ["ffprobe", "-v", "error", *arguments, "-of", "csv=p=0", str(path)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    return ask


def noise_planes(height: int, width: int, pixel_format: str, frame: int) -> list[np.ndarray]:
    """Known planes for a frame: smooth ramps with a moving bar, within the limited range."""
    form = av.VideoFormat(pixel_format, width, height)
    depth = form.components[0].bits
    kind = np.uint8 if depth == 8 else np.uint16
    planes = []
    for number in range(3):
        w, h = (width, height) if number == 0 else (form.chroma_width(width), form.chroma_height(height))
        rows, columns = np.mgrid[0:h, 0:w]
        codes = 40 + (columns * 3 + rows * 2 + frame * 7 + number * 31) % 160
        codes = np.where(columns // 4 % 8 == frame % 8, 200, codes)
        planes.append((codes << (depth - 8)).astype(kind))
    return planes


def write_clip(
    path: Path,
    *,
    pixel_format: str = "yuv420p",
    codec: str = "ffv1",
    size: tuple[int, int] = (64, 48),
    pts: list[int] | None = None,
    frames: int = 8,
    rate: Fraction = Fraction(24),
    time_base: Fraction | None = None,
    options: dict[str, str] | None = None,
    sound: str | None = None,
    sound_delay_s: float = 0.0,
    subtitles: bool = False,
    tags: dict[str, str] | None = None,
    timecode: str | None = None,
    color: tuple[int, int, int, int] | None = None,
    rotation: int = 0,
    aspect: Fraction | None = None,
    forced_types: bool = False,
) -> Path:
    """Write a clip whose pictures are `noise_planes`; everything else as asked."""
    width, height = size
    tick = time_base or 1 / rate
    with av.open(str(path), "w") as container:
        container.metadata.update(tags or {})
        stream = container.add_stream(codec, rate=rate, options=options or {})
        stream.width, stream.height, stream.pix_fmt = width, height, pixel_format
        stream.time_base = stream.codec_context.time_base = tick
        if aspect:
            stream.codec_context.sample_aspect_ratio = aspect
        if color:
            context = stream.codec_context
            context.color_primaries, context.color_trc, context.colorspace, context.color_range = color
        if timecode:
            stream.metadata["timecode"] = timecode
        if rotation:
            stream.set_display_rotation(rotation)
        voice = container.add_stream(sound, rate=48000) if sound else None
        if voice:
            voice.layout = "stereo"
        for index, at in enumerate(pts or range(frames)):
            frame = _frame(width, height, pixel_format, index)
            frame.pts, frame.time_base = at, tick
            if forced_types:
                frame.pict_type = PictureType.I
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if voice:
            _write_sound(container, voice, sound_delay_s, seconds=float((pts[-1] if pts else frames) * tick))
    return path


def _frame(width: int, height: int, pixel_format: str, index: int) -> Any:
    if pixel_format.startswith("yuv") and "a" not in pixel_format:
        frame = av.VideoFrame(width, height, pixel_format)
        for plane, data in zip(frame.planes, noise_planes(height, width, pixel_format, index), strict=True):
            rows = np.frombuffer(plane, data.dtype).reshape(-1, plane.line_size // data.dtype.itemsize)
            rows[: data.shape[0], : data.shape[1]] = data
        return frame
    rgb = np.stack([p[:height, :width] for p in noise_planes(height, width, "yuv444p", index)], axis=-1)
    return av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), "rgb24").reformat(format=pixel_format)


def _write_sound(container: Any, stream: Any, delay_s: float, seconds: float) -> None:
    samples = int(48000 * seconds)
    tone = (np.sin(np.arange(samples) / 20.0) * 9000).astype(np.int16)
    for start in range(0, samples - 1023, 1024):
        chunk = np.repeat(tone[start : start + 1024], 2)[None, :]
        frame = av.AudioFrame.from_ndarray(chunk, format="s16", layout="stereo")
        frame.sample_rate = 48000
        frame.pts, frame.time_base = start + round(delay_s * 48000), Fraction(1, 48000)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
