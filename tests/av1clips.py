"""AV1 files by the encoder in PyAV's wheel."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from unplastic.media.scheduling import ordinary_priority

WIDTH, HEIGHT, FRAMES = 320, 180, 24


def write_av1(path: Path, *, frames: int = FRAMES, params: str = "", moving: bool = True, sound: bool = False) -> None:
    """A soft moving texture; ``params`` are SVT-AV1's own."""
    options = {"preset": "10", "crf": "30", **({"svtav1-params": params} if params else {})}
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream("libsvtav1", rate=Fraction(24), options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p10le"
        stream.metadata["timecode"] = "01:00:00:00"
        voice: Any = output.add_stream("aac", rate=48_000) if sound else None
        with ordinary_priority():
            stream.codec_context.open(strict=False)
        output.start_encoding()
        rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
        for index in range(frames):
            frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p10le")
            luma = 480 + 200 * np.sin((columns + rows + 2 * index * moving) / 30)
            for plane, values in zip(frame.planes, (luma, 500, 520), strict=True):
                held: Any = np.frombuffer(plane, np.uint16).reshape(plane.height, -1)
                held[:, : plane.width] = values
            frame.pts = index
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
        if voice:
            frame_ = av.AudioFrame.from_ndarray(np.zeros((1, 2 * 1024), np.int16), format="s16", layout="stereo")
            frame_.sample_rate, frame_.pts = 48_000, 0
            output.mux(voice.encode(frame_))
            output.mux(voice.encode(None))
