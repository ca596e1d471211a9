"""Probe: what a file holds, and one clear sentence for what cannot be used."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from clip_maker import write_clip

from unplastic.errors import ClipDamaged, ClipError, ClipMissing, ClipUnreadable, ClipUnsupported
from unplastic.media import probe


def test_the_facts_of_a_plain_clip(tmp_path: Path) -> None:
    clip = probe(write_clip(tmp_path / "a.mp4", codec="libx264", frames=12, options={"crf": "20"}))
    assert (clip.width, clip.height, clip.frames) == (64, 48, 12)
    assert clip.frame_rate == 24
    assert clip.duration_s == Fraction(1, 2)
    assert not clip.is_variable_rate
    assert (clip.bit_depth, clip.chroma, clip.codec) == (8, "420", "h264")
    assert clip.encoder
    assert "crf=20" in clip.encoder
    assert clip.bitrate_bps
    assert clip.sound == ()


@pytest.mark.parametrize(
    ("pixel_format", "depth", "chroma"),
    [
        ("yuv420p", 8, "420"),
        ("yuv422p", 8, "422"),
        ("yuv444p", 8, "444"),
        ("yuv420p10le", 10, "420"),
        ("yuv422p10le", 10, "422"),
        ("yuv444p12le", 12, "444"),
        ("gray", 8, "400"),
        ("gbrp10le", 10, "444"),
    ],
)
def test_depth_and_chroma(tmp_path: Path, pixel_format: str, depth: int, chroma: str) -> None:
    clip = probe(write_clip(tmp_path / "a.mkv", pixel_format=pixel_format, frames=2))
    assert (clip.bit_depth, clip.chroma) == (depth, chroma)


def test_tags_timecode_sound_and_aspect(tmp_path: Path) -> None:
    path = write_clip(
        tmp_path / "a.mov",
        codec="libx264",
        pixel_format="yuv420p10le",
        frames=24,
        sound="aac",
        timecode="01:02:03:04",
        color=(9, 16, 9, 1),
        aspect=Fraction(4, 3),
    )
    clip = probe(path)
    assert clip.timecode == "01:02:03:04"
    assert (clip.color.primaries, clip.color.transfer, clip.color.matrix) == (9, 16, 9)
    assert clip.color.is_hdr
    assert clip.pixel_aspect == Fraction(4, 3)
    assert [(s.codec, s.sample_rate_hz, s.channels) for s in clip.sound] == [("aac", 48000, 2)]


def test_variable_frame_rate_is_seen(tmp_path: Path) -> None:
    even = [i * 512 for i in range(12)]
    uneven = [0, 512, 1024, 2560, 3072, 3584, 5632, 6144, 6656, 9216, 9728, 10240]
    tick = Fraction(1, 12288)
    assert not probe(write_clip(tmp_path / "e.mp4", codec="libx264", pts=even, time_base=tick)).is_variable_rate
    clip = probe(write_clip(tmp_path / "v.mp4", codec="libx264", pts=uneven, time_base=tick))
    assert clip.is_variable_rate
    assert clip.frames == 12
    assert clip.frame_rate == 24


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_rotation_turns_the_size(tmp_path: Path, rotation: int) -> None:
    clip = probe(write_clip(tmp_path / "r.mp4", codec="libx264", rotation=rotation, aspect=Fraction(4, 3)))
    turned = rotation != 180
    assert (clip.width, clip.height) == ((48, 64) if turned else (64, 48))
    assert clip.pixel_aspect == (Fraction(3, 4) if turned else Fraction(4, 3))


def test_one_frame_and_full_range(tmp_path: Path) -> None:
    clip = probe(write_clip(tmp_path / "o.mkv", frames=1, color=(1, 1, 1, 2)))
    assert clip.frames == 1
    assert clip.color.is_full_range


def refuse(path: Path, error: type[ClipError], says: str) -> None:
    with pytest.raises(error) as caught:
        probe(path)
    assert type(caught.value) is error
    assert says in caught.value.message
    assert str(path) in caught.value.message or "transparency" in says
    assert caught.value.hint
    assert "\n" not in caught.value.message


def test_what_is_not_there(tmp_path: Path) -> None:
    refuse(tmp_path / "missing.mp4", ClipMissing, "no such file")
    refuse(tmp_path, ClipUnreadable, "folder")


def test_what_is_not_a_video(tmp_path: Path) -> None:
    empty, text = tmp_path / "empty.mp4", tmp_path / "text.mp4"
    empty.touch()
    text.write_text("not a film " * 400)
    refuse(empty, ClipUnreadable, "empty")
    refuse(text, ClipUnreadable, "not a video")


def test_only_sound(tmp_path: Path) -> None:
    path = tmp_path / "sound.m4a"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=48000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 2048), np.int16), format="s16", layout="stereo")
        frame.sample_rate = 48000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    refuse(path, ClipUnreadable, "only sound")


def test_a_wrong_suffix_does_not_matter(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mkv", frames=3)
    renamed = path.rename(tmp_path / "a.txt")
    assert probe(renamed).frames == 3


def test_transparency_interlace_and_tiny_pictures_are_refused(tmp_path: Path) -> None:
    refuse(write_clip(tmp_path / "alpha.mkv", pixel_format="yuva420p", frames=2), ClipUnsupported, "transparency")
    interlaced = {"flags": "+ildct+ilme", "x264-params": "tff=1"}
    refuse(write_clip(tmp_path / "i.mp4", codec="libx264", options=interlaced), ClipUnsupported, "interlaced")
    refuse(write_clip(tmp_path / "t.mkv", size=(8, 8)), ClipUnsupported, "too small")


@pytest.mark.parametrize(("suffix", "codec"), [(".mkv", "ffv1"), (".mov", "prores_ks"), (".mp4", "libx264")])
def test_a_cut_off_file_is_refused(tmp_path: Path, suffix: str, codec: str) -> None:
    pixel_format = "yuv422p10le" if codec == "prores_ks" else "yuv420p"
    options = {"movflags": "faststart"} if suffix != ".mkv" else {}
    whole = write_clip(tmp_path / f"w{suffix}", codec=codec, pixel_format=pixel_format, frames=48, options=options)
    data = whole.read_bytes()
    cut = tmp_path / f"cut{suffix}"
    cut.write_bytes(data[: len(data) // 2])
    with pytest.raises(ClipError) as caught:
        probe(cut)
    assert isinstance(caught.value, ClipDamaged | ClipUnreadable)
    assert caught.value.hint


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_clip(tmp_path / "a.mkv", frames=2)
    monkeypatch.setattr("os.access", lambda *_: False)
    refuse(path, ClipMissing, "no permission")
