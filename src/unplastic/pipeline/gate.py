"""The gate: a take passes when whoever approves it has seen its worst passages, played, at one pixel for one pixel.

Small previews hide flicker: shown at half size, half of the finest of it is gone. So the page reports what it has
really shown, and the books decide. It holds for every way to approve: what was not shown on the page may have been
seen elsewhere, and then whoever approves says where, which is kept with the verdict.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from unplastic.errors import StoreError, WorkError
from unplastic.pipeline.desk import Desk
from unplastic.pipeline.notes import Notes, Sight
from unplastic.pipeline.take import Take

SHARE = 0.95
"""Of a passage's frames: a slow machine may drop a few, a person who skips through may not."""

BOX_SHARE = 0.6
"""Of the worst box's area that must have been in view."""

ON_THE_PAGE = "on the review page at 1:1"
PLACE_MAX = 200


@dataclass(frozen=True, slots=True)
class Eyes:
    """Whose sight opens the gate: a ``viewer`` of the page, else whoever was called ``name`` there.

    ``elsewhere`` says in words where the passages were seen instead of on the page.
    """

    name: str = ""
    viewer: str = ""
    elsewhere: str = ""


def seen_where(desk: Desk, take: Take, eyes: Eyes) -> str:
    """Where its worst passages were seen, to be kept with an approval. Raises `WorkError` while they were not."""
    elsewhere = " ".join(eyes.elsewhere.split())
    if len(elsewhere) > PLACE_MAX:
        raise WorkError("that is too long for a place", f"say where it was seen in {PLACE_MAX} characters")
    if elsewhere:
        return elsewhere
    hint = _way_through(eyes)
    copies = copies_of(desk, take)
    if copies is None:
        raise WorkError(f"{take.id} has no copies yet, so nobody saw it at 1:1 on the page", hint)
    sights = Notes(desk.database).seen(take.film, take.id, take.facts["finished"], viewer=eyes.viewer, who=eyes.name)
    passages = copies["passages"]
    left = [passages[number] for number in unseen(passages, sights)]
    if left:
        by = f" by {eyes.name}" if eyes.name else ""
        raise WorkError(f"{take.id}: {' and '.join(map(_named, left))} not seen at 1:1{by} yet", hint)
    return ON_THE_PAGE


def copies_of(desk: Desk, take: Take) -> dict[str, Any] | None:
    """What ``copies.json`` of the take says; None where there are no copies of what is finished now."""
    facts = take.facts
    if "copies" not in facts or facts.get("copies_of") != facts.get("finished"):
        return None
    try:
        return json.loads(desk.store.path(facts["copies"]).read_text(encoding="utf-8"))
    except (OSError, ValueError, StoreError):
        return None


def unseen(passages: Iterable[Mapping[str, Any]], sights: Iterable[Sight]) -> list[int]:
    """The numbers of the passages that were not played at 1:1 yet: those for which the gate stays shut."""
    seen = list(sights)
    return [number for number, passage in enumerate(passages) if not _was_seen(passage, seen)]


def _way_through(eyes: Eyes) -> str:
    if eyes.viewer:
        return "play them at full size: key W goes there; or say where else they were seen"
    return "play them in unplastic review FILM (key W), or say where they were seen: --seen 'on the grading monitor'"


def _named(passage: Mapping[str, Any]) -> str:
    what = {"frame": "detail", "middle": "the middle"}.get(passage["what"], passage["what"])
    return f"frames {passage['start']} to {passage['stop'] - 1} ({what})"


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
