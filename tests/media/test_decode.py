"""Decode: exact planes, upright, every frame once, and damage that is never painted over."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from unplastic.color import rgb_to_ycbcr_matrix
from unplastic.errors import ClipDamaged, ClipUnsupported
from unplastic.media import pictures, probe

X264 = {"codec": "libx264", "options": {"preset": "veryfast"}}


@pytest.mark.parametrize("size", [(96, 64), (97, 65)])
@pytest.mark.parametrize(
    "pixel_format",
    ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p10le", "yuv420p12le", "yuv444p12le"],
)
def test_planes_come_out_as_they_went_in(make_clip: Any, pixel_format: str, size: tuple[int, int]) -> None:
    sample = make_clip(pixel_format=pixel_format, width=size[0], height=size[1])
    seen = 0
    for picture in pictures(probe(sample.path)):
        for plane, truth in zip((picture.y, picture.cb, picture.cr), sample.planes(picture.index), strict=True):
            np.testing.assert_array_equal(plane, truth)
        seen += 1
    assert seen == sample.material.frames


def test_planes_are_views_of_the_decoder_s_memory(make_clip: Any) -> None:
    picture = next(iter(pictures(probe(make_clip(pixel_format="yuv422p10le").path))))
    assert not picture.y.flags.owndata
    assert not picture.cb.flags.owndata


@pytest.mark.parametrize(("pixel_format", "down_bits"), [("yuv420p9le", -1), ("yuv444p14le", 2), ("yuv422p16le", 4)])
def test_other_depths_lose_nothing_that_fits_in_twelve_bits(make_clip: Any, pixel_format: str, down_bits: int) -> None:
    sample = make_clip(pixel_format=pixel_format, frames=2)
    picture = next(iter(pictures(probe(sample.path))))
    truth = sample.planes(0)[0].astype(float) / 2.0**down_bits
    assert np.abs(picture.y - truth).max() <= 1.0


@pytest.mark.parametrize("pixel_format", ["gray", "gray10le", "gray12le", "gray16le"])
def test_grey_is_exact_luma_and_neutral_chroma(make_clip: Any, pixel_format: str) -> None:
    sample = make_clip(pixel_format=pixel_format, frames=2)
    picture = next(iter(pictures(probe(sample.path))))
    truth = sample.planes(0)[0].astype(float) / (16 if pixel_format == "gray16le" else 1)
    assert np.abs(picture.y - truth).max() <= (2.0 if pixel_format == "gray16le" else 0.0)
    assert picture.cb.shape == (32, 48)
    assert np.all(picture.cb == 1 << (picture.bit_depth - 1))
    assert np.all(picture.cr == picture.cb)


@pytest.mark.parametrize(
    ("pixel_format", "depth", "primaries", "matrix"), [("gbrp10le", 10, 1, 1), ("gbrp12le", 12, 9, 9)]
)
def test_rgb_is_converted_by_its_own_matrix(
    make_clip: Any, pixel_format: str, depth: int, primaries: int, matrix: int
) -> None:
    sample = make_clip(pixel_format=pixel_format, frames=1, color=(primaries, 2, 0, 2))
    clip = probe(sample.path)
    assert clip.color.matrix == matrix
    assert not clip.color.is_full_range
    picture = next(iter(pictures(clip)))
    green, blue, red = sample.planes(0)
    nominal = np.tensordot(rgb_to_ycbcr_matrix(matrix), np.stack([red, green, blue]) / ((1 << depth) - 1), axes=1)
    step = 1 << (depth - 8)
    assert np.abs(picture.y - (nominal[0] * 219 * step + 16 * step)).max() < 0.51
    assert np.abs(picture.cb - (nominal[1] * 224 * step + 128 * step)).max() < 0.51
    assert np.abs(picture.cr - (nominal[2] * 224 * step + 128 * step)).max() < 0.51


def test_packed_and_semi_planar_formats(make_clip: Any) -> None:
    sample = make_clip("clip.mov", codec="v210", pixel_format="yuv422p10le", frames=2)
    picture = next(iter(pictures(probe(sample.path))))
    np.testing.assert_array_equal(picture.y, sample.planes(0)[0])
    np.testing.assert_array_equal(picture.cr, sample.planes(0)[2])


@pytest.mark.parametrize("rotation", [90, 180, 270])
@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv444p10le"])
def test_turned_pictures_stand_upright(make_clip: Any, rotation: int, pixel_format: str) -> None:
    flat = make_clip("flat.mp4", **X264, pixel_format=pixel_format, frames=3)
    turned = make_clip("turned.mp4", **X264, pixel_format=pixel_format, frames=3, rotation_deg=rotation)
    clip = probe(turned.path)
    for stored, upright in zip(pictures(probe(flat.path)), pictures(clip), strict=True):
        assert upright.y.shape == (clip.height, clip.width)
        np.testing.assert_array_equal(upright.y, np.rot90(stored.y, -rotation // 90))
        np.testing.assert_array_equal(upright.cb, np.rot90(stored.cb, -rotation // 90))
        assert upright.y.flags.c_contiguous


def test_a_quarter_turn_of_422_goes_through_444(make_clip: Any) -> None:
    clip = probe(make_clip("t.mov", codec="prores_ks", pixel_format="yuv422p10le", rotation_deg=90, frames=2).path)
    assert clip.chroma == "444"
    picture = next(iter(pictures(clip)))
    assert picture.y.shape == picture.cb.shape == (96, 64)


@pytest.mark.parametrize(
    ("name", "material"),
    [
        ("closed.mp4", {"codec": "libx264", "options": {"g": "12", "bf": "3"}}),
        ("open.mp4", {"codec": "libx264", "options": {"g": "12", "bf": "3", "x264-params": "open-gop=1"}}),
        ("open.ts", {"codec": "libx264", "options": {"g": "12", "bf": "3", "x264-params": "open-gop=1"}}),
        ("open_hevc.mp4", {"codec": "libx265", "options": {"x265-params": "log-level=none:keyint=12:min-keyint=12"}}),
        ("vp9.webm", {"codec": "libvpx-vp9", "options": {"g": "12", "deadline": "realtime", "cpu-used": "8"}}),
        ("clip.avi", {"codec": "mpeg4", "options": {"g": "12"}}),
        ("clip.mkv", {"codec": "ffv1"}),
    ],
)
def test_any_frame_can_be_fetched(
    make_clip: Any, digest: Callable[[Any], str], name: str, material: dict[str, Any]
) -> None:
    if material["codec"] not in av.codecs_available:
        pytest.skip(f"this build of FFmpeg has no {material['codec']}")
    clip = probe(make_clip(name, **material, frames=60).path)
    whole = [(picture.pts, digest(picture)) for picture in pictures(clip)]
    assert len(whole) == clip.frames == 60
    for start in (0, 1, 24, 35, 36, 37, 47, 59):
        some = list(pictures(clip, start=start, count=3))
        assert [picture.index for picture in some] == list(range(start, min(start + 3, 60)))
        assert [(picture.pts, digest(picture)) for picture in some] == whole[start : start + 3]


def test_counts_beyond_the_end(make_clip: Any) -> None:
    clip = probe(make_clip().path)
    assert list(pictures(clip, start=clip.frames)) == []
    assert list(pictures(clip, start=0, count=0)) == []
    assert len(list(pictures(clip, start=clip.frames - 2, count=9))) == 2


@pytest.mark.parametrize("container", ["cut.mkv", "cut.mp4"])
@pytest.mark.parametrize("dropped", [5, 12, 17])
@pytest.mark.parametrize("is_open", [False, True])
def test_a_stream_copy_cut_between_key_frames(
    make_clip: Any, tmp_path: Path, digest: Callable[[Any], str], container: str, dropped: int, is_open: bool
) -> None:
    """It begins at its first key frame, and every picture from there on is the one that the whole clip has."""
    options = {"g": "12", "bf": "3", "sc_threshold": "0", "x264-params": f"open-gop={int(is_open)}"}
    whole = make_clip("whole.mp4", codec="libx264", options=options, frames=48).path
    truth = [digest(picture) for picture in pictures(probe(whole))]
    cut = probe(_without_first(whole, tmp_path / container, dropped))
    got = [digest(picture) for picture in pictures(cut)]
    assert got == truth[-len(got) :]
    assert len(got) == cut.frames >= 24


def test_timestamps_are_the_file_s_own(make_clip: Any) -> None:
    uneven = (0, 512, 1024, 2560, 3072, 5632)
    clip = probe(make_clip("vfr.mp4", **X264, pts=uneven, time_base=Fraction(1, 12288)).path)
    assert [picture.pts * clip.time_base for picture in pictures(clip)] == [Fraction(p, 12288) for p in uneven]


def test_a_picture_outlives_its_neighbours(make_clip: Any) -> None:
    sample = make_clip("clip.mp4", codec="libx264", options={"qp": "0", "preset": "ultrafast"}, frames=40)
    for picture in list(pictures(probe(sample.path))):
        np.testing.assert_array_equal(picture.y, sample.planes(picture.index)[0])


@pytest.mark.parametrize(
    ("name", "material"),
    [
        ("clip.mp4", {"codec": "libx264", "options": {"preset": "veryfast", "crf": "12"}}),
        ("clip.mov", {"codec": "prores_ks", "pixel_format": "yuv422p10le"}),
        ("clip.mkv", {"codec": "ffv1", "options": {"level": "3", "slicecrc": "1"}}),
        ("hevc.mp4", {"codec": "libx265", "options": {"x265-params": "log-level=none", "preset": "ultrafast"}}),
    ],
)
def test_damage_in_the_middle_is_named(make_clip: Any, tmp_path: Path, name: str, material: dict[str, Any]) -> None:
    whole = make_clip(name, **material, frames=48, width=320, height=240).path
    data = bytearray(whole.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 400] = bytes(400)
    broken = tmp_path / name
    broken.write_bytes(data)
    with pytest.raises(ClipDamaged, match=r"damaged at 0:00:0\d\.\d{3}") as caught:
        list(pictures(probe(broken)))
    assert str(broken) in caught.value.message


def test_a_change_of_size_or_format_is_refused(make_clip: Any, tmp_path: Path) -> None:
    first = make_clip("a.ts", **X264, frames=12).path
    for other in ({"width": 64}, {"pixel_format": "yuv422p10le"}):
        second = make_clip("b.ts", **X264, frames=12, **other).path
        joined = tmp_path / "joined.ts"
        joined.write_bytes(first.read_bytes() + second.read_bytes())
        with pytest.raises((ClipUnsupported, ClipDamaged)) as caught:
            list(pictures(probe(joined)))
        assert caught.value.hint


def test_closing_early_lets_go_of_the_file(make_clip: Any) -> None:
    clip = probe(make_clip().path)
    stream = pictures(clip)
    next(stream)
    assert _is_held(clip.path)
    stream.close()  # type: ignore[attr-defined]
    assert not _is_held(clip.path)


def test_nothing_is_printed(make_clip: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = bytearray(make_clip("clip.mp4", **X264).path.read_bytes())
    data[len(data) // 3 : len(data) // 3 + 60] = bytes(60)
    (tmp_path / "broken.mp4").write_bytes(data)
    with pytest.raises(ClipDamaged):
        list(pictures(probe(tmp_path / "broken.mp4")))
    assert capfd.readouterr() == ("", "")


def _without_first(whole: Path, path: Path, packets: int) -> Path:
    """A stream copy that leaves out the first packets, as a careless cutter does."""
    with av.open(str(whole)) as source, av.open(str(path), "w") as output:
        copy = output.add_stream_from_template(source.streams.video[0])
        for number, packet in enumerate(source.demux(video=0)):
            if packet.size and number >= packets:
                packet.stream = copy
                output.mux(packet)
    return path


def _is_held(path: Path) -> bool:
    held = [link for link in Path("/proc/self/fd").iterdir() if link.exists() and link.resolve() == path]
    return bool(held)
