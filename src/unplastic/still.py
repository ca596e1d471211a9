"""One frame of a clip as a finish under another wish would make it, while somebody turns the dials.

The recipe is the forecast that every finish begins with; the finish itself then tries it on samples and corrects it,
so that a still shows the direction and not the last decimal. What calms a clip over time has no past to go by here. A
frame's neighbours, motion, faces and surfaces are kept from one still to the next.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unplastic.clip import Clip, Picture
from unplastic.color import assumed_matrix
from unplastic.looks import look as find_look
from unplastic.looks import solve
from unplastic.media import pictures, probe
from unplastic.reading import Report
from unplastic.report.document import read_clip
from unplastic.trial import blank, geometry
from unplastic.upscale import Enlarged, enlarged
from unplastic.vision import Scene, watched
from unplastic.vision.colours import rgba_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BEFORE, AFTER = 1, 4
"""Neighbours that the frame's motion and faces are known by."""

KEPT = 3
MASTER = "prores"


@dataclass(frozen=True, slots=True, eq=False)
class Stand:
    """A frame that knows its neighbours, ready to be treated again and again."""

    clip: Clip
    larger: Enlarged
    report: Report
    seen: tuple[Picture, Scene]
    before: tuple[Scene, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """``rgba`` is (height, width, 4) uint8; ``recipe`` says what was done and why."""

    rgba: NDArray[np.uint8]
    recipe: dict[str, Any]


_stands: OrderedDict[tuple[Any, ...], Stand] = OrderedDict()


def still(source: Path, report: Path, frame: int, wish: dict[str, Any], upscale: dict[str, str]) -> Still:
    """Frame ``frame`` of ``source``, whose finish wrote ``report``, under ``wish``: look, strength and pins.

    Raises `ClipError` and `RecipeError`.
    """
    from unplastic.treat import Chain

    stand = _stand(source, report, frame, upscale)
    recipe = solve(
        find_look(str(wish["look"])), stand.report, stand.larger.clip, strength=float(wish.get("strength", 1.0)),
        pins=wish.get("pins"),
    )  # fmt: skip
    where = geometry(stand.larger.clip, MASTER, recipe.seed)
    chain = Chain(recipe.treatments, where)
    picture, scene = stand.seen
    target = blank(picture, where.target_depth)
    chain.run(picture, target, scene)
    return Still(_shown(target, stand.larger.clip), recipe.document())


def _stand(source: Path, report: Path, frame: int, upscale: dict[str, str]) -> Stand:
    key = (source, report, frame, tuple(sorted(upscale.items())))
    if key in _stands:
        _stands.move_to_end(key)
        return _stands[key]
    clip = probe(source)
    larger = enlarged(clip, upscale["size"], upscale["by"])
    frame = min(max(0, frame), clip.frames - 1)
    first = max(0, frame - BEFORE)
    near = map(larger, pictures(clip, start=first, count=frame - first + 1 + AFTER))
    *lead, seen = islice(watched(near, larger.clip, up=larger.factor), frame - first + 1)
    before = read_clip(json.loads(report.read_text(encoding="utf-8"))["clips"][0]["before"])
    _stands[key] = Stand(clip, larger, before, seen, tuple(scene for _, scene in lead))
    while len(_stands) > KEPT:
        _stands.popitem(last=False)
    return _stands[key]


def _shown(picture: Picture, clip: Clip) -> NDArray[np.uint8]:
    """As a browser shows the finished copy."""
    matrix = assumed_matrix(clip.color.matrix, clip.width, clip.height)
    return rgba_of(picture, matrix, is_full_range=clip.color.is_full_range)
