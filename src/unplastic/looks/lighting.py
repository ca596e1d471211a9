"""The light of a scene's shots beside its sheet, or beside each other: how far each lies, and who is an outlier.

Tolerances are starting values (measuring A6): 25 degrees, 0.7 stop. No grade moves a lamp, so an outlier is told to be
generated again, with the sheet's sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from unplastic.lightsheet import HEIGHTS, SIDES, LightSheet
from unplastic.reading import Finding, Report

NAMES = ("light_azimuth", "light_elevation", "key_fill")
Seen = tuple[float | None, ...]

TOLERANCE_DEG = 25.0
TOLERANCE_STOPS = 0.7
SECTOR_DEG = 30.0
"""How far a word reaches on either side: "left" is anything from nearly front to three quarters behind."""

FRONT_DEG, BEHIND_DEG = 20.0, 120.0


@dataclass(frozen=True, slots=True)
class ShotLight:
    """One shot: what its light reads, None where it is not measurable, and its ``distance`` in tolerances.

    ``distance`` is the root of the summed squares over what can be compared, None where nothing can.
    """

    file: str
    azimuth_deg: float | None
    elevation_deg: float | None
    stops: float | None
    distance: float | None
    findings: tuple[Finding, ...]


def lighting(reports: Sequence[Report], sheet: LightSheet | None = None) -> tuple[ShotLight, ...]:
    """The shots in order. What the sheet does not say is taken from the shots: the one nearest to all, the median."""
    sheet = sheet or LightSheet()
    seen = [tuple(_value(report, name) for name in NAMES) for report in reports]
    aims = [(a, e) for a, e, _ in seen if a is not None and e is not None]
    middle = min(aims, key=lambda one: sum(_apart(one, other) for other in aims)) if len(aims) > 1 else None
    ratios = [stops for *_, stops in seen if stops is not None]
    agreed = sheet.stops if sheet.stops is not None else median(ratios) if len(ratios) > 1 else None
    return tuple(
        _shot(number, report, each, sheet, middle, agreed)
        for number, (report, each) in enumerate(zip(reports, seen, strict=True), 1)
    )


def _shot(
    number: int, report: Report, seen: Seen, sheet: LightSheet, middle: tuple[float, float] | None, agreed: float | None
) -> ShotLight:
    azimuth, elevation, stops = seen
    parts, said = [], []
    if azimuth is not None and elevation is not None:
        off, words = _direction(azimuth, elevation, sheet, middle)
        parts.append(off / TOLERANCE_DEG)
        said += [words] if off > TOLERANCE_DEG else []
    if stops is not None and agreed is not None:
        parts.append((stops - agreed) / TOLERANCE_STOPS)
        meant = "the scene says" if sheet.stops is not None else "the scene's shots have"
        if abs(stops - agreed) > TOLERANCE_STOPS:
            said.append(f"its key to fill is {stops:.1f} stops, {meant} {agreed:.1f}")
    distance = float(np.sqrt(np.sum(np.square(parts)))) if parts else None
    findings = (_finding(number, report.file, said, sheet),) if said else ()
    return ShotLight(report.file, azimuth, elevation, stops, distance, findings)


def _direction(
    azimuth: float, elevation: float, sheet: LightSheet, middle: tuple[float, float] | None
) -> tuple[float, str]:
    """How far off in degrees, and in words. A word of the sheet covers a sector, so only what leaves it counts."""
    if sheet.side:
        beside = abs((azimuth - SIDES[sheet.side][0] + 180.0) % 360.0 - 180.0)
        return max(0.0, beside - SECTOR_DEG), f"it is lit from {_side(azimuth)}, the scene says {sheet.side}"
    if sheet.height:
        above = abs(elevation - HEIGHTS[sheet.height][0])
        return max(
            0.0, above - SECTOR_DEG
        ), f"its light stands at {elevation:.0f} degrees, the scene says {sheet.height}"
    if middle is None:
        return 0.0, ""
    off = _apart((azimuth, elevation), middle)
    return off, f"it is lit from {_side(azimuth)}, {off:.0f} degrees off the scene's light from {_side(middle[0])}"


def _finding(number: int, file: str, said: Sequence[str], sheet: LightSheet) -> Finding:
    fix = "no grade moves a lamp: generate it again"
    if sheet.sentence():
        fix += f' with "{sheet.sentence()}"'
    return Finding("scene_light", "warning", "face", None, f"shot {number}, {file}: {'; '.join(said)}", fix)


def _side(azimuth: float) -> str:
    if abs(azimuth) <= FRONT_DEG:
        return "the camera"
    if abs(azimuth) >= BEHIND_DEG:
        return "behind"
    return "camera right" if azimuth > 0 else "camera left"


def _apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Degrees between two directions, (azimuth, elevation)."""
    (a, e), (b, f) = (np.radians(each) for each in (one, other))
    cosine = np.sin(e) * np.sin(f) + np.cos(e) * np.cos(f) * np.cos(a - b)
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


def _value(report: Report, name: str) -> float | None:
    reading = report.reading(name, "face")
    return reading.value if reading and reading.valid else None
