"""What of a scene's light is compared between its shots: readings, tolerances, words, and what mends a departure."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log
from typing import Literal

from unplastic.reading import Reading, Report

Remedy = Literal["generate", "shape", "grade"]
"""What brings a shot back: only a new generation, a gentle shaping of the face, or the grade of ``finish --scene``."""

TOLERANCE_DEG = 25.0
TOLERANCE_STOPS = 0.7
SHAPE_STOPS = 1.0
"""As far as `treat.shape` goes."""

LEAST = 1e-4


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number that shots of a scene share.

    ``tolerance`` in the reading's unit, or, with ``is_ratio``, as a natural logarithm (measuring A6; those of levels
    and colour are what framing alone does, `looks.consensus`). ``less`` and ``more`` say a departure; ``unit`` is for
    tables.
    """

    key: str
    label: str
    reading: str
    region: str
    tolerance: float
    unit: str
    less: str
    more: str
    remedy: Remedy
    is_ratio: bool = False

    def of(self, report: Report) -> Reading | None:
        """The reading, valid or not; None when it was not taken."""
        return report.reading(self.reading, self.region)

    def apart(self, value: float, meant: float) -> float:
        """How far ``value`` lies from ``meant``, in tolerances, above 0 where it is more."""
        off = log(max(value, LEAST) / max(meant, LEAST)) if self.is_ratio else value - meant
        return off / self.tolerance

    def words(self, value: float, meant: float) -> str:
        """A departure as a clause."""
        times = exp(abs(log(max(value, LEAST) / max(meant, LEAST)))) if self.is_ratio else 0.0
        text = self.less if value < meant else self.more
        return text.format(size=abs(value - meant), times=times, value=value, meant=meant)


RATIO_WORDS = "its key to fill is {value:.1f} stops instead of {meant:.1f}"
RATIO = Quantity(
    "key_fill", "key to fill", "key_fill", "face", TOLERANCE_STOPS, "stops", RATIO_WORDS, RATIO_WORDS, "shape"
)
WHITE = Quantity(
    "white", "white on lit skin", "white_mired", "lit skin", 40.0, "mired",
    "the light on its skin is {size:.0f} mired colder", "the light on its skin is {size:.0f} mired warmer", "grade",
)  # fmt: skip
FILL = Quantity(
    "fill", "fill against key", "fill_shift", "face", 60.0, "mired",
    "its fill is {size:.0f} mired colder against its key", "its fill is {size:.0f} mired warmer against its key",
    "generate",
)  # fmt: skip
BLACK = Quantity(
    "black", "black level", "black_level", "frame", 0.030, "",
    "its blacks lie {size:.2f} deeper", "its blacks lie {size:.2f} higher", "grade",
)  # fmt: skip
USE = Quantity(
    "use", "dynamic use", "dynamic_use", "frame", 1.5, "stops",
    "it uses {size:.1f} stops less", "it uses {size:.1f} stops more", "grade",
)  # fmt: skip
SATURATION = Quantity(
    "saturation", "saturation of the face", "skin_chroma", "face", log(1.2), "",
    "its skin is {times:.1f} times less saturated", "its skin is {times:.1f} times more saturated", "grade",
    is_ratio=True,
)  # fmt: skip
QUANTITIES = RATIO, WHITE, FILL, BLACK, USE, SATURATION
"""In the order of a table. Direction and hardness are words of a sheet, and stand apart in `looks.lighting`."""


@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing about one shot: what it reads, what was meant, and how far apart they are, in tolerances.

    ``value`` is None where it is not measurable, and ``why_not`` then says why; ``meant`` None where nothing was.
    """

    key: str
    label: str
    unit: str
    value: float | None
    low: float | None
    high: float | None
    why_not: str | None
    meant: float | None
    tolerances: float | None
    said: str
    remedy: Remedy

    @property
    def is_out(self) -> bool:
        """Whether it departs from what was meant."""
        return self.tolerances is not None and abs(self.tolerances) > 1.0

    def document(self) -> dict[str, object]:
        """Plain data."""
        return {
            "name": self.key, "unit": self.unit, "value": self.value, "low": self.low, "high": self.high,
            "why_not": self.why_not, "meant": self.meant, "tolerances": self.tolerances,
            "remedy": self.remedy if self.is_out else None,
        }  # fmt: skip


def aspect(quantity: Quantity, report: Report, meant: float | None) -> Aspect:
    """One quantity of a shot beside what was meant."""
    reading = quantity.of(report)
    value = reading.value if reading and reading.valid else None
    off = quantity.apart(value, meant) if value is not None and meant is not None else None
    said = quantity.words(value, meant) if value is not None and meant is not None and off else ""
    why = None if value is not None else (reading.why_not if reading else "it was not measured")
    remedy = quantity.remedy
    if (
        remedy == "shape"
        and value is not None
        and meant is not None
        and abs(value - meant) > SHAPE_STOPS + TOLERANCE_STOPS
    ):
        remedy = "generate"
    low, high = (reading.low, reading.high) if reading and value is not None else (None, None)
    return Aspect(quantity.key, quantity.label, quantity.unit, value, low, high, why, meant, off, said, remedy)


def known(report: Report, name: str, region: str) -> float | None:
    """A valid reading's value."""
    reading = report.reading(name, region)
    return reading.value if reading and reading.valid else None


def why_not(report: Report, *names: tuple[str, str]) -> str | None:
    """Why the first of some readings that is not valid is not."""
    for name, region in names:
        reading = report.reading(name, region)
        if reading is None:
            return "it was not measured"
        if not reading.valid:
            return reading.why_not
    return None
