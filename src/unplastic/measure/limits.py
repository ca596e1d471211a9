"""Readings that are a fault past a fixed limit, whatever the clip: what is said, and the way out.

Limits of measuring A2-A9 where it states them. Flicker of detail starts where nine web camera clips in ten end (24
clips, 11 to 13 with people). Smooth skin is half of what pores of measuring A1 give, below both camera faces that could
be measured (0.6 and 1.5 codes); mirrored cheeks begin well above five camera faces (0.4 at most). Few faces: with more
of them these two limits may move.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """A rule: past ``warning`` (beyond ``fault``: a fault) in the direction of ``sign``, ``text`` is said.

    ``place`` names the kind of place to point at. ``text`` may use {value}. ``sure``, where not 0, is what the lower
    end of the interval must pass as well.
    """

    name: str
    reading: str
    region: str
    sign: int
    warning: float
    fault: float
    place: str
    text: str
    fix: str
    sure: float = 0.0


LIMITS = (
    Limit(
        "over_sharp_edges", "edge_overshoot", "frame", +1, 10.0, 18.0, "overshoot",
        "edges carry halos: they overshoot by {value:.0f} % of their step (clean optics stay under 5 %)",
        "soften the halos; turn off sharpening in the generator or upscaler",
    ),
    Limit(
        "global_flicker", "global_flicker", "frame", +1, 0.5, 1.5, "",
        "the brightness of the whole picture flickers by {value:.1f} codes",
        "deflicker before the cut, or generate the shot again",
    ),
    Limit(
        "local_flicker", "local_flicker", "frame", +1, 0.28, 1.0, "flicker",
        "detail flickers by {value:.2f} codes beyond what its grain explains",
        "deflicker before the cut, or generate the shot again with less motion",
    ),
    Limit(
        "hair_flicker", "local_flicker", "hair", +1, 0.25, 1.0, "flicker_hair",
        "hair flickers by {value:.2f} codes beyond what its grain explains",
        "deflicker before the cut, or generate the shot again with less motion",
    ),
    Limit(
        "cloth_flicker", "local_flicker", "cloth", +1, 0.40, 1.0, "flicker_cloth",
        "cloth flickers by {value:.2f} codes beyond what its grain explains",
        "deflicker before the cut; ask for a plainer weave",
    ),
    Limit(
        "skin_flicker", "local_flicker", "skin", +1, 0.30, 1.0, "flicker_skin",
        "skin flickers by {value:.2f} codes beyond what its grain explains",
        "deflicker before the cut, or generate the shot again with less motion",
    ),
    Limit(
        "smooth_skin", "skin_texture", "face", -1, 0.5, 0.3, "",
        "skin holds {value:.2f} codes of pores and fine lines; photographed skin about 1",
        "put texture on the skin; prompt for pores and hard side light",
    ),
    Limit(
        "mirrored_cheeks", "cheek_texture_match", "face", +1, 0.65, 0.85, "",
        "the skin of one cheek is the other's mirror image (correlation {value:.2f}; people stay under 0.4)",
        "generate the portrait again; texture with a seed of its own breaks the likeness",
    ),
    Limit(
        "stride_4_pulse", "periodic_flicker", "stride 4", +1, 0.25, 0.6, "",
        "every fourth frame changes unlike the others (by {value:.0%}): the seams of the generator's chunks",
        "generate the shot again, or deflicker; a repeating keyframe of a low bitrate looks alike", 0.1,
    ),
    Limit(
        "stride_8_pulse", "periodic_flicker", "stride 8", +1, 0.25, 0.6, "",
        "every eighth frame changes unlike the others (by {value:.0%}): the seams of the generator's chunks",
        "generate the shot again, or deflicker; a repeating keyframe of a low bitrate looks alike", 0.1,
    ),
    Limit(
        "frozen_pattern", "screen_lock", "frame", +1, 0.25, 0.5, "boil",
        "a pattern sticks to the screen while the picture moves (excess correlation {value:.2f})",
        "remove the overlay and add grain that is new in every frame",
    ),
    Limit(
        "banding", "banding", "frame", +1, 2.0, 10.0, "banding",
        "{value:.0f} % of the picture shows bands on smooth slopes",
        "work in 10 bits and add grain or dither before the last 8-bit step",
    ),
    Limit(
        "grain_is_heavy", "grain_sigma", "frame", +1, 4.0, 7.0, "",
        "grain of {value:.1f} codes reads as a filter rather than as film",
        "use a finer look, or denoise before grain",
    ),
    Limit(
        "oversaturated_skin", "skin_chroma_p95", "skin", +1, 0.22, 0.28, "",
        "skin-coloured areas reach a chroma of {value:.2f}; nine camera clips in ten stay under 0.22",
        "grade with the chroma knee; ask the generator for neutral colour",
    ),
    Limit(
        "lifted_blacks", "black_level", "frame", +1, 0.10, 0.20, "",
        "the darkest parts lie at {value:.0%} of white: blacks are lifted",
        "let the grade set the black level, unless there is haze in the scene",
    ),
    Limit(
        "clipped_whites", "clipped_high", "frame", +1, 0.02, 0.10, "",
        "{value:.0%} of the picture is clipped white",
        "generate with softer light; a grade cannot bring back what was clipped",
    ),
)  # fmt: skip
