"""The gate: a take passes when whoever approves it has seen its worst passages, played, at one pixel for one pixel.

Small previews hide flicker: shown at half size, half of the finest of it is gone. So the page reports what it has
really shown, and the books decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from unplastic.pipeline.notes import Sight

SHARE = 0.95
"""Of a passage's frames: a slow machine may drop a few, a person who skips through may not."""

BOX_SHARE = 0.6
"""Of the worst box's area that must have been in view."""


def unseen(passages: Iterable[Mapping[str, Any]], sights: Iterable[Sight]) -> list[int]:
    """The numbers of the passages that were not played at 1:1 yet: those for which the gate stays shut."""
    seen = list(sights)
    return [number for number, passage in enumerate(passages) if not _was_seen(passage, seen)]


def _was_seen(passage: Mapping[str, Any], sights: list[Sight]) -> bool:
    frames: set[int] = set()
    for each in sights:
        if _overlap(passage, each.box) >= BOX_SHARE:
            frames |= set(range(max(each.start, passage["start"]), min(each.stop, passage["stop"])))
    return len(frames) >= SHARE * (passage["stop"] - passage["start"])


def _overlap(passage: Mapping[str, Any], box: tuple[int, int, int, int]) -> float:
    x, y, width, height = box
    across = min(x + width, passage["x"] + passage["width"]) - max(x, passage["x"])
    down = min(y + height, passage["y"] + passage["height"]) - max(y, passage["y"])
    area = passage["width"] * passage["height"]
    return max(0, across) * max(0, down) / area if area else 1.0
