"""Which container can hold a clip's sound and subtitles without touching a packet."""

from __future__ import annotations

from unplastic.clip import Clip

_LINEAR = {
    "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be", "pcm_f32le", "pcm_f32be",
}  # fmt: skip
_COMPRESSED = {"aac", "ac3", "eac3", "mp3", "mp3float", "alac", "mov_text"}

CARRIES = {".mov": _COMPRESSED | _LINEAR, ".mp4": _COMPRESSED | {"opus", "libopus", "flac"}}
"""Names of decoders, as PyAV gives them. QuickTime has no Opus or FLAC; MP4 players know no linear PCM."""


def suffix_for(preferred: tuple[str, ...], clip: Clip) -> str:
    """The first preferred suffix whose container holds all of ``clip``, else Matroska, which holds nearly all."""
    carried = {track.codec for track in clip.sound} | set(clip.subtitles)
    return next((suffix for suffix in preferred if carried <= CARRIES[suffix]), ".mkv")
