"""What a plate changes in the treatments of a look: tone, colour, softness and grain move to what it reads.

A plate shows another scene: how bright its sky is says nothing of this shot's. So levels and colour follow it only as
far as a shot of the same scene could differ, and say where they were held.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import Any

import numpy as np

from unplastic.clip import Clip
from unplastic.errors import ClipUnsupported
from unplastic.looks.plate import Plate, grain_values, value_of
from unplastic.looks.rules import Solution
from unplastic.looks.tonematch import tone_match
from unplastic.reading import Report
from unplastic.treat.grain import lines_of

SATURATION = 0.7, 1.1
"""What colours a plate shows is its scene's business; too much colour in skin is a tell."""

COLOURLESS = 0.004
"""Mean chroma below one 8-bit code."""

SATURATION_MAX = 2.0
CAST_MAX = 0.012
CAST_LUMA = 0.5
"""Mean luma of the nearly grey mid tones that a cast is read from: the balance falls with luma."""

SKIN_SHARE_MIN = 0.05
NEUTRAL_SHARE_MIN = 0.10
VISIBLE_CODES8 = 0.35
WIDTH_OF_SIGMA = 2.563
"""10-90 % rise of a Gaussian edge in units of its sd."""

BLUR_MAX_PX = 0.6
OVERSHOOT_PERCENT = 2.0, 12.0
NO_TONE = {"black_lift": 0.0, "white_level": 1.0}
NO_RESTRAINT = {
    "knee_slope": 0.0,
    "chroma_scale": 1.0,
    "magenta_to_red": 0.0,
    "highlight_desaturation": 0.0,
    "shadow_desaturation": 0.0,
}
"""A look's own restraint in tone and colour: the plate's takes its place where it has any."""


def match(treatment: Any, solution: Solution, plate: Plate, report: Report, clip: Clip) -> Solution:
    """``solution`` as the plate wants it, with reasons; treatments that a plate says nothing of keep theirs.

    Raises `ClipUnsupported` for an HDR clip.
    """
    change = _CHANGES.get(treatment.name)
    if clip.color.is_hdr:
        raise ClipUnsupported(
            f"{clip.path}: is HDR, and a plate's display-referred levels cannot be matched in it",
            "leave --match out, or finish an SDR version",
        )
    return change(treatment, solution, plate, report, clip) if change else solution


def _grade(treatment: Any, solution: Solution, plate: Plate, report: Report, __: Clip) -> Solution:
    tone = tone_match(_levels(report), _levels(plate.report))
    if tone is None:
        why = "the levels of the clip or of the plate could not be measured"
        return _kept(treatment, solution, "slope", f"{why}: the look's tone is kept")
    saturation, why_saturation = _saturation(plate, report)
    cast, why_cast = _cast(plate, report) if saturation else ((0.0, 0.0), why_saturation)
    restrained = NO_RESTRAINT if saturation < 1.0 else {}
    values = {
        **NO_TONE,
        **restrained,
        "slope": (tone.slope,) * 3,
        "offset": (tone.offset,) * 3,
        "power": (tone.power,) * 3,
        "saturation": round(min(saturation / tone.gain, SATURATION_MAX), 3),
        "balance_cb": cast[0],
        "balance_cr": cast[1],
    }
    reasons = {"slope": tone.why, "saturation": why_saturation, "balance_cb": why_cast}
    return Solution(solution.values | values, reasons)


def _levels(report: Report) -> tuple[float, float, float] | None:
    black, middle, white = (value_of(report, f"{name}_level") for name in ("black", "median", "white"))
    return None if black is None or middle is None or white is None else (black, middle, white)


def _saturation(plate: Plate, report: Report) -> tuple[float, str]:
    """The share of its colour that the clip keeps: from skin where both have it, else from the whole scene."""
    has_skin = all((value_of(each, "skin_share") or 0.0) >= SKIN_SHARE_MIN for each in (plate.report, report))
    name, region, what = ("skin_chroma", "skin", "skin") if has_skin else ("scene_chroma", "frame", "the scene")
    there, here = plate.value(name, region), value_of(report, name, region)
    if there is None or not here:
        return 1.0, "colour could not be measured in both: it is left as it is"
    if there < COLOURLESS:
        return 0.0, "the plate is black and white"
    wanted = there / here
    held = min(max(wanted, SATURATION[0]), SATURATION[1])
    reason = f"the colour of {what} reads {here:.3f}, the plate's {there:.3f}"
    limit = "" if held == wanted else f": held at {held:.0%}, scenes differ"
    return held, reason + limit


