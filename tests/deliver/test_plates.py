"""Three plates out of one pass: the finished one is that of `finish`, and clean plus grain makes it again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from unplastic.deliver.plates import Targets, render_plates
from unplastic.finish import solved, treat_clip
from unplastic.media import part_of, pictures, probe


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory, shot_file: Path):
    folder = tmp_path_factory.mktemp("plates")
    clip = part_of(probe(shot_file), 4, 8)
    larger, recipe = solved(clip, rounds=0)
    paths = {name: folder / f"{name}.mkv" for name in ("finished", "clean", "grain")}
    targets = Targets(*({"ffv1": path} for path in paths.values()))
    samples, _ = render_plates(clip, larger, recipe, targets)
    treat_clip(clip, recipe, {"master": folder / "finish.mkv"}, larger=larger, master="ffv1")
    return paths | {"finish": folder / "finish.mkv"}, samples


def planes(path: Path) -> list[tuple[np.ndarray, ...]]:
    return [(each.y.astype(int), each.cb.astype(int), each.cr.astype(int)) for each in pictures(probe(path))]


def test_the_finished_plate_is_what_finish_makes(rendered) -> None:
    paths, _ = rendered
    for a, b in zip(planes(paths["finished"]), planes(paths["finish"]), strict=True):
        for one, other in zip(a, b, strict=True):
            np.testing.assert_array_equal(one, other)


def test_clean_plus_grain_is_finished(rendered) -> None:
    paths, _ = rendered
    for finished, clean, grain in zip(*(planes(paths[name]) for name in ("finished", "clean", "grain")), strict=True):
        for one, other, more in zip(finished, clean, grain, strict=True):
            np.testing.assert_array_equal(one, other + more - 512)
        assert np.std(grain[0]) > 1.0


def test_the_samples_are_of_these_pictures(rendered) -> None:
    paths, samples = rendered
    finished = list(pictures(probe(paths["finished"])))
    assert sorted(samples.grained) == sorted(index for run in samples.runs for index in run)
    for index, tiles in samples.grained.items():
        np.testing.assert_array_equal(tiles, samples.cut(finished[index]))
