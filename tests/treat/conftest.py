"""Pictures and geometries for the tests of treatments."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from unplastic.clip import ColorTags, Picture
from unplastic.treat import Chain, Geometry

MakeGeometry = Callable[..., Geometry]


def make_geometry(width: int = 64, height: int = 48, across: int = 2, down: int = 2, **other: Any) -> Geometry:
    facts: dict[str, Any] = {"source_depth": 8, "target_depth": 10, "rate": 24, "full": False, "seed": 1} | other
    return Geometry(
        width,
        height,
        across,
        down,
        facts["source_depth"],
        facts["target_depth"],
        Fraction(facts["rate"]),
        ColorTags(1, 1, 1, facts["full"]),
        facts["seed"],
    )


def make_picture(geometry: Geometry, y: Any = None, cb: Any = None, cr: Any = None, index: int = 0) -> Picture:
    """Planes from numbers or arrays of codes; noise over all codes where none is given."""
    random = np.random.default_rng(geometry.width * 1000 + geometry.height + index)
    kind = np.uint8 if geometry.source_depth == 8 else np.uint16
    chroma = -(-geometry.height // geometry.down), -(-geometry.width // geometry.across)
    planes = []
    for values, shape in ((y, (geometry.height, geometry.width)), (cb, chroma), (cr, chroma)):
        if values is None:
            planes.append(random.integers(0, 1 << geometry.source_depth, shape).astype(kind))
        else:
            planes.append(np.broadcast_to(np.asarray(values), shape).astype(kind))
    return Picture(*planes, geometry.source_depth, index, index)


def make_target(picture: Picture, geometry: Geometry, padding: int = 0) -> Picture:
    """Writable uint16 planes whose rows may be padded, as an encoder's are."""
    planes = [
        np.full((plane.shape[0], plane.shape[1] + padding), 7, np.uint16)[:, : plane.shape[1]]
        for plane in (picture.y, picture.cb, picture.cr)
    ]
    return Picture(*planes, geometry.target_depth, picture.index, picture.pts)


def run_chain(treatments: list[Any], geometry: Geometry, picture: Picture, **options: Any) -> Picture:
    target = make_target(picture, geometry)
    Chain(treatments, geometry, **options).run(picture, target)
    return target


@pytest.fixture
def geometry() -> MakeGeometry:
    return make_geometry


@pytest.fixture
def picture() -> Callable[..., Picture]:
    return make_picture


@pytest.fixture
def target() -> Callable[..., Picture]:
    return make_target


@pytest.fixture
def treated() -> Callable[..., Picture]:
    return run_chain
