"""Pictures as files: their numbers, their values, what their headers say, and the sound beside them."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import tifffile

from unplastic.errors import UnknownName
from unplastic.media import Writer, part_of, pictures, probe
from unplastic.media.sequence import SequenceEncoding, attribute, with_attributes

GREYS = (64, 502, 940)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, plastic_clip: Path) -> dict[str, Path]:
    """Three greys side by side, in 10-bit codes, as EXR and as TIFF; frames 5.. of a clip with sound."""
    part = part_of(probe(plastic_clip), 5, 3)
    folder = tmp_path_factory.mktemp("sequence")
    files = {"exr": folder / "exr", "tiff": folder / "tiff"}
    with Writer(part, files) as writer:
        assert writer.bit_depth == 12
        for picture in pictures(part):
            blank = writer.blank(picture.index, picture.pts, picture.duration)
            for third, grey in enumerate(GREYS):
                blank.y[:, third * 86 : (third + 1) * 86] = grey << 2
            blank.cb[:], blank.cr[:] = 2048, 2048
            writer.write(blank)
        assert any("86405" in note for note in writer.notes)
    return files


@pytest.mark.parametrize("kind", ["exr", "tiff"])
def test_frame_numbers_are_the_timecode(written: dict[str, Path], kind: str) -> None:
    names = sorted(path.name for path in written[kind].glob(f"*.{kind}"))
    assert names == [f"shot.{number:08}.{kind}" for number in (86405, 86406, 86407)]


def test_exr_holds_the_light_of_the_screen(written: dict[str, Path]) -> None:
    with av.open(str(written["exr"] / "shot.00086405.exr")) as container:
        frame = next(container.decode(video=0))
        assert frame.format.name == "gbrpf16le"
        rows = [np.frombuffer(plane, np.float16).reshape(frame.height, -1) for plane in frame.planes]
    for third, grey in enumerate(GREYS):
        light = ((grey - 64) / 876) ** 2.4
        for plane in rows:
            assert plane[96, third * 86 + 40] == pytest.approx(light, abs=1e-3)


def test_tiff_holds_the_codes(written: dict[str, Path]) -> None:
    values = tifffile.imread(written["tiff"] / "shot.00086406.tiff")
    assert values.dtype == np.uint16
    assert values.shape == (192, 256, 3)
    for third, grey in enumerate(GREYS):
        assert values[50, third * 86 + 40] == pytest.approx([(grey - 64) / 876 * 65535] * 3, abs=1)


def test_exr_says_timecode_rate_and_primaries(written: dict[str, Path]) -> None:
    data = (written["exr"] / "shot.00086407.exr").read_bytes()
    head = data[:2000]
    at = head.index(b"timeCode\0timecode\0") + len(b"timeCode\0timecode\0") + 4
    (packed,) = struct.unpack_from("<I", head, at)
    assert packed == 0x01_00_00_07, "01:00:00:07 in tens and units of four bits"
    at = head.index(b"framesPerSecond\0rational\0") + len(b"framesPerSecond\0rational\0") + 4
    assert struct.unpack_from("<iI", head, at) == (24, 1)
    assert b"chromaticities\0" in head


def test_the_sound_begins_with_the_first_picture_and_is_as_long(written: dict[str, Path]) -> None:
    with av.open(str(written["exr"] / "shot.wav")) as container:
        stream = container.streams.audio[0]
        assert stream.codec_context.name == "pcm_s24le"
        assert sum(frame.samples for frame in container.decode(stream)) == 48_000 * 3 // 24


def test_more_in_a_header_moves_the_table_of_offsets(tmp_path: Path) -> None:
    context: Any = av.CodecContext.create("exr", "w")
    context.width, context.height, context.pix_fmt, context.time_base = 32, 40, "gbrpf32le", 1
    frame = av.VideoFrame(32, 40, "gbrpf32le")
    for i, plane in enumerate(frame.planes):
        np.frombuffer(plane, np.float32)[:] = 0.25 * (i + 1)
    data = b"".join(bytes(packet) for packet in context.encode(frame))
    path = tmp_path / "x.exr"
    path.write_bytes(with_attributes(data, attribute("owner", "string", b"nobody at all")))
    with av.open(str(path)) as container:
        back = next(container.decode(video=0))
        for i, plane in enumerate(back.planes):
            assert set(np.frombuffer(plane, np.float32)) == {np.float32(0.25 * (i + 1))}


def test_an_unknown_kind(plastic_clip: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="dpx"):
        SequenceEncoding(probe(plastic_clip), "dpx", tmp_path / "x")
