"""The table of masters: which size, chroma, depth and container each clip gets, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from unplastic.clip import SoundTrack
from unplastic.errors import ResultUnwritable, UnknownName
from unplastic.media import MASTERS, Writer, container_suffix, missing_encoders, probe, target_depth
from unplastic.media.containers import CARRIES
from unplastic.media.masters import WEB, WEB_HDR


@pytest.fixture(scope="module")
def clip(make_clip: Any) -> Any:
    return probe(make_clip(frames=1).path)


def test_every_encoder_is_in_this_build() -> None:
    assert missing_encoders() == []


def test_an_unknown_master_is_named_with_the_known_ones(clip: Any) -> None:
    with pytest.raises(UnknownName) as caught:
        target_depth("betacam", clip)
    assert "prores" in caught.value.hint


@pytest.mark.parametrize(
    ("master", "source", "target"),
    [("prores", 8, 10), ("prores", 12, 10), ("hevc", 12, 12), ("ffv1", 12, 12), ("ffv1", 8, 10), ("h264", 12, 10)],
)
def test_depth(clip: Any, master: str, source: int, target: int) -> None:
    assert target_depth(master, replace(clip, bit_depth=source)) == target


@pytest.mark.parametrize(
    ("master", "size", "source", "wanted"),
    [
        ("h264", (96, 64), "420", "420"),
        ("h264", (96, 65), "420", "422"),
        ("h264", (97, 64), "420", "444"),
        ("h264", (97, 65), "422", "444"),
        ("hevc", (96, 64), "444", "444"),
        ("prores", (97, 65), "420", "422"),
        ("prores4444", (96, 64), "420", "444"),
        ("av1", (97, 65), "444", "420"),
        ("ffv1", (97, 65), "420", "420"),
        ("ffv1", (96, 64), "400", "420"),
    ],
)
def test_chroma_is_never_coarser_than_it_must_be(
    clip: Any, master: str, size: tuple[int, int], source: str, wanted: str
) -> None:
    changed = replace(clip, width=size[0], height=size[1], chroma=source)
    assert MASTERS[master].chroma(changed) == wanted


def test_the_size_that_dnxhr_refuses_comes_with_a_way_out(clip: Any) -> None:
    with pytest.raises(ResultUnwritable, match="256x120") as caught:
        container_suffix("dnxhr", clip)
    assert "--master ffv1" in caught.value.hint


@pytest.mark.parametrize(
    ("master", "sound", "subtitles", "suffix"),
    [
        ("prores", "aac", (), ".mov"),
        ("prores", "pcm_s24le", ("mov_text",), ".mov"),
        ("prores", "opus", (), ".mkv"),
        ("prores", "aac", ("ass",), ".mkv"),
        ("h264", "aac", ("mov_text",), ".mp4"),
        ("h264", "pcm_s16le", (), ".mov"),
        ("h264", "opus", (), ".mp4"),
        ("av1", "pcm_s16le", (), ".mkv"),
        ("ffv1", "aac", (), ".mkv"),
    ],
)
def test_the_container_holds_every_other_stream(
    clip: Any, master: str, sound: str, subtitles: tuple[str, ...], suffix: str
) -> None:
    full = replace(clip, sound=(SoundTrack(sound, 48_000, 2, clip.duration_s),), subtitles=subtitles)
    assert container_suffix(master, full) == suffix
    notes = MASTERS[master].notes(full, suffix)
    assert any("cannot hold" in note for note in notes) == (suffix != (MASTERS[master].suffixes or (".mkv",))[0])


def test_containers_really_hold_what_the_table_says(tmp_path: Path) -> None:
    import av

    for suffix, codecs in CARRIES.items():
        with av.open(str(tmp_path / f"x{suffix}"), "w") as output:
            able = {"mp3float": "mp3", "libopus": "opus"}
            assert {able.get(codec, codec) for codec in codecs} <= output.supported_codecs
            stream = output.add_stream("mpeg4", rate=24)
            stream.width, stream.height = 16, 16


@pytest.mark.parametrize("size", [(16, 16), (17, 17), (257, 145), (256, 145)])
@pytest.mark.parametrize("frames", [1, 2, 3])
@pytest.mark.parametrize("name", [*MASTERS, "web"])
def test_every_size_and_length_is_written_or_refused(
    make_clip: Any, write_finished: Any, tmp_path: Path, name: str, frames: int, size: tuple[int, int]
) -> None:
    clip = probe(make_clip(width=size[0], height=size[1], frames=frames).path)
    if name.startswith("dnxhr") and size[0] < 256:
        with pytest.raises(ResultUnwritable):
            container_suffix(name, clip)
        return
    result = tmp_path / f"result{container_suffix(name, clip)}"
    write_finished(clip, {name: result}, preset=None)
    written = probe(result)
    expected = (size[0] & ~1, size[1] & ~1) if name == "web" else size
    assert (written.width, written.height, written.frames) == (*expected, frames)


@pytest.mark.parametrize("name", [*MASTERS, "web"])
def test_eight_k(make_clip: Any, tmp_path: Path, name: str) -> None:
    """Two frames of 7680x4320: the source is read for its other streams only."""
    tiny = probe(make_clip(frames=2).path)
    clip = replace(tiny, width=7680, height=4320)
    result = tmp_path / f"result{container_suffix(name, clip)}"
    with Writer(clip, {name: result}, preset="ultrafast" if name in ("h264", "hevc", "web") else "12") as writer:
        for index in range(2):
            picture = writer.blank(index, index * 42, 42)
            picture.y[:] = np.linspace(64, 940, 7680, dtype=np.uint16)
            picture.cb[:], picture.cr[:] = 512, 512
            writer.write(picture)
    written = probe(result)
    assert (written.width, written.height, written.frames) == (7680, 4320, 2)


def test_the_web_file_of_hdr_keeps_ten_bits(clip: Any) -> None:
    assert WEB.depths == (8,)
    assert WEB_HDR.depths == (10,)