def _cast(plate: Plate, report: Report) -> tuple[tuple[float, float], str]:
    there = [plate.value(f"neutral_cast_{name}") for name in ("cb", "cr")]
    here = [value_of(report, f"neutral_cast_{name}") for name in ("cb", "cr")]
    shares = [value_of(each, "neutral_share") or 0.0 for each in (plate.report, report)]
    if None in there or None in here or min(shares) < NEUTRAL_SHARE_MIN:
        return (0.0, 0.0), "too few nearly grey mid tones in one of both: white balance is left as it is"
    apart = np.array(there, float) - np.array(here, float)
    cb, cr = (float(v) for v in np.clip(apart / CAST_LUMA, -CAST_MAX, CAST_MAX).round(4))
    return (cb, cr), f"greys of the plate lie {apart[0]:+.3f} Cb, {apart[1]:+.3f} Cr from the clip's"


def _soften(treatment: Any, solution: Solution, plate: Plate, report: Report, clip: Clip) -> Solution:
    """Overshoot comes down to the plate's, and edges get as wide as its are in pixels of this size."""
    there, here = plate.value("edge_width"), value_of(report, "edge_width")
    swing_there, swing = plate.value("edge_overshoot"), value_of(report, "edge_overshoot")
    if there is None or here is None or swing_there is None or swing is None:
        why = "edges could not be measured in both: the look's softening is kept"
        return _kept(treatment, solution, "blur_px", why)
    there *= lines_of(clip.width, clip.height) / plate.lines
    aim = min(max(swing_there, OVERSHOOT_PERCENT[0]), OVERSHOOT_PERCENT[1])
    share = max(0.0, 1.0 - aim / max(swing, 1e-6))
    blur = sqrt(max(0.0, there * there - here * here)) / WIDTH_OF_SIGMA
    why = f"edges are {here:.2f} px wide, the plate's {there:.2f} px at this size"
    if blur > BLUR_MAX_PX:
        why += ": more than softening edges can do, the rest would be defocus"
    # The blur rides on the same strength; where only width is asked for, the clamp has nothing to take off.
    strength = 1.0 if blur > 0.0 else round(share, 3)
    reasons = {"strength": f"edges overshoot by {swing:.1f} %, the plate's by {swing_there:.1f} %", "blur_px": why}
    return Solution({"strength": strength, "blur_px": round(min(blur, BLUR_MAX_PX), 3)}, reasons)


def _grain(treatment: Any, solution: Solution, plate: Plate, report: Report, clip: Clip) -> Solution:
    """The plate's grain less what the clip surely carries at each level: independent grains add in power."""
    if plate.grain is None:
        why = f"the plate: {plate.why_no_grain}"
        if plate.is_clean:
            return Solution({"strength": 0.0}, {"strength": f"{why}; none is added"})
        return _kept(treatment, solution, "level_curve", f"{why}; the look's grain is used")
    codes8 = 255.0 if clip.color.is_full_range else 219.0
    values = grain_values(plate.grain, plate.lines, codes8=codes8)
    lacking = [(u, sqrt(max(0.0, level**2 - _surely(report, u) ** 2))) for u, level in plate.grain.levels]
    peak = max(level for _, level in lacking)
    if peak < VISIBLE_CODES8:
        return Solution({"strength": 0.0}, {"strength": "the clip carries as much grain as the plate already"})
    values["sigma_codes8"] *= peak / plate.grain.peak_codes8
    values["sigma_codes8"] = round(values["sigma_codes8"], 3)
    values["level_curve"] = tuple((luma, round(level / peak, 4)) for luma, level in lacking)
    tested = f"measured on {plate.grain.blocks} flat blocks of the plate; resynthesis passed"
    reason = f"the plate's grain reaches {plate.grain.peak_codes8:.1f} codes, {peak:.1f} of it are missing here"
    return Solution(values, {"sigma_codes8": reason, "level_curve": tested, "correlation": tested})


def _kept(treatment: Any, solution: Solution, name: str, why: str) -> Solution:
    """The look's own solution, with the reason why the plate has no part in it beside the parameter ``name``."""
    return Solution({name: getattr(treatment, name)} | solution.values, solution.reasons | {name: why})


def _surely(report: Report, luma: float) -> float:
    """The least grain, in 8-bit codes, that the clip carries at a nominal luma, as far as was measured."""
    code = 16.0 + 219.0 * luma
    local = [r for r in report.readings if r.name == "grain_sigma" and r.region.startswith("luma") and r.valid]
    local = [r for r in local if abs(float(r.region.split()[1]) - code) <= 24.0]
    nearest = min(local, key=lambda r: abs(float(r.region.split()[1]) - code), default=report.reading("grain_sigma"))
    if nearest is None or not nearest.valid or nearest.value is None:
        return 0.0
    return max(0.0, nearest.value if nearest.low is None else min(nearest.low, nearest.value))


Change = Callable[[Any, Solution, Plate, Report, Clip], Solution]
_CHANGES: dict[str, Change] = {"grade": _grade, "soften": _soften, "grain": _grain}
