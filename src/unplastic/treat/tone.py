"""Tone: what happens to luma, as curves of nominal display-referred signal, 0 black and 1 white. All are monotone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.float64]

ROLL_OFF = 2.2
"""Exponent of the shoulder: how late and how firmly it bends."""

LIFT_POWER = 6
DISPLAY_GAMMA = 2.4
"""Of BT.1886: an exposure of one stop is this root of two in signal."""


def exposed(stops: float) -> float:
    """The gain of R'G'B' signals that doubles the light of a BT.1886 display for every stop."""
    return 2.0 ** (stops / DISPLAY_GAMMA)


def lifted(y: Signal, lift: float) -> Signal:
    """Black raised to ``lift`` and fading out upwards as (1 - y)^6, so that mid-tones keep their place."""
    return y + lift * (1.0 - np.clip(y, 0.0, 1.0)) ** LIFT_POWER


def shouldered(y: Signal, start: float, white: float) -> Signal:
    """Linear up to ``start``, then rolled off without a kink so that 1 comes out at ``white``.

    start + (limit - start) z / (1 + z^2.2)^(1/2.2), z = (y - start) / (limit - start): the limit follows from white.
    With ``white`` = 1, or where there is no room above ``start``, nothing is changed.
    """
    room, wanted = 1.0 - start, white - start
    if wanted >= room or room <= 0.0:
        return y
    scale = ((room / wanted) ** ROLL_OFF - 1.0) ** (1.0 / ROLL_OFF)
    z = scale * np.maximum(y - start, 0.0) / room
    rolled = start + room / scale * z / (1.0 + z**ROLL_OFF) ** (1.0 / ROLL_OFF)
    return np.where(y > start, rolled, y)


def smooth_step(low: float, high: float, x: Signal) -> Signal:
    """0 below ``low``, 1 above ``high``, a cubic without kinks between."""
    t = np.clip((x - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)
