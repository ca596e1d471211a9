"""Small clips that several rooms' tests share: moving, with texture, edges and skin colour."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from scipy.ndimage import gaussian_filter


def scene(width: int, height: int, frame: int) -> np.ndarray:
    """One R'G'B' frame of a panned scene: sharpened edges, flat areas, texture, skin colour."""
    rng = np.random.default_rng(3)
    texture = gaussian_filter(rng.standard_normal((height + 64, width + 64)), 1.2) * 6
    rows, columns = np.mgrid[0 : height + 64, 0 : width + 64]
    luma = 90 + 60 * ((columns // 40 + rows // 32) % 2) + texture * (columns > width // 2)
    soft = gaussian_filter(luma, 0.8)
    luma = soft + 1.2 * (soft - gaussian_filter(soft, 2.0))
    view = luma[frame % 32 : frame % 32 + height, 2 * frame % 48 : 2 * frame % 48 + width]
    tint = np.array([1.0, 0.86, 0.76])
    return np.clip(view[..., None] * tint, 0, 255).astype(np.uint8)


def write_scene(path: Path, width: int, height: int, frames: int, *, sound: bool = False, hdr: bool = False) -> None:
    """Encode the scene, H.264 4:2:0 8-bit (10-bit PQ for ``hdr``)."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(24), options={"crf": "12", "preset": "veryfast"})
        stream.width, stream.height = width, height
        stream.pix_fmt = "yuv420p10le" if hdr else "yuv420p"
        context = stream.codec_context
        tags = (9, 16, 9) if hdr else (1, 1, 1)
        context.color_primaries, context.color_trc, context.colorspace = tags
        context.color_range = 1
        if sound:
            stream.metadata["timecode"] = "01:00:00:00"
        voice = container.add_stream("aac", rate=48000) if sound else None
        for index in range(frames):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(scene(width, height, index)), "rgb24")
            frame = frame.reformat(format=stream.pix_fmt, dst_colorspace=1, dst_color_range=1)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if voice:
            write_silence(container, voice, frames / 24)


def write_silence(container: av.container.OutputContainer, stream: av.AudioStream, seconds: float) -> None:
    for start in range(0, int(48000 * seconds) - 1023, 1024):
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 2048), np.int16), format="s16", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48000, start, Fraction(1, 48000)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
