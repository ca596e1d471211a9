"""Reports and pictures become a `Pair`, one run in memory at a time; then every guard has its say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import count
from typing import Any

from unplastic.clip import Clip, Picture
from unplastic.guards.pair import NOTHING, Declared, Guardrail, Onlooker, Pair
from unplastic.guards.sight import FRAMES, Sight
from unplastic.measure import plan
from unplastic.reading import Guard, Report
from unplastic.registry import members

Sample = tuple[Sequence[Picture], Sequence[Picture]]
"""Consecutive pictures of one run before and after, in step and of one size."""


def sampled(clip: Clip, declared: Declared = NOTHING) -> tuple[range, ...]:
    """The frames that guards look at: in the middle of each planned run, as many as show three patterns of grain."""
    return tuple(run[_looked_at(len(run), declared)] for run in plan(clip))


def paired(
    reports: tuple[Report, Report],
    source: Clip,
    master: Clip | None,
    samples: Iterable[Sample],
    declared: Declared = NOTHING,
    *,
    finished: Clip | None = None,
) -> Pair:
    """What guards can check of one clip.

    ``reports`` are those before and after. ``samples`` may be a generator: a run is let go of before the next is asked
    for. Of longer runs only the frames that `sampled` would name are looked at. "Before" is at the finished size
    already; ``finished`` is the source as a clip of that size, if it is another.
    """
    clips = finished or source, master or finished or source
    onlookers = [guard for guard in guards() if isinstance(guard, Onlooker)]
    kept: dict[str, list[Any]] = {guard.name: [] for guard in onlookers}
    turns = count()
    for before, after in samples:
        middle, step = _looked_at(len(before), declared), declared.grain_hold_frames
        _look(Sight(before[middle][::step], after[middle][::step], clips, turn=next(turns)), onlookers, kept)
        del before, after  # else this run would be held until the next has been made
    looks = {name: tuple(each) for name, each in kept.items()}
    return Pair(*reports, source, master, declared, looks)


def _look(sight: Sight, onlookers: Sequence[Onlooker], kept: dict[str, list[Any]]) -> None:
    """Let every guard look. A function of its own, so that no run outlives it."""
    for guard in onlookers:
        kept[guard.name].append(guard.look(sight))
    sight.forget()


def _looked_at(frames: int, declared: Declared) -> slice:
    """The middle of a run of so many frames: at its ends treatments lack the neighbours that the whole clip has."""
    shown = (FRAMES - 1) * declared.grain_hold_frames + 1
    start = max(0, (frames - shown) // 2)
    return slice(start, start + shown)


def check_guards(pair: Pair) -> tuple[Guard, ...]:
    """All guards of one finish, in the order of their names."""
    return tuple(guard.check(pair) for guard in guards())


def blamed(name: str) -> tuple[str, ...]:
    """The treatments to be lowered when the guard called ``name`` breaks, the likeliest first."""
    return next((guard.blames for guard in guards() if guard.name == name), ())


@cache
def guards() -> tuple[Guardrail, ...]:
    """Every guard of the room with its own limits."""
    return tuple(kind() for kind in members("guards").values())
