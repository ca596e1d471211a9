"""The skin of one person, invented: relief and colour over the unrolled face, the same in every frame and every shot.

Lengths are millimetres of face at 63 mm between the pupils. Everything is drawn at its own scale from its own random
numbers, so that a face that comes nearer shows finer parts of the same skin, not another skin. Pores are a minority of
the relief's energy: with more of it skin becomes a golf ball. Sizes and shares are those of the prototype that was
rendered and looked at (knowledge: texture 3.5).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from unplastic.vision.bands import blurred
from unplastic.vision.mesh import mesh

if TYPE_CHECKING:
    from numpy.typing import NDArray

Map = "NDArray[np.float32]"

MARGIN_MM = 4.0
DENSITIES = (2.0, 3.0, 4.5, 6.5, 10.0)
"""Pixels per millimetre that maps are drawn with."""

SPLINE_SIGMA = 0.577
"""Standard deviation of a cubic B-spline in units of its pitch."""

SMALLEST_PX = 0.45
RELIEF_OCTAVES = ((0.12, 0.25), (0.20, 0.55), (0.38, 0.8), (0.9, 0.9))
BLOOD_OCTAVES = ((0.7, 0.5), (2.0, 0.8), (5.0, 1.0))
PIGMENT_OCTAVES = ((0.5, 0.7), (1.4, 0.7), (3.5, 0.8))
FURROW_CELL_MM, FURROW_MM, FURROW_GAIN = 0.85, 0.12, 0.9
LEVEL_STEP = 1.3
"""Ratio of blur between two levels of a map."""

ZONES = (
    # landmark, radius mm, redness, pores
    (1, 13.0, 0.9, 0.6), (4, 10.0, 0.3, 0.2),
    (50, 19.0, 0.8, 0.5), (280, 19.0, 0.8, 0.5),
    (9, 24.0, -0.35, 0.2), (151, 24.0, -0.35, 0.2),
    (152, 14.0, 0.35, 0.3),
    (119, 11.0, -0.25, -0.15), (348, 11.0, -0.25, -0.15),
    (234, 9.0, 0.7, 0.0), (454, 9.0, 0.7, 0.0),
)  # fmt: skip
"""Where faces are redder or paler, and where pores are dense: nose, cheeks, forehead, chin, under the eyes, ears."""

BEARD = (152, 175, 172, 397, 136, 365, 18, 57, 287, 164)
"""Landmarks of the bearded area."""


@dataclass(frozen=True, slots=True)
class Features:
    """How much of each part of the skin there is: 0 none, 1 as on an adult without make-up."""

    pores: float = 1.0
    lines: float = 1.0
    mottling: float = 1.0
    spots: float = 1.0
    vellus: float = 1.0
    stubble: float = 0.0


class SkinMaps:
    """Maps of one skin: (rows, columns) over the unrolled face, from `origin_mm`, ``density`` pixels per millimetre."""

    def __init__(self, seed: int, density: float, features: Features) -> None:
        self.seed = seed
        self.density = density
        self.features = features
        uv = mesh().uv
        low, high = uv.min(axis=0) - MARGIN_MM, uv.max(axis=0) + MARGIN_MM
        self.origin_mm = (float(low[0]), float(low[1]))
        self.size_mm = (float(high[1] - low[1]), float(high[0] - low[0]))
        self.shape = (int(self.size_mm[0] * density), int(self.size_mm[1] * density))
        self._levels: dict[int, NDArray[np.float32]] = {}

    def level_of(self, sigma_mm: float) -> float:
        """The level, in fractions, whose blur is ``sigma_mm``."""
        return float(max(0.0, np.log(max(sigma_mm, 1e-3) * self.density / SMALLEST_PX) / np.log(LEVEL_STEP)))

    def level(self, number: int) -> NDArray[np.float32]:
        """(rows, columns, 5): slope across and down, pits, pigment and blood, blurred as level ``number`` says.

        Slopes and pits have unit power at every level: blur takes away fineness, amplitude is set by what is seen.
        """
        if number not in self._levels:
            sigma_px = SMALLEST_PX * LEVEL_STEP**number
            relief = blurred(self._relief, sigma_px)
            down, across = np.gradient(relief)
            slope = np.sqrt((across**2 + down**2).mean() / 2) + 1e-9
            pits = relief - blurred(relief, 0.6 * self.density)
            pits /= pits.std() + 1e-9
            planes = [across / slope, down / slope, pits, *(blurred(p, sigma_px) for p in self._colour)]
            self._levels[number] = np.ascontiguousarray(np.stack(planes, axis=-1), np.float32)
        return self._levels[number]

    @cached_property
    def _relief(self) -> NDArray[np.float32]:
        from unplastic.treat.kernels.skin import add_furrows, add_pits

        field = np.zeros(self.shape, np.float32)
        for part, (sigma, gain) in enumerate(RELIEF_OCTAVES):
            field += np.float32(gain) * self._noise(sigma, 10 + part, stretch=1.25)
        x, y, bend_x, bend_y = self._furrows()
        cell, width = FURROW_CELL_MM * self.density, max(FURROW_MM * self.density, SMALLEST_PX)
        add_furrows(field, x, y, bend_x, bend_y, cell, width, FURROW_GAIN * self.features.lines)
        add_pits(field, *self._pores())
        if self.features.vellus:
            field += np.float32(0.15 * self.features.vellus) * self._noise(0.10, 30, stretch=6.0)
        if self.features.stubble:
            add_pits(field, *self._stubble())
        uneven = np.clip(1.0 + 0.22 * self._noise(4.0, 20), 0.5, 1.6)
        return np.ascontiguousarray(field * uneven, np.float32)

    @cached_property
    def _colour(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Pigment and blood: unit noise of the natural scales, zones of the face, and sparse spots."""
        mottle = self.features.mottling
        pigment = mottle * sum(g * self._noise(s, 40 + i) for i, (s, g) in enumerate(PIGMENT_OCTAVES))
        blood = mottle * sum(g * self._noise(s, 50 + i) for i, (s, g) in enumerate(BLOOD_OCTAVES))
        pigment = np.ascontiguousarray(pigment - np.zeros(self.shape), np.float32)
        from unplastic.treat.kernels.skin import add_pits

        add_pits(pigment, *self._spots())
        blood = (blood + 1.2 * mottle * self._zone(2)).astype(np.float32)
        return pigment, np.ascontiguousarray(blood)

    def _noise(self, sigma_mm: float, part: int, stretch: float = 1.0) -> NDArray[np.float32]:
        """Unit noise with a Gaussian spectrum of ``sigma_mm``, ``stretch`` times longer downwards."""
        from unplastic.treat.kernels.skin import spread_spline

        pitches = sigma_mm * stretch / SPLINE_SIGMA, sigma_mm / SPLINE_SIGMA
        counts = [int(size / pitch) + 5 for size, pitch in zip(self.size_mm, pitches, strict=True)]
        white = self._random(part).standard_normal(counts).astype(np.float32)
        rows, columns = (
            _spline(n, pitch * self.density, m) for n, pitch, m in zip(self.shape, pitches, counts, strict=True)
        )
        field = np.empty(self.shape, np.float32)
        spread_spline(white, *rows, *columns, field)
        visible = min(1.0, sigma_mm * self.density / SMALLEST_PX)
        field *= np.float32(visible / (field.std() + 1e-9))
        return field

    def _pores(self) -> tuple[NDArray, ...]:
        random = self._random(1)
        x, y = self._scattered(0.8, random)
        here = 0.35 + self._at(self._zone(3), x, y)
        keep = random.random(x.size) < np.clip(here, 0.0, 1.0)
        sigma = random.uniform(0.10, 0.16, x.size)
        depth = 1.5 * np.exp(0.3 * random.standard_normal(x.size)) * (1.0 + 0.35 * (here > 0.7))
        return self._pits(x, y, sigma, depth * self.features.pores, keep)

    def _stubble(self) -> tuple[NDArray, ...]:
        random = self._random(2)
        x, y = self._scattered(0.55, random)
        keep = random.random(x.size) < 0.8 * self._at(self._beard, x, y)
        depth = 2.2 * self.features.stubble * random.uniform(0.6, 1.4, x.size)
        return self._pits(x, y, np.full(x.size, 0.09), depth, keep)

    def _spots(self) -> tuple[NDArray, ...]:
        """Some 1400 small spots, which say "a person" more than pores do; negative depth: they add pigment."""
        random = self._random(3)
        count = 1400
        x, y = random.uniform(0, self.size_mm[1], count), random.uniform(0, self.size_mm[0], count)
        sigma = random.uniform(0.18, 0.5, count)
        depth = -3.0 * np.exp(0.5 * random.standard_normal(count)) * self.features.spots
        return self._pits(x, y, sigma, depth, np.ones(count, np.bool_))

    def _pits(self, x: NDArray, y: NDArray, sigma: NDArray, depth: NDArray, keep: NDArray) -> tuple[NDArray, ...]:
        """Kept pits in pixels; those too small for the map become wider and as much shallower."""
        wide = np.maximum(sigma, SMALLEST_PX / self.density)
        shallow = depth * (sigma / wide) ** 2
        parts = x * self.density, y * self.density, wide * self.density, shallow
        return tuple(np.ascontiguousarray(part[keep], np.float32) for part in parts)

    def _furrows(self) -> tuple[NDArray, NDArray, NDArray, NDArray]:
        cell = FURROW_CELL_MM
        random = self._random(4)
        rows, columns = int(self.size_mm[0] / cell) + 2, int(self.size_mm[1] / cell) + 2
        x = (np.arange(columns) + random.uniform(0.1, 0.9, (rows, columns))) * cell * self.density
        y = (np.arange(rows)[:, None] + random.uniform(0.1, 0.9, (rows, columns))) * cell * self.density
        bend = [np.float32(0.25 * self.density) * self._noise(0.8, 60 + i) for i in range(2)]
        return x.astype(np.float32), y.astype(np.float32), bend[0], bend[1]

    def _scattered(self, pitch_mm: float, random: np.random.Generator) -> tuple[NDArray, NDArray]:
        """Points of a jittered grid, in millimetres from the corner."""
        rows, columns = int(self.size_mm[0] / pitch_mm), int(self.size_mm[1] / pitch_mm)
        jitter = random.uniform(0.0, 1.0, (2, rows, columns))
        x = (np.arange(columns) + jitter[0]) * pitch_mm
        y = (np.arange(rows)[:, None] + jitter[1]) * pitch_mm
        return x.ravel(), y.ravel()

    def _at(self, field: NDArray, x: NDArray, y: NDArray) -> NDArray:
        row = np.clip((y * self.density).astype(int), 0, self.shape[0] - 1)
        column = np.clip((x * self.density).astype(int), 0, self.shape[1] - 1)
        return field[row, column]

    def _zone(self, value: int) -> NDArray[np.float32]:
        total = np.zeros(self.shape, np.float32)
        for zone in ZONES:
            total += np.float32(zone[value]) * self._blob(int(zone[0]), float(zone[1]))
        return total

    @cached_property
    def _beard(self) -> NDArray[np.float32]:
        return np.clip(sum(self._blob(i, 16.0) for i in BEARD), 0.0, 1.0)

    def _blob(self, landmark: int, radius_mm: float) -> NDArray[np.float32]:
        u, v = mesh().uv[landmark]
        x = np.arange(self.shape[1], dtype=np.float32) / self.density + self.origin_mm[0] - u
        y = np.arange(self.shape[0], dtype=np.float32) / self.density + self.origin_mm[1] - v
        fall = -2.0 / radius_mm**2
        return np.exp(fall * x * x)[None, :] * np.exp(fall * y * y)[:, None]

    def _random(self, part: int) -> np.random.Generator:
        return np.random.Generator(np.random.Philox(key=(self.seed & (1 << 64) - 1) | part << 64))


def density_for(px_per_mm: float) -> float:
    """The coarsest density that does not lose what a face of that size can show."""
    return next((d for d in DENSITIES if d >= 1.5 * px_per_mm), DENSITIES[-1])


def _spline(samples: int, pitch: float, knots: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """(samples, 4) knots of each sample of a cubic B-spline, ``pitch`` samples between two, and their weights."""
    at = np.arange(samples) / pitch + 1.5
    first = np.floor(at).astype(int) - 1
    t = at - np.floor(at)
    weights = np.stack([(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3], axis=1) / 6
    near = np.clip(first[:, None] + np.arange(4), 0, knots - 1)
    return near.astype(np.int32), weights.astype(np.float32)
