"""Everything in a clip that is not the picture is carried over: packets untouched, in step with the new pictures."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av

from unplastic.clip import Clip
from unplastic.media.containers import CARRIES
from unplastic.media.probe import video_stream

# Keys that muxers write by themselves, that hold for the old file only, or that no longer hold for upright pictures.
OWN_KEYS = {
    "bps", "compatible_brands", "duration", "encoder", "handler_name", "major_brand", "minor_version",
    "number_of_bytes", "number_of_frames", "rotate", "vendor_id",
}  # fmt: skip
QUICKTIME_KEYS = {
    "title", "artist", "album_artist", "album", "comment", "composer", "copyright", "creation_time", "date",
    "description", "episode_id", "genre", "grouping", "keywords", "language", "location", "lyrics", "network", "show",
    "synopsis", "timecode", "track",
}  # fmt: skip
QUICKTIME_LANGUAGES = {
    "bod": "tib", "cze": "ces", "deu": "ger", "ell": "gre", "fre": "fra", "hye": "arm", "isl": "ice",
    "kat": "geo", "mkd": "mac", "mya": "bur", "nld": "dut", "rum": "ron", "slo": "slk", "sqi": "alb", "swe": "sve",
    "zho": "chi",
}  # fmt: skip
"""ISO 639-2 to the spelling that FFmpeg's table of QuickTime's language numbers uses; it drops what it cannot find."""

AAC_RATES_HZ = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 64_000, 88_200, 96_000)


class Carriage:
    """Copies sound, subtitles and attachments of ``clip`` into an output container; ``notes`` says what is left out.

    Of a part of a file, whole packets that overlap it, with times that count from its first picture.
    """

    def __init__(self, clip: Clip, output: Any, *, sound_as: str | None = None) -> None:
        """Add the streams; ``sound_as`` names an encoder for sound that must be re-encoded (the web file only)."""
        self._source = av.open(str(clip.path), "r", metadata_errors="replace")
        self._output = output
        self._is_matroska = output.format.name == "matroska"
        self._copies: dict[int, Any] = {}
        self._encoders: dict[int, Any] = {}
        self._waiting: Any = None
        left_out = [stream for stream in self._source.streams if not self._takes(stream, sound_as)]
        self.notes = tuple(f"left out: {stream.type} stream {stream.index} ({_named(stream)})" for stream in left_out)
        begin = Fraction(clip.part.pts * clip.time_base) if clip.part else None
        self._window = (begin, begin + clip.duration_s) if begin is not None else None
        self._packets = self._other_packets()

    def advance(self, until: Fraction | None) -> None:
        """Write every waiting packet up to ``until`` seconds, or all that are left."""
        while True:
            packet = self._waiting if self._waiting is not None else next(self._packets, None)
            self._waiting = None
            if packet is None:
                return
            if until is not None and packet.dts * packet.time_base > until:
                self._waiting = packet
                return
            self._write(packet)

    def finish(self) -> None:
        """Write what is left and flush."""
        self.advance(None)
        for encoder in self._encoders.values():
            self._output.mux(encoder.encode(None))

    def close(self) -> None:
        """Close the source."""
        self._source.close()

    def _takes(self, stream: Any, sound_as: str | None) -> bool:
        """Add a stream for ``stream`` if the output can hold one; True also where none is needed."""
        if stream.type == "video":
            return True  # the picture itself, or a cover that was made from it
        if stream.type == "attachment":
            if self._is_matroska:
                self._output.add_stream_from_template(stream)
            return self._is_matroska
        if stream.type == "data":
            return _is_rebuilt(stream, self._source)
        if stream.codec_context is None:
            return False
        if stream.type == "audio" and sound_as and stream.codec_context.name != "aac":
            return self._encode_sound(stream, sound_as)
        if (sound_as and stream.codec_context.name not in CARRIES[".mp4"]) or not self._holds(stream):
            return False
        self._copies[stream.index] = self._copied(stream)
        return True

    def _holds(self, stream: Any) -> bool:
        """False for the few codecs that even Matroska has no name for, such as QuickTime's subtitles."""
        return stream.codec_context.name in self._output.supported_codecs

    def _encode_sound(self, stream: Any, codec: str) -> bool:
        """Add an encoder for the first sound track; one is enough for a web file."""
        if self._encoders:
            return False
        rate = stream.codec_context.sample_rate
        encoder = self._output.add_stream(codec, rate=rate if rate in AAC_RATES_HZ else 48_000)
        encoder.layout = "mono" if stream.codec_context.channels == 1 else "stereo"
        encoder.bit_rate = 192_000
        self._encoders[stream.index] = encoder
        return True

    def _copied(self, stream: Any) -> Any:
        copy = self._output.add_stream_from_template(stream)
        copy.metadata.update(_kept(stream.metadata, self._output))
        copy.disposition = stream.disposition
        return copy

    def _other_packets(self) -> Iterator[Any]:
        chosen = [s for s in self._source.streams if s.index in self._copies or s.index in self._encoders]
        if not chosen:
            return
        for packet in self._source.demux(*chosen):
            if packet.size and packet.dts is not None and not _is_gap(packet) and self._is_inside(packet):
                yield packet

    def _is_inside(self, packet: Any) -> bool:
        """False outside the part; inside, the packet's times are made to count from its beginning."""
        if self._window is None:
            return True
        begin, end = self._window
        at = packet.pts if packet.pts is not None else packet.dts
        if (at + (packet.duration or 1)) * packet.time_base <= begin or at * packet.time_base >= end:
            return False
        shift = round(begin / packet.time_base)
        packet.dts -= shift
        if packet.pts is not None:
            packet.pts -= shift
        return True

    def _write(self, packet: Any) -> None:
        index = packet.stream_index
        if index in self._copies:
            packet.stream = self._copies[index]
            self._output.mux(packet)
            return
        for frame in packet.decode():
            self._output.mux(self._encoders[index].encode(frame))


