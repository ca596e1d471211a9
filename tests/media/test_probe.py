"""What is read from a file, checked against ffprobe, and every kind of file that must be refused."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from unplastic.errors import ClipDamaged, ClipMissing, ClipUnreadable, ClipUnsupported
from unplastic.media import pictures, probe

X264 = {"codec": "libx264", "options": {"preset": "veryfast"}}


def test_size_rate_and_count_are_those_of_ffprobe(make_clip: Any, ffprobe: Any) -> None:
    sample = make_clip("clip.mp4", **X264, frames=17, rate=Fraction(30000, 1001))
    clip = probe(sample.path)
    stream = ffprobe(sample.path, "-count_frames", "-select_streams", "v", "-show_streams")["streams"][0]
    assert (clip.width, clip.height) == (stream["width"], stream["height"])
    assert clip.frames == int(stream["nb_read_frames"]) == 17
    assert clip.frame_rate == Fraction(stream["r_frame_rate"])
    assert clip.time_base == Fraction(stream["time_base"])
    assert float(clip.duration_s) == pytest.approx(float(stream["duration"]), abs=1e-6)
    assert clip.bitrate_bps == pytest.approx(int(stream["bit_rate"]), rel=1e-3)
    assert not clip.is_variable_rate
    assert clip.codec == "h264"


@pytest.mark.parametrize(
    ("pixel_format", "chroma", "bit_depth"),
    [
        ("yuv420p", "420", 8),
        ("yuv422p", "422", 8),
        ("yuv444p", "444", 8),
        ("yuv420p10le", "420", 10),
        ("yuv422p10le", "422", 10),
        ("yuv444p12le", "444", 12),
        ("yuv420p9le", "420", 10),
        ("yuv422p16le", "422", 12),
        ("yuv444p14le", "444", 12),
        ("gray", "400", 8),
        ("gray10le", "400", 10),
        ("gray16le", "400", 12),
        ("bgr0", "444", 8),
        ("gbrp10le", "444", 10),
        ("gbrp16le", "444", 12),
    ],
)
def test_depth_and_chroma_are_what_pictures_deliver(
    make_clip: Any, pixel_format: str, chroma: str, bit_depth: int
) -> None:
    clip = probe(make_clip(pixel_format=pixel_format, frames=2).path)
    assert (clip.chroma, clip.bit_depth) == (chroma, bit_depth)
    picture = next(iter(pictures(clip)))
    assert picture.bit_depth == bit_depth
    assert picture.y.dtype == (np.uint8 if bit_depth == 8 else np.uint16)


@pytest.mark.parametrize(
    "rate", [Fraction(24), Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(60)]
)
def test_milliseconds_of_matroska_are_not_taken_for_a_variable_rate(make_clip: Any, rate: Fraction) -> None:
    clip = probe(make_clip("clip.mkv", rate=rate, frames=30).path)
    assert not clip.is_variable_rate
    assert clip.frame_rate == rate


def test_variable_rate_is_noticed_and_every_time_is_kept(make_clip: Any) -> None:
    times = (0, 40, 80, 120, 200, 240, 400, 440)
    clip = probe(make_clip("vfr.mp4", **X264, rate=Fraction(25), time_base=Fraction(1, 1000), pts=times).path)
    assert clip.is_variable_rate
    assert clip.frame_rate == 25
    assert [picture.pts * clip.time_base * 1000 for picture in pictures(clip)] == list(times)


def test_a_frame_cut_out_does_not_change_the_rate_of_the_rest(make_clip: Any) -> None:
    times = tuple(range(0, 600, 40)) + tuple(range(2000, 2600, 40))
    clip = probe(make_clip("gap.mp4", **X264, rate=Fraction(25), time_base=Fraction(1, 1000), pts=times).path)
    assert clip.frame_rate == 25
    assert clip.is_variable_rate


@pytest.mark.parametrize(("rotation", "size"), [(90, (64, 96)), (180, (96, 64)), (270, (64, 96))])
def test_a_turned_clip_is_reported_upright(make_clip: Any, rotation: int, size: tuple[int, int]) -> None:
    clip = probe(make_clip("turned.mp4", **X264, rotation_deg=rotation, aspect=Fraction(4, 3)).path)
    assert clip.rotation_deg == rotation
    assert (clip.width, clip.height) == size
    assert clip.pixel_aspect == (Fraction(4, 3) if rotation == 180 else Fraction(3, 4))


def test_everything_beside_the_picture_is_listed(rich_clip: Any) -> None:
    clip = probe(rich_clip.path)
    assert clip.timecode == "01:02:03:04"
    assert [track.codec for track in clip.sound] == ["aac", "aac"]
    assert clip.sound[0].sample_rate_hz == 48_000
    assert clip.sound[0].channels == 2
    assert clip.subtitles == ("mov_text",)
    assert clip.pixel_aspect == Fraction(4, 3)
    assert (clip.color.primaries, clip.color.transfer, clip.color.matrix) == (1, 1, 1)


def test_the_encoder_s_settings_line_is_kept(make_clip: Any) -> None:
    clip = probe(make_clip("clip.mp4", codec="libx264", options={"crf": "31", "preset": "veryfast"}).path)
    assert clip.encoder is not None
    assert "x264" in clip.encoder
    assert "crf=31" in clip.encoder
    assert "Lavf" in clip.encoder


def test_the_settings_line_of_x265_is_kept(make_clip: Any) -> None:
    options = {"crf": "27", "preset": "ultrafast", "x265-params": "log-level=none"}
    clip = probe(make_clip("clip.mp4", codec="libx265", options=options).path)
    assert clip.encoder is not None
    assert "crf=27" in clip.encoder


@pytest.mark.parametrize(("transfer", "is_hdr"), [(16, True), (18, True), (1, False), (2, False)])
def test_hdr_is_known_by_its_transfer(make_clip: Any, transfer: int, is_hdr: bool) -> None:
    clip = probe(make_clip(pixel_format="yuv420p10le", color=(9, transfer, 9, 1), frames=1).path)
    assert clip.color.transfer == transfer
    assert clip.color.is_hdr is is_hdr


@pytest.mark.parametrize(("color_range", "is_full"), [(0, False), (1, False), (2, True)])
def test_range(make_clip: Any, color_range: int, is_full: bool) -> None:
    clip = probe(make_clip(color=(1, 1, 1, color_range), frames=1).path)
    assert clip.color.is_full_range is is_full


def test_one_frame_is_a_clip(make_clip: Any) -> None:
    clip = probe(make_clip("one.mp4", **X264, frames=1).path)
    assert clip.frames == 1
    assert clip.duration_s > 0
    assert len(list(pictures(clip))) == 1


def test_a_wrong_suffix_does_not_matter(make_clip: Any, tmp_path: Path) -> None:
    renamed = tmp_path / "clip.txt"
    renamed.write_bytes(make_clip(frames=3).path.read_bytes())
    assert probe(renamed).frames == 3


def test_a_cover_picture_is_not_the_film(tmp_path: Path, make_clip: Any) -> None:
    assert probe(_with_cover(tmp_path / "covered.mp4", make_clip("clip.mp4", **X264, frames=9).path)).frames == 9


def test_missing(tmp_path: Path) -> None:
    _refused(tmp_path / "gone.mp4", ClipMissing, "no such file")


def test_a_folder(tmp_path: Path) -> None:
    _refused(tmp_path, ClipUnreadable, "folder")


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    _refused(tmp_path / "empty.mp4", ClipUnreadable, "empty")


@pytest.mark.parametrize("content", [b"just some words\n" * 40, b"\0" * 4096, bytes(range(128, 144))])
def test_not_a_video(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "notes.mp4").write_bytes(content)
    _refused(tmp_path / "notes.mp4", ClipUnreadable, "not a video")


def test_a_name_that_no_file_can_have() -> None:
    _refused(Path("with\0nul.mp4"), ClipUnreadable)


def test_no_permission(make_clip: Any) -> None:
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    secret = folder / "secret.mp4"
    secret.write_bytes(make_clip("clip.mp4", **X264).path.read_bytes())
    secret.chmod(0)
    try:
        with _as_nobody():
            _refused(secret, ClipMissing, "permission")
    finally:
        secret.unlink()
        folder.rmdir()


def test_sound_only(tmp_path: Path) -> None:
    path = tmp_path / "song.m4a"
    with av.open(str(path), "w") as output:
        _tone(output, output.add_stream("aac", rate=48_000))
    _refused(path, ClipUnreadable, "only sound")


def test_a_song_with_a_cover(tmp_path: Path) -> None:
    path = tmp_path / "song.mp4"
    with av.open(str(path), "w") as output:
        sound, cover = output.add_stream("aac", rate=48_000), output.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 64, 64, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        _tone(output, sound)
        frame = av.VideoFrame(64, 64, "yuvj420p")
        frame.pts, frame.time_base = 0, Fraction(1)
        output.mux(cover.encode(frame))
        output.mux(cover.encode(None))
    _refused(path, ClipUnreadable, "only sound")


def test_a_film_without_frames(tmp_path: Path) -> None:
    path = tmp_path / "none.mkv"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("ffv1", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        output.start_encoding()
    _refused(path, ClipUnreadable)


@pytest.mark.parametrize(
    ("codec", "pixel_format"),
    [("ffv1", "yuva420p"), ("ffv1", "yuva444p10le"), ("ffv1", "bgra"), ("ffv1", "gbrap10le"), ("png", "ya8"),
     ("png", "rgba64be"), ("prores_ks", "yuva444p10le"), ("png", "pal8")],
)  # fmt: skip
def test_transparency(make_clip: Any, codec: str, pixel_format: str) -> None:
    suffix = "mov" if codec == "png" else "mkv"
    sample = make_clip(f"alpha.{suffix}", codec=codec, pixel_format=pixel_format, frames=2)
    _refused(sample.path, ClipUnsupported, "transparency")


@pytest.mark.parametrize(
    "material",
    [
        {"codec": "libx264", "options": {"preset": "veryfast", "x264-params": "tff=1"}},
        {"codec": "mpeg2video", "options": {"flags": "+ildct+ilme"}},
    ],
)
def test_interlace(make_clip: Any, material: dict[str, Any]) -> None:
    _refused(make_clip("fields.mkv", **material).path, ClipUnsupported, "interlaced")


@pytest.mark.parametrize("size", [(1, 1), (8, 64), (64, 15)])
def test_too_small(make_clip: Any, size: tuple[int, int]) -> None:
    sample = make_clip(width=size[0], height=size[1], pixel_format="yuv444p", frames=1)
    _refused(sample.path, ClipUnsupported, "too small")


@pytest.mark.parametrize(("rotation", "mirrored"), [(45, False), (0, True), (90, True)])
def test_odd_turns_and_mirrors(make_clip: Any, rotation: int, mirrored: bool) -> None:
    sample = make_clip("turned.mp4", **X264, rotation_deg=rotation, mirrored=mirrored)
    _refused(sample.path, ClipUnsupported, "mirrored or at an odd angle")


@pytest.mark.parametrize("keep", [0.95, 0.8, 0.5, 0.2])
@pytest.mark.parametrize(
    "material",
    [
        {"name": "end.mp4", **X264},
        {"name": "front.mp4", **X264, "muxer": {"movflags": "+faststart"}},
        {"name": "clip.mov", "codec": "prores_ks", "pixel_format": "yuv422p10le", "muxer": {"movflags": "+faststart"}},
        {"name": "clip.mkv", "codec": "ffv1"},
    ],
    ids=lambda material: material["name"],
)
def test_cut_off(make_clip: Any, tmp_path: Path, material: dict[str, Any], keep: float) -> None:
    whole = make_clip(**material, frames=30).path
    cut = tmp_path / whole.name
    data = whole.read_bytes()
    cut.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises((ClipDamaged, ClipUnreadable)) as refusal:
        list(pictures(probe(cut)))
    assert refusal.value.hint


def _refused(path: Path, kind: type[Exception], word: str | None = None) -> None:
    with pytest.raises(kind, match=word) as refusal:
        probe(path)
    message, hint = refusal.value.args[0], refusal.value.hint  # type: ignore[attr-defined]
    assert str(path) in message
    assert "\n" not in message + hint
    assert hint


def _tone(output: Any, stream: Any) -> None:
    frame = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), format="fltp", layout="stereo")
    frame.sample_rate, frame.pts = 48_000, 0
    output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


def _with_cover(path: Path, film: Path) -> Path:
    with av.open(str(film)) as source, av.open(str(path), "w") as output:
        cover = output.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 64, 64, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        copy = output.add_stream_from_template(source.streams.video[0])
        frame = av.VideoFrame(64, 64, "yuvj420p")
        frame.pts, frame.time_base = 0, Fraction(1)
        output.mux(cover.encode(frame))
        output.mux(cover.encode(None))
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = copy
                output.mux(packet)
    return path


@contextmanager
def _as_nobody() -> Iterator[None]:
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
