"""Film grain, put in last: new in every frame, shaped by luma, correlated in space, with its own chroma."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, sqrt
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from unplastic.parameter import check, parameter
from unplastic.treat.measured import Knots, Lags, hinges, knots_of, lags_of
from unplastic.treat.template import BLOCK, LEVELS, SIZE_MAX_PX, draw, measured_weights, weights
from unplastic.treat.treatment import Geometry, Strip

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIZE_EXPONENT = 0.8
"""Grain grows with the picture's lines to this power: 0.42 px at 720 lines, 0.58 at 1080, 1.0 at 2160 (texture 3.8)."""

CHROMA_LAG_PX = 2
"""Luma pixels per lag of a measured autocorrelation of chroma: one sample of 4:2:0."""

CHANGES_PER_S = 30
LUMA_SAMPLES, CHROMA_SAMPLES = 512, 256
GRAIN = 0x67726169
"""Keeps the grain's random numbers apart from everybody else's."""


@dataclass(frozen=True)
class Grain:
    """Grain of standard deviation sigma * (flat + (1 - flat) * film(luma)) at each place.

    film(u) = 2.24 u^0.508 (1 - u)^0.668 is the closed form of the Boolean grain model (Newson, Delon and Galerne 2017)
    and peaks at u = 0.43. It comes from an autoregressive template (AV1, 2018) in hashed 32 x 32 blocks.

    Grain that was measured on a plate brings its own level over luma and its own autocorrelation; what they say takes
    the place of film(luma) and ``flat_share``, and of the Gaussian sizes.
    """

    name: ClassVar[str] = "grain"
    order: ClassVar[int] = 90

    strength: float = parameter(1.0, "share of the grain put in: 0 none, 1 as stated", low=0.0, high=1.0)
    sigma_codes8: float = parameter(2.2, "standard deviation at its peak, in 8-bit codes of luma", low=0.0, high=8.0)
    size_px_1080: float = parameter(
        0.58, "radius (sd of a Gaussian, pixels) in a picture of 1080 lines; scaled to the clip's", low=0.25, high=1.0
    )
    chroma_share: float = parameter(0.42, "chroma grain in shares of luma grain, in 8-bit codes", low=0.0, high=1.0)
    blue_gain: float = parameter(1.2, "Cb grain in shares of Cr grain: the blue layer is coarsest", low=0.5, high=2.0)
    chroma_size_ratio: float = parameter(1.5, "radius of chroma grain in shares of luma's", low=1.0, high=3.0)
    flat_share: float = parameter(
        0.25, "share that does not follow the film curve: 0 is none in black and white", low=0.0, high=1.0
    )
    hold_frames: int = parameter(
        0, "frames that keep one grain; 0 is as many as let it change at most 30 times a second", low=0, high=8
    )

    level_curve: Knots = parameter(  # noqa: RUF009 - a tuple
        (), "measured level: (luma 0..1, share 0..1 of sigma_codes8) pairs, at most 14"
    )
    correlation: Lags = parameter(  # noqa: RUF009 - a tuple
        (), "measured autocorrelation of luma grain: 7 x 7 at lags of 0..6 pixels"
    )
    chroma_correlation: Lags = parameter(  # noqa: RUF009 - a tuple
        (), "the same for chroma grain, at lags of 0, 2 .. 12 luma pixels"
    )
    measured_lines: float = parameter(
        1080.0, "lines, as of a 16:9 picture, of the plate they were measured on", low=16.0, high=16384.0
    )

    def __post_init__(self) -> None:
        check(self)
        object.__setattr__(self, "level_curve", knots_of(self.level_curve))
        for name in ("correlation", "chroma_correlation"):
            object.__setattr__(self, name, lags_of(getattr(self, name), name))

    @property
    def is_noop(self) -> bool:
        """True without strength or sigma."""
        return self.strength * self.sigma_codes8 == 0.0

    def bind(self, geometry: Geometry) -> GrainPass:
        """Draw the three templates."""
        return GrainPass(self, geometry)

    def size_px(self, width: int, height: int) -> float:
        """Radius in a picture of that size."""
        return min(self.size_px_1080 * (lines_of(width, height) / 1080) ** SIZE_EXPONENT, SIZE_MAX_PX)

    def lags_per_px(self, width: int, height: int) -> float:
        """Lags of the measured autocorrelation that one pixel of a picture of that size spans."""
        return (self.measured_lines / lines_of(width, height)) ** SIZE_EXPONENT

    def hold(self, frame_rate: Fraction) -> int:
        """Frames that keep one grain: 1 up to 30 per second, 2 at 48, 50 and 60, 4 at 120."""
        return self.hold_frames or max(1, ceil(frame_rate / CHANGES_PER_S))


