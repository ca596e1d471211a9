"""Which full-size pixels are surely skin, hair or cloth and can say something about fine texture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import cv2
import numpy as np

from unplastic.vision.plane import Mask, Plane
from unplastic.vision.regions import BLACK_CODES8, EXPOSURE_MARGIN_CODES8, WHITE_CODES8

if TYPE_CHECKING:
    from unplastic.vision.run import Run

REGIONS = ("skin", "hair", "cloth")
SURE = 0.6
INSIDE_PX = 4
"""How far from the soft border of a surface its pixels count, in full-size pixels."""


def surface_masks(run: Run, t: int) -> Iterator[tuple[str, Mask]]:
    """(name, (height, width) mask) of every surface in frame ``t``; none unless a face says which colours to look for.

    Skin and cloth count more than 5 px from strong edges, as texture of the whole frame does. Hair is made of edges:
    there only its outline is left out. Where the surfaces lie is what was seen first (`vision.firstseen`); what of them
    is well exposed and away from edges is this picture's own.
    """
    found = run.first_seen.masks(run.frames[t].index, lambda: _outlined(run, t))
    if not found:
        return
    texture = run.regions(t).texture
    yield "skin", found["skin"] & texture
    yield "hair", found["hair"] & exposed(run.frames[t].luma) & run.lit
    yield "cloth", found["cloth"] & texture


def _outlined(run: Run, t: int) -> Iterator[tuple[str, Mask]]:
    if run.faces(t):
        surfaces = run.surfaces(t)
        yield from ((name, sure(getattr(surfaces, name), run.shape)) for name in REGIONS)


def sure(soft: Plane, shape: tuple[int, int]) -> Mask:
    """Full-size pixels well inside a soft half-size mask."""
    side = INSIDE_PX // 2 * 2 + 1
    inside = cv2.erode((soft > SURE).astype(np.uint8), np.ones((side, side), np.uint8))
    return cv2.resize(inside, (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST).view(np.bool_)


def exposed(luma: Plane) -> Mask:
    """Pixels 8 codes and more from black and white."""
    return (luma >= BLACK_CODES8 + EXPOSURE_MARGIN_CODES8) & (luma <= WHITE_CODES8 - EXPOSURE_MARGIN_CODES8)
