"""Every upscaler, ours or a stranger's, keeps the contract of the room."""

from __future__ import annotations

import sys
from dataclasses import fields, is_dataclass
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "upscale"))

from upscale_stand import make_clip, make_picture

from unplastic.errors import UnplasticError
from unplastic.parameter import parameters
from unplastic.registry import members

KINDS = members("upscale")


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
class TestEveryUpscaler:
    def test_declares_itself(self, kind):
        assert is_dataclass(kind)
        assert KINDS[kind.name] is kind
        declared = parameters(kind)
        assert {p.name for p in declared} == {f.name for f in fields(kind)}
        for p in declared:
            assert len(p.meaning) > 10, p.name
            if isinstance(p.default, int | float) and not isinstance(p.default, bool):
                assert p.low is not None, p.name

    @pytest.mark.parametrize(("chroma", "depth"), [("420", 8), ("422", 10), ("444", 12)])
    def test_gives_what_is_promised(self, kind, chroma, depth):
        clip = make_clip(34, 26, chroma=chroma, bit_depth=depth)
        try:
            enlarge = kind().bind(clip, 68, 52, seed=1)
        except UnplasticError as trouble:
            pytest.skip(f"{kind.name}: {trouble}")
        picture = make_picture(clip, index=3)
        kept = [plane.copy() for plane in (picture.y, picture.cb, picture.cr)]
        out = enlarge(picture)
        shape = {"420": (26, 34), "422": (52, 34), "444": (52, 68)}[chroma]
        assert (out.y.shape, out.cb.shape, out.cr.shape) == ((52, 68), shape, shape)
        assert out.bit_depth == (10 if depth <= 10 else 12)
        assert all(plane.dtype == np.uint16 and plane.max() < 1 << out.bit_depth for plane in (out.y, out.cb, out.cr))
        assert (out.index, out.pts, out.duration) == (picture.index, picture.pts, picture.duration)
        for was, now in zip(kept, (picture.y, picture.cb, picture.cr), strict=True):
            assert np.array_equal(was, now)
        again = enlarge(picture)
        assert np.array_equal(out.y, again.y)
        assert not np.shares_memory(out.y, again.y)
