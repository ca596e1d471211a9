"""A6: where the light on a face comes from, and how much brighter its lit side is than its shadow side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from unplastic.clip import Clip
from unplastic.measure.circle import CLOCK, TURN, on_circle
from unplastic.measure.standing import why_no_face
from unplastic.parameter import check, parameter
from unplastic.reading import Evidence, Place, Reading
from unplastic.vision import Run
from unplastic.vision.face import Face
from unplastic.vision.lamp import Lamp, Shading

if TYPE_CHECKING:
    from numpy.typing import NDArray

AZIMUTH, ELEVATION, RATIO, EXPLAINED = "light_azimuth", "light_elevation", "key_fill", "light_explained"
HOUR = "light_clock"
UNITS = {AZIMUTH: "deg", ELEVATION: "deg", HOUR: "h", RATIO: "stops", EXPLAINED: "1"}
ASIDE_MIN = 0.34
"""Sine of 20 degrees: nearer to the camera a lamp stands at no o'clock."""

FLAT_STOPS = 0.4
BLACK_SHARE = 0.25
BOX_IPD, DOWN_IPD = 4.4, 0.35
"""Side of the box that shows a face, and how far below the eyes its middle lies."""


@dataclass(frozen=True, slots=True, eq=False)
class FaceLight:
    """One run: the lamps on its largest face, the shares of it at black, its sizes, and why there is none.

    ``place`` is a box around it in the run's middle frame.
    """

    lamps: tuple[Lamp, ...]
    black: tuple[float, ...]
    ipds: tuple[float, ...]
    why_not: str | None
    place: Place | None = None


