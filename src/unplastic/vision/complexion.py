"""The colour of one face's skin, and which pixels have it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unplastic.vision.bands import smooth_step
from unplastic.vision.plane import Plane, as_plane

GATE_WIDTH = 2.5

HIGHLIGHT_FROM = 1.05

HIGHLIGHT_FORGIVEN = 0.25

STRICT = 1.6

SHADE_LEVELS, BRIGHT_LEVELS = (0.25, 0.45), (1.35, 1.7)
"""Luma of skin outside the mesh, in shares of the face's: darker is hair or shadow, brighter is cloth."""

USUAL_SKIN = (-0.17, 0.22, 0.07)
"""Cb and Cr over luma of skin under white light, and the spread over complexions and lamps (in shares of luma)."""


@dataclass(frozen=True, slots=True)
class Complexion:
    """Colour of one face's skin: medians of Cb / Y and Cr / Y with their spreads, and its median luma in codes."""

    blue: float
    red: float
    blue_spread: float
    red_spread: float
    luma: float

    def gate(self, blue: Plane, red: Plane, luma: Plane, *, forgive: bool) -> Plane:
        """1 where the colour is this skin's, falling to 0.

        With ``forgive``, which is for the inside of a face, highlights may lose colour: the shiny forehead is skin.
        Without, for the rest of the picture, luma counts as well.
        """
        d = np.square((blue - np.float32(self.blue)) * np.float32(1 / (GATE_WIDTH * self.blue_spread)))
        d += np.square((red - np.float32(self.red)) * np.float32(1 / (GATE_WIDTH * self.red_spread)))
        level = luma * np.float32(1 / max(self.luma, 1.0))
        if forgive:
            over = np.clip((level - HIGHLIGHT_FROM) * 5.0, 0.0, 1.0)
            return as_plane(np.exp(-np.maximum(d * (1.0 - (1.0 - HIGHLIGHT_FORGIVEN) * over) - 0.5, 0.0)))
        lit = smooth_step(*SHADE_LEVELS, level) * (1.0 - smooth_step(*BRIGHT_LEVELS, level))
        return as_plane(np.exp(-np.maximum(STRICT * d - 0.5, 0.0)) * lit)

    @property
    def spread(self) -> float:
        """How far the colour scatters, in shares of luma."""
        return float(np.hypot(self.blue_spread, self.red_spread))

    @property
    def strangeness(self) -> float:
        """How far the colour lies from that of skin in white light."""
        return float(np.hypot(self.blue - USUAL_SKIN[0], self.red - USUAL_SKIN[1]))

    def chroma_gate(self, blue: Plane, red: Plane) -> Plane:
        """1 where the colour is this skin's, whatever the luma, falling to 0."""
        d = np.square((blue - np.float32(self.blue)) * np.float32(1 / (GATE_WIDTH * self.blue_spread)))
        d += np.square((red - np.float32(self.red)) * np.float32(1 / (GATE_WIDTH * self.red_spread)))
        return as_plane(np.exp(-np.maximum(d - 0.5, 0.0)))
