"""Texture on surfaces that no mesh covers: a tile of noise looked up at coordinates that move with the picture."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from unplastic.treat.skinmaps import BLOOD_OCTAVES, PIGMENT_OCTAVES, RELIEF_OCTAVES
from unplastic.vision.advection import Advection
from unplastic.vision.bands import blurred, to_size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from unplastic.treat.persona import Persona
    from unplastic.vision import Scene

FAINT = 0.02
MARGIN_PX = 128
"""Rows and columns of the tile beyond the picture on every side: content moves about so far between two resets."""


@dataclass
class White:
    """Where white noise comes from. It hangs on seed and size alone, not on the face and its light."""

    kept_max: int = 0
    _kept: OrderedDict[tuple[Any, ...], NDArray[np.float32]] = field(default_factory=OrderedDict)

    def drawn(self, size: tuple[int, int], seed: int, part: int) -> NDArray[np.float32]:
        """(rows, columns) of unit noise; not to be written into."""
        key = size, seed, part
        if key in self._kept:
            return self._kept[key]
        random = np.random.Generator(np.random.Philox(key=(seed & (1 << 64) - 1) | (2000 + part) << 64))
        made = random.standard_normal(size, np.float32)
        if self.kept_max:
            self._kept[key] = made
            while len(self._kept) > self.kept_max:
                self._kept.popitem(last=False)
        return made


WHITE = White()
FIELDS = len(RELIEF_OCTAVES) + len(PIGMENT_OCTAVES) + len(BLOOD_OCTAVES)


def keep_noise() -> None:
    """Keep what a tile's noise begins with, 80 MB at 1080p: where single frames are treated, each with its own tile.

    A shot that streams by draws it once, and lets go of it.
    """
    WHITE.kept_max = FIELDS


class Carried:
    """The carried texture of one shot. The tile is larger than the picture, so no part of it is ever seen twice."""

    def __init__(self, scene: Scene, persona: Persona, seed: int) -> None:
        from unplastic.treat.kernels.surface import draw_outside

        self._draw = draw_outside
        self._persona = persona
        self._advection = Advection((scene.small.shape[0], scene.small.shape[1]))
        x, y, _ = persona.light.direction
        self._tile = _tile((scene.luma.shape[0], scene.luma.shape[1]), persona.size, persona.sigma_px, (x, y), seed)
        self._seed = seed
        self.pixels_drawn = 0

    def draw(
        self,
        scene: Scene,
        doses: NDArray[np.float32],
        corner: tuple[int, int],
        luma: NDArray[np.float32],
        colour: NDArray[np.float32],
        step: tuple[int, int],
    ) -> None:
        """Add the texture of one frame to the layers. ``doses`` belong to the small pixels from ``corner`` on."""
        phases = self._advection.follow(scene.to_previous)
        busy = _touched(doses[..., 0] + doses[..., 1] > FAINT)
        if not busy.any():
            return
        left, top = corner
        rows, columns = slice(top, top + doses.shape[0]), slice(left, left + doses.shape[1])
        ratio = np.array(scene.ratio, np.float32)
        shifts = np.ascontiguousarray([phase.shift[rows, columns] * ratio for phase in phases], np.float32)
        weights = np.array([phase.weight for phase in phases], np.float32)
        origins = np.array([self._origin(phase.seed) for phase in phases], np.float32)
        self.pixels_drawn += self._draw(
            self._tile, shifts, weights, origins, doses, busy, corner, scene.ratio, step, luma, colour
        )

    def _origin(self, number: int) -> NDArray[np.float64]:
        """Where a phase starts in the tile: elsewhere after every reset."""
        random = np.random.Generator(np.random.Philox(key=(self._seed & (1 << 64) - 1) | (1000 + number) << 64))
        return random.integers(MARGIN_PX // 2, 3 * MARGIN_PX // 2, 2).astype(np.float64)


def _touched(marked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Cells with a marked corner: that one, or the next across or down."""
    touched = marked.copy()
    touched[:-1] |= marked[1:]
    touched[:, :-1] |= touched[:, 1:]
    return touched


@lru_cache(maxsize=1)
def _tile(
    shape: tuple[int, int], px: float, sigma_px: float, light: tuple[float, float], seed: int
) -> NDArray[np.float32]:
    """(rows, columns, 2): relief of unit power in the light of the shot, and mottling like that of the face's maps.

    The last one is kept: a frame that is treated again and again, and a shot after a cut back, look it up.
    """
    size = (shape[0] + 2 * MARGIN_PX, shape[1] + 2 * MARGIN_PX)
    height = sum(g * _noise(size, s * px, sigma_px, seed, i) for i, (s, g) in enumerate(RELIEF_OCTAVES))
    down, across = np.gradient(np.asarray(height, np.float32))
    x, y = light
    relief = -(across * np.float32(x) + down * np.float32(y))
    pits = height - blurred(np.asarray(height, np.float32), 0.6 * px)
    relief = relief / (np.sqrt((across**2 + down**2).mean() / 2) + 1e-9) + 0.3 * pits / (pits.std() + 1e-9)
    mottled = sum(
        0.5 * g * _noise(size, s * px, sigma_px, seed, 10 + i)
        for i, (s, g) in enumerate((*PIGMENT_OCTAVES, *BLOOD_OCTAVES))
    )
    return np.ascontiguousarray(np.stack([relief, mottled], axis=-1), np.float32)


def _noise(size: tuple[int, int], sigma_px: float, blur_px: float, seed: int, part: int) -> NDArray[np.float32]:
    """White noise under a Gaussian of ``sigma_px``, unit power before the picture's own blur takes its share."""
    sigma = float(np.hypot(sigma_px, max(blur_px, 0.42)))
    step = max(1, int(sigma / 3.0))
    small = -(-size[0] // step), -(-size[1] // step)
    noise = blurred(WHITE.drawn(small, seed, part), sigma / step)
    if step > 1:
        noise = to_size(noise, size)
    return noise * np.float32(sigma_px / sigma / (noise.std() + 1e-9))