@dataclass(frozen=True)
class Light:
    """Of the largest face, in three frames of every run: the one lamp that best explains its shading.

    light_azimuth: 0 from the camera, above 0 from the picture's right (camera right), 180 from behind.
    light_elevation: above 0 from above. light_clock: the same in the plane of the picture, as catchlights stand.
    key_fill: log2 of the skin turned to the lamp over the skin that it does not reach, in linear light (BT.1886), 0 to
    6. light_explained: the share of the shading's variance that one lamp accounts for. Medians over frames; intervals
    span the frames and each frame's own 90 % region.

    Shape and make-up are not the lamp's: a face that one lamp explains badly has no direction here. In even light the
    direction is not measurable, the ratio is.
    """

    name: ClassVar[str] = "light"

    ipd_min_px: float = parameter(40.0, "distance between the pupils that shading needs", low=24.0, high=1000.0)
    turn_max_deg: float = parameter(50.0, "turn of the head up to which a frame counts", low=1.0, high=90.0)
    explained_min: float = parameter(0.45, "share of the shading that one lamp must explain", low=0.0, high=1.0)
    width_max_deg: float = parameter(50.0, "interval of an angle above which it says nothing", low=1.0, high=360.0)
    stops_max: float = parameter(4.5, "ratio from which fill is too little to be told from none", low=1.0, high=6.0)
    width_max_stops: float = parameter(2.5, "the same of the ratio", low=0.1, high=6.0)

    def __post_init__(self) -> None:
        check(self)

    def observe(self, run: Run) -> FaceLight:
        """Lamps of one run."""
        faces = [(t, run.faces(t)[0]) for t in run.looks if run.faces(t)]
        sizes = tuple(face.ipd_px for _, face in faces)
        usable = [(t, face) for t, face in faces if face.ipd_px >= self.ipd_min_px]
        seen = [run.lamp(t) for t, face in usable if abs(face.yaw_deg) <= self.turn_max_deg]
        place = _place(run, *faces[len(faces) // 2]) if faces else None
        return FaceLight(*_lamps(seen), sizes, why_no_face(run), place)

    def conclude(self, observations: Sequence[FaceLight], clip: Clip) -> Evidence:
        """All readings of the whole clip."""
        lamps = [each for observed in observations for each in observed.lamps]
        why = self._why_not(observations, clip)
        if why:
            missing = tuple(Reading.missing(name, "face", unit, why) for name, unit in UNITS.items())
            return Evidence(missing, places=_largest(observations))
        explained = np.array([each.explained for each in lamps])
        stops = [np.array([getattr(each, f"key_fill_{part}") for each in lamps]) for part in ("stops", "low", "high")]
        ratio = _middle(RATIO, *stops)
        shared = Reading(EXPLAINED, "face", float(np.median(explained)), "1", *_range(explained))
        dark = float(np.median([each for observed in observations for each in observed.black]))
        readings = (*self._angles(lamps, ratio, shared), self._ratio(ratio, shared, dark), shared)
        return Evidence(readings, places=_largest(observations))

    def _why_not(self, observations: Sequence[FaceLight], clip: Clip) -> str | None:
        sizes = [size for each in observations for size in each.ipds]
        if not sizes:
            return next((each.why_not for each in observations if each.why_not), "no face is seen")
        if clip.color.is_hdr:
            return "stops are not measured in HDR"
        if float(np.median(sizes)) < self.ipd_min_px:
            size = float(np.median(sizes))
            return f"the face is small: {size:.0f} px between the pupils, {self.ipd_min_px:.0f} are needed"
        if not any(each.lamps for each in observations):
            return "too little of the face's skin is seen and exposed"
        return None

    def _angles(self, lamps: Sequence[Lamp], ratio: Reading, shared: Reading) -> list[Reading]:
        around = _azimuth(lamps)
        up = [np.array([getattr(each, f"elevation_{part}") for each in lamps]) for part in ("deg", "low", "high")]
        why = None
        if (ratio.value or 0.0) < FLAT_STOPS:
            why = f"the light is even ({ratio.value:.1f} stops): it has no direction"
        elif (shared.value or 0.0) < self.explained_min:
            why = f"one lamp explains {shared.value:.0%} of the face's shading, {self.explained_min:.0%} are needed"
        found = [around, _middle(ELEVATION, *up)]
        kept = [each if why is None and self._narrow(each) else _doubted(each, why) for each in found]
        return [*kept, _hour(lamps, kept[0].why_not or kept[1].why_not)]

    def _narrow(self, reading: Reading) -> bool:
        return (reading.high or 0.0) - (reading.low or 0.0) <= self.width_max_deg

    def _ratio(self, ratio: Reading, shared: Reading, dark: float) -> Reading:
        if (shared.value or 0.0) < self.explained_min and (ratio.value or 0.0) >= FLAT_STOPS:
            return _doubted(ratio, f"one lamp explains {shared.value:.0%} of the face's shading")
        if dark > BLACK_SHARE:
            return _doubted(ratio, f"{dark:.0%} of the face are black: the ratio is at least this")
        if (ratio.value or 0.0) > self.stops_max:
            return _doubted(ratio, f"hardly any fill is left: the ratio is at least {ratio.low or 0.0:.1f} stops")
        if (ratio.high or 0.0) - (ratio.low or 0.0) > self.width_max_stops:
            return _doubted(ratio, "fill cannot be told from a lamp so near the camera, or from so little shadow")
        return ratio


def _place(run: Run, t: int, face: Face) -> Place:
    """A square around the face in the whole picture, as far as it lies inside."""
    half = BOX_IPD * face.ipd_px / 2.0
    x, y = face.centre[0] + run.window.x, face.centre[1] + DOWN_IPD * face.ipd_px + run.window.y
    left, top = max(0, round(x - half)), max(0, round(y - half))
    right, bottom = min(run.picture[0], round(x + half)), min(run.picture[1], round(y + half))
    return Place("lit_face", run.frames[t].index, left, top, max(right - left, 1), max(bottom - top, 1), 0.0)


def _largest(observations: Sequence[FaceLight]) -> tuple[Place, ...]:
    """The largest of the runs' boxes: one face stands for the clip."""
    places = [each.place for each in observations if each.place]
    return tuple(sorted(places, key=lambda place: -place.width * place.height)[:1])


def _lamps(seen: Sequence[tuple[Shading, Lamp | None]]) -> tuple[tuple[Lamp, ...], tuple[float, ...]]:
    pairs = [(found, each.black) for each, found in seen if found is not None]
    return tuple(found for found, _ in pairs), tuple(black for _, black in pairs)


def _azimuth(lamps: Sequence[Lamp]) -> Reading:
    values, lows, highs = ([getattr(each, f"azimuth_{part}") for each in lamps] for part in ("deg", "low", "high"))
    return on_circle(AZIMUTH, "face", "deg", values, lows, highs, TURN)


def _hour(lamps: Sequence[Lamp], why: str | None) -> Reading:
    """Where the lamp stands in the picture's plane; as wide as the wider of its angles makes it there."""
    values, halves = [], []
    for each in lamps:
        hour, aside = each.clock
        wide = max(each.azimuth_high - each.azimuth_low, each.elevation_high - each.elevation_low)
        values.append(hour)
        halves.append(min(6.0, wide / 2.0 / 30.0 / max(aside, 0.1)))
        if aside < ASIDE_MIN:
            why = why or "the lamp stands near the camera"
    lows, highs = ([v + sign * h for v, h in zip(values, halves, strict=True)] for sign in (-1.0, 1.0))
    found = on_circle(HOUR, "face", "h", values, lows, highs, CLOCK)
    return found if why is None else _doubted(found, why)


def _middle(name: str, values: NDArray, lows: NDArray, highs: NDArray) -> Reading:
    value, (low, high) = float(np.median(values)), _range(values)
    low, high = min(low, float(np.median(lows))), max(high, float(np.median(highs)))
    return Reading(name, "face", value, UNITS[name], min(low, value), max(high, value))


def _range(values: NDArray) -> tuple[float, float]:
    low, high = np.percentile(values, [5.0, 95.0])
    return float(low), float(high)


def _doubted(reading: Reading, why: str | None) -> Reading:
    why = why or f"it may lie anywhere from {reading.low:.0f} to {reading.high:.0f} degrees"
    return Reading(reading.name, reading.region, reading.value, reading.unit, reading.low, reading.high, False, why)