def carry_tags(clip: Clip, output: Any, stream: Any) -> None:
    """Copy the container's tags, the picture stream's own, chapters, and the timecode."""
    with av.open(str(clip.path), "r", metadata_errors="replace") as source:
        output.metadata.update(_kept(source.metadata, output))
        stream.metadata.update(_kept(video_stream(source, clip.path).metadata, output))
        chapters = source.chapters()
        if chapters and not clip.part:
            output.set_chapters(chapters)
    if clip.timecode:
        stream.metadata["timecode"] = clip.timecode
        if output.format.name == "matroska":
            output.metadata["timecode"] = clip.timecode


def has_foreign_tags(clip: Clip) -> bool:
    """True when the clip has tags that QuickTime files hold only in their free-form list."""
    with av.open(str(clip.path), "r", metadata_errors="replace") as source:
        return any(key.lower() not in OWN_KEYS | QUICKTIME_KEYS for key in source.metadata)


def _kept(tags: dict[str, str], output: Any) -> dict[str, str]:
    kept = {
        key: value
        for key, value in tags.items()
        if key.lower().removesuffix("-eng") not in OWN_KEYS and not key.lower().startswith("_statistics")
    }
    if output.format.name == "mov" and kept.get("language") in QUICKTIME_LANGUAGES:
        kept["language"] = QUICKTIME_LANGUAGES[kept["language"]]
    return kept


def _is_rebuilt(stream: Any, source: Any) -> bool:
    """True for the data streams that the muxer makes anew: the timecode track and QuickTime's list of chapters."""
    return "timecode" in stream.metadata or (bool(source.chapters()) and "mov" in source.format.name.split(","))


def _is_gap(packet: Any) -> bool:
    """True for QuickTime's empty subtitles between two lines: the muxer puts them in again."""
    return packet.size == 2 and packet.stream.codec_context.name == "mov_text" and not any(bytes(packet))


def _named(stream: Any) -> str:
    if stream.codec_context is not None:
        return stream.codec_context.name
    return stream.metadata.get("handler_name") or "unknown kind"
