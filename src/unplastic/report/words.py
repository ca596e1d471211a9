"""Readings in a director's words: label, what it means, and which way is worse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from unplastic.reading import Reading, Report

Worse = Literal["higher", "lower", "neither"]


@dataclass(frozen=True, slots=True)
class Words:
    """How one kind of reading is spoken of."""

    label: str
    meaning: str
    worse: Worse = "neither"


WORDS = {
    "texture_rms": Words("texture", "fine detail away from edges", "lower"),
    "locked_texture": Words("locked texture", "fine detail that sticks to the surface", "lower"),
    "texture_to_edge": Words(
        "texture against edges", "how fine the surfaces are beside how hard the edges are", "lower"
    ),
    "edge_overshoot": Words("edge overshoot", "halo beside edges, share of their step", "higher"),
    "edge_width": Words("edge width", "how many pixels an edge takes"),
    "mtf_peak": Words("sharpening", "contrast of fine detail over coarse detail; 1 is none", "higher"),
    "grain_sigma": Words("grain", "noise that is new in every frame"),
    "grain_spatial": Words("noise in flat areas", "whatever varies where the picture is flat"),
    "grain_freshness": Words("grain freshness", "share of the noise that is new in every frame", "lower"),
    "grain_length": Words("grain size", "distance at which grain halves its likeness"),
    "grain_rho_x": Words("grain, across", "likeness of horizontal neighbours"),
    "grain_rho_y": Words("grain, down", "likeness of vertical neighbours"),
    "grain_chroma_cb": Words("blue grain", "colour noise against luma noise"),
    "grain_chroma_cr": Words("red grain", "colour noise against luma noise"),
    "fresh_grain": Words("fresh grain", "fine noise that does not survive to the next frame"),
    "rho_1": Words("kept after 1 frame", "share of fine detail still there"),
    "rho_2": Words("kept after 2 frames", "share of fine detail still there"),
    "rho_4": Words("kept after 4 frames", "share of fine detail still there"),
    "boil_share": Words("boiling", "share of fine detail that melts over a few frames", "higher"),
    "boil_life": Words("boiling life", "frames until boiling detail has melted"),
    "screen_lock": Words("stuck to the screen", "pattern that does not move with the picture", "higher"),
    "global_flicker": Words("flicker", "brightness of the whole picture from frame to frame", "higher"),
    "banding": Words("banding", "share of the picture with steps on smooth slopes", "higher"),
    "black_level": Words("black", "darkest half percent; 0 is black"),
    "white_level": Words("white", "brightest half percent; 1 is white"),
    "median_level": Words("middle", "median brightness"),
    "clipped_low": Words("clipped black", "share of the picture without shadow detail", "higher"),
    "clipped_high": Words("clipped white", "share of the picture without highlight detail", "higher"),
    "scene_chroma": Words("colour", "mean distance from grey"),
    "scene_chroma_p95": Words("strongest colour", "distance from grey that 95 % stay under", "higher"),
    "skin_chroma": Words("skin colour", "mean distance from grey of skin-coloured areas", "higher"),
    "skin_share": Words("skin share", "share of the picture that is skin-coloured"),
}

UNITS = {"1": "", "codes": "codes", "%": "%", "px": "px", "deg": "°", "frames": "frames"}


def words(name: str) -> Words:
    """The words for a reading; an unknown one is called by its name."""
    return WORDS.get(name) or Words(name.replace("_", " "), "")


def label(reading: Reading) -> str:
    """Label with its region, where that is not the whole frame."""
    text = words(reading.name).label
    return text if reading.region == "frame" else f"{text}, {reading.region}"


def number(value: float | None) -> str:
    """Three meaningful digits, without an exponent where that reads better."""
    if value is None:
        return "–"
    if value == 0 or 0.001 <= abs(value) < 10000:
        digits = 3 if abs(value) < 1 else 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
        return f"{value:.{digits}f}".replace("-0.000", "0.000")
    return f"{value:.2g}"


def value_text(reading: Reading | None) -> str:
    """Value with unit, or "not measured"."""
    if reading is None or not reading.valid or reading.value is None:
        return "not measured"
    unit = UNITS.get(reading.unit, reading.unit)
    gap = "" if unit in ("", "%", "°") else " "
    return f"{number(reading.value)}{gap}{unit}"


def verdict(before: Reading | None, after: Reading | None) -> str:
    """Say "better", "same", "worse" or "changed"; the intervals decide what counts as a change."""
    if before is None or after is None or before.value is None or after.value is None:
        return ""
    if not (before.valid and after.valid):
        return ""
    half = max((r.high or 0.0) - (r.low or 0.0) for r in (before, after)) / 2.0
    if abs(after.value - before.value) <= max(half, 0.03 * abs(before.value), 1e-6):
        return "same"
    worse = words(before.name).worse
    if worse == "neither":
        return "changed"
    return "worse" if (after.value > before.value) == (worse == "higher") else "better"


def plasticity_text(report: Report) -> str:
    """The score with its interval, or why there is none."""
    p = report.plasticity
    if p.score is None:
        return f"not enough evidence ({p.coverage:.0%} could be measured)"
    return f"{p.score:.0f} of 100 ({p.low:.0f} to {p.high:.0f}), on {p.coverage:.0%} of the evidence"
