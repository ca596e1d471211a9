"""The strip executor: what is untouched comes out exactly, and strips leave no trace."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest

from unplastic.treat import Chain
from unplastic.treat.grade import Grade
from unplastic.treat.grain import Grain
from unplastic.treat.soften import Soften

DEPTHS = [(8, 10), (8, 12), (10, 10), (10, 12), (12, 12), (12, 10)]
CHROMAS = [(2, 2), (2, 1), (1, 1)]
PLANES = ("y", "cb", "cr")


@dataclass
class Copying:
    """A treatment that changes nothing but goes the whole way, reaching for context that it does not use."""

    reach: int = 0
    touches_chroma: bool = True
    order: int = 0
    is_noop: bool = False

    def bind(self, geometry):
        return self

    def __call__(self, source, target, frame):
        down = source.y.shape[0] // source.cb.shape[0]
        target.y[:] = source.y[self.reach : source.y.shape[0] - self.reach]
        if self.touches_chroma:
            inner = slice(self.reach // down, source.cb.shape[0] - self.reach // down)
            target.cb[:], target.cr[:] = source.cb[inner], source.cr[inner]


@dataclass
class Averaging(Copying):
    """Mean of the rows within reach: any fault at a strip's edge shows."""

    def __call__(self, source, target, frame):
        assert source.row + self.reach == target.row
        rows = target.y.shape[0]
        target.y[:] = sum(source.y[i : i + rows] for i in range(2 * self.reach + 1)) / np.float32(2 * self.reach + 1)
        down = source.y.shape[0] // source.cb.shape[0]
        inner = slice(self.reach // down, source.cb.shape[0] - self.reach // down)
        target.cb[:], target.cr[:] = source.cb[inner], source.cr[inner]


def planes(picture):
    return [getattr(picture, name) for name in PLANES]


def assert_same(a, b):
    for x, y in zip(planes(a), planes(b), strict=True):
        np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize("chroma", CHROMAS)
@pytest.mark.parametrize("depths", DEPTHS)
@pytest.mark.parametrize("full", [False, True])
def test_a_chain_that_changes_nothing_equals_no_chain(geometry, picture, treated, depths, chroma, full):
    where = geometry(37, 41, *chroma, source_depth=depths[0], target_depth=depths[1], full=full)
    source = picture(where)
    copied = treated([Copying(4), Copying(2, touches_chroma=False), Copying()], where, source)
    assert_same(copied, treated([], where, source))


@pytest.mark.parametrize("through_strips", [False, True])
def test_untouched_codes_come_out_exactly(geometry, picture, treated, through_strips):
    for source_depth, target_depth in DEPTHS[:5]:
        where = geometry(32, 16, source_depth=source_depth, target_depth=target_depth)
        source = picture(where)
        result = treated([Copying()] * through_strips, where, source)
        for before, after in zip(planes(source), planes(result), strict=True):
            np.testing.assert_array_equal(after, before.astype(np.uint16) << (target_depth - source_depth))


def test_full_range_scales_black_to_black_and_white_to_white(geometry, picture, treated):
    where = geometry(256, 16, full=True)
    ramp = np.arange(256)
    result = treated([Copying()], where, picture(where, ramp, 128, 128))
    np.testing.assert_array_equal(result.y[0], np.rint(ramp * 1023 / 255))
    assert result.y[0, 0] == 0
    assert result.y[0, -1] == 1023
    assert (result.cb == 512).all()


def test_fewer_bits_are_dithered_without_bias(geometry, picture, treated):
    where = geometry(256, 256, source_depth=12, target_depth=10)
    for code in (1000, 1001, 1002, 1003):
        result = treated([], where, picture(where, code, 2048, 2048))
        assert abs(result.y.mean() - code / 4) < 0.01
        assert set(np.unique(result.y)) <= {code // 4, code // 4 + 1}


def test_dither_differs_between_frames_and_planes_but_repeats_itself(geometry, picture, treated):
    where = geometry(64, 64, 1, 1, source_depth=12, target_depth=10)
    first = treated([], where, picture(where, 1002, 1002, 1002))
    again = treated([], where, picture(where, 1002, 1002, 1002))
    later = treated([], where, picture(where, 1002, 1002, 1002, index=1))
    assert_same(first, again)
    assert (first.y != later.y).mean() > 0.4
    assert (first.y != first.cb).mean() > 0.4
    assert (first.cb != first.cr).mean() > 0.4


@pytest.mark.parametrize("chroma", CHROMAS)
@pytest.mark.parametrize("size", [(16, 16), (33, 47), (64, 100)])
def test_results_do_not_depend_on_the_strip_height(geometry, picture, treated, chroma, size):
    where = geometry(*size, *chroma)
    source = picture(where)
    chain = [Averaging(4, order=1), Averaging(2, order=2), Copying(order=3)]
    results = [treated(chain, where, source, rows=rows) for rows in (2, 10, 32, 200)]
    for other in results[1:]:
        assert_same(results[0], other)


def test_rows_outside_the_picture_repeat_the_nearest_for_every_pass(geometry, picture, treated):
    where = geometry(16, 20, source_depth=10)
    rows = np.arange(20)[:, None] * 40 + 64
    result = treated([Averaging(2, order=1), Averaging(2, order=2)], where, picture(where, rows, 512, 512))

    def averaged(y):
        padded = np.pad(y, 2, mode="edge")
        return sum(padded[i : i + y.size] for i in range(5)) / 5

    expected = averaged(averaged(rows[:, 0].astype(float)))
    assert np.abs(result.y[:, 0] - expected).max() <= 1.0


def test_treatments_run_in_their_order(geometry, picture, treated):
    seen = []

    @dataclass
    class Noting(Copying):
        def __call__(self, source, target, frame):
            seen.append(self.order)
            super().__call__(source, target, frame)

    where = geometry(16, 16)
    treated([Noting(order=3), Noting(order=1), Noting(order=2)], where, picture(where))
    assert seen == [1, 2, 3]


def test_work_is_counted_and_scratch_does_not_grow(geometry, picture, target):
    from unplastic.treat import Chain

    where = geometry(64, 100)
    chain = Chain([Copying(4), Copying(order=1)], where, rows=32)
    before = chain.counters.scratch_bytes
    for index in range(3):
        source = picture(where, index=index)
        chain.run(source, target(source, where))
    assert (chain.counters.frames, chain.counters.strips, chain.counters.passes) == (3, 12, 24)
    assert chain.counters.scratch_bytes == before == 2 * (64 * 40 + 2 * 32 * 20) * 4


def test_scratch_does_not_depend_on_the_height_of_the_picture(geometry):
    from unplastic.treat import Chain

    sizes = {Chain([Copying(4)], geometry(64, h)).counters.scratch_bytes for h in (200, 2000)}
    assert len(sizes) == 1


def test_padded_rows_and_read_only_planes_are_fine(geometry, picture, target):
    from unplastic.treat import Chain

    where = geometry(33, 21)
    source = picture(where)
    for plane in planes(source):
        plane.flags.writeable = False
    plain, padded = target(source, where), target(source, where, padding=13)
    Chain([Copying(2)], where).run(source, plain)
    Chain([Copying(2)], where).run(source, padded)
    assert_same(plain, padded)
    assert (padded.y.base[:, 33:] == 7).all()


def test_naming_the_treatments_compiles_nothing():
    code = (
        "import sys; from unplastic.registry import members; members('treat', outside=False)\n"
        "assert not {'numba', 'llvmlite', 'PyOpenColorIO'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_warm_leaves_nothing_to_compile(geometry, picture, treated):
    from unplastic.treat import warm
    from unplastic.treat.kernels import grain, halo, lookup, planes

    def compiled():
        kernels = (grain.add_luma_grain, grain.add_chroma_grain, halo.soften, lookup.look_up)
        return [len(kernel.signatures) for kernel in (*kernels, planes.load_rows, planes.write_rows)]

    warm()
    before = compiled()
    assert before == [1, 1, 1, 1, 2, 1]
    for depths in DEPTHS:
        for chroma in CHROMAS:
            where = geometry(34, 30, *chroma, source_depth=depths[0], target_depth=depths[1])
            treated([Soften(), Grade(), Grain()], where, picture(where))
    assert compiled() == before


def test_a_picture_that_does_not_fit_is_refused(geometry, picture, target):
    from unplastic.treat import Chain

    where, other = geometry(32, 32), geometry(32, 34)
    with pytest.raises(ValueError, match="do not fit"):
        Chain([], where).run(picture(other), target(picture(other), other))
    deep = geometry(32, 32, source_depth=10)
    with pytest.raises(ValueError, match="bits"):
        Chain([], where).run(picture(deep), target(picture(deep), deep))


@pytest.mark.parametrize("depths", [(8, 10), (12, 10)])
@pytest.mark.parametrize("chroma", CHROMAS)
def test_the_clean_plate_is_what_the_chain_makes_without_grain(geometry, picture, target, treated, depths, chroma):
    where = geometry(70, 66, *chroma, source_depth=depths[0], target_depth=depths[1])
    source = picture(where)
    finished, clean = target(source, where), target(source, where)
    Chain([Soften(), Grade(), Grain()], where, rows=16, before="grain").run(source, finished, clean=clean)
    assert_same(clean, treated([Soften(), Grade()], where, source))
    assert_same(finished, treated([Soften(), Grade(), Grain()], where, source))
    assert np.any(finished.y != clean.y)


def test_without_grain_the_clean_plate_is_the_picture(geometry, picture, target):
    where = geometry(32, 32)
    source = picture(where)
    for treatments in ([], [Grade()]):
        finished, clean = target(source, where), target(source, where)
        Chain(treatments, where, before="grain").run(source, finished, clean=clean)
        assert_same(clean, finished)
