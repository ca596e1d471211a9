"""Grain written into an AV1 file: the pictures under it stay, independent decoders show it, all else is copied."""

from __future__ import annotations

import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from av1clips import HEIGHT, WIDTH, write_av1
from unplastic.errors import ClipUnsupported
from unplastic.media import pictures, probe
from unplastic.media.av1.grain import FilmGrain
from unplastic.media.grained import asked_grain, put_grain

GRAIN = FilmGrain(1, ((0, 80), (255, 80)), ar_y=(0,) * 20 + (-8, 30, -8, 30))
"""White noise through a small process whose gain is 1.055: 32 * 1.055 * 80 / 2^11 = 1.319 codes (measured by us)."""

ASKED_CODES8 = 32 * 1.055 * 80 / 2**11


def seeded(index: int) -> FilmGrain:
    return GRAIN.seeded(1000 + index * 7919)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("grained")
    plain, grained = folder / "plain.mp4", folder / "grained.mp4"
    write_av1(plain, sound=True)
    put_grain(plain, grained, seeded)
    return plain, grained


def luma(path: Path, *, film_grain: bool = True) -> np.ndarray:
    clip = probe(path)
    return np.stack([picture.y.astype(float) / 4 for picture in pictures(clip, film_grain=film_grain)])


def test_the_pictures_under_the_grain_are_untouched(files: tuple[Path, Path]) -> None:
    plain, grained = files
    np.testing.assert_array_equal(luma(grained, film_grain=False), luma(plain))


def test_it_is_as_strong_as_asked_and_new_in_every_picture(files: tuple[Path, Path]) -> None:
    added = luma(files[1]) - luma(files[1], film_grain=False)
    assert added.std() == pytest.approx(ASKED_CODES8, rel=0.02)
    for a, b in pairwise(added):
        assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 0.03


def test_every_picture_has_its_own_seed_as_it_is_shown(files: tuple[Path, Path]) -> None:
    asked = asked_grain(files[1])
    assert asked.grains == tuple(seeded(index) for index in range(24))
    assert asked.seeds == 24


def test_everything_else_is_as_it_was(files: tuple[Path, Path]) -> None:
    was, now = map(probe, files)
    for name in ("frames", "frame_rate", "timecode", "color", "sound", "width", "height", "start_pts", "duration_s"):
        assert getattr(was, name) == getattr(now, name), name


def test_writing_again_replaces(files: tuple[Path, Path], tmp_path: Path) -> None:
    again = tmp_path / "again.mp4"
    put_grain(files[1], again, lambda index: GRAIN.seeded(index + 1))
    assert [each.seed for each in asked_grain(again).grains if each] == list(range(1, 25))
    np.testing.assert_array_equal(luma(again, film_grain=False), luma(files[0]))


def test_seeds_that_make_no_grain(files: tuple[Path, Path], tmp_path: Path) -> None:
    """What the specification does not warn of: with seed 0 a picture has none."""
    path = tmp_path / "barren.mp4"
    put_grain(files[0], path, lambda index: GRAIN.seeded(0 if index == 3 else index + 1))
    assert asked_grain(path).bare == (3,)
    added = luma(path) - luma(path, film_grain=False)
    assert added[3].std() < 0.2
    assert added[4].std() > 1.2


def test_only_av1_carries_it(plastic_clip: Path, tmp_path: Path) -> None:
    with pytest.raises(ClipUnsupported, match="not AV1"):
        put_grain(plastic_clip, tmp_path / "x.mp4", seeded)


@pytest.mark.skipif(shutil.which("dav1d") is None, reason="no independent decoder (root: apt-get install dav1d)")
def test_an_independent_decoder_shows_the_same(files: tuple[Path, Path], tmp_path: Path) -> None:
    """Debian's dav1d, some versions behind the one in the wheel, bit for bit; its IVF is cut out by ffmpeg."""
    stream = tmp_path / "x.ivf"
    subprocess.run(["ffmpeg", "-loglevel", "error", "-i", files[1], "-an", "-c", "copy", stream], check=True)
    for on in (True, False):
        raw = tmp_path / f"{on}.yuv"
        subprocess.run(["dav1d", "-q", "-i", stream, "--filmgrain", str(int(on)), "-o", raw], check=True)
        frames = np.fromfile(raw, np.uint16).reshape(24, -1)[:, : WIDTH * HEIGHT].reshape(24, HEIGHT, WIDTH) / 4
        np.testing.assert_array_equal(frames, luma(files[1], film_grain=on))
