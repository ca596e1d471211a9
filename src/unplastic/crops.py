"""The worst places of a clip at 100 %, before and after."""

from __future__ import annotations

from collections.abc import Iterator

from unplastic.clip import Clip, Picture
from unplastic.color import assumed_matrix, rgb8
from unplastic.finished import Crop
from unplastic.media import pictures
from unplastic.reading import Place, Report
from unplastic.upscale import Enlarged

CROPS = 5


def crops(clip: Clip, larger: Enlarged, written: Clip, before: Report) -> tuple[Crop, ...]:
    """The worst places before and after, both at the finished size: "before" is enlarged plainly."""
    places = _worst(tuple(place for place in before.places if place.badness > 0.0)) or [_middle(larger.clip)]
    found: dict[Place, Crop] = {}
    for frame in sorted({place.frame for place in places}):
        was, now = larger.plain(_frame(clip, frame)), _frame(written, frame)
        found |= {place: _crop(larger.clip, written, place, was, now) for place in places if place.frame == frame}
    return tuple(found[place] for place in places)


def _middle(clip: Clip) -> Place:
    width, height = min(320, clip.width), min(240, clip.height)
    x, y = (clip.width - width) // 2, (clip.height - height) // 2
    return Place("middle", clip.frames // 2, x, y, width, height, 0.0)


def _worst(places: tuple[Place, ...]) -> list[Place]:
    """The worst place of each kind first, then the seconds, until there are enough.

    Boiling skin, boiling hair and boiling anything are of one kind, and so is flicker: each kind is seen once.
    """
    ranked: list[tuple[int, Place]] = []
    for kind in dict.fromkeys(_kind(place) for place in places):
        named = dict.fromkeys(place.name for place in places if _kind(place) == kind)
        worst_of_names = [max((p for p in places if p.name == n), key=lambda p: p.badness) for n in reversed(named)]
        others = [p for p in places if _kind(p) == kind and p not in worst_of_names]
        ranked += enumerate([*worst_of_names, *sorted(others, key=lambda p: -p.badness)])
    return [place for _, place in sorted(ranked, key=lambda pair: pair[0])][:CROPS]


def _kind(place: Place) -> str:
    return next((kind for kind in ("boil", "flicker") if place.name.startswith(kind)), place.name)


def _crop(clip: Clip, written: Clip, place: Place, was: Picture, now: Picture) -> Crop:
    box = (place.x, place.y, place.width, place.height)
    matrix = assumed_matrix(clip.color.matrix, clip.width, clip.height)
    return Crop(
        place,
        rgb8(was, matrix=matrix, is_full_range=clip.color.is_full_range, box=box),
        rgb8(now, matrix=matrix, is_full_range=written.color.is_full_range, box=box),
    )


def _frame(clip: Clip, index: int) -> Picture:
    stream: Iterator[Picture] = pictures(clip, start=index, count=1)
    return next(stream)