class GrainPass:
    """Grain for one clip: templates, amplitudes and scratch."""

    reach = 0

    def __init__(self, grain: Grain, geometry: Geometry) -> None:
        from unplastic.treat.kernels.grain import add_chroma_grain, add_luma_grain

        self.touches_chroma = grain.chroma_share > 0.0
        self._add_luma, self._add_chroma = add_luma_grain, add_chroma_grain
        self._down = geometry.down
        self._hold = grain.hold(geometry.frame_rate)
        self._key = np.uint32((geometry.seed ^ geometry.seed >> 32 ^ GRAIN) & 0xFFFFFFFF)
        luma_codes8, chroma_codes8 = (255.0, 255.0) if geometry.color.is_full_range else (219.0, 224.0)
        self._sigma = np.float32(grain.strength * grain.sigma_codes8 / luma_codes8)
        share = grain.chroma_share * luma_codes8 / chroma_codes8
        blue = share * grain.blue_gain
        self._gains = np.float32(1.0 / LEVELS), np.float32(blue / LEVELS), np.float32(share / LEVELS)
        self._curve = hinges(grain.level_curve) if grain.level_curve else film_curve(grain.flat_share)
        self._templates = self._draw(grain, geometry)
        across = -(-geometry.width // geometry.across)
        self._noise = np.zeros(across * geometry.across + 2 * BLOCK, np.float32)
        self._shade = np.zeros(across, np.float32)

    def _draw(self, grain: Grain, geometry: Geometry) -> list[NDArray[np.int8]]:
        templates = [draw(geometry.seed, 0, LUMA_SAMPLES, luma_weights(grain, geometry))]
        if self.touches_chroma:
            chroma = chroma_weights(grain, geometry)
            templates += [draw(geometry.seed, part, CHROMA_SAMPLES, chroma) for part in (1, 2)]
        return [template.ravel() for template in templates]

    def __call__(self, source: Strip, target: Strip, frame: int) -> None:
        """Add the grain of ``frame``; rows and columns count from the picture's corner."""
        when, shape = (self._key, frame // self._hold, self._sigma), (self._curve, self._noise)
        luma, cb, cr = self._gains
        square = self._templates[0], LUMA_SAMPLES, BLOCK
        self._add_luma(source.y, target.y, source.row, *square, *when, luma, *shape)
        if self.touches_chroma:
            planes = source.y, source.cb, source.cr, target.cb, target.cr, source.row // self._down
            squares = self._templates[1], self._templates[2], CHROMA_SAMPLES, BLOCK
            self._add_chroma(*planes, *squares, *when, cb, cr, *shape, self._shade)


def lines_of(width: int, height: int) -> float:
    """Lines of a 16:9 picture of the same area."""
    return sqrt(width * height * 9 / 16)


def luma_weights(grain: Grain, geometry: Geometry) -> NDArray[np.floating]:
    """The luma process's weight of each of `template.steps`, at that size of picture."""
    if grain.correlation:
        step = grain.lags_per_px(geometry.width, geometry.height)
        return measured_weights(np.array(grain.correlation), (step, step))
    size = grain.size_px(geometry.width, geometry.height)
    return weights((size, size))


def chroma_weights(grain: Grain, geometry: Geometry) -> NDArray[np.floating]:
    """The same of chroma's, in its own samples."""
    steps = geometry.down, geometry.across
    if grain.chroma_correlation:
        lags = grain.lags_per_px(geometry.width, geometry.height) / CHROMA_LAG_PX
        return measured_weights(np.array(grain.chroma_correlation), (lags * steps[0], lags * steps[1]))
    size = grain.size_px(geometry.width, geometry.height) * grain.chroma_size_ratio
    return weights((min(size / steps[0], SIZE_MAX_PX), min(size / steps[1], SIZE_MAX_PX)))


def level_codes8(grain: Grain, luma: NDArray[np.float64], *, is_full_range: bool) -> NDArray[np.float64]:
    """Sd of luma grain, in 8-bit codes, at nominal ``luma`` 0..1: what the kernel scales its templates by."""
    codes8 = 255.0 if is_full_range else 219.0
    u = np.clip(luma, 0.0, 1.0)
    if grain.level_curve:
        lumas, shares = np.array(grain.level_curve).T
        shape = np.interp(u, lumas, shares)
    else:
        shape = grain.flat_share + (1.0 - grain.flat_share) * film(u)
    return np.minimum(grain.strength * grain.sigma_codes8 * shape, codes8 * 0.5 * np.minimum(u, 1.0 - u))


def film(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sd of Boolean grain at luma ``u`` 0..1, in shares of its peak (closed form, good to 1.4 %)."""
    return 2.24 * u**0.508 * (1.0 - u) ** 0.668


def film_curve(flat_share: float) -> NDArray[np.float32]:
    """(8,) coefficients for the kernel: flat part, A(s) = s (a + b s + c s^2), B(t) = t (a + b t + c t^2 + d t^3).

    Their product is (1 - flat) * `film` to within 0.005 for s = sqrt(u), t = sqrt(1 - u): powers near 1/2 become
    polynomials that a vector unit evaluates without logarithms.
    """
    root = np.linspace(0.0, 1.0, 513)[1:]
    rise, *_ = np.linalg.lstsq(root[:, None] ** np.arange(1, 4), root ** (2 * 0.508), rcond=None)
    fall, *_ = np.linalg.lstsq(root[:, None] ** np.arange(1, 5), root ** (2 * 0.668), rcond=None)
    return np.array([flat_share, *(2.24 * (1.0 - flat_share) * rise), *fall], np.float32)
