"""The two seconds of a clip that flicker most: found by looking along all of it, three frames at a time.

A report samples three places of a clip, which is enough for a score and not for a verdict: what boils between them is
found here, with the same measure, and is what a person has to see at full size before the take can pass.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from unplastic.clip import Clip, Picture
from unplastic.measure.flicker import Flicker
from unplastic.media import pictures
from unplastic.reading import Place
from unplastic.vision import runs_of

SECONDS = 2.0
COUNT = 2
LOOKS_MAX = 24
FRAMES = 3
BOX_PX = 320, 240


@dataclass(frozen=True, slots=True)
class Passage:
    """Frames ``start`` to ``stop`` (not with it), and the box that is worst in them at ``frame``, in pixels.

    ``what`` is the surface that flickers: "frame" for none in particular, "middle" where nothing could be measured and
    the box is only the middle of the picture. ``codes`` is by how much, beyond grain; None where it is not known.
    """

    start: int
    stop: int
    frame: int
    x: int
    y: int
    width: int
    height: int
    what: str
    codes: float | None


@dataclass(frozen=True, slots=True)
class Looked:
    """``curve`` holds (frame, codes) of every look along the clip; ``passages`` the worst first, at least one."""

    passages: tuple[Passage, ...]
    curve: tuple[tuple[int, float], ...]

    def document(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"passages": [asdict(each) for each in self.passages], "curve": [list(each) for each in self.curve]}


def worst_passages(clip: Clip) -> Looked:
    """Look along ``clip``, at most 24 times; raises what decoding raises."""
    found = list(_looks(pictures(clip), clip))
    seconds = max(1, round(SECONDS * float(clip.frame_rate)))
    length = min(clip.frames, seconds)
    passages: list[Passage] = []
    for _ in range(COUNT):
        free = [each for each in found if not any(_touches(each[0], length, known) for known in passages)]
        best = _worst(free, clip, length)
        if best is None:
            break
        passages.append(best)
    curve = tuple((place.frame, round(place.badness, 4)) for place, _ in found)
    return Looked(tuple(passages) or (_middle(clip, length),), curve)


def _looks(source: Iterable[Picture], clip: Clip) -> Iterator[tuple[Place, str]]:
    """(worst place of the frame, what flickers there) of three frames in a row, again and again along the clip."""
    step = max(FRAMES, -(-clip.frames // LOOKS_MAX))
    measure, near, turn = Flicker(), deque[Picture](maxlen=FRAMES), 0
    for picture in source:
        near.append(picture)
        if len(near) < FRAMES or (picture.index - FRAMES + 1) % step:
            continue
        for run in runs_of(tuple(near), clip, turn=turn):
            places = [each for each in measure.observe(run).places if each]
            frame = next((each for each in places if each.name == "flicker"), None)
            if frame is not None:
                worst = max(places, key=lambda each: (each.badness, each.name))
                yield (worst if worst.badness > frame.badness else frame), worst.name.partition("_")[2] or "frame"
        turn += 1


def _worst(found: Sequence[tuple[Place, str]], clip: Clip, length: int) -> Passage | None:
    """The window with the most power of flicker in its looks, around the worst of them."""
    if not found:
        return None
    frames = np.array([place.frame for place, _ in found])
    power = np.square([place.badness for place, _ in found])
    sums = [float(power[(frames >= start) & (frames < start + length)].sum()) for start in frames]
    inside = (frames >= frames[int(np.argmax(sums))]) & (frames < frames[int(np.argmax(sums))] + length)
    chosen = int(np.flatnonzero(inside)[np.argmax(power[inside])])
    place, what = found[chosen]
    first, last = int(frames[inside][0]), int(frames[inside][-1]) + FRAMES
    start = min(max(0, (first + last - length) // 2), clip.frames - length)
    return Passage(
        start, start + length, place.frame, place.x, place.y, place.width, place.height, what, round(place.badness, 3)
    )


def _touches(place: Place, length: int, known: Passage) -> bool:
    return known.start - length < place.frame < known.stop + length // 2


def _middle(clip: Clip, length: int) -> Passage:
    width, height = min(BOX_PX[0], clip.width), min(BOX_PX[1], clip.height)
    start = (clip.frames - length) // 2
    return Passage(
        start, start + length, start + length // 2, (clip.width - width) // 2, (clip.height - height) // 2, width,
        height, "middle", None,
    )  # fmt: skip
