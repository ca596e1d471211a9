"""Texture as far as other tells agree that the clip is generated: an encoder makes skin smooth as well.

How much is missing is measured on the face itself, where the texture is drawn. But web-graded camera footage lacks as
much of it as generated clips do, so the share of it that is put back follows the readings that separate the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from unplastic.clip import Clip
from unplastic.looks.aims import Aim
from unplastic.looks.rules import Solution
from unplastic.reading import FACES_UNKNOWN, Report

if TYPE_CHECKING:
    from unplastic.treat.texture import Texture

TELLS = (
    # reading, region, where camera clips lie, where it surely is not one, in words
    ("skin_chroma_p95", "skin", 0.15, 0.22, "skin colours reach {:.2f}"),
    ("boil_share", "frame", 0.06, 0.20, "{:.0%} of the texture boils"),
    ("texture_to_edge", "frame", 0.14, 0.07, "surfaces hold {:.2f} of the edges' detail"),
)

SKIN_TEXTURE = 0.7, 1.6
"""Codes of pores and fine lines: a study of photographed skin reads 0.9 to 1.5 (measuring A1)."""

SKIN_LOCKED_MAX = 1.5


def solve(treatment: Texture, report: Report, _: Clip) -> Solution:
    """The share that the other tells ask for together: 1 - (1 - a)(1 - b)(1 - c), each from 0 to 1.

    Where faces cannot be looked for there is nothing to draw on. Where none was seen in the frames that were measured,
    one may still come: the share is kept, and looking costs next to nothing.
    """
    size = report.reading("face_ipd", "face")
    if size is not None and (size.why_not or "").startswith(FACES_UNKNOWN):
        return Solution({"strength": 0.0}, {"strength": size.why_not or ""})
    silent, loudest, why = 1.0, 0.0, "no other tell speaks against the clip: its skin is left as it is"
    for name, region, usual, surely, words in TELLS:
        reading = report.reading(name, region)
        if reading is None or not reading.valid or reading.value is None:
            continue
        speaks = min(max((reading.value - usual) / (surely - usual), 0.0), 1.0)
        silent *= 1.0 - speaks
        if speaks > loudest:
            loudest, why = speaks, f"{words.format(reading.value)}: skin gets back what it lacks"
    return Solution({"strength": round(treatment.strength * (1.0 - silent), 3)}, {"strength": why})


def aims(_: Texture) -> tuple[Aim, ...]:
    """Pores and lines as photographed skin has them, and no more."""
    return (
        Aim("strength", "skin_texture", "face", +1, *SKIN_TEXTURE, why="photographed skin"),
        Aim("strength", "locked_texture", "skin", +1, high=SKIN_LOCKED_MAX, why="the finest camera originals"),
    )
