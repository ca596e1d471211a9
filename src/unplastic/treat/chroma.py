"""Chroma: how much colour stays, by its amount, its hue and its luma. Hue and luma are left where they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unplastic.treat.tone import smooth_step

Signal = NDArray[np.float64]

SKIN_HUE_DEG, SKIN_REACH_DEG = 125.0, (20.0, 40.0)
"""Centre of skin hues as angles atan2(Cr, Cb), and how far from it they count in full and not at all."""

MAGENTA_HUE_DEG, MAGENTA_REACH_DEG = 55.0, (30.0, 60.0)
"""The same for hues between blue and red, lips among them: red itself lies at 103."""

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
    """The factor on Cb and Cr: 1 where nothing is to be calmed. c times it never falls as c grows.

    A slope of more than 1 / start would make it fall, and a strong colour paler than a weaker one: it is held there.
    """
    slope = min(knee.slope, 1.0 / max(knee.start, 1e-6))
    over = colourfulness(cb, cr, weights) - knee.start
    excess = 0.5 * (over + np.sqrt(over**2 + SOFTNESS**2))
    full = knee.scale / (1.0 + slope * excess)
    return 1.0 - _share(cb, cr, knee) * (1.0 - full)


def desaturated(y: Signal, highlights: float, shadows: float) -> Signal:
    """The factor that takes ``highlights`` of the chroma from luma .70 to .97, and ``shadows`` of it below .18."""
    bright = 1.0 - highlights * smooth_step(0.70, 0.97, y)
    return bright * (1.0 - shadows * (1.0 - smooth_step(0.0, 0.18, y)))


def reddened(cb: Signal, cr: Signal, share: float, weights: tuple[float, float]) -> tuple[Signal, Signal]:
    """Take ``share`` of the magenta out of reds that lean to it, as lips do: B' comes nearer to G', luma stays.

    Only where R' > B' > G'; purple and blue are left alone.
    """
    kr, kb = weights
    red, blue = 2.0 * (1.0 - kr) * cr, 2.0 * (1.0 - kb) * cb
    green = -(kr * red + kb * blue) / (1.0 - kr - kb)
    less = share * np.clip(np.minimum(blue - green, red - blue), 0.0, None)
    return cb - less / 2.0, cr + less * kb / (2.0 * (1.0 - kr))


def _share(cb: Signal, cr: Signal, knee: Knee) -> Signal:
    hue = np.degrees(np.arctan2(cr, cb))
    skin = _near(hue, SKIN_HUE_DEG, SKIN_REACH_DEG)
    magenta = (1.0 - skin) * _near(hue, MAGENTA_HUE_DEG, MAGENTA_REACH_DEG)
    return knee.skin * skin + knee.magenta * magenta + knee.others * (1.0 - skin - magenta)


def _near(hue_deg: Signal, centre_deg: float, reach_deg: tuple[float, float]) -> Signal:
    """1 up to the first reach from the centre, 0 from the second on."""
    away = np.abs((hue_deg - centre_deg + 180.0) % 360.0 - 180.0)
    return 1.0 - smooth_step(*reach_deg, away)
