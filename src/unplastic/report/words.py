"""Readings in a director's words: label, what it means, which way is worse, and which heading it stands under."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from unplastic.reading import Reading, Report

Worse = Literal["higher", "lower", "neither"]

GROUPS = ("Surfaces", "Edges", "Grain", "From frame to frame", "Light and colour", "Other")
SURFACES, EDGES, GRAIN, TIME, COLOUR, OTHER = GROUPS


@dataclass(frozen=True, slots=True)
class Words:
    """How one kind of reading is spoken of."""

    label: str
    meaning: str
    group: str = OTHER
    worse: Worse = "neither"


WORDS = {
    "texture_rms": Words("texture", "fine detail away from edges", SURFACES, "lower"),
    "locked_texture": Words("locked texture", "fine detail that stays on its surface as it moves", SURFACES, "lower"),
    "texture_to_edge": Words(
        "texture against edges", "how fine the surfaces are beside how hard the edges are", SURFACES, "lower"
    ),
    "skin_texture": Words("pores", "fine texture of facial skin, in millimetres of it", SURFACES, "lower"),
    "skin_lines": Words("lines of the skin", "fine lines and mottling of facial skin", SURFACES, "lower"),
    "skin_pit_skewness": Words("pits of the skin", "pores are dark pits: below 0; noise: 0", SURFACES),
    "cheek_texture_match": Words(
        "mirrored cheeks", "likeness of one cheek to the other's mirror image", SURFACES, "higher"
    ),
    "face_asymmetry": Words(
        "asymmetry", "how far the face is from its mirror image, in shares of the eyes' distance", SURFACES
    ),
    "face_ipd": Words("face size", "pixels between the pupils", SURFACES),
    "banding": Words("banding", "share of the picture with steps on smooth slopes", SURFACES, "higher"),
    "edge_overshoot": Words("edge overshoot", "halo beside an edge, as a share of its step", EDGES, "higher"),
    "edge_width": Words("edge width", "how many pixels an edge takes, from 10 % to 90 %", EDGES),
    "mtf_peak": Words("sharpening", "contrast of fine detail over coarse detail; 1 is none", EDGES, "higher"),
    "grain_sigma": Words("grain", "noise that is new in every frame", GRAIN),
    "grain_spatial": Words("noise in flat areas", "whatever varies where the picture is flat", GRAIN),
    "grain_freshness": Words("grain freshness", "share of that noise that is new in every frame", GRAIN, "lower"),
    "grain_length": Words("grain size", "distance at which one grain no longer knows the next", GRAIN),
    "grain_rho_x": Words("grain, across", "likeness of horizontal neighbours", GRAIN),
    "grain_rho_y": Words("grain, down", "likeness of vertical neighbours", GRAIN),
    "grain_chroma_cb": Words("blue grain", "colour noise against luma noise", GRAIN),
    "grain_chroma_cr": Words("red grain", "colour noise against luma noise", GRAIN),
    "fresh_grain": Words("fresh grain", "fine noise that does not survive to the next frame", GRAIN),
    "rho_1": Words("kept after 1 frame", "share of fine detail still there", TIME),
    "rho_2": Words("kept after 2 frames", "share of fine detail still there", TIME),
    "rho_4": Words("kept after 4 frames", "share of fine detail still there", TIME),
    "boil_share": Words("boiling", "share of fine detail that melts over a few frames", TIME, "higher"),
    "boil_loss": Words("detail lost", "share of repeated fine detail that is gone three frames on", TIME, "higher"),
    "boil_life": Words("boiling life", "frames until boiling detail has melted", TIME),
    "screen_lock": Words("stuck to the screen", "pattern that does not move with the picture", TIME, "higher"),
    "global_flicker": Words("flicker", "brightness of the whole picture from frame to frame", TIME, "higher"),
    "local_flicker": Words(
        "flicker of detail", "small areas from frame to frame, beyond what grain explains", TIME, "higher"
    ),
    "flicker_beyond_grain": Words(
        "flicker beside grain", "small areas from frame to frame, grain taken off", TIME, "higher"
    ),
    "local_flicker_ratio": Words(
        "flicker against grain", "small areas from frame to frame; 1 is grain alone", TIME, "higher"
    ),
    "periodic_flicker": Words("pulse", "change that comes back every few frames", TIME, "higher"),
    "black_level": Words("black", "darkest half percent; 0 is black", COLOUR),
    "white_level": Words("white", "brightest half percent; 1 is white", COLOUR),
    "median_level": Words("middle", "median brightness", COLOUR),
    "clipped_low": Words("clipped black", "share of the picture without shadow detail", COLOUR, "higher"),
    "clipped_high": Words("clipped white", "share of the picture without highlight detail", COLOUR, "higher"),
    "scene_chroma": Words("colour", "mean distance from grey", COLOUR),
    "scene_chroma_p95": Words("strongest colour", "distance from grey that 95 % stay under", COLOUR, "higher"),
    "skin_chroma": Words("skin colour", "mean distance from grey where it is skin-coloured", COLOUR, "higher"),
    "skin_chroma_p95": Words("strongest skin colour", "distance from grey that 95 % stay under", COLOUR, "higher"),
    "skin_hue": Words("skin hue", "angle of the colour: Cb to the right, Cr up", COLOUR),
    "skin_level": Words("skin brightness", "mean brightness where it is skin-coloured", COLOUR),
    "skin_share": Words("skin share", "share of the picture that is skin-coloured", COLOUR),
    "neutral_share": Words("neutral share", "share of the picture that is nearly grey", COLOUR),
    "neutral_cast_cb": Words("blue cast", "how far greys lean to blue (+) or yellow (-)", COLOUR),
    "neutral_cast_cr": Words("red cast", "how far greys lean to red (+) or cyan (-)", COLOUR),
    "light_azimuth": Words(
        "light, from the side", "0 from the camera, above 0 from camera right, 180 from behind", COLOUR
    ),
    "light_elevation": Words("light, from above", "height of the lamp over the face; below 0 from below", COLOUR),
    "key_fill": Words("key to fill", "how much brighter the lit side of the face is than the shadow side", COLOUR),
    "light_explained": Words("one lamp", "share of the face's shading that a single lamp explains", COLOUR),
    "light_clock": Words("light, o'clock", "where the lamp stands in the picture's plane: 12 above, 3 right", COLOUR),
    "shadow_edge": Words("shadow edge", "over how much skin light turns to shadow at its most abrupt: 4 hard", COLOUR),
    "catchlights": Words("catchlights", "mirror images of lamps in one eye", COLOUR),
    "catchlight_clock": Words("catchlights, o'clock", "where the strongest stands on the iris", COLOUR),
    "catchlight_apart": Words("catchlights apart", "angle between the two eyes': one lamp, one hour", COLOUR, "higher"),
    "white_mired": Words("white", "warmth of the light; 154 is the display's white, more is warmer", COLOUR),
    "white_duv": Words("tint", "off the white line: above 0 green, below 0 pink", COLOUR),
    "fill_shift": Words("fill against key", "how much warmer the shadow side is than the lit side", COLOUR),
    "plate_shift": Words("face against plate", "how much warmer the light on the face is than behind it", COLOUR),
    "plate_clock": Words("plate's light, o'clock", "where the plate says that light comes from", COLOUR),
    "cast_shadow": Words("cast shadow", "how much darker the person's shadow is than its wall", COLOUR),
    "evenness": Words("unevenness of light", "how much brightness differs over the picture", COLOUR),
    "dynamic_use": Words("dynamic use", "from the darkest to the brightest half percent", COLOUR),
    "roll_off": Words("roll-off", "clipped highlights over those just below: under 0.5 is gradual", COLOUR, "higher"),
    "skin_hue_spread": Words("spread of skin hue", "how much the face's hue varies: blood makes 3 to 7", COLOUR),
    "hue_chroma": Words("colour", "mean distance from grey within one hue", COLOUR),
}

CURVES = {
    "edge profile": ("Edge profile", "across the edge", "height of the step"),
    "grain by luminance": ("Grain against luminance", "luma", "grain"),
    "texture that stays": ("Texture that stays", "time", "fine detail still there"),
}

PLACES = {
    "overshoot": "over-sharp edges",
    "flat_texture": "surface without texture",
    "boil": "boiling detail",
    "boil_skin": "boiling skin",
    "boil_hair": "boiling hair",
    "boil_cloth": "boiling cloth",
    "flicker": "flickering detail",
    "flicker_skin": "flickering skin",
    "flicker_hair": "flickering hair",
    "flicker_cloth": "flickering cloth",
    "banding": "banding",
    "lit_face": "face and its light",
    "middle": "middle of the picture",
}

UNITS = {"1": "", "%": " %", "deg": "°", "h": " o'clock"}
SAME_RELATIVE, SAME_ABSOLUTE = 0.03, 0.0005


def words(name: str) -> Words:
    """The words for a reading; an unknown one is called by its name."""
    return WORDS.get(name) or Words(name.replace("_", " "), "")


def label(reading: Reading) -> str:
    """Label with its region, where that says more than the label does."""
    text = words(reading.name).label
    return text if reading.region == "frame" or reading.region in text else f"{text}, {reading.region}"


def place_text(name: str) -> str:
    """What a place of that name shows."""
    return PLACES.get(name, name.replace("_", " "))


def number(value: float | None) -> str:
    """Three meaningful digits, never an exponent where a reader would stumble over it."""
    if value is None:
        return "n/a"
    size = abs(value)
    if size == 0:
        return "0"
    if size < 0.001:
        return "<0.001" if value > 0 else ">-0.001"
    if size >= 1e6:
        return f"{value:.3g}"
    digits = 3 if size < 1 else 2 if size < 10 else 1 if size < 100 else 0
    return f"{value:.{digits}f}"


def with_unit(value: float | None, unit: str) -> str:
    """A number with its unit: ``0.420 codes``, ``14.0 %``, ``123°``."""
    return number(value) + UNITS.get(unit, f" {unit}" if unit else "")


def value_text(reading: Reading | None) -> str:
    """Value with unit, or "not measured"."""
    if reading is None or not reading.valid or reading.value is None:
        return "not measured"
    return with_unit(reading.value, reading.unit)


def interval_text(reading: Reading | None) -> str:
    """The 90 % interval without its unit, or nothing."""
    if reading is None or not reading.valid or reading.low is None or reading.high is None:
        return ""
    return f"{number(reading.low)} to {number(reading.high)}"


def verdict(before: Reading | None, after: Reading | None) -> str:
    """Say "better", "same", "worse" or "changed"; the intervals decide what counts as a change."""
    if before is None or after is None or before.value is None or after.value is None:
        return ""
    if not (before.valid and after.valid):
        return ""
    half = max((r.high or 0.0) - (r.low or 0.0) for r in (before, after)) / 2.0
    if abs(after.value - before.value) <= max(half, SAME_RELATIVE * abs(before.value), SAME_ABSOLUTE):
        return "same"
    worse = words(before.name).worse
    if worse == "neither":
        return "changed"
    return "worse" if (after.value > before.value) == (worse == "higher") else "better"


def plasticity_text(report: Report) -> str:
    """The score with its interval, or that there is none."""
    p = report.plasticity
    if p.score is None:
        return f"not enough evidence ({p.coverage:.0%} of it could be measured)"
    interval = f" ({whole(p.low)} to {whole(p.high)})" if p.low is not None and p.high is not None else ""
    return f"{whole(p.score)} of 100{interval}, on {p.coverage:.0%} of the evidence"


def whole(value: float | None) -> str:
    """A whole number, for scores."""
    return "n/a" if value is None else f"{value:.0f}"


def missing(readings: tuple[Reading, ...]) -> list[tuple[str, str]]:
    """What could not be measured as (reason, labels), one entry a reason."""
    reasons: dict[str, list[str]] = {}
    for reading in readings:
        if not reading.valid:
            reasons.setdefault(reading.why_not or "no reason was given", []).append(label(reading))
    return [(reason, "; ".join(labels)) for reason, labels in reasons.items()]
