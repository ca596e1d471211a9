"""Small clips whose every sample is known, written with PyAV alone, and an independent reader to check results with."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.subtitles.subtitle import SubtitleSet
from numpy.typing import NDArray

Array = NDArray[Any]

DIALOGUE = b"0,0,Default,,0,0,0,,%s"


@dataclass(frozen=True)
class Material:
    """What to put into a clip. ``pts`` count ``time_base``; ``color`` is primaries, transfer, matrix, range."""

    codec: str = "ffv1"
    pixel_format: str = "yuv420p"
    width: int = 96
    height: int = 64
    frames: int = 8
    rate: Fraction = Fraction(24)
    time_base: Fraction | None = None
    pts: tuple[int, ...] | None = None
    options: dict[str, str] = field(default_factory=dict)
    muxer: dict[str, str] = field(default_factory=dict)
    color: tuple[int, int, int, int] = (2, 2, 2, 0)
    aspect: Fraction | None = None
    rotation_deg: int = 0
    mirrored: bool = False
    sound: str | None = None
    sound_start_s: Fraction = Fraction(0)
    sound_tracks: int = 1
    subtitles: str | None = None
    timecode: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    language: str | None = None
    chapters: bool = False


def planes(material: Material, index: int) -> tuple[Array, ...]:
    """The samples of frame ``index``: a texture that moves two pixels a frame, every code value legal."""
    form = av.VideoFormat(material.pixel_format)
    bits = max(component.bits for component in form.components)
    rng = np.random.default_rng(7)
    kind = np.uint8 if bits <= 8 else np.uint16
    made = []
    for component in range(min(3, len(form.components))):
        rgb_or_luma = component == 0 or form.is_rgb
        width = material.width if rgb_or_luma else form.chroma_width(material.width)
        height = material.height if rgb_or_luma else form.chroma_height(material.height)
        texture = rng.integers(40 << (bits - 8), 200 << (bits - 8), (height, width), dtype=kind)
        smooth = np.linspace(60 << (bits - 8), 180 << (bits - 8), width).astype(kind)[None, :]
        made.append(np.roll((texture // 4 + smooth // 4 * 3).astype(kind), 2 * index, axis=1))
    return tuple(made)


def frame_of(material: Material, index: int) -> av.VideoFrame:
    frame = av.VideoFrame(material.width, material.height, material.pixel_format)
    packed = len(frame.planes) < len(planes(material, index))
    if packed:
        return _packed(material, index, frame)
    for plane, samples in zip(frame.planes, planes(material, index), strict=False):
        rows = np.frombuffer(plane, samples.dtype).reshape(-1, plane.line_size // samples.itemsize)
        rows[: plane.height, : plane.width] = samples
    for plane in frame.planes[3:]:
        np.frombuffer(plane, np.uint8)[:] = 128
    return frame


def _packed(material: Material, index: int, frame: av.VideoFrame) -> av.VideoFrame:
    """Formats that interleave their samples: fill what numpy can see as bytes, the same way for every frame."""
    for plane in frame.planes:
        samples = np.frombuffer(plane, np.uint8)
        samples[:] = np.random.default_rng(index).integers(60, 180, samples.size, dtype=np.uint8)
    return frame


def write(path: Path, material: Material) -> Path:
    with av.open(str(path), "w", options=material.muxer) as output:
        stream = _picture_stream(output, material)
        tracks = [_sound_stream(output, material) for _ in range(material.sound_tracks if material.sound else 0)]
        texts = _subtitle_stream(output, material) if material.subtitles else None
        output.metadata.update(material.tags)
        if material.chapters:
            output.set_chapters(_chapters())
        output.start_encoding()
        if texts is not None:
            _write_subtitles(output, texts)
        for track in tracks:
            _write_sound(output, track, material)
        times = material.pts or range(material.frames)
        base = material.time_base or 1 / material.rate
        for index, pts in enumerate(times):
            frame = frame_of(material, index)
            frame.pts, frame.time_base = pts, base
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def _picture_stream(output: Any, material: Material) -> Any:
    stream = output.add_stream(material.codec, rate=material.rate, options=material.options)
    stream.width, stream.height, stream.pix_fmt = material.width, material.height, material.pixel_format
    context = stream.codec_context
    context.time_base = material.time_base or 1 / material.rate
    stream.time_base = context.time_base
    context.color_primaries, context.color_trc, context.colorspace, context.color_range = material.color
    if material.aspect:
        context.sample_aspect_ratio = material.aspect
    if material.rotation_deg or material.mirrored:
        stream.set_display_rotation(-material.rotation_deg, hflip=material.mirrored)
    if material.timecode:
        stream.metadata["timecode"] = material.timecode
    if material.language:
        stream.metadata["language"] = material.language
    return stream


def _sound_stream(output: Any, material: Material) -> Any:
    stream = output.add_stream(material.sound, rate=48_000)
    stream.layout = "stereo"
    stream.metadata["language"] = "swe"
    return stream


def _write_sound(output: Any, stream: Any, material: Material) -> None:
    seconds = Fraction(material.frames) / material.rate
    count = stream.codec_context.frame_size or 1024
    kind = {"fltp": np.float32, "flt": np.float32, "s32": np.int32, "s32p": np.int32}.get(stream.format.name, np.int16)
    for start in range(0, int(seconds * 48_000), count):
        tone = np.sin(2 * np.pi * 440 * np.arange(start, start + count) / 48_000) * 0.25
        wave = np.tile(tone, (2, 1)) if stream.format.is_planar else np.repeat(tone, 2)[None, :]
        samples = wave.astype(kind) if kind is np.float32 else (wave * np.iinfo(kind).max).astype(kind)
        frame = av.AudioFrame.from_ndarray(samples, format=stream.format.name, layout="stereo")
        frame.sample_rate, frame.time_base = 48_000, Fraction(1, 48_000)
        frame.pts = start + int(material.sound_start_s * 48_000)
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


def _subtitle_stream(output: Any, material: Material) -> Any:
    stream = output.add_stream(material.subtitles)
    stream.codec_context.subtitle_header = (
        b"[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\n"
        b"Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, "
        b"Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, "
        b"MarginR, MarginV, Encoding\n"
        b"Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,0\n\n"
        b"[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    )
    stream.codec_context.time_base = stream.time_base = Fraction(1, 1000)
    stream.metadata["language"] = "fin"
    return stream


def _write_subtitles(output: Any, stream: Any) -> None:
    for number, (start_ms, text) in enumerate(((0, b"first line"), (150, b"second line"))):
        words = SubtitleSet.create(text=DIALOGUE % text, start=0, end=120, pts=start_ms * 1000)
        packet = stream.codec_context.encode_subtitle(words)
        packet.stream, packet.time_base = stream, Fraction(1, 1000)
        packet.pts = packet.dts = start_ms
        packet.duration = 120 + number
        output.mux(packet)


def _chapters() -> list[dict[str, Any]]:
    base = Fraction(1, 1000)
    return [
        {"id": 1, "start": 0, "end": 150, "time_base": base, "metadata": {"title": "Opening"}},
        {"id": 2, "start": 150, "end": 300, "time_base": base, "metadata": {"title": "Close-up"}},
    ]


@dataclass(frozen=True)
class Sample:
    """A clip on disk and what went into it."""

    path: Path
    material: Material

    def planes(self, index: int) -> tuple[Array, ...]:
        return planes(self.material, index)


MakeClip = Callable[..., Sample]


@pytest.fixture(scope="session")
def make_clip(tmp_path_factory: pytest.TempPathFactory) -> MakeClip:
    """``make_clip("name.mov", codec=..., ...)`` writes a clip once a session, and remembers it."""
    known: dict[str, Sample] = {}

    def make(name: str = "clip.mkv", **changes: Any) -> Sample:
        key = f"{name}|{sorted(changes.items(), key=str)}"
        if key not in known:
            material = Material(**changes)
            known[key] = Sample(write(tmp_path_factory.mktemp("clip") / name, material), material)
        return known[key]

    return make


@pytest.fixture(scope="session")
def rich_clip(make_clip: MakeClip) -> Sample:
    """Everything that must survive: sound that starts late, subtitles, timecode, chapters, tags, languages, colour."""
    return make_clip(
        "rich.mov",
        codec="libx264",
        options={"preset": "veryfast", "crf": "12"},
        frames=12,
        rate=Fraction(25),
        sound="aac",
        sound_start_s=Fraction(1, 25),
        sound_tracks=2,
        subtitles="mov_text",
        timecode="01:02:03:04",
        tags={"title": "Kitchen, take 3", "comment": "generated by a model", "shot_note": "keep"},
        language="eng",
        chapters=True,
        color=(1, 1, 1, 1),
        aspect=Fraction(4, 3),
        muxer={"movflags": "+use_metadata_tags"},
    )


Reader = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def ffprobe() -> Reader:
    """Debian's ffprobe: another build, of another age, so that we do not check PyAV with PyAV."""
    program = shutil.which("ffprobe")
    if program is None:
        pytest.skip("needs the ffprobe program (apt-get install ffmpeg)")

    def read(path: Path, *arguments: str) -> dict[str, Any]:
        command = [program, "-v", "error", "-of", "json", *arguments, str(path)]
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    return read


