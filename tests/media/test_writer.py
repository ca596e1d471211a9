"""Writer: every master, exact frames and times, everything else untouched; checked by an independent reader."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import PictureType
from clip_maker import write_clip

from unplastic.clip import Clip
from unplastic.errors import ResultUnwritable, UnknownName
from unplastic.media import MASTERS, Writer, container_suffix, pictures, probe, target_depth


def rewrite(
    clip: Clip, path: Path, master: str, *, web: Path | None = None, preset: str | None = None
) -> tuple[str, ...]:
    """Copy the pictures of a clip through a writer; returns its notes."""
    files = {master: path} | ({"web": web} if web else {})
    with Writer(clip, files, preset=preset) as writer:
        for source in pictures(clip):
            target = writer.blank(source.index, source.pts, source.duration)
            for before, after in ((source.y, target.y), (source.cb, target.cb), (source.cr, target.cr)):
                np.copyto(after, before)
                np.left_shift(after, writer.bit_depth - source.bit_depth, out=after)
            writer.write(target)
    return writer.notes


@pytest.mark.parametrize("master", list(MASTERS))
def test_every_master_keeps_frames_times_and_sound(tmp_path: Path, master: str, ffprobe) -> None:
    uneven = [512 * i + (256 if i > 20 else 0) for i in range(36)]
    source = write_clip(
        tmp_path / "s.mov",
        codec="libx264",
        size=(256, 144),
        pts=uneven,
        time_base=Fraction(1, 12288),
        sound="aac",
        sound_delay_s=0.1,
        timecode="10:00:00:00",
        tags={"title": "Shot 12"},
        color=(1, 1, 1, 1),
    )
    clip = probe(source)
    result = tmp_path / f"r{container_suffix(master, clip)}"
    rewrite(clip, result, master)
    written = probe(result)
    assert written.frames == clip.frames == 36
    assert written.bit_depth >= 10
    assert written.timecode == "10:00:00:00"
    assert written.color == clip.color
    tolerance = 0.0006 if result.suffix == ".mkv" else 1e-6
    times = [[float(t.strip(",")) for t in _times(ffprobe, path, "v")] for path in (source, result)]
    assert times[1] == pytest.approx(times[0], abs=tolerance)
    sound = [[float(t.strip(",")) for t in _times(ffprobe, path, "a")] for path in (source, result)]
    assert sound[1] == pytest.approx(sound[0], abs=tolerance)
    hashes = [_packet_hashes(path) for path in (source, result)]
    assert hashes[0] == hashes[1]
    with av.open(str(result)) as container:
        assert container.metadata.get("title") == "Shot 12"


def _times(ffprobe, path: Path, stream: str) -> list[str]:
    text = ffprobe(path, "-select_streams", stream, "-show_entries", "packet=pts_time")
    return sorted(text.replace("N/A", "").split(), key=lambda t: float(t.strip(",")))


def _packet_hashes(path: Path) -> list[int]:
    with av.open(str(path)) as container:
        return [hash(bytes(packet)) for packet in container.demux(audio=0) if packet.size]


def test_ffv1_is_lossless(tmp_path: Path) -> None:
    for pixel_format in ("yuv420p", "yuv422p10le", "yuv444p12le"):
        clip = probe(write_clip(tmp_path / f"{pixel_format}.mkv", pixel_format=pixel_format, size=(65, 49)))
        result = tmp_path / f"r_{pixel_format}.mkv"
        rewrite(clip, result, "ffv1")
        shift = target_depth("ffv1", clip) - clip.bit_depth
        for a, b in zip(pictures(clip), pictures(probe(result)), strict=True):
            np.testing.assert_array_equal(a.y.astype(np.uint16) << shift, b.y)
            np.testing.assert_array_equal(a.cr.astype(np.uint16) << shift, b.cr)


def test_the_web_file_plays_everywhere(tmp_path: Path) -> None:
    clip = probe(write_clip(tmp_path / "a.mkv", size=(65, 49), sound="pcm_s16le", frames=24))
    web = tmp_path / "w.mp4"
    notes = rewrite(clip, tmp_path / "r.mkv", "ffv1", web=web)
    written = probe(web)
    assert (written.width, written.height, written.bit_depth, written.chroma) == (64, 48, 8, "420")
    assert (written.codec, written.frames) == ("h264", 24)
    assert [s.codec for s in written.sound] == ["aac"]
    assert any("even sides" in note for note in notes)
    assert web.read_bytes().find(b"moov") < web.read_bytes().find(b"mdat")


def test_picture_types_of_the_source_do_not_steer_the_encoder(tmp_path: Path) -> None:
    """A source of key frames only must not become a master of key frames only."""
    clip = probe(write_clip(tmp_path / "i.mp4", codec="libx264", frames=24, options={"g": "1"}, forced_types=True))
    keys = []
    for steer in (PictureType.NONE, PictureType.I):
        result = tmp_path / f"r_{steer.name}.mp4"
        with Writer(clip, {"h264": result}) as writer:
            for source in pictures(clip):
                target = writer.blank(source.index, source.pts, source.duration)
                writer._frames[source.index].pict_type = steer  # what a decoded frame carries
                np.copyto(target.y, source.y)
                target.cb[:], target.cr[:] = 512, 512
                writer.write(target)
        with av.open(str(result)) as container:
            keys.append([packet.is_keyframe for packet in container.demux(video=0) if packet.size])
    assert keys[0] == keys[1]
    assert sum(keys[0]) < 8


@pytest.mark.parametrize("master", list(MASTERS))
def test_odd_sizes_work_or_are_refused_with_a_way_out(tmp_path: Path, master: str) -> None:
    clip = probe(write_clip(tmp_path / "o.mkv", size=(257, 145), frames=3))
    if master in ("prores", "dnxhr", "av1"):
        with pytest.raises(ResultUnwritable, match="odd side") as refusal:
            container_suffix(master, clip)
        assert "--master" in refusal.value.hint
        return
    suffix = container_suffix(master, clip)
    result = tmp_path / f"r{suffix}"
    rewrite(clip, result, master)
    written = probe(result)
    assert (written.width, written.height, written.frames) == (257, 145, 3)


def test_streams_that_mp4_cannot_hold_choose_matroska(tmp_path: Path) -> None:
    clip = probe(write_clip(tmp_path / "p.mkv", sound="flac", frames=24, size=(256, 144)))
    assert container_suffix("prores", clip) == ".mkv"
    notes = rewrite(clip, tmp_path / "r.mkv", "prores")
    assert any("Matroska" in note for note in notes)
    assert probe(tmp_path / "r.mkv").sound[0].codec == "flac"


def test_an_unknown_master_is_named_with_the_known_ones(tmp_path: Path) -> None:
    clip = probe(write_clip(tmp_path / "a.mkv", frames=1))
    with pytest.raises(UnknownName) as caught:
        target_depth("betacam", clip)
    assert "prores" in caught.value.hint


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    clip = probe(write_clip(tmp_path / "a.mkv", frames=2))
    with pytest.raises(ResultUnwritable) as caught, Writer(clip, {"ffv1": Path("/dev/full")}):
        pass
    assert caught.value.hint
