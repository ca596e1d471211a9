"""A6: the white point of the light on the lit side of a face, on its shadow side, and behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unplastic.clip import Clip
from unplastic.measure.standing import why_no_face
from unplastic.parameter import check, parameter
from unplastic.reading import Evidence, Reading
from unplastic.vision import Run
from unplastic.vision.chromaticity import COLDEST_MIRED, WARMEST_MIRED
from unplastic.vision.platewhite import PlateWhite, plate_white
from unplastic.vision.skinlight import COMPLEXION_MIRED, SkinLight, skin_light

WHITE, TINT, FILL, PLATE = "white_mired", "white_duv", "fill_shift", "plate_shift"
REGIONS = "lit skin", "shadow skin", "plate"
SIDES_MIRED = 6.0
"""Half of a 90 % interval of the difference between the two sides: blood and light from one's own clothes."""


@dataclass(frozen=True, slots=True)
class Whites:
    """One run: (lit, shadow) of its faces, the plate's, and why there is no face."""

    faces: tuple[tuple[SkinLight | None, SkinLight | None], ...]
    plates: tuple[PlateWhite, ...]
    why_not: str | None


@dataclass(frozen=True)
class WhitePoints:
    """In mired (1e6 / kelvin; display white is 154, warmer is more), in BT.709 light, seen under the display's white.

    white_mired and white_duv, "lit skin" and "shadow skin": the light that makes average skin look like this face; a
    complexion leaves it open by 25 mired. "plate": the light that makes the picture outside its people grey in the
    mean. fill_shift: shadow skin less lit skin, from which the complexion is gone. plate_shift: lit skin less plate.

    A light off the black body's line by more than 0.03 is a colour, not a white: no mired. Not measured in HDR.
    """

    name: ClassVar[str] = "white_points"

    ipd_min_px: float = parameter(32.0, "distance between the pupils that skin needs", low=24.0, high=1000.0)
    ratio_min_stops: float = parameter(0.7, "key over fill from which there is a shadow side", low=0.1, high=6.0)
    duv_max: float = parameter(
        0.03, "distance from the black body's line beyond which light is coloured", low=0.0, high=1.0
    )
    plate_width_max: float = parameter(
        60.0, "interval of the plate, in mired, above which it says nothing", low=1.0, high=900.0
    )

    def __post_init__(self) -> None:
        check(self)

    def observe(self, run: Run) -> Whites:
        """The middle frame of a run."""
        t = run.looks[len(run.looks) // 2]
        frame, faces = run.frames[t], run.faces(t)
        planes = frame.luma, frame.cb, frame.cr
        person = run.surfaces(t).person if faces else None
        plate = plate_white(planes, run.matrix, person, run.lit)
        found = []
        if faces and faces[0].ipd_px >= self.ipd_min_px:
            _, light = run.lamp(t)
            if light is not None:
                lit, shadow = skin_light(planes, run.matrix, faces[0], light)
                found.append((lit, shadow if light.key_fill_stops >= self.ratio_min_stops else None))
        return Whites(tuple(found), (plate,) if plate else (), why_no_face(run))

    def conclude(self, observations: Sequence[Whites], clip: Clip) -> Evidence:
        """All of them over the runs."""
        if clip.color.is_hdr:
            return Evidence(tuple(self._missing("white points are not measured in HDR")))
        faces = [pair for each in observations for pair in each.faces]
        nobody = next((each.why_not for each in observations if each.why_not and not faces), None)
        lit = [(*one.warmth,) for one, _ in faces if one]
        shadow = [(*other.warmth,) for _, other in faces if other]
        plates = [each for observed in observations for each in observed.plates]
        skin = self._of("lit skin", lit, COMPLEXION_MIRED, nobody or "too little lit skin is exposed")
        dark = self._of("shadow skin", shadow, COMPLEXION_MIRED, nobody or "there is no shadow side, or it is too dark")
        plate = self._plate(plates)
        both = [b.warmth[0] - a.warmth[0] for a, b in faces if a and b]
        return Evidence((*skin, *dark, *plate, self._fill(both, skin[0], dark[0]), _plate_shift(skin[0], plate[0])))

    def _missing(self, why: str) -> list[Reading]:
        found = [
            Reading.missing(name, region, unit, why)
            for region in REGIONS
            for name, unit in ((WHITE, "mired"), (TINT, "1"))
        ]
        return [*found, *(Reading.missing(name, "face", "mired", why) for name in (FILL, PLATE))]

    def _of(self, region: str, found: Sequence[tuple[float, float]], half: float, why: str) -> tuple[Reading, Reading]:
        if not found:
            return Reading.missing(WHITE, region, "mired", why), Reading.missing(TINT, region, "1", why)
        mired, duv = np.array(found).T
        value, tint = float(np.median(mired)), float(np.median(duv))
        low, high = np.percentile(mired, [5.0, 95.0])
        white = Reading(WHITE, region, value, "mired", min(float(low), value - half), max(float(high), value + half))
        off = Reading(TINT, region, tint, "1", float(min(duv.min(), tint)), float(max(duv.max(), tint)))
        return self._white(white, tint), off

    def _white(self, white: Reading, duv: float) -> Reading:
        if abs(duv) <= self.duv_max and COLDEST_MIRED < (white.value or 0.0) < WARMEST_MIRED:
            return white
        if abs(duv) <= self.duv_max:
            end = "blue" if (white.value or 0.0) <= COLDEST_MIRED else "red"
            return _doubted(white, f"the light lies beyond the {end} end of all whites")
        return _doubted(white, f"the light is {'green' if duv > 0 else 'pink'}, not white (Duv {duv:+.3f})")

    def _plate(self, plates: Sequence[PlateWhite]) -> tuple[Reading, Reading]:
        why = "too little is seen beside the people, or exposed"
        if not plates:
            return Reading.missing(WHITE, "plate", "mired", why), Reading.missing(TINT, "plate", "1", why)
        mired, duv = ([getattr(each, name) for each in plates] for name in ("mired", "duv"))
        value, tint = float(np.median(mired)), float(np.median(duv))
        low, high = min(min(each.mireds) for each in plates), max(max(each.mireds) for each in plates)
        white = Reading(WHITE, "plate", value, "mired", low, high)
        duvs = [each for one in plates for each in one.duvs]
        off = Reading(TINT, "plate", tint, "1", min(duvs), max(duvs))
        if high - low > self.plate_width_max:
            return _doubted(
                white, f"it may lie anywhere from {low:.0f} to {high:.0f} mired: its surfaces are coloured"
            ), off
        return self._white(white, tint), off

    def _fill(self, both: Sequence[float], lit: Reading, shadow: Reading) -> Reading:
        why = lit.why_not or shadow.why_not
        if not both or why:
            return Reading.missing(FILL, "face", "mired", why or "no frame shows both sides")
        value = float(np.median(both))
        return Reading(FILL, "face", value, "mired", min(both) - SIDES_MIRED, max(both) + SIDES_MIRED)


def _plate_shift(skin: Reading, plate: Reading) -> Reading:
    why = skin.why_not or plate.why_not
    if why or None in (skin.value, plate.value, skin.low, skin.high, plate.low, plate.high):
        return Reading.missing(PLATE, "face", "mired", why or "it is not known")
    value = (skin.value or 0.0) - (plate.value or 0.0)
    low, high = (skin.low or 0.0) - (plate.high or 0.0), (skin.high or 0.0) - (plate.low or 0.0)
    return Reading(PLATE, "face", value, "mired", low, high)


def _doubted(reading: Reading, why: str) -> Reading:
    return Reading(reading.name, reading.region, reading.value, reading.unit, reading.low, reading.high, False, why)
