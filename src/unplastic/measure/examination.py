"""Which frames to look at, and one pass over them with every measure of the room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Protocol

from unplastic.clip import Clip, Picture
from unplastic.measure.findings import findings
from unplastic.measure.score import plasticity
from unplastic.reading import Evidence, Report
from unplastic.registry import members
from unplastic.vision import FirstSeen, Run, runs_of

RUNS = 3
RUN_FRAMES = 8


class Measure(Protocol):
    """A member of the room."""

    name: ClassVar[str]

    def observe(self, run: Run) -> Any:
        """What this measure keeps of one run: small arrays, no pictures."""
        ...

    def conclude(self, observations: Sequence[Any], clip: Clip) -> Evidence:
        """Readings, curves and places of the whole clip. ``observations`` holds at least one."""
        ...


def plan(clip: Clip) -> tuple[range, ...]:
    """Frames to sample: three runs of eight consecutive frames around 1/6, 1/2 and 5/6 of the clip, fewer if short.

    Runs are in order and do not overlap, so that one decoder can serve them all in one pass.
    """
    length = min(RUN_FRAMES, clip.frames)
    count = max(1, min(RUNS, clip.frames // RUN_FRAMES))
    starts = [clip.frames * (2 * i + 1) // (2 * count) - length // 2 for i in range(count)]
    return tuple(range(start, start + length) for start in starts)


def examine(
    runs: Iterable[Iterable[Picture]],
    clip: Clip,
    *,
    judged_as: Clip | None = None,
    first_seen: FirstSeen | None = None,
) -> Report:
    """Measure the pictures of every run in one pass, one run in memory at a time.

    ``judged_as`` is the clip whose compression the score must assume: for a finished master that is its source, since
    a high bitrate does not bring back what an earlier encoder took. ``first_seen`` is shared by measurements that are
    to be compared: all of them look at the skin, hair and cloth that the first of them saw. Raises `ValueError` when
    there is no picture.
    """
    measures = [kind() for kind in members("measure").values()]
    observed: dict[str, list[Any]] = {measure.name: [] for measure in measures}
    for turn, pictures in enumerate(runs):
        _observe(runs_of(pictures, clip, turn=turn, first_seen=first_seen), measures, observed)
    if not all(observed.values()):
        raise ValueError("there is no picture to examine")
    evidence = [measure.conclude(observed[measure.name], clip) for measure in measures]
    readings = tuple(reading for each in evidence for reading in each.readings)
    places = tuple(place for each in evidence for place in each.places)
    verdict = plasticity(readings, judged_as or clip)
    return Report(
        file=clip.path.name,
        width=clip.width,
        height=clip.height,
        fps=float(clip.frame_rate),
        frames=clip.frames,
        bits_per_pixel=clip.bits_per_pixel,
        plasticity=verdict,
        readings=readings,
        findings=findings(readings, places, clip, verdict),
        curves=tuple(curve for each in evidence for curve in each.curves),
        places=places,
    )


def _observe(runs: list[Run], measures: Sequence[Measure], observed: dict[str, list[Any]]) -> None:
    """Let every measure look at every run. A function of its own, so that no run outlives it."""
    for run in runs:
        for measure in measures:
            observed[measure.name].append(measure.observe(run))
