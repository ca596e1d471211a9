"""Steady what flickers beyond its grain, each part by its own reading, and nothing that does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from unplastic.clip import Clip
from unplastic.looks.aims import Aim
from unplastic.looks.rules import Solution, between
from unplastic.reading import Report

if TYPE_CHECKING:
    from unplastic.treat.deflicker import Deflicker

EXPOSURE_CODES8 = 0.25, 0.60
"""Flicker of the whole picture: a fault from 0.5 codes on (measuring A5)."""

LOCAL_RATIO = 1.3, 1.8
LOCAL_CODES8 = {"hair": (0.23, 0.40), "cloth": (0.30, 0.50), "frame": (0.22, 0.40)}
"""Flicker of 8 px blocks over what grain alone gives, and in codes beyond it: web encoders alone bring four camera
clips in five up to the first value (benchmark/tells.md)."""


def solve(treatment: Deflicker, report: Report, _: Clip) -> Solution:
    """Exposure from global_flicker, local from hair and cloth (from the whole picture where there are none)."""
    exposure, why_exposure = _exposure(report)
    local, why_local = _local(report)
    values: dict[str, Any] = {
        "exposure": round(treatment.exposure * exposure, 3),
        "local": round(treatment.local * local, 3),
    }
    reasons = {"exposure": why_exposure, "local": why_local}
    grain = report.reading("grain_sigma")
    if local and grain and grain.valid and grain.value is not None:
        values["grain_codes8"] = round(min(grain.value, 20.0), 2)
        reasons["grain_codes8"] = "what this grain makes flicker is left to it"
    if exposure == 0.0 and local == 0.0:
        values["strength"] = 0.0
        reasons["strength"] = f"{why_exposure}; {why_local}"
    return Solution(values, reasons)


def aims(_: Deflicker) -> tuple[Aim, ...]:
    """Brightness holds still, and detail as still as on camera clips."""
    whole = Aim("exposure", "global_flicker", "frame", -1, high=EXPOSURE_CODES8[0], why="not seen below")
    return whole, *(
        Aim("local", "local_flicker", region, -1, high=most, why="four in five camera clips")
        for region, (most, _) in LOCAL_CODES8.items()
    )


def _exposure(report: Report) -> tuple[float, str]:
    reading = report.reading("global_flicker")
    if reading is None or not reading.valid or reading.value is None:
        return 0.0, "flicker of the whole picture could not be measured"
    need = between(reading.value, EXPOSURE_CODES8)
    state = "it is steadied" if need else "steady enough"
    return need, f"the brightness of the picture flickers by {reading.value:.2f} codes: {state}"


def _local(report: Report) -> tuple[float, str]:
    found = [each for region in LOCAL_CODES8 if (each := _local_need(report, region))]
    if not found:
        return 0.0, "flicker of detail could not be measured"
    people = [each for each in found if each[1] != "frame"]
    need, region, codes, ratio = max(people or found)
    where = "detail" if region == "frame" else f"the {region}"
    if need == 0.0:
        return 0.0, f"{where} flickers {ratio:.1f} times as much as its grain explains: left alone"
    return need, f"{where} flickers by {codes:.2f} codes beyond its grain, {ratio:.1f} times what grain explains"


def _local_need(report: Report, region: str) -> tuple[float, str, float, float] | None:
    codes, ratio = report.reading("local_flicker", region), report.reading("local_flicker_ratio", region)
    if codes is None or ratio is None or not (codes.valid and ratio.valid):
        return None
    if codes.value is None or ratio.value is None:
        return None
    need = min(between(codes.value, LOCAL_CODES8[region]), between(ratio.value, LOCAL_RATIO))
    return need, region, codes.value, ratio.value
