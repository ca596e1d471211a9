"""What was measured: numbers with unit, interval and validity, and what they mean in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Literal

Severity = Literal["info", "warning", "fault"]
Verdict = Literal["camera", "generated", "unclear"]
Change = Literal["better", "same", "worse"]

FACES_UNKNOWN = "faces could not be looked for"
"""How the ``why_not`` of every reading of a face begins when the networks were not there to find one."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One measured number.

    ``low`` and ``high`` bound a 90 % interval. When ``valid`` is False, ``why_not`` says why in one clause, and
    ``value`` is None unless a number was reached that must not be trusted.
    """

    name: str
    region: str
    value: float | None
    unit: str
    low: float | None = None
    high: float | None = None
    valid: bool = True
    why_not: str | None = None

    @classmethod
    def missing(cls, name: str, region: str, unit: str, why_not: str) -> Reading:
        """A reading that could not be taken, and why."""
        return cls(name=name, region=region, value=None, unit=unit, valid=False, why_not=why_not)


@dataclass(frozen=True, slots=True)
class Finding:
    """A reading past its limit, or a fact about the file, in plain words with a way out.

    ``where`` names a region or a box ``x,y,width,height`` in pixels; ``frame`` is the frame number or None.
    """

    name: str
    severity: Severity
    where: str
    frame: int | None
    text: str
    fix: str


@dataclass(frozen=True, slots=True)
class Curve:
    """A measured curve for a plot: ``y`` over ``x``, both of one length; gaps are left out, not interpolated."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    x_unit: str
    y_unit: str


@dataclass(frozen=True, slots=True)
class Place:
    """A box worth looking at, at 100 %: pixels of the upright picture, ``frame`` counted from 0.

    ``badness`` orders places of one ``name``: larger is worse; scales of different names do not compare.
    """

    name: str
    frame: int
    x: int
    y: int
    width: int
    height: int
    badness: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that one measure has to say about one clip."""

    readings: tuple[Reading, ...] = ()
    curves: tuple[Curve, ...] = ()
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Plasticity:
    """How plastic a clip reads: 0 (like camera footage of its class) to 100.

    ``score``, ``low`` and ``high`` (90 % interval) are None when ``coverage`` (0..1, the share of the weights that
    could be measured) is too small for a verdict. ``worst`` names the reading that speaks loudest against the clip.
    ``verdict`` is "generated" when all of the interval lies above what camera clips score, "camera" when none of it
    does, "unclear" between, and None without a score.
    """

    score: float | None
    low: float | None
    high: float | None
    coverage: float
    worst: str | None
    verdict: Verdict | None = None

    def since(self, before: Plasticity) -> Change | None:
        """How it moved from ``before``: only intervals that part say "better" or "worse"; None without a score."""
        if before.low is None or before.high is None or self.low is None or self.high is None:
            return None
        return "better" if self.high < before.low else "worse" if self.low > before.high else "same"


@dataclass(frozen=True, slots=True)
class Report:
    """The measurement of one clip.

    >>> found = report.reading("edge_overshoot")
    >>> found.unit, found.valid
    ('%', False)
    >>> report._repr_html_()[:4]
    '<div'
    """

    file: str
    width: int
    height: int
    fps: float
    frames: int
    bits_per_pixel: float | None
    plasticity: Plasticity
    readings: tuple[Reading, ...]
    findings: tuple[Finding, ...]
    curves: tuple[Curve, ...] = ()
    places: tuple[Place, ...] = ()

    def reading(self, name: str, region: str = "frame") -> Reading | None:
        """The reading of that name and region, or None when no measure took it."""
        return next((r for r in self.readings if r.name == name and r.region == region), None)

    def _repr_html_(self) -> str:
        """The report as a notebook shows it. The room that writes it is looked up by name: a noun knows no room."""
        return import_module("unplastic.report").report_html(self)


@dataclass(frozen=True, slots=True)
class Guard:
    """A promise checked after treatment: ``value`` against ``limit``; the texts carry their units.

    ``ok`` is None when the promise could not be checked; ``value`` then says why.
    """

    name: str
    ok: bool | None
    value: float | str | None
    limit: float | str
