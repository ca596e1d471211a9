"""Decode: exact planes, upright, every frame once, and damage that is never painted over."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from clip_maker import noise_planes, write_clip

from unplastic.errors import ClipDamaged
from unplastic.media import list_clips, pictures, probe

CLIPS = Path(__file__).parents[3] / "shared" / "clips"


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p10le", "yuv444p12le", "yuv420p12le", "yuvj420p"])
@pytest.mark.parametrize("size", [(64, 48), (65, 49)])
def test_planes_come_out_as_they_went_in(tmp_path: Path, pixel_format: str, size: tuple[int, int]) -> None:
    codec = "mjpeg" if pixel_format == "yuvj420p" else "ffv1"
    clip = probe(write_clip(tmp_path / "a.mkv", pixel_format=pixel_format, size=size, codec=codec))
    for index, picture in enumerate(pictures(clip)):
        assert picture.index == index
        if codec == "ffv1":
            wanted = noise_planes(size[1], size[0], pixel_format, index)
            for plane, truth in zip((picture.y, picture.cb, picture.cr), wanted, strict=True):
                np.testing.assert_array_equal(plane, truth)
    assert clip.color.is_full_range == (codec == "mjpeg")


def test_grey_has_neutral_colour(tmp_path: Path) -> None:
    clip = probe(write_clip(tmp_path / "g.mkv", pixel_format="gray", frames=2))
    picture = next(pictures(clip))
    assert picture.cb.shape == (24, 32)
    assert np.all(picture.cb == 128)
    assert np.ptp(picture.y) > 50


def test_rgb_becomes_limited_range_ycbcr(tmp_path: Path) -> None:
    clip = probe(write_clip(tmp_path / "r.mkv", pixel_format="gbrp10le", frames=2))
    picture = next(pictures(clip))
    assert picture.y.shape == picture.cb.shape
    assert picture.y.min() >= 64
    assert picture.y.max() <= 940


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_rotation_is_undone_like_ffmpeg_does(tmp_path: Path, rotation: int) -> None:
    path = write_clip(tmp_path / "r.mp4", codec="libx264", rotation=rotation, options={"crf": "1"}, frames=2)
    clip = probe(path)
    flat = write_clip(tmp_path / "f.mp4", codec="libx264", options={"crf": "1"}, frames=2)
    upright, stored = next(pictures(clip)).y, next(pictures(probe(flat))).y
    np.testing.assert_array_equal(upright, np.rot90(stored, -clip.rotation_deg // 90))


@pytest.mark.parametrize("start", [0, 1, 30, 47, 59])
def test_any_frame_can_be_fetched(tmp_path: Path, start: int) -> None:
    clip = probe(write_clip(tmp_path / "a.mp4", codec="libx264", frames=60, options={"g": "12", "bf": "2"}))
    whole = [picture.y.copy() for picture in pictures(clip)]
    some = list(pictures(clip, start=start, count=3))
    assert [picture.index for picture in some] == list(range(start, min(start + 3, 60)))
    for picture in some:
        np.testing.assert_array_equal(picture.y, whole[picture.index])


def test_timestamps_are_the_files_own(tmp_path: Path) -> None:
    uneven = [0, 512, 1024, 2560, 3072, 5632]
    path = write_clip(tmp_path / "v.mp4", codec="libx264", pts=uneven, time_base=Fraction(1, 12288))
    clip = probe(path)
    assert [picture.pts * clip.time_base for picture in pictures(clip)] == [Fraction(p, 12288) for p in uneven]


def test_a_picture_outlives_its_neighbours(tmp_path: Path) -> None:
    clip = probe(write_clip(tmp_path / "a.mkv", frames=8))
    held = list(pictures(clip))
    for index, picture in enumerate(held):
        np.testing.assert_array_equal(picture.y, noise_planes(48, 64, "yuv420p", index)[0])


@pytest.mark.parametrize(
    ("name", "codec", "pixel_format"), [("a.mp4", "libx264", "yuv420p"), ("a.mov", "prores_ks", "yuv422p10le")]
)
def test_damage_in_the_middle_is_named(tmp_path: Path, name: str, codec: str, pixel_format: str) -> None:
    path = write_clip(tmp_path / name, codec=codec, pixel_format=pixel_format, frames=48, size=(320, 240))
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 40] = bytes(40)
    path.write_bytes(data)
    with pytest.raises(ClipDamaged) as caught:
        list(pictures(probe(path)))
    assert f"{path}: the picture is damaged at 0:00:0" in caught.value.message


def test_closing_early_lets_go_of_the_file(tmp_path: Path) -> None:
    clip = probe(write_clip(tmp_path / "a.mkv", frames=8))
    stream = pictures(clip)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    clip.path.unlink()


def test_folders_list_clips_and_not_our_results(tmp_path: Path) -> None:
    for name in ("b.mp4", "a.MOV", "a_finished.mov", "a_web.mp4", ".hidden.mp4", "notes.txt"):
        (tmp_path / name).touch()
    assert [path.name for path in list_clips(tmp_path)] == ["a.MOV", "b.mp4"]


@pytest.mark.clips
@pytest.mark.skipif(not CLIPS.is_dir(), reason="the development clips are not on this machine")
def test_every_development_clip_decodes_to_its_last_frame(ffprobe) -> None:
    files = [path for path in sorted(CLIPS.rglob("*")) if path.suffix in (".mp4", ".mkv")]
    for path in files[::4]:
        clip = probe(path)
        counted = ffprobe(path, "-count_frames", "-select_streams", "v:0", "-show_entries", "stream=nb_read_frames")
        assert sum(1 for _ in pictures(clip)) == clip.frames == int(counted.strip(",")), path.name
