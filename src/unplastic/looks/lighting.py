"""The light of a scene's shots beside its sheet, or beside each other: how far each lies, and who is an outlier.

Tolerances are those of measuring A6. No grade moves a lamp, hardens a shadow or takes one lamp's colour from the other:
such an outlier is told to be generated again, with the sheet's sentence. White point, black level, contrast and
saturation come together in ``finish --scene``; a stop of key and fill can be shaped on the face.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from unplastic.lightsheet import HEIGHTS, SIDES, LightSheet
from unplastic.looks.lightaspects import (
    QUANTITIES,
    RATIO,
    SHAPE_STOPS,
    TOLERANCE_DEG,
    TOLERANCE_STOPS,
    WHITE,
    Aspect,
    aspect,
    known,
    why_not,
)
from unplastic.reading import Finding, Report

__all__ = ["TOLERANCE_DEG", "TOLERANCE_STOPS", "ShotLight", "lighting", "lit_from"]

SECTOR_DEG = 30.0
"""How far a word reaches on either side: "left" is anything from nearly front to three quarters behind."""

FRONT_DEG, BEHIND_DEG = 20.0, 120.0
HARD_MM, SOFT_MM = 4.5, 6.0
"""Width of a shadow's edge up to which a light is hard, and from which it is not (benchmark/light.md)."""

WARM_K, COLD_K = 3500.0, 6000.0
DISPLAY_MIRED = 153.8
"""The display's own white: what a camera that was balanced for a light makes of it."""

Angles = tuple[float, float]


@dataclass(frozen=True, slots=True)
class ShotLight:
    """One shot: every aspect of its light, and its ``distance`` in tolerances.

    ``distance`` is the root of the summed squares over what can be compared, None where nothing can. ``number`` counts
    from 1. ``clocks`` maps "face", "eyes", "shadows" and "sources" to the hour that each says light comes from.
    """

    file: str
    number: int
    azimuth_deg: float | None
    elevation_deg: float | None
    aspects: tuple[Aspect, ...]
    clocks: dict[str, float]
    distance: float | None
    findings: tuple[Finding, ...]

    @property
    def stops(self) -> float | None:
        """Key over fill, None where it is not measurable."""
        return self.aspect(RATIO.key).value

    def aspect(self, key: str) -> Aspect:
        """The aspect of that name."""
        return next(each for each in self.aspects if each.key == key)

    def document(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "file": self.file, "shot": self.number, "azimuth_deg": self.azimuth_deg,
            "elevation_deg": self.elevation_deg, "lit_from": lit_from(self.azimuth_deg), "clocks": self.clocks,
            "distance": self.distance, "is_outlier": bool(self.findings),
            "aspects": [each.document() for each in self.aspects], "said": [each.text for each in self.findings],
            "fixes": [each.fix for each in self.findings],
        }  # fmt: skip


def lighting(reports: Sequence[Report], sheet: LightSheet | None = None) -> tuple[ShotLight, ...]:
    """The shots in order. What the sheet does not say is taken from the shots: the one nearest to all, the median."""
    sheet = sheet or LightSheet()
    aims = [found for report in reports if (found := _angles(report)) is not None]
    middle = min(aims, key=lambda one: sum(_apart(one, other) for other in aims)) if len(aims) > 1 else None
    agreed: dict[str, float] = {}
    for quantity in QUANTITIES:
        values = [v for report in reports if (v := known(report, quantity.reading, quantity.region)) is not None]
        if len(values) > 1:
            agreed[quantity.key] = median(values)
    if sheet.stops is not None:
        agreed[RATIO.key] = sheet.stops
    return tuple(_shot(number, report, sheet, middle, agreed) for number, report in enumerate(reports, 1))


def lit_from(azimuth_deg: float | None) -> str:
    """An azimuth in words: "the camera", "camera left", "behind"; empty for none."""
    if azimuth_deg is None:
        return ""
    if abs(azimuth_deg) <= FRONT_DEG:
        return "the camera"
    if abs(azimuth_deg) >= BEHIND_DEG:
        return "behind"
    return "camera right" if azimuth_deg > 0 else "camera left"


def _shot(number: int, report: Report, sheet: LightSheet, middle: Angles | None, agreed: dict[str, float]) -> ShotLight:
    parts = [_direction(report, sheet, middle)]
    parts += [aspect(quantity, report, agreed.get(quantity.key)) for quantity in QUANTITIES]
    parts += [_hardness(report, sheet), _colour(report, sheet)]
    away = [each.tolerances for each in parts if each.tolerances is not None]
    angles = _angles(report)
    hours = {
        "face": known(report, "light_clock", "face"),
        "eyes": known(report, "catchlight_clock", "eyes"),
        "shadows": known(report, "plate_clock", "shadows"),
        "sources": known(report, "plate_clock", "sources"),
    }
    return ShotLight(
        report.file, number, angles[0] if angles else None, angles[1] if angles else None, tuple(parts),
        {name: hour for name, hour in hours.items() if hour is not None},
        float(np.sqrt(np.sum(np.square(away)))) if away else None,
        tuple(_findings(number, report.file, parts, sheet)),
    )  # fmt: skip


