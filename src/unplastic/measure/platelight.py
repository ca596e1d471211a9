"""A6: where the light of the plate comes from, by the shadow that a person casts and by the bright things in sight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unplastic.clip import Clip
from unplastic.measure.circle import CLOCK, on_circle
from unplastic.measure.standing import why_no_face
from unplastic.parameter import check, parameter
from unplastic.reading import Evidence, Reading
from unplastic.vision import Run
from unplastic.vision.bands import to_size
from unplastic.vision.castshadow import CastShadow, cast_shadow
from unplastic.vision.regions import lit_area
from unplastic.vision.sources import Sources, sources

HOUR, DROP = "plate_clock", "cast_shadow"
DEG_PER_HOUR = 30.0
HEAD_IPD = 2.4
"""Width of a head, in distances between the pupils."""

SHADOW_HALF_H = 0.75
"""Half of a 90 % interval of a shadow's hour: half a step of what is tried, and the wall's slope."""


@dataclass(frozen=True, slots=True)
class Plate:
    """One run: its sources and its cast shadow, if any, and why nothing was looked for."""

    sources: Sources | None
    shadow: CastShadow | None
    why_not: str | None


@dataclass(frozen=True)
class PlateLight:
    """Where light comes from, by the plate: plate_clock, 12 above, 3 from the picture's right, like `light_clock`.

    "shadows": from a person's own outline, thrown on a wall or a floor (cast_shadow: how dark it is, in stops).
    "sources": the middle of the windows, lamps and sky in sight, seen from the largest face; they stand behind what
    they light, so a key from elsewhere may be right. Mostly neither is to be had.
    """

    name: ClassVar[str] = "plate_light"

    agree_min: float = parameter(0.75, "how much sources must lie in one direction, 0 to 1", low=0.0, high=1.0)
    runs_min: float = parameter(0.6, "share of the runs that must show the same", low=0.0, high=1.0)
    width_max_h: float = parameter(3.5, "interval of an hour above which it says nothing", low=0.1, high=12.0)

    def __post_init__(self) -> None:
        check(self)

    def observe(self, run: Run) -> Plate:
        """The middle frame of a run, at half size."""
        t = run.looks[len(run.looks) // 2]
        why = why_no_face(run)
        if why is None and not run.is_whole:
            why = "only a part of a picture this large is looked at"
        if why or not run.faces(t):
            return Plate(None, None, why or "no face is seen")
        face, person = run.faces(t)[0].scaled(0.5), run.surfaces(t).person
        luma = run.half[t]
        lit = lit_area(luma)
        found = sources(luma, person, lit, face.centre)
        shadow = None
        if person is not None:
            shadow = cast_shadow(luma, to_size(person, luma.shape), lit, HEAD_IPD * face.ipd_px)
        return Plate(found, shadow, None)

    def conclude(self, observations: Sequence[Plate], clip: Clip) -> Evidence:
        """Hours by shadows and by sources, and how dark the shadows are."""
        looked = [each for each in observations if each.why_not is None]
        why = next((each.why_not for each in observations if each.why_not), None) if not looked else None
        why = "stops are not measured in HDR" if clip.color.is_hdr else why
        if why:
            missing = ((HOUR, "shadows", "h"), (HOUR, "sources", "h"), (DROP, "plate", "stops"))
            return Evidence(tuple(Reading.missing(*each, why) for each in missing))
        shadows = [each.shadow for each in looked if each.shadow]
        needed = self.runs_min * len(looked)
        if not shadows or len(shadows) < needed:
            none = "no cast shadow of a person is to be seen"
            by_shadow = Reading.missing(HOUR, "shadows", "h", none)
            drop = Reading.missing(DROP, "plate", "stops", none)
        else:
            hours = [each.angle_deg / DEG_PER_HOUR for each in shadows]
            by_shadow = self._hour("shadows", hours, [SHADOW_HALF_H] * len(hours))
            drops = np.array([each.drop_stops for each in shadows])
            drop = Reading(DROP, "plate", float(np.median(drops)), "stops", float(drops.min()), float(drops.max()))
        return Evidence((by_shadow, self._by_sources(looked, needed), drop))

    def _by_sources(self, looked: Sequence[Plate], needed: float) -> Reading:
        seen = [each.sources for each in looked if each.sources]
        if not seen or len(seen) < needed:
            return Reading.missing(HOUR, "sources", "h", "no lamp, window or sky stands out in the picture")
        agree = float(np.median([each.agree for each in seen]))
        if agree < self.agree_min:
            count = int(np.median([each.count for each in seen]))
            why = (
                f"its {count} bright things stand on several sides" if count > 1 else "its bright part lies all around"
            )
            return Reading.missing(HOUR, "sources", "h", why)
        halves = [float(np.degrees(np.arccos(min(each.agree, 1.0)))) / DEG_PER_HOUR for each in seen]
        return self._hour("sources", [each.angle_deg / DEG_PER_HOUR for each in seen], halves)

    def _hour(self, region: str, hours: Sequence[float], halves: Sequence[float]) -> Reading:
        lows, highs = ([h + sign * w for h, w in zip(hours, halves, strict=True)] for sign in (-1.0, 1.0))
        found = on_circle(HOUR, region, "h", hours, lows, highs, CLOCK)
        wide = (found.high or 0.0) - (found.low or 0.0)
        if wide <= self.width_max_h:
            return found
        why = f"it may be anywhere within {wide:.0f} hours"
        return Reading(found.name, region, found.value, "h", found.low, found.high, False, why)
