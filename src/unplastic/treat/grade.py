"""The grade: neutral correction, ASC CDL, filmic tone, a chroma knee that spares skin, and any look-up table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from unplastic.color import luma_weights, rgb_to_ycbcr_matrix, ycbcr_to_rgb_matrix
from unplastic.errors import RecipeError
from unplastic.parameter import check, parameter
from unplastic.treat.cdl import Cdl, Triple, read_cdl
from unplastic.treat.chroma import Knee, desaturated, knee_gain, reddened
from unplastic.treat.lut import Lut
from unplastic.treat.table import TablePass, bake
from unplastic.treat.tone import exposed, lifted, shouldered
from unplastic.treat.treatment import Geometry

Signal = NDArray[np.float64]

CDL_LIMITS = {"slope": (0.0, 4.0), "offset": (-1.0, 1.0), "power": (0.1, 4.0)}


@dataclass(frozen=True)
class Grade:
    """A display-referred grade, baked once per clip; its steps act in the order of its parameters.

    The defaults calm what generators overdo (texture 3.7): over-colourful skin, hard whites, dead blacks.
    Leave it out on HDR clips. Raises `RecipeError` when a colour file cannot be used.
    """

    name: ClassVar[str] = "grade"
    order: ClassVar[int] = 60

    strength: float = parameter(1.0, "blend from the picture as it is (0) to the full grade (1)", low=0.0, high=1.0)

    balance_cb: float = parameter(0.0, "blue-yellow offset of white, nominal; falls with luma", low=-0.1, high=0.1)
    balance_cr: float = parameter(0.0, "red-cyan offset of white, nominal; falls with luma", low=-0.1, high=0.1)
    exposure_stops: float = parameter(0.0, "gain in stops of display light", low=-2.0, high=2.0)
    black_point: float = parameter(0.0, "nominal level that becomes black", low=-0.05, high=0.2)

    slope: Triple = parameter((1.0, 1.0, 1.0), "ASC CDL slope of R', G', B', each 0..4")  # noqa: RUF009 - a tuple
    offset: Triple = parameter((0.0, 0.0, 0.0), "ASC CDL offset of R', G', B', each -1..1")  # noqa: RUF009 - a tuple
    power: Triple = parameter((1.0, 1.0, 1.0), "ASC CDL power of R', G', B', each 0.1..4")  # noqa: RUF009 - a tuple
    cdl_saturation: float = parameter(1.0, "ASC CDL saturation", low=0.0, high=4.0)
    cdl_path: str = parameter("", "ASC CDL file (.cdl, .cc, .ccc), used before the inline values")

    black_lift: float = parameter(0.012, "nominal level that black is raised to", low=0.0, high=0.1)
    shoulder_start: float = parameter(0.68, "nominal luma where highlights begin to roll off", low=0.3, high=1.0)
    white_level: float = parameter(
        0.94, "nominal luma that white comes out at; 1 leaves highlights alone", low=0.5, high=1.0
    )

    knee_start: float = parameter(0.12, "colour difference where the chroma knee begins", low=0.0, high=1.0)
    knee_slope: float = parameter(1.2, "how firmly chroma above the knee is held back", low=0.0, high=6.0)
    chroma_scale: float = parameter(0.96, "share of chroma kept below the knee", low=0.5, high=1.0)
    skin_weight: float = parameter(1.0, "share of knee and scale that skin hues take; 0 spares them", low=0.0, high=1.0)
    magenta_weight: float = parameter(0.6, "the same for magenta and lips", low=0.0, high=1.0)
    others_weight: float = parameter(0.8, "the same for all other hues", low=0.0, high=1.0)
    magenta_to_red: float = parameter(0.25, "share of magenta taken out of reds such as lips", low=0.0, high=1.0)
    highlight_desaturation: float = parameter(0.3, "share of chroma taken from white", low=0.0, high=1.0)
    shadow_desaturation: float = parameter(0.2, "share of chroma taken from black", low=0.0, high=1.0)
    saturation: float = parameter(1.0, "gain of chroma after all that", low=0.0, high=2.0)

    lut_path: str = parameter("", "look-up table for display-referred R'G'B' (.cube and whatever OpenColorIO reads)")

    def __post_init__(self) -> None:
        check(self)
        for name, (low, high) in CDL_LIMITS.items():
            object.__setattr__(self, name, _triple(name, getattr(self, name), low, high))
        if self.white_level < 1.0 and self.white_level <= self.shoulder_start:
            raise RecipeError(
                f"grade.white_level = {self.white_level:g} is not above shoulder_start = {self.shoulder_start:g}",
                "raise the one or lower the other",
            )

    @property
    def cdl(self) -> Cdl:
        """The inline colour decision."""
        return Cdl(self.slope, self.offset, self.power, self.cdl_saturation)

    @property
    def knee(self) -> Knee:
        """The chroma knee."""
        weights = self.skin_weight, self.magenta_weight, self.others_weight
        return Knee(self.knee_start, self.knee_slope, self.chroma_scale, *weights)

    @classmethod
    def neutral(cls, **values: Any) -> Grade:
        """A grade that does only what ``values`` ask for."""
        return cls(**{**NEUTRAL, **values})

    @property
    def is_noop(self) -> bool:
        """True without strength, or when no step changes any colour."""
        if self.strength == 0.0:
            return True
        if self.cdl_path or self.lut_path:
            return False
        axis = np.linspace(-0.5, 0.5, 9)
        colors = np.stack(np.meshgrid(axis + 0.5, axis, axis), axis=-1)
        return np.allclose(self.exact(1)(colors), colors, rtol=0.0, atol=1e-9)

    def bind(self, geometry: Geometry) -> TablePass:
        """Read the colour files and bake the table."""
        return TablePass(bake(self.exact(geometry.color.matrix)), geometry)

    def exact(self, matrix: int) -> ExactGrade:
        """The grade itself, for pictures of an H.273 ``matrix``: what the table approximates."""
        return ExactGrade(self, matrix)


NEUTRAL: dict[str, float] = {
    "black_lift": 0.0,
    "white_level": 1.0,
    "knee_slope": 0.0,
    "chroma_scale": 1.0,
    "magenta_to_red": 0.0,
    "highlight_desaturation": 0.0,
    "shadow_desaturation": 0.0,
}


class ExactGrade:
    """A grade as a function of (..., 3) nominal Y'CbCr in float64."""

    def __init__(self, grade: Grade, matrix: int) -> None:
        self._grade = grade
        self._weights = luma_weights(matrix)
        self._to_rgb, self._from_rgb = ycbcr_to_rgb_matrix(matrix).T, rgb_to_ycbcr_matrix(matrix).T
        self._cdls = [read_cdl(grade.cdl_path)] if grade.cdl_path else []
        self._cdls += [grade.cdl] if grade.cdl != Cdl() else []
        self._luts = [Lut(grade.lut_path)] if grade.lut_path else []

    def __call__(self, signal: Signal) -> Signal:
        """Every step in order, blended with the signal by the grade's strength."""
        graded = self._neutral(signal)
        for cdl in self._cdls:
            graded = self._through_rgb(cdl, graded)
        graded = self._chroma(graded, self._tone(graded[..., 0]))
        for lut in self._luts:
            graded = self._through_rgb(lut, graded)
        return signal + self._grade.strength * (graded - signal)

    def _through_rgb(self, change: Callable[[Signal], Signal], signal: Signal) -> Signal:
        return change(signal @ self._to_rgb) @ self._from_rgb

    def _neutral(self, signal: Signal) -> Signal:
        """Black point and exposure, on R'G'B' and so on all of Y'CbCr alike; then white balance, falling with luma."""
        grade = self._grade
        offset = np.array([grade.black_point, 0.0, 0.0])
        scaled = (signal - offset) * (exposed(grade.exposure_stops) / (1.0 - grade.black_point))
        return scaled + np.array([0.0, grade.balance_cb, grade.balance_cr]) * scaled[..., :1]

    def _tone(self, y: Signal) -> Signal:
        grade = self._grade
        return shouldered(lifted(y, grade.black_lift), grade.shoulder_start, grade.white_level)

    def _chroma(self, signal: Signal, toned: Signal) -> Signal:
        """Chroma is judged by the luma it had, before the tone curve."""
        grade = self._grade
        y = signal[..., 0]
        cb, cr = reddened(signal[..., 1], signal[..., 2], grade.magenta_to_red, self._weights)
        gain = knee_gain(cb, cr, grade.knee, self._weights) * grade.saturation
        gain = gain * desaturated(y, grade.highlight_desaturation, grade.shadow_desaturation)
        return np.stack([toned, cb * gain, cr * gain], axis=-1)


def _triple(name: str, values: Any, low: float, high: float) -> Triple:
    """Three numbers of an inline CDL; a TOML file gives a list."""
    try:
        red, green, blue = (float(value) for value in values)
    except (TypeError, ValueError) as trouble:
        raise RecipeError(f"grade.{name} = {values!r} is not three numbers", f"as in {name} = [1, 1, 1]") from trouble
    if not all(low <= value <= high for value in (red, green, blue)):
        raise RecipeError(f"grade.{name} = {values} is outside [{low:g}, {high:g}]", "keep all three inside")
    return red, green, blue
