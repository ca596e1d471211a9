"""Every treatment, ours or a stranger's, keeps the contract of the room."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from fractions import Fraction

import numpy as np
import pytest

from unplastic.clip import ColorTags, Picture
from unplastic.parameter import parameters
from unplastic.registry import members
from unplastic.treat import Chain, Geometry

KINDS = members("treat")
DEPTHS = [(8, 10), (8, 12), (10, 10), (12, 12), (12, 10)]
CHROMAS = [(2, 2), (2, 1), (1, 1)]
SIZES = [(16, 16), (33, 31), (64, 48)]


def make(width=64, height=48, chroma=(2, 2), depths=(8, 10), full=False, seed=3):
    return Geometry(width, height, *chroma, *depths, Fraction(24), ColorTags(1, 1, 1, full), seed)


def noise(geometry, index=0, code=None):
    kind = np.uint8 if geometry.source_depth == 8 else np.uint16
    chroma = -(-geometry.height // geometry.down), -(-geometry.width // geometry.across)
    random = np.random.default_rng(index)
    planes = []
    for shape in ((geometry.height, geometry.width), chroma, chroma):
        codes = random.integers(0, 1 << geometry.source_depth, shape)
        planes.append((codes if code is None else np.full(shape, code)).astype(kind))
        planes[-1].flags.writeable = False
    return Picture(*planes, geometry.source_depth, index, index)


def run(treatment, geometry, picture, **options):
    planes = [np.full(plane.shape, 3, np.uint16) for plane in (picture.y, picture.cb, picture.cr)]
    target = Picture(*planes, geometry.target_depth, picture.index, picture.pts)
    Chain([treatment], geometry, **options).run(picture, target)
    return target


def same(a, b):
    return all(np.array_equal(getattr(a, plane), getattr(b, plane)) for plane in ("y", "cb", "cr"))


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
class TestEveryTreatment:
    def test_declares_itself(self, kind):
        assert is_dataclass(kind)
        assert KINDS[kind.name] is kind
        assert isinstance(kind.order, int)
        declared = parameters(kind)
        assert {p.name for p in declared} == {f.name for f in fields(kind)}
        for p in declared:
            assert len(p.meaning) > 10, p.name
            if isinstance(p.default, int | float) and not isinstance(p.default, bool):
                assert p.low is not None, p.name
                assert p.high is not None, p.name
                assert p.low <= p.default <= p.high, p.name
        assert {"strength"} <= {p.name for p in declared}
        assert hash(kind()) == hash(kind())

    def test_is_the_identity_at_zero_strength(self, kind):
        geometry = make()
        treatment = kind(strength=0.0)
        assert treatment.is_noop
        picture = noise(geometry)
        assert np.array_equal(run(treatment, geometry, picture).y, picture.y.astype(np.uint16) << 2)

    @pytest.mark.parametrize("depths", DEPTHS)
    @pytest.mark.parametrize("chroma", CHROMAS)
    @pytest.mark.parametrize("full", [False, True])
    def test_takes_every_depth_and_chroma(self, kind, depths, chroma, full):
        geometry = make(chroma=chroma, depths=depths, full=full)
        result = run(kind(), geometry, noise(geometry))
        for plane in (result.y, result.cb, result.cr):
            assert plane.max() < 1 << geometry.target_depth
            assert len(np.unique(plane)) > 50

    @pytest.mark.parametrize("size", SIZES)
    @pytest.mark.parametrize("chroma", CHROMAS)
    def test_does_not_depend_on_strips(self, kind, size, chroma):
        geometry = make(*size, chroma=chroma)
        picture = noise(geometry)
        whole = run(kind(), geometry, picture, rows=64)
        assert same(whole, run(kind(), geometry, picture, rows=2))
        assert same(whole, run(kind(), geometry, picture, rows=18))

    def test_repeats_itself_whatever_came_before(self, kind):
        geometry = make()
        chain = Chain([kind()], geometry)
        pictures = [noise(geometry, index) for index in range(3)]
        alone = [run(kind(), geometry, picture) for picture in pictures]
        for index in (2, 0, 1, 2):
            source = pictures[index]
            planes = [np.empty(plane.shape, np.uint16) for plane in (source.y, source.cb, source.cr)]
            target = Picture(*planes, 10, index, index)
            chain.run(source, target)
            assert same(target, alone[index])

    def test_allocates_its_scratch_once(self, kind):
        geometry = make(64, 200)
        chain = Chain([kind()], geometry)
        source = noise(geometry)
        target = run(kind(), geometry, source)
        chain.run(source, target)
        before = chain.counters.scratch_bytes
        chain.run(source, target)
        assert chain.counters.scratch_bytes == before

    @pytest.mark.parametrize("code", [0, 16, 235, 255])
    def test_survives_flat_black_and_white(self, kind, code):
        geometry = make()
        result = run(kind(), geometry, noise(geometry, code=code))
        assert result.y.max() < 1024
        assert np.ptp(result.y.astype(int)) < 40

    def test_is_gentle_on_a_plain_grey(self, kind):
        geometry = make(256, 256)
        result = run(kind(), geometry, noise(geometry, code=128))
        assert abs(result.y.mean() / 4 - 128) < 2.0
        assert abs(result.cb.mean() / 4 - 128) < 0.5
        assert abs(result.cr.mean() / 4 - 128) < 0.5
