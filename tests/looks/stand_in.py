"""A clip that exists only as facts."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from unplastic.clip import Clip, ColorTags, SoundTrack

CLIP = Clip(
    path=Path("shot.mp4"),
    container="mp4",
    codec="h264",
    profile="High",
    encoder=None,
    width=1280,
    height=720,
    pixel_aspect=Fraction(1),
    rotation_deg=0,
    frame_rate=Fraction(24),
    is_variable_rate=False,
    frames=48,
    start_pts=0,
    duration_s=Fraction(2),
    time_base=Fraction(1, 12288),
    bit_depth=8,
    chroma="420",
    color=ColorTags(),
    bitrate_bps=4_000_000,
    sound=(SoundTrack("aac", 48000, 2, Fraction(0)),),
)
