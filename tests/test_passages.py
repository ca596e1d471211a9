"""Where a clip flickers most: found where it was put, and nowhere is made up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from reviewing import write_numbered
from scenes import scene
from unplastic.clip import Clip
from unplastic.media import probe, write_proxy
from unplastic.passages import worst_passages


def flickering(path: Path, start: int, stop: int, box: tuple[int, int, int, int], frames: int = 120) -> Clip:
    """A resting scene of 640x384; inside ``box`` its patches jump up and down from ``start`` to ``stop``."""
    from unplastic.clip import Picture

    rng, still = np.random.default_rng(2), scene(640, 384, 0)[..., 1].astype(np.float32)
    model = write_numbered(path.with_suffix(".model.mp4"), 2, width=640, height=384)
    clip = replace(probe(model), frames=frames)
    x, y, width, height = box

    def made():
        for n in range(frames):
            luma = still.copy()
            if start <= n < stop:
                patches = np.kron(rng.standard_normal((height // 8, width // 8)) * 3.0, np.ones((8, 8)))
                luma[y : y + height, x : x + width] += patches
            chroma = np.full((192, 320), 128, np.uint8)
            yield Picture(np.clip(luma, 16, 235).astype(np.uint8), chroma, chroma, 8, n, n * 1001)

    write_proxy(made(), clip, path)
    return probe(path)


@pytest.mark.parametrize("start", [0, 30, 72])
def test_flicker_is_found_where_it_is(tmp_path: Path, start: int) -> None:
    box = (384, 128, 192, 128)
    clip = flickering(tmp_path / "clip.mp4", start, start + 48, box)
    found = worst_passages(clip)
    worst = found.passages[0]
    inside = set(range(worst.start, worst.stop)) & set(range(start, start + 48))
    assert len(inside) >= 38
    assert worst.stop - worst.start == 48
    assert worst.x < box[0] + box[2]
    assert worst.x + worst.width > box[0]
    assert worst.codes is not None
    assert worst.codes > 0.5
    quiet = [codes for frame, codes in found.curve if not start - 3 < frame < start + 48]
    assert max(quiet) < 0.3 * worst.codes


def test_passages_do_not_overlap_and_lie_in_the_clip(tmp_path: Path) -> None:
    clip = flickering(tmp_path / "clip.mp4", 10, 110, (0, 0, 640, 384))
    found = worst_passages(clip).passages
    assert len(found) == 2
    a, b = sorted(found, key=lambda each: each.start)
    assert 0 <= a.start < a.stop <= b.start < b.stop <= clip.frames


@pytest.mark.parametrize("frames", [1, 2, 3, 5])
def test_a_short_clip_is_looked_at_whole(tmp_path: Path, frames: int) -> None:
    found = worst_passages(probe(write_numbered(tmp_path / "clip.mp4", frames)))
    assert (found.passages[0].start, found.passages[0].stop) == (0, frames)
    if frames < 3:
        assert found.passages[0].what == "middle"
        assert found.passages[0].codes is None
        assert found.curve == ()
