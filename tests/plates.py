"""Camera plates of known truth: grain of a given level over luma and a given radius on soft patches, as files."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from scipy.ndimage import gaussian_filter

Level = Callable[[np.ndarray], np.ndarray]
WIDTH, HEIGHT = 960, 540


def film(u: np.ndarray) -> np.ndarray:
    """Weak in black and white, strongest between."""
    return 0.4 + 0.6 * np.sin(np.pi * np.clip(u, 0.0, 1.0))


def patches() -> np.ndarray:
    """Luma in 8-bit codes: shaded areas of many levels with soft borders."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    shaded = 60 + 120 * x / WIDTH + 15 * np.sin(y / 70.0)
    return gaussian_filter(np.where((x // 160 + y // 120) % 3 == 0, shaded * 0.55 + 10, shaded), 1.0)


def grain(index: int, radius_px: float, shape: tuple[int, int] = (HEIGHT, WIDTH)) -> np.ndarray:
    """Unit noise after a Gaussian blur, new for every index."""
    noise = gaussian_filter(np.random.default_rng(100 + index).standard_normal(shape), radius_px)
    return noise / noise.std()


def write_plate(
    path: Path,
    sigma_codes8: float,
    *,
    radius_px: float = 0.7,
    level: Level = film,
    chroma_share: float = 0.4,
    frames: int = 8,
    **coding: Any,
) -> None:
    """Write patches with grain; ``coding`` may give ``codec``, ``options`` and ``hdr``. Lossless if not."""
    base = patches()
    sigma = sigma_codes8 * level((base - 16.0) / 219.0)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(
            coding.get("codec", "ffv1"), rate=Fraction(24), options=coding.get("options", {})
        )
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        context = stream.codec_context
        tags = (9, 16, 9) if coding.get("hdr") else (1, 1, 1)
        context.color_primaries, context.color_trc, context.colorspace = tags
        context.color_range = 1
        for index in range(frames):
            y = base + sigma * grain(index, radius_px)
            half = HEIGHT // 2, WIDTH // 2
            chroma = [
                middle + chroma_share * sigma[::2, ::2] * grain(1000 * part + index, 0.6, half)
                for part, middle in ((1, 122.0), (2, 136.0))
            ]
            frame = _frame([y, *chroma])
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _frame(planes: list[np.ndarray]) -> av.VideoFrame:
    frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
    for target, plane in zip(frame.planes, planes, strict=True):
        rows = np.frombuffer(target, np.uint8).reshape(-1, target.line_size)
        rows[: plane.shape[0], : plane.shape[1]] = np.clip(np.rint(plane), 0, 255)
    frame.colorspace, frame.color_range = 1, 1
    return frame
