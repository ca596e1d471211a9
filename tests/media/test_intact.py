"""Damage that decoders read past, and files that end before they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import pytest

from unplastic.media.failure import clock
from unplastic.media.intact import checker, ffv1_is_whole, nal_units_are_whole
from unplastic.media.matroska import declared_bytes


def _packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


@pytest.mark.parametrize("options", [{"level": "3", "slicecrc": "1"}, {"level": "3", "slices": "16", "slicecrc": "1"}])
def test_any_flipped_bit_of_ffv1_fails_its_checksum(make_clip: Any, options: dict[str, str]) -> None:
    packet = _packets(make_clip(options=options, frames=1).path)[0]
    assert ffv1_is_whole(packet)
    for at in range(0, len(packet), 97):
        broken = bytearray(packet)
        broken[at] ^= 16
        assert not ffv1_is_whole(bytes(broken))


@pytest.mark.parametrize("options", [{"level": "1"}, {"level": "3", "slicecrc": "0"}])
def test_ffv1_without_checksums_is_let_through(make_clip: Any, options: dict[str, str]) -> None:
    assert all(ffv1_is_whole(packet) for packet in _packets(make_clip(options=options).path))


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_a_hole_of_zeros_in_a_nal_unit_is_seen(make_clip: Any, codec: str) -> None:
    options = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    path = make_clip("clip.mp4", codec=codec, options=options).path
    packet = bytearray(_packets(path)[0])
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        is_whole = checker(context.name, context.extradata)
    assert is_whole(packet)
    packet[-60:-40] = bytes(20)
    assert not is_whole(packet)
    assert not nal_units_are_whole(memoryview(packet)[:-3], 4)


def test_matroska_says_how_long_it_is(make_clip: Any, tmp_path: Path) -> None:
    path = make_clip().path
    assert declared_bytes(path) == path.stat().st_size
    (tmp_path / "short.mkv").write_bytes(path.read_bytes()[:30])
    assert declared_bytes(tmp_path / "short.mkv") is None


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00:00.000"), (61.5, "0:01:01.500"), (3600.0415, "1:00:00.042")])
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text
