"""Grade as far as the clip's own tone and colour ask for it: a fixed knee and shoulder did harm on real footage.

Where camera clips lie was measured on the development clips (benchmark/tells.md): skin-coloured areas reach a chroma of
about 0.15, the scene of about 0.16, and black lies a little above zero; generated clips reach further on all three.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from unplastic.clip import Clip
from unplastic.looks.aims import Aim
from unplastic.looks.rules import Solution, between
from unplastic.reading import Report

if TYPE_CHECKING:
    from unplastic.treat.grade import Grade

SKIN_CHROMA = (0.15, 0.22)
SKIN_CHROMA_RANGE = (0.10, 0.18)
SCENE_CHROMA = (0.16, 0.28)
WHITE = (0.90, 0.97)
BLACK = (0.030, 0.005)
"""Where nothing needs to be done, and where the look applies in full; nominal units."""

SKIN_SHARE_MIN = 0.05
CLIPPED_SHARE = 0.02
CLIPPED_WHITE = 0.985


def solve(treatment: Grade, report: Report, _: Clip) -> Solution:
    """Scale knee, shoulder and black lift by what was measured; each can become zero by itself."""
    colour, why_colour = _colour_share(report)
    white, why_white = _level_share(report, "white_level", WHITE, "highlights")
    black, why_black = _level_share(report, "black_level", BLACK, "shadows")
    values: dict[str, Any] = {
        "knee_slope": round(treatment.knee_slope * colour, 3),
        "chroma_scale": round(1.0 - (1.0 - treatment.chroma_scale) * colour, 4),
        "magenta_to_red": round(treatment.magenta_to_red * colour, 3),
        "highlight_desaturation": round(treatment.highlight_desaturation * colour, 3),
        "shadow_desaturation": round(treatment.shadow_desaturation * colour, 3),
        "white_level": round(1.0 - (1.0 - treatment.white_level) * white, 4),
        "black_lift": round(treatment.black_lift * black, 4),
    }
    reasons = {"knee_slope": why_colour, "chroma_scale": why_colour, "white_level": why_white, "black_lift": why_black}
    clipped = report.reading("clipped_high")
    if clipped and clipped.valid and (clipped.value or 0.0) > CLIPPED_SHARE:
        values["white_level"] = max(values["white_level"], CLIPPED_WHITE)
        reasons["white_level"] = f"{clipped.value:.0%} of the picture is true white: it must not turn grey"
    return Solution(values, reasons)


def aims(_: Grade) -> tuple[Aim, ...]:
    """Skin neither stronger nor paler in colour than on camera clips."""
    return (Aim("knee_slope", "skin_chroma_p95", "skin", -1, *SKIN_CHROMA_RANGE, why="camera clips"),)


def _colour_share(report: Report) -> tuple[float, str]:
    """How much of the look's colour restraint the clip needs: from its skin, or from the scene when there is none."""
    share = report.reading("skin_share")
    if share and share.valid and (share.value or 0.0) >= SKIN_SHARE_MIN:
        skin = report.reading("skin_chroma_p95", "skin")
        if skin and skin.valid and skin.value is not None:
            need = between(skin.value, SKIN_CHROMA)
            return need, f"skin colours reach {skin.value:.2f}; camera clips stay near {SKIN_CHROMA[0]:.2f}"
    scene = report.reading("scene_chroma_p95")
    if scene and scene.valid and scene.value is not None:
        need = between(scene.value, SCENE_CHROMA)
        return need, f"colours reach {scene.value:.2f}; camera clips stay near {SCENE_CHROMA[0]:.2f}"
    return 0.0, "colour could not be measured"


def _level_share(report: Report, name: str, limits: tuple[float, float], what: str) -> tuple[float, str]:
    reading = report.reading(name)
    if reading is None or not reading.valid or reading.value is None:
        return 0.0, f"{what} could not be measured"
    need = between(reading.value, limits)
    state = (
        "need nothing" if need == 0.0 else "are held back in full" if need == 1.0 else f"need {need:.0%} of the look"
    )
    return need, f"{what} lie at {reading.value:.3f}: they {state}"
