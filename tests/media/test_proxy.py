"""Copies for browsers: every picture, in order, near a key picture, at its time, with its grain and its sound."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from reviewing import FPS, write_numbered
from scenes import write_scene
from unplastic.clip import Clip, Picture
from unplastic.errors import ClipDamaged
from unplastic.media import pictures, probe, proxy_index, write_proxy

GROUP_MAX = 12


def copied(clip: Clip, folder: Path) -> tuple[dict, Path]:
    path = folder / "copy.mp4"
    write_proxy(pictures(clip), clip, path)
    return proxy_index(path), path


def test_every_picture_is_there_at_its_time(tmp_path: Path) -> None:
    clip = probe(write_numbered(tmp_path / "clip.mp4", 60, sound=True))
    index, path = copied(clip, tmp_path)
    rows = index["pictures"]
    assert len(rows) == clip.frames == probe(path).frames
    assert Fraction(*index["fps"]) == FPS
    ticks = [(row[2] - index["first"]) * Fraction(*index["clock"]) for row in rows]
    assert ticks == [n / FPS for n in range(60)]
    assert (index["end"] - index["first"]) * Fraction(*index["clock"]) == 60 / FPS
    assert index["sound"]
    assert index["codec"].startswith("avc1.64")


def test_no_picture_is_far_from_a_key(tmp_path: Path) -> None:
    index, path = copied(probe(write_numbered(tmp_path / "clip.mp4", 60)), tmp_path)
    keys = [number for number, row in enumerate(index["pictures"]) if row[3]]
    assert keys[0] == 0
    assert max(np.diff([*keys, 60])) <= GROUP_MAX
    data = path.read_bytes()
    for offset, size, _, key in index["pictures"]:
        kinds = nal_kinds(data[offset : offset + size])
        assert (5 in kinds) == bool(key)


def nal_kinds(packet: bytes) -> set[int]:
    """Kinds of the units of an H.264 packet with lengths of four bytes; proves that offsets point at packets."""
    kinds, at = set(), 0
    while at < len(packet):
        length = int.from_bytes(packet[at : at + 4])
        assert 0 < length <= len(packet) - at - 4
        kinds.add(packet[at + 4] & 31)
        at += 4 + length
    return kinds


@pytest.mark.parametrize(("depth", "noise_codes8"), [(8, 2.0), (10, 2.0), (10, 0.8), (12, 2.0)])
def test_grain_is_seen_as_it_is(tmp_path: Path, plastic_clip: Path, depth: int, noise_codes8: float) -> None:
    """Fresh white noise is the hardest that an encoder meets: 95 % and more of it must be left, and stay fresh."""
    rng = np.random.default_rng(1)
    clip = replace(probe(plastic_clip), width=320, height=240, frames=24, bit_depth=depth, sound=())
    unit = 1 << (depth - 8)
    kind = np.uint8 if depth == 8 else np.uint16

    def made():
        for n in range(24):
            y = np.rint((118.0 + noise_codes8 * rng.standard_normal((240, 320))) * unit).astype(kind)
            chroma = np.full((120, 160), 128 * unit, kind)
            yield Picture(y, chroma, chroma, depth, n, n * 512)

    write_proxy(made(), clip, tmp_path / "noise.mp4")
    read = np.stack([each.y.astype(np.float32) for each in pictures(probe(tmp_path / "noise.mp4"))])
    was = float(np.hypot(noise_codes8, np.sqrt(1 / 12)))
    assert read.std(axis=(1, 2)).mean() == pytest.approx(was, rel=0.08)
    assert read.mean() == pytest.approx(118.0, abs=0.3)
    fresh = np.diff(read, axis=0).std() / np.sqrt(2)
    assert fresh == pytest.approx(was, rel=0.12)


def test_hdr_stays_hdr(tmp_path: Path, hdr_clip: Path) -> None:
    clip = probe(hdr_clip)
    index, path = copied(clip, tmp_path)
    found = probe(path)
    assert index["codec"].startswith("av01.")
    assert index["codec"].endswith(".10")
    assert (found.color.transfer, found.color.primaries, found.frames) == (16, 9, clip.frames)


def test_one_picture_and_odd_sides(tmp_path: Path) -> None:
    for name, frames, width, height in (("one", 1, 320, 240), ("odd", 3, 322, 246)):
        index, path = copied(
            probe(write_numbered(tmp_path / f"{name}.mp4", frames, width=width, height=height)), tmp_path
        )
        assert len(index["pictures"]) == frames
        assert (index["width"], index["height"]) == (width, height)
        assert index["end"] > index["first"]
        path.unlink()


def test_a_film_in_another_order_is_no_copy(tmp_path: Path) -> None:
    write_scene(tmp_path / "reordered.mp4", 256, 192, 24)
    with pytest.raises(ClipDamaged, match="order"):
        proxy_index(tmp_path / "reordered.mp4")
