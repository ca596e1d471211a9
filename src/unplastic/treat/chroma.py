"""Chroma: how much colour stays, by its amount, its hue and its luma. Hue and luma are left where they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unplastic.treat.tone import smooth_step

Signal = NDArray[np.float64]

SKIN_HUE_DEG, SKIN_WIDTH_DEG = 118.0, 50.0
"""Centre and reach of skin hues as angles atan2(Cr, Cb): light patches lie at 122-125, lips near 100."""

MAGENTA_HUE_DEG, MAGENTA_WIDTH_DEG = 40.0, 45.0
SOFTNESS = 0.04
"""Rounds the foot of the knee, in units of colour difference."""


@dataclass(frozen=True, slots=True)
class Knee:
    """scale / (1 + slope * max(0, c - start)) on the colour differences, c being the largest of them.

    Each hue takes its share of that effect: skin, magenta, and all others.
    """

    start: float
    slope: float
    scale: float
    skin: float
    magenta: float
    others: float


def colourfulness(cb: Signal, cr: Signal, weights: tuple[float, float]) -> Signal:
    """max(|R' - Y'|, |G' - Y'|, |B' - Y'|) of nominal chroma; ``weights`` are luma's (K_R, K_B)."""
    kr, kb = weights
    red, blue = 2.0 * (1.0 - kr) * cr, 2.0 * (1.0 - kb) * cb
    green = -(kr * red + kb * blue) / (1.0 - kr - kb)
    return np.maximum(np.abs(red), np.maximum(np.abs(green), np.abs(blue)))


def knee_gain(cb: Signal, cr: Signal, knee: Knee, weights: tuple[float, float]) -> Signal:
    """The factor on Cb and Cr: 1 where nothing is to be calmed. c times it never falls as c grows."""
    over = colourfulness(cb, cr, weights) - knee.start
    excess = 0.5 * (over + np.sqrt(over**2 + SOFTNESS**2))
    full = knee.scale / (1.0 + knee.slope * excess)
    return 1.0 - _share(cb, cr, knee) * (1.0 - full)


def desaturated(y: Signal, highlights: float, shadows: float) -> Signal:
    """The factor that takes ``highlights`` of the chroma from luma .70 to .97, and ``shadows`` of it below .18."""
    bright = 1.0 - highlights * smooth_step(0.70, 0.97, y)
    return bright * (1.0 - shadows * (1.0 - smooth_step(0.0, 0.18, y)))


def _share(cb: Signal, cr: Signal, knee: Knee) -> Signal:
    hue = np.degrees(np.arctan2(cr, cb))
    skin = _bump(hue, SKIN_HUE_DEG, SKIN_WIDTH_DEG)
    magenta = _bump(hue, MAGENTA_HUE_DEG, MAGENTA_WIDTH_DEG)
    return knee.others + (knee.skin - knee.others) * skin + (knee.magenta - knee.others) * magenta


def _bump(hue_deg: Signal, centre_deg: float, width_deg: float) -> Signal:
    """1 at the centre, 0 from ``width_deg`` away, cosine between."""
    away = np.abs((hue_deg - centre_deg + 180.0) % 360.0 - 180.0)
    return np.where(away < width_deg, 0.5 + 0.5 * np.cos(np.pi * away / width_deg), 0.0)