@pytest.fixture(scope="session")
def packets(ffprobe: Reader) -> Callable[[Path, str], list[tuple[str, str, str]]]:
    """All packets of the streams that ``select`` names: (time in seconds, size in bytes, hash of the data)."""

    def read(path: Path, select: str) -> list[tuple[str, str, str]]:
        shown = ("-show_packets", "-show_data_hash", "sha256")
        found = ffprobe(path, "-select_streams", select, *shown)["packets"]
        return [(each["pts_time"], each["size"], each["data_hash"]) for each in found]

    return read


@pytest.fixture
def digest() -> Callable[[Any], str]:
    """A hash of a picture's samples."""

    def make(picture: Any) -> str:
        sha = hashlib.sha256()
        for plane in (picture.y, picture.cb, picture.cr):
            sha.update(np.ascontiguousarray(plane))
        return sha.hexdigest()

    return make


@pytest.fixture
def write_finished() -> Callable[..., tuple[str, ...]]:
    """Copy a clip's pictures, shifted up to the working depth, into the given masters; returns the writer's notes."""
    from unplastic.media import Writer, pictures

    def finish(clip: Any, files: dict[str, Path], **options: Any) -> tuple[str, ...]:
        with Writer(clip, files, **options) as writer:
            for picture in pictures(clip):
                blank = writer.blank(picture.index, picture.pts, picture.duration)
                up = blank.bit_depth - picture.bit_depth
                for source, target in ((picture.y, blank.y), (picture.cb, blank.cb), (picture.cr, blank.cr)):
                    np.left_shift(source, up, out=target, dtype=np.uint16, casting="unsafe")
                writer.write(blank)
        return writer.notes

    return finish
