"""What speaks against the light of one clip. Never a fault: light has stories, and no reading of it blocks alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from unplastic.measure.circle import CLOCK, apart
from unplastic.reading import Finding, Reading

Known = Mapping[tuple[str, str], Reading]

SHADOW_APART_H, SOURCE_APART_H = 2.0, 4.0
"""Hours between the light on a face and the plate's: a cast shadow is of the same lamp, a window may not be the key."""

EYES_APART_DEG = 30.0
PLATE_MIRED = 40.0
EVEN_STOPS, EVEN_ROOM_STOPS = 0.7, 0.6
SAME_HUE_DEG = 2.0


def light_findings(known: Known) -> Iterator[Finding]:
    """Findings of valid readings, by (name, region)."""
    yield from _plate(known)
    eyes = known.get(("catchlight_apart", "eyes"))
    if eyes and eyes.low is not None and eyes.low > EYES_APART_DEG:
        yield Finding(
            "catchlights_disagree", "warning", "eyes", None,
            f"the lights in the two eyes stand {eyes.value:.0f} degrees apart: one lamp stands at one hour in both",
            "generate the shot again; say one source and its side",
        )  # fmt: skip
    shift = known.get(("plate_shift", "face"))
    if shift and ((shift.low or 0.0) > PLATE_MIRED or (shift.high or 0.0) < -PLATE_MIRED):
        word = "warmer" if (shift.value or 0.0) > 0 else "colder"
        yield Finding(
            "face_and_plate_white", "info", "face", None,
            f"the light on the face is {abs(shift.value or 0.0):.0f} mired {word} than what is behind it",
            "right where two sources are meant; else name one source for both",
        )  # fmt: skip
    ratio, room = known.get(("key_fill", "face")), known.get(("evenness", "frame"))
    if ratio and room and (ratio.high or 0.0) < EVEN_STOPS and (room.value or 0.0) < EVEN_ROOM_STOPS:
        yield Finding(
            "even_light", "info", "face", None,
            f"face ({ratio.value:.1f} stops) and room ({room.value:.1f}) are evenly lit: overcast, or a generator",
            "name one source, its side, and what stays dark",
        )  # fmt: skip
    hue = known.get(("skin_hue_spread", "face"))
    if hue and (hue.high or 99.0) < SAME_HUE_DEG:
        yield Finding(
            "skin_of_one_hue", "info", "face", None,
            f"the whole face has one hue (it spreads by {hue.value:.1f} degrees; blood makes 3 to 7)",
            "put mottling on the skin (texture), or name blood and redness in the prompt",
        )  # fmt: skip


def _plate(known: Known) -> Iterator[Finding]:
    face = known.get(("light_clock", "face"))
    for region, most, what in (
        ("shadows", SHADOW_APART_H, "the shadow that is cast behind"),
        ("sources", SOURCE_APART_H, "the windows and lamps in sight"),
    ):
        plate = known.get(("plate_clock", region))
        if face is None or plate is None or face.value is None or plate.value is None:
            continue
        doubt = sum(((r.high or 0.0) - (r.low or 0.0)) / 2.0 for r in (face, plate))
        if apart(face.value, plate.value, CLOCK) - doubt > most:
            yield Finding(
                f"face_against_{region}", "warning" if region == "shadows" else "info", "face", None,
                f"the face is lit from {_hour(face.value)}, but {what} say {_hour(plate.value)}",
                "generate the shot again with one source named; no grade moves a shadow",
            )  # fmt: skip


def _hour(value: float) -> str:
    return f"{(round(value) - 1) % 12 + 1} o'clock"
