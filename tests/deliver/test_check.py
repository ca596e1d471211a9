"""The delivery check tells live grain from dirt, from none, and names what would keep it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from unplastic.clip import Clip, Picture
from unplastic.deliver.advice import advised
from unplastic.deliver.check import GrainCheck, check, judged
from unplastic.deliver.samples import Samples
from unplastic.media import probe
from unplastic.media.trialfile import write_trial

SIDE = 256


def plate(index: int) -> np.ndarray:
    rows, columns = np.mgrid[0:SIDE, 0:SIDE]
    return (110 + 30 * np.sin(rows / 60) + 20 * np.cos(columns / 45)).astype(np.float32)


def noise(index: int, sigma: float = 2.0) -> np.ndarray:
    return (sigma * np.random.default_rng(index).standard_normal((SIDE, SIDE))).astype(np.float32)


@pytest.fixture(scope="module")
def clip(shot_file: Path) -> Clip:
    return replace(probe(shot_file), width=SIDE, height=SIDE)


@pytest.fixture
def samples(clip: Clip) -> Samples:
    found = Samples.of(clip)
    for index in range(clip.frames):
        clean, grained = plate(index), plate(index) + noise(index)
        planes = [(each * 4).round().astype(np.uint16) for each in (clean, grained)]
        grey = np.full((SIDE // 2, SIDE // 2), 512, np.uint16)
        found.take(*(Picture(y, grey, grey, 10, index, index) for y in planes))
    return found


def seen(samples: Samples, make) -> dict[int, np.ndarray]:
    """What a decoder would show: ``make`` (clean tiles, grained tiles, index)."""
    return {i: make(samples.clean[i], samples.grained[i], i).astype(np.float32) for i in samples.clean}


@pytest.mark.parametrize(
    ("make", "verdict"),
    [
        (lambda clean, grained, i: grained, "alive"),
        (lambda clean, grained, i: clean, "vanished"),
        (lambda clean, grained, i: clean + 0.55 * (grained - clean), "weakened"),
        (lambda clean, grained, i: clean + np.random.default_rng(1).normal(0, 2, clean.shape), "frozen"),
    ],
    ids=["kept", "gone", "weak", "still"],
)
def test_verdicts(clip: Clip, samples: Samples, make, verdict: str) -> None:
    found = check(clip, samples, "x.mp4", seen=seen(samples, make))
    assert (found.verdict, found.carried) == (verdict, "baked")
    assert found.asked_codes8 == pytest.approx(2.0, rel=0.05)


def test_figures_of_known_truth(clip: Clip, samples: Samples) -> None:
    half = check(clip, samples, "x", seen=seen(samples, lambda clean, grained, i: clean + 0.5 * (grained - clean)))
    assert half.decoded_codes8 == pytest.approx(1.0, rel=0.05)
    assert half.energy == pytest.approx(0.25, rel=0.03)
    assert half.kept == pytest.approx(0.5, rel=0.03)
    assert half.still == pytest.approx(0.0, abs=0.05)


def test_no_grain_was_asked(clip: Clip, samples: Samples) -> None:
    samples.grained = dict(samples.clean)
    assert check(clip, samples, "x", seen=samples.clean).verdict == "none asked"


def test_other_noise_in_its_place_is_not_it(clip: Clip, samples: Samples) -> None:
    """An encoder that puts noise of its own where the grain was has lost the grain, whatever the energy says."""
    other = seen(samples, lambda clean, grained, i: clean + np.random.default_rng(900 + i).normal(0, 2, clean.shape))
    assert check(clip, samples, "x", seen=other).verdict == "vanished"


def test_the_words() -> None:
    assert judged(0.1, 0.9, 0.6) == "alive"
    assert judged(0.5, 0.9, 0.6) == "freezing"
    assert judged(0.9, 0.9, 0.0) == "frozen"
    assert judged(0.1, 0.3, 0.3) == "weakened"


def test_advice_is_a_setting_that_was_tried(clip: Clip, samples: Samples) -> None:
    gone = check(clip, samples, "x", seen=samples.clean)
    told = advised(gone, samples).advice
    assert told.startswith("x264 at crf ")
    assert "tune grain" in told
    assert "unplastic deliver" in told
    alive = GrainCheck("x", "baked", "alive", 2.0, 2.0, 0.0, 1.0, 1.0)
    assert advised(alive, samples) is alive


def test_a_coarse_encode_freezes_or_loses_it(clip: Clip, tmp_path: Path) -> None:
    """A real encoder, no model of one: x264 at crf 34 takes the grain of a locked-off shot away."""
    still = Samples(((range(4)),), ((0, 0),), (SIDE, SIDE))
    for index in range(4):
        still.clean[index], still.grained[index] = plate(0)[None], (plate(0) + noise(index))[None]
    for crf, ok in ((34, False), (8, True)):
        path = tmp_path / f"{crf}.mp4"
        write_trial(
            path, [np.clip(np.rint(each[0]), 0, 255).astype(np.uint8) for each in still.grained.values()], crf=crf
        )
        assert check(probe(path), still, path.name).ok is ok


def test_grain_that_is_held_is_not_called_frozen(clip: Clip) -> None:
    """At 50 pictures a second each grain stays for two."""
    fast = replace(clip, frame_rate=Fraction(50))
    found = Samples.of(fast)
    assert all(b - a == 2 for run in found.runs for a, b in pairwise(run))
    for run in found.runs:
        for index in run:
            found.clean[index] = plate(0)[None]
            found.grained[index] = (plate(0) + noise(index // 2))[None]
    assert check(fast, found, "x", seen=found.grained).verdict == "alive"


def test_samples_of_a_short_clip(clip: Clip) -> None:
    for frames in (1, 2, 3, 5, 9):
        runs = Samples.of(replace(clip, frames=frames)).runs
        covered = [index for run in runs for index in run]
        assert len(covered) == len(set(covered))
        assert min(covered) >= 0
        assert max(covered) < frames
