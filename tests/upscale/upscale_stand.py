"""Clips and pictures for the tests of upscalers."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from unplastic.clip import CHROMA_STEPS, Clip, ColorTags, Picture


def make_clip(width: int = 64, height: int = 48, **other: Any) -> Clip:
    facts: dict[str, Any] = {
        "path": Path("shot.mp4"),
        "container": "mp4",
        "codec": "h264",
        "profile": None,
        "encoder": None,
        "pixel_aspect": Fraction(1),
        "rotation_deg": 0,
        "frame_rate": Fraction(24),
        "is_variable_rate": False,
        "frames": 24,
        "start_pts": 0,
        "duration_s": Fraction(1),
        "time_base": Fraction(1, 24),
        "bit_depth": 8,
        "chroma": "420",
        "color": ColorTags(1, 1, 1),
        "bitrate_bps": None,
    } | other
    return Clip(width=width, height=height, **facts)


def make_picture(clip: Clip, y: Any = None, cb: Any = None, cr: Any = None, index: int = 0) -> Picture:
    """Planes from numbers or arrays of codes; noise over all codes where none is given."""
    random = np.random.default_rng(clip.width * 1000 + clip.height + index)
    kind = np.uint8 if clip.bit_depth == 8 else np.uint16
    across, down = CHROMA_STEPS[clip.chroma]
    chroma = -(-clip.height // down), -(-clip.width // across)
    planes = []
    for values, shape in ((y, (clip.height, clip.width)), (cb, chroma), (cr, chroma)):
        codes = random.integers(0, 1 << clip.bit_depth, shape) if values is None else np.broadcast_to(values, shape)
        planes.append(codes.astype(kind))
        planes[-1].flags.writeable = False
    return Picture(planes[0], planes[1], planes[2], clip.bit_depth, index, 10 * index, 10)