def _direction(report: Report, sheet: LightSheet, middle: Angles | None) -> Aspect:
    """How far off in degrees, and in words. A word of the sheet covers a sector, so only what leaves it counts."""
    found = _angles(report)
    why = why_not(report, ("light_azimuth", "face"), ("light_elevation", "face"))
    off, said = (None, "") if found is None else _off(*found, sheet, middle)
    azimuth = report.reading("light_azimuth", "face")
    low, high = (azimuth.low, azimuth.high) if azimuth and found else (None, None)
    meant = sheet.azimuth_deg if sheet.side else middle[0] if middle and not sheet.height else None
    tolerances = None if off is None else off / TOLERANCE_DEG
    return Aspect(
        "direction",
        "light from",
        "deg",
        found[0] if found else None,
        low,
        high,
        why,
        meant,
        tolerances,
        said,
        "generate",
    )


def _off(azimuth: float, elevation: float, sheet: LightSheet, middle: Angles | None) -> tuple[float | None, str]:
    offs: list[tuple[float, str]] = []
    if sheet.side:
        beside = abs((azimuth - SIDES[sheet.side][0] + 180.0) % 360.0 - 180.0)
        side = {"front": "the camera", "behind": "behind"}.get(sheet.side, sheet.side)
        offs.append((max(0.0, beside - SECTOR_DEG), f"it is lit from {lit_from(azimuth)}, the scene says {side}"))
    if sheet.height:
        above = abs(elevation - HEIGHTS[sheet.height][0])
        words = f"its light stands at {elevation:.0f} degrees, the scene says {sheet.height}"
        offs.append((max(0.0, above - SECTOR_DEG), words))
    if offs:
        return max(offs)
    if middle is None:
        return None, ""
    off = _apart((azimuth, elevation), middle)
    return (
        off,
        f"it is lit from {lit_from(azimuth)}, {off:.0f} degrees off the scene's light from {lit_from(middle[0])}",
    )


def _hardness(report: Report, sheet: LightSheet) -> Aspect:
    """Hard or soft, where the sheet says which. No edge in sight proves no softness where no shadow is to be seen."""
    reading = report.reading("shadow_edge", "face")
    value = known(report, "shadow_edge", "face")
    off, said = None, ""
    if value is not None and sheet.hardness:
        is_hard, is_soft = value <= HARD_MM, value >= SOFT_MM
        off = 2.0 if (is_hard and sheet.hardness == "soft") or (is_soft and sheet.hardness == "hard") else 0.0
        kind = "hard" if is_hard else "soft"
        said = f"its shadows are {kind} ({value:.0f} mm at their edge), the scene says {sheet.hardness}" if off else ""
    low, high = (reading.low, reading.high) if reading and value is not None else (None, None)
    why = why_not(report, ("shadow_edge", "face"))
    return Aspect("hardness", "shadow edge", "mm", value, low, high, why, None, off, said, "generate")


def _colour(report: Report, sheet: LightSheet) -> Aspect:
    """Warm or cold against the display's white. Cameras are balanced for lamps, so only the wrong side of it counts."""
    value = known(report, WHITE.reading, WHITE.region)
    reading = WHITE.of(report)
    off, said = None, ""
    if value is not None and sheet.kelvin is not None and reading is not None:
        low, high = reading.low or value, reading.high or value
        is_cold, is_warm = high < DISPLAY_MIRED, low > DISPLAY_MIRED
        off = 2.0 if (is_cold and sheet.kelvin <= WARM_K) or (is_warm and sheet.kelvin >= COLD_K) else 0.0
        said = f"the light on its skin is {'cold' if is_cold else 'warm'}, the scene says {sheet.white}" if off else ""
    why = why_not(report, (WHITE.reading, WHITE.region))
    return Aspect("colour", "warm or cold", "", None, None, None, why, None, off, said, "grade")


def _findings(number: int, file: str, parts: Sequence[Aspect], sheet: LightSheet) -> list[Finding]:
    """One for what only a new generation mends, one for what can be shaped on the face, one for what a grade mends."""
    out = [each for each in parts if each.is_out]
    is_moved = any(each.remedy == "generate" for each in out)
    found = []
    for remedy in ("generate", "shape", "grade"):
        mine = [
            each
            for each in out
            if each.remedy == remedy or (remedy == "generate" and is_moved and each.remedy == "shape")
        ]
        if (remedy == "shape" and is_moved) or not mine:
            continue
        text = f"shot {number}, {file}: {'; '.join(each.said for each in mine)}"
        severity = "info" if remedy == "grade" else "warning"
        found.append(Finding(f"scene_light_{remedy}", severity, "face", None, text, _fix(remedy, mine, sheet)))
    return found


def _fix(remedy: str, mine: Sequence[Aspect], sheet: LightSheet) -> str:
    if remedy == "grade":
        return "finish the shots with --scene: it brings white point, black, contrast and saturation together"
    if remedy == "shape":
        value, meant = mine[0].value or 0.0, mine[0].meant or 0.0
        stops = float(np.clip(meant - value, -SHAPE_STOPS, SHAPE_STOPS))
        return f"finish it with --set shape.stops={stops:.1f}, or generate it again"
    fix = "no grade moves a lamp: generate it again"
    return f'{fix} with "{sheet.sentence()}"' if sheet.sentence() else fix


def _angles(report: Report) -> Angles | None:
    azimuth, elevation = known(report, "light_azimuth", "face"), known(report, "light_elevation", "face")
    return None if azimuth is None or elevation is None else (azimuth, elevation)


def _apart(one: Angles, other: Angles) -> float:
    """Degrees between two directions, (azimuth, elevation)."""
    (a, e), (b, f) = (np.radians(each) for each in (one, other))
    cosine = np.sin(e) * np.sin(f) + np.cos(e) * np.cos(f) * np.cos(a - b)
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))
