"""A6: the mirror images of the lamps in the eyes, their number, and whether both eyes show the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import ClassVar

import numpy as np

from unplastic.clip import Clip
from unplastic.measure.circle import CLOCK, apart, on_circle
from unplastic.measure.standing import why_no_face
from unplastic.parameter import check, parameter
from unplastic.reading import Evidence, Reading
from unplastic.vision import Run
from unplastic.vision.catchlights import Eye, eyes

COUNT, HOUR, APART = "catchlights", "catchlight_clock", "catchlight_apart"
UNITS = {COUNT: "1", HOUR: "h", APART: "deg"}
DEG_PER_HOUR = 30.0


@dataclass(frozen=True, slots=True)
class Looked:
    """One run: both eyes of each frame, the size of the face in each, and why there is none."""

    pairs: tuple[tuple[Eye, Eye], ...]
    ipds: tuple[float, ...]
    why_not: str | None


@dataclass(frozen=True)
class Catchlights:
    """Of the largest face, in three frames of every run, at full size.

    catchlights: bright islands on the iris of the eye that shows more, median over frames. catchlight_clock: where the
    strongest stands from the middle of the iris, 12 up, 3 at the picture's right; mean of both eyes. catchlight_apart:
    the angle between the two eyes' strongest: one lamp stands at one hour in both.

    Not measured on small, turned or closed eyes, behind sunglasses, and at no hour where the lamp's image stands in the
    middle (a flash beside the lens). No light counted is no proof of no lamp: lids and brows hide it.
    """

    name: ClassVar[str] = "catchlights"

    ipd_min_px: float = parameter(64.0, "distance between the pupils that an iris needs", low=40.0, high=1000.0)
    turn_max_deg: float = parameter(35.0, "turn of the head up to which both eyes count", low=1.0, high=90.0)
    away_min: float = parameter(
        0.2, "distance from the middle, in radii of the iris, that gives an hour", low=0.0, high=1.0
    )
    width_max_h: float = parameter(3.0, "interval of the hour above which it says nothing", low=0.1, high=12.0)

    def __post_init__(self) -> None:
        check(self)

    def observe(self, run: Run) -> Looked:
        """Both eyes in three frames of one run."""
        faces = [(t, run.faces(t)[0]) for t in run.looks if run.faces(t)]
        usable = [(t, face) for t, face in faces if face.ipd_px >= self.ipd_min_px]
        pairs = [eyes(run.frames[t].luma, face) for t, face in usable if abs(face.yaw_deg) <= self.turn_max_deg]
        return Looked(tuple(pairs), tuple(face.ipd_px for _, face in faces), why_no_face(run))

    def conclude(self, observations: Sequence[Looked], clip: Clip) -> Evidence:  # noqa: ARG002
        """Readings over all frames."""
        pairs = [pair for each in observations for pair in each.pairs]
        seen = [pair for pair in pairs if not all(eye.why_not for eye in pair)]
        why = self._why_not(observations, pairs, seen)
        if why:
            return Evidence(tuple(Reading.missing(name, "eyes", unit, why) for name, unit in UNITS.items()))
        counts = np.array([max(len(eye.catchlights) for eye in pair) for pair in seen], np.float64)
        low, high = np.percentile(counts, [5.0, 95.0])
        count = Reading(COUNT, "eyes", float(median(counts)), "1", float(low), float(high))
        return Evidence((count, self._hour(seen), self._apart(seen)))

    def _why_not(self, observations: Sequence[Looked], pairs: Sequence, seen: Sequence) -> str | None:
        sizes = [size for each in observations for size in each.ipds]
        if not sizes:
            return next((each.why_not for each in observations if each.why_not), "no face is seen")
        if median(sizes) < self.ipd_min_px:
            return f"the eyes are small: {median(sizes):.0f} px between the pupils, {self.ipd_min_px:.0f} are needed"
        if not pairs:
            return "the face is turned away"
        if 2 * len(seen) < len(pairs):
            return next(eye.why_not for pair in pairs for eye in pair if eye.why_not)
        return None

    def _hour(self, seen: Sequence[tuple[Eye, Eye]]) -> Reading:
        hours = []
        for pair in seen:
            mine = [eye.catchlights[0] for eye in pair if eye.catchlights]
            hours += [each.clock_h for each in mine if each.away >= self.away_min]
        if len(hours) < len(seen):
            why = "no catchlight is seen" if not any(eye.catchlights for pair in seen for eye in pair) else ""
            return Reading.missing(HOUR, "eyes", "h", why or "the catchlights stand in the middle, or in few frames")
        found = on_circle(HOUR, "eyes", "h", hours, hours, hours, CLOCK)
        wide = (found.high or 0.0) - (found.low or 0.0)
        if wide <= self.width_max_h:
            return found
        return _doubted(found, f"it wanders by {wide:.0f} hours between eyes and frames")

    def _apart(self, seen: Sequence[tuple[Eye, Eye]]) -> Reading:
        """In frames that show one in either eye: eyes without one may be shaded."""
        both = [
            (one.catchlights[0], other.catchlights[0]) for one, other in seen if one.catchlights and other.catchlights
        ]
        ways = [
            DEG_PER_HOUR * apart(one.clock_h, other.clock_h, CLOCK)
            for one, other in both
            if min(one.away, other.away) >= self.away_min
        ]
        if 2 * len(ways) < len(seen):
            return Reading.missing(APART, "eyes", "deg", "not both eyes show a catchlight away from the middle")
        low, high = np.percentile(ways, [5.0, 95.0])
        return Reading(APART, "eyes", float(median(ways)), "deg", float(low), float(high))


def _doubted(reading: Reading, why: str) -> Reading:
    return Reading(reading.name, reading.region, reading.value, reading.unit, reading.low, reading.high, False, why)
