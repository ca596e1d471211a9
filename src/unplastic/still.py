"""One frame of a clip as a finish under another wish would make it, while somebody turns the dials.

The recipe is the forecast that every finish begins with; the finish itself then tries it on samples and corrects it,
so that a still shows the direction and not the last decimal. What calms a clip over time has no past to go by here.

All that does not hang on the wish is made once: what the file holds and its readings; the pictures around the frame,
with the decoder left open behind them, since a long clip without key pictures is dear to enter; and the frame's
neighbours, motion, faces and surfaces.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
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
SPOOLED_BYTES = 128 << 20
"""Pictures of a clip that are kept, at most, beside those that a frame needs: 40 of 1080p in 8 bits."""

BACK, ON = 6, 24
"""A clip is entered so many frames early, for a step back is free then; and so far on it is not entered anew."""

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


class Spool:
    """The pictures around a place of a clip, decoded once; the decoder waits behind the last of them."""

    def __init__(self, clip: Clip) -> None:
        self.clip = clip
        self._kept: OrderedDict[int, Picture] = OrderedDict()
        self._coming: Iterator[Picture] | None = None
        self._next = 0

    def pictures(self, first: int, stop: int) -> list[Picture]:
        """Frames ``first`` to ``stop``, not with it, or to the end of the clip; raises `ClipError`."""
        stop = min(stop, self.clip.frames)
        missing = next((index for index in range(first, stop) if index not in self._kept), None)
        if missing is not None:
            coming = self._entered(missing, max(0, first - BACK))
            try:
                while self._next < stop:
                    self._keep(next(coming), stop - first)
            except BaseException:
                self.close()
                raise
        return [self._kept[index] for index in range(first, stop)]

    def _entered(self, missing: int, start: int) -> Iterator[Picture]:
        """The pictures from `_next` on: as they go on, or from ``start`` anew where ``missing`` lies elsewhere."""
        if self._coming is None or not self._next <= missing <= self._next + ON:
            self.close()
            self._coming, self._next = pictures(self.clip, start=start), start
        return self._coming

    def _keep(self, picture: Picture, least: int) -> None:
        self._kept[picture.index] = picture
        self._next = picture.index + 1
        size = picture.y.nbytes + picture.cb.nbytes + picture.cr.nbytes
        while len(self._kept) > max(least, SPOOLED_BYTES // size):
            self._kept.popitem(last=False)

    def close(self) -> None:
        """Let go of the file and of all pictures."""
        close = getattr(self._coming, "close", None)
        if close:
            close()
        self._kept.clear()
        self._coming = None


_stands: OrderedDict[tuple[Any, ...], Stand] = OrderedDict()
_spools: OrderedDict[Path, Spool] = OrderedDict()


def still(source: Path, report: Path, frame: int, wish: dict[str, Any], upscale: dict[str, str]) -> Still:
    """Frame ``frame`` of ``source``, whose finish wrote ``report``, under ``wish``: look, strength and pins.

    Raises `ClipError` and `RecipeError`.
    """
    from unplastic.treat import Chain
    from unplastic.treat.carried import keep_noise

    keep_noise()
    stand = stand_at(source, report, frame, upscale)
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


def stand_at(source: Path, report: Path, frame: int, upscale: dict[str, str]) -> Stand:
    """The frame with all that a still of it needs under any wish; the last three are kept. Raises `ClipError`."""
    key = (source, report, frame, tuple(sorted(upscale.items())))
    if key in _stands:
        _stands.move_to_end(key)
        return _stands[key]
    spool = _spool(source)
    clip = spool.clip
    larger = enlarged(clip, upscale["size"], upscale["by"])
    frame = min(max(0, frame), clip.frames - 1)
    first = max(0, frame - BEFORE)
    near = map(larger, spool.pictures(first, frame + 1 + AFTER))
    *lead, seen = islice(watched(near, larger.clip, up=larger.factor), frame - first + 1)
    _stands[key] = Stand(clip, larger, _before(report), seen, tuple(scene for _, scene in lead))
    while len(_stands) > KEPT:
        _stands.popitem(last=False)
    return _stands[key]


def _spool(source: Path) -> Spool:
    """That of the clip that was looked at last."""
    if source not in _spools:
        while _spools:
            _spools.popitem()[1].close()
        _spools[source] = Spool(probe(source))
    return _spools[source]


@lru_cache(maxsize=8)
def _before(report: Path) -> Report:
    return read_clip(json.loads(report.read_text(encoding="utf-8"))["clips"][0]["before"])


def _shown(picture: Picture, clip: Clip) -> NDArray[np.uint8]:
    """As a browser shows the finished copy."""
    matrix = assumed_matrix(clip.color.matrix, clip.width, clip.height)
    return rgba_of(picture, matrix, is_full_range=clip.color.is_full_range)
