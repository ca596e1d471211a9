"""The fitted table against our own grain: levels, autocorrelation, and what a decoder makes of it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shipping import write_shot
from unplastic.clip import Clip
from unplastic.deliver.fit import fit, level_at
from unplastic.media import pictures, probe
from unplastic.media.av1.grain import BARREN_SEEDS
from unplastic.media.grained import put_grain
from unplastic.media.scheduling import ordinary_priority
from unplastic.treat.grain import Grain, level_codes8

CODES = np.arange(24.0, 228.0)


@pytest.fixture(scope="module")
def clip(shot_file: Path) -> Clip:
    return probe(shot_file)


@settings(max_examples=25, deadline=None)
@given(
    size=st.floats(0.25, 1.0),
    sigma=st.floats(0.5, 8.0),
    chroma=st.floats(0.0, 1.0),
    flat=st.floats(0.0, 1.0),
    lines=st.sampled_from([540, 720, 1080, 2160]),
)
def test_every_grain_is_fitted(clip: Clip, size: float, sigma: float, chroma: float, flat: float, lines: int) -> None:
    grain = Grain(size_px_1080=size, sigma_codes8=sigma, chroma_share=chroma, flat_share=flat)
    there = replace(clip, width=lines * 16 // 9 & ~1, height=lines)
    fitted = fit(grain, there, 3)
    assert fitted.correlation_error < 0.05, "within the resynthesis test's own limit"
    wanted = level_codes8(grain, (CODES - 16) / 219, is_full_range=False)
    got = level_at(fitted.grain, CODES)
    inside = wanted > 0.3 * wanted.max()
    assert np.abs(got / np.maximum(wanted, 1e-9) - 1)[inside].max() < 0.1
    assert len(fitted.grain.y) <= 14
    assert len(fitted.grain.cb_points) <= 10


def test_a_measured_grain_is_fitted(clip: Clip) -> None:
    table = np.exp(-np.add.outer(np.arange(7.0) ** 2, np.arange(7.0) ** 2) / 1.6)
    lags = tuple(map(tuple, table))
    grain = Grain(level_curve=((0.1, 0.4), (0.5, 1.0), (0.9, 0.7)), correlation=lags, chroma_correlation=lags)
    fitted = fit(grain, clip, 1)
    assert fitted.correlation_error < 0.05
    assert level_at(fitted.grain, np.array([125.5]))[0] == pytest.approx(2.2, rel=0.05)


def test_seeds_are_new_in_every_picture_and_held_when_grain_is(clip: Clip) -> None:
    fitted = fit(Grain(), clip, 9)
    assert len({fitted.at(index).seed for index in range(5000)}) == 5000
    fast = fit(Grain(), replace(clip, frame_rate=Fraction(50)), 9)
    assert [fast.at(index).seed for index in range(4)] == [fast.at(0).seed] * 2 + [fast.at(2).seed] * 2
    assert fast.at(0).seed != fast.at(2).seed


def test_no_picture_gets_a_seed_that_makes_no_grain(clip: Clip) -> None:
    """A shift register that starts at zero stays there: seed 0 is what a first picture would get."""
    for seed in (0, 0xB524, 0x49D8, 77):
        seeds = [fit(Grain(), clip, seed).at(index).seed for index in range(3)]
        assert not BARREN_SEEDS & set(seeds)
    fitted = fit(Grain(), clip, 0)
    seeds = [fitted.at(index).seed for index in range(70_000)]
    assert not BARREN_SEEDS & set(seeds)
    assert all(a != b for a, b in pairwise(seeds))


def test_a_decoder_shows_our_grain(tmp_path: Path) -> None:
    """Level in shades of luma within 6 %, correlation at one pixel within 0.03, nothing from picture to picture."""
    import av

    source = write_shot(tmp_path / "x.mp4", frames=12, sound=False)
    bare, grained = tmp_path / "bare.mp4", tmp_path / "grained.mp4"
    with av.open(str(source)) as held, av.open(str(bare), "w") as output:
        stream = output.add_stream("libsvtav1", rate=24, options={"preset": "10", "crf": "30"})
        stream.width, stream.height, stream.pix_fmt = 384, 256, "yuv420p10le"
        with ordinary_priority():
            stream.codec_context.open(strict=False)
        for frame in held.decode(video=0):
            output.mux(stream.encode(frame.reformat(format="yuv420p10le")))
        output.mux(stream.encode(None))
    clip = probe(bare)
    grain = Grain(sigma_codes8=3.0, size_px_1080=1.0)
    fitted = fit(grain, clip, 0)
    put_grain(bare, grained, fitted.at)
    on, off = (
        np.stack([each.y / 4.0 for each in pictures(probe(grained), film_grain=film_grain)])
        for film_grain in (True, False)
    )
    added = on - off
    for level in (80, 110, 140):
        shade = np.abs(off - level) < 8
        wanted = level_codes8(grain, np.array([(level - 16) / 219]), is_full_range=False)[0]
        assert added[shade].std() == pytest.approx(wanted, rel=0.06)
    power = np.square(added).mean()
    from unplastic.deliver.fit import _correlation, _geometry
    from unplastic.treat.grain import luma_weights

    target = _correlation(luma_weights(grain, _geometry(clip, 0)))
    assert (added[:, :, 1:] * added[:, :, :-1]).mean() / power == pytest.approx(target[0, 1], abs=0.03)
    assert (added[:, 1:] * added[:, :-1]).mean() / power == pytest.approx(target[1, 0], abs=0.03)
    assert abs((added[1:] * added[:-1]).mean() / power) < 0.02
    assert min(each.std() for each in added) > 0.9 * added.std(), "the first picture too"
