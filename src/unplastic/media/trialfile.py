"""A small H.264 file of grey pictures, to try a setting on."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np

from unplastic.media.scheduling import ordinary_priority

if TYPE_CHECKING:
    from numpy.typing import NDArray


def write_trial(path: Path, pictures: Iterable[NDArray[np.uint8]], *, crf: int) -> None:
    """Encode (rows, columns) luma pictures of even size as the web file is, at that constant rate factor."""
    options = {"crf": str(crf), "preset": "fast", "tune": "grain", "g": "48"}
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream("libx264", rate=Fraction(24), options=options)
        for pts, picture in enumerate(pictures):
            if not pts:
                stream.height, stream.width = picture.shape
                stream.pix_fmt = "yuv420p"
                with ordinary_priority():
                    stream.codec_context.open(strict=False)
            grey = np.full((picture.shape[0] // 2, picture.shape[1]), 128, np.uint8)
            frame = av.VideoFrame.from_ndarray(np.concatenate([picture, grey]), "yuv420p")
            frame.pts = pts
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
