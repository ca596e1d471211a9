"""Everything in a clip that is not the picture is carried over: packets untouched, in step with the new pictures."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
from av.error import FFmpegError

from unplastic.clip import Clip

# Keys that the MOV and MP4 muxers write by themselves or cannot hold as they were.
OWN_KEYS = {"major_brand", "minor_version", "compatible_brands", "encoder", "handler_name", "vendor_id", "duration"}
QUICKTIME_KEYS = {
    "title", "artist", "album_artist", "album", "comment", "composer", "copyright", "creation_time", "date",
    "description", "episode_id", "genre", "grouping", "keywords", "language", "location", "lyrics", "network", "show",
    "synopsis", "timecode", "track",
}  # fmt: skip


class Carriage:
    """Copies sound, subtitles, chapters and tags of ``clip`` into an output container."""

    def __init__(self, clip: Clip, output: Any, *, sound_as: str | None = None) -> None:
        """Add the streams; ``sound_as`` names an encoder for sound that must be re-encoded (the web file only)."""
        self._source = av.open(str(clip.path), "r", metadata_errors="replace")
        self._output = output
        self._copies: dict[int, Any] = {}
        self._encoders: dict[int, Any] = {}
        for stream in self._source.streams:
            if stream.type == "audio" and stream.codec_context is not None:
                self._add_sound(stream, sound_as)
            elif stream.type == "subtitle" and sound_as is None and stream.codec_context is not None:
                self._copies[stream.index] = self._copied(stream)
        self._waiting: Any = None
        self._packets = self._other_packets()

    def advance(self, until: Fraction | None) -> None:
        """Write every waiting packet up to ``until`` seconds, or all that are left."""
        while True:
            packet = self._waiting if self._waiting is not None else next(self._packets, None)
            if packet is None:
                return
            if until is not None and packet.dts * packet.time_base > until:
                self._waiting = packet
                return
            self._waiting = None
            self._write(packet)

    def finish(self) -> None:
        """Write what is left and flush."""
        self.advance(None)
        for encoder in self._encoders.values():
            self._output.mux(encoder.encode(None))

    def close(self) -> None:
        """Close the source."""
        self._source.close()

    def _other_packets(self) -> Iterator[Any]:
        chosen = [s for s in self._source.streams if s.index in self._copies or s.index in self._encoders]
        if not chosen:
            return
        for packet in self._source.demux(*chosen):
            if packet.size and packet.dts is not None:
                yield packet

    def _write(self, packet: Any) -> None:
        index = packet.stream_index
        if index in self._copies:
            packet.stream = self._copies[index]
            self._output.mux(packet)
            return
        for frame in packet.decode():
            self._output.mux(self._encoders[index].encode(frame))

    def _add_sound(self, stream: Any, sound_as: str | None) -> None:
        if sound_as is None or stream.codec_context.name == "aac":
            self._copies[stream.index] = self._copied(stream)
            return
        if self._encoders:
            return  # one sound track is enough for a web file
        encoder = self._output.add_stream(sound_as, rate=stream.codec_context.sample_rate)
        encoder.layout = "mono" if stream.codec_context.channels == 1 else "stereo"
        encoder.bit_rate = 192_000
        self._encoders[stream.index] = encoder

    def _copied(self, stream: Any) -> Any:
        copy = self._output.add_stream_from_template(stream)
        for key, value in stream.metadata.items():
            if key not in OWN_KEYS:
                copy.metadata[key] = value
        return copy


def carry_tags(clip: Clip, output: Any, stream: Any) -> None:
    """Copy the container's tags, the picture stream's language, chapters, and the timecode."""
    with av.open(str(clip.path), "r", metadata_errors="replace") as source:
        for key, value in source.metadata.items():
            if key.lower() not in OWN_KEYS:
                output.metadata[key] = value
        for key, value in source.streams.video[0].metadata.items():
            if key not in OWN_KEYS:
                stream.metadata[key] = value
        chapters = source.chapters()
        if chapters:
            output.set_chapters(chapters)
    if clip.timecode:
        stream.metadata["timecode"] = clip.timecode
        if output.format.name == "matroska":
            output.metadata["timecode"] = clip.timecode


def has_foreign_tags(clip: Clip) -> bool:
    """True when the clip has tags that QuickTime files hold only in their free-form list."""
    try:
        with av.open(str(clip.path), "r", metadata_errors="replace") as source:
            return any(key.lower() not in OWN_KEYS | QUICKTIME_KEYS for key in source.metadata)
    except (FFmpegError, OSError):
        return False
