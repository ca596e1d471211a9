"""XMP put into MP4 and MOV files and found again, where other programs look for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import pytest

from unplastic.errors import ResultUnwritable
from unplastic.media import pictures, probe
from unplastic.media.metadata import MANIFEST_ID, boxes, manifests_of, put_xmp, xmp_of

PACKET = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>hello</x:xmpmeta>"


@pytest.mark.parametrize(("suffix", "muxer"), [(".mp4", {}), (".mp4", {"movflags": "+faststart"}), (".mov", {})])
def test_xmp_is_found_again(tmp_path: Path, suffix: str, muxer: dict[str, str]) -> None:
    path = tmp_path / f"clip{suffix}"
    _write(path, muxer)
    before = [picture.y.copy() for picture in pictures(probe(path))]
    assert xmp_of(path) is None
    assert put_xmp(path, PACKET)
    assert xmp_of(path) == PACKET
    clip = probe(path)
    assert clip.timecode == "02:00:00:00"
    assert all((a == b.y).all() for a, b in zip(before, pictures(clip), strict=True))
    with av.open(str(path)) as container:
        assert container.metadata["title"] == "A title"
        if suffix == ".mov":
            names = [name for name, _, _ in boxes(path)]
            assert names.count(b"uuid") == 0, "QuickTime keeps it in moov/udta"


def test_other_containers_have_no_place(make_clip: Any) -> None:
    path = make_clip(frames=1).path
    assert xmp_of(path) is None
    assert manifests_of(path) is None
    assert put_xmp(path, PACKET) is False


def test_a_signed_file_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "signed.mp4"
    _write(path, {})
    store = MANIFEST_ID + bytes(4) + b"manifest\0" + bytes(8) + b"jumb"
    with path.open("ab") as file:
        file.write((len(store) + 8).to_bytes(4, "big") + b"uuid" + store)
    before = path.read_bytes()
    assert manifests_of(path) == b"jumb"
    with pytest.raises(ResultUnwritable, match="signed"):
        put_xmp(path, PACKET)
    assert path.read_bytes() == before


def _write(path: Path, muxer: dict[str, str]) -> None:
    with av.open(str(path), "w", options=muxer) as output:
        stream: Any = output.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.metadata["timecode"] = "02:00:00:00"
        output.metadata["title"] = "A title"
        for index in range(3):
            frame = av.VideoFrame(64, 48, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([40 + 20 * index]) * plane.buffer_size)
            frame.pts = index
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
