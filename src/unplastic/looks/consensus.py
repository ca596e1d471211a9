"""What the shots of one scene agree on, and how far one of them departs from it.

The median of every reading is the scene's, so a minority of strays does not move it. Within the tolerances shots of one
scene differ by their framing alone: they are what nine in ten of 85 framings of 17 camera clips kept to
(benchmark/reframing.py); grain that differs by less than 0.35 codes is neither seen nor kept by an encoder.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log
from statistics import median

from unplastic.reading import Reading, Report
from unplastic.treat.grain import lines_of

SKIN_SHARE_MIN = 0.05
NEUTRAL_SHARE_MIN = 0.10
CONTRAST = "contrast"
LEAST_RATIO = 1e-4
"""Keeps the logarithm of a ratio finite where a picture has no colour at all."""


@dataclass(frozen=True, slots=True)
class Trait:
    """A reading that shots of a scene share.

    ``tolerance`` is how far they may differ, ``reach`` how far a gentle correction goes: in the reading's unit, or,
    with ``is_ratio``, as natural logarithms of a factor. ``less`` and ``more`` put a departure into words.
    """

    name: str
    region: str
    tolerance: float
    reach: float
    less: str
    more: str
    is_ratio: bool = False

    @property
    def bearable(self) -> float:
        """How far apart a shot may be and still be brought back within the tolerance."""
        return self.tolerance + self.reach

    def apart(self, value: float, agreed: float) -> float:
        """How far ``value`` lies from ``agreed``, above 0 where it is more."""
        if self.is_ratio:
            return log(max(value, LEAST_RATIO) / max(agreed, LEAST_RATIO))
        return value - agreed

    def moved(self, value: float, by: float) -> float:
        """The value that lies ``by`` from ``value``."""
        return value * exp(by) if self.is_ratio else value + by

    def words(self, apart: float) -> str:
        """A departure as an adjective: ``0.12 darker``, ``twice as saturated``."""
        template = self.less if apart < 0.0 else self.more
        return template.format(size=abs(apart), times=_times(exp(apart)), inverse=_times(exp(-apart)))


BLACK = Trait("black_level", "frame", 0.030, 0.05, "{size:.2f} deeper in its blacks", "{size:.2f} weaker in its blacks")
MIDDLE = Trait("median_level", "frame", 0.066, 0.06, "{size:.2f} darker", "{size:.2f} brighter")
WHITE = Trait(
    "white_level", "frame", 0.024, 0.08, "{size:.2f} lower in its highlights", "{size:.2f} higher in its highlights"
)
SPAN = Trait(CONTRAST, "frame", 0.059, 0.13, "{size:.2f} lower in contrast", "{size:.2f} higher in contrast")
SCENE = Trait(
    "scene_chroma", "frame", log(1.20), log(1.25), "{times} as saturated", "{times} as saturated", is_ratio=True
)
SKIN = Trait(
    "skin_chroma",
    "skin",
    log(1.12),
    log(1.25),
    "{times} as saturated in its skin",
    "{times} as saturated in its skin",
    is_ratio=True,
)
BLUE = Trait(
    "neutral_cast_cb", "frame", 0.006, 0.012, "{size:.3f} yellower in its greys", "{size:.3f} bluer in its greys"
)
RED = Trait(
    "neutral_cast_cr", "frame", 0.004, 0.012, "{size:.3f} greener in its greys", "{size:.3f} redder in its greys"
)
EDGE = Trait("edge_width", "frame", log(1.60), log(1.60), "{inverse} as sharp", "{times} as soft", is_ratio=True)
LEVELS = BLACK, MIDDLE, WHITE
COLOURS = SKIN, SCENE, BLUE, RED
DISPLAY_REFERRED = (*LEVELS, SPAN, *COLOURS)


def grain_trait(region: str) -> Trait:
    """Grain of the whole picture, or near one luma: it can be added, not taken away."""
    where = "" if region == "frame" else f" near {region}"
    return Trait(
        "grain_sigma", region, 0.35, 0.0, "{size:.1f} codes short of grain" + where, "{size:.1f} codes grainier" + where
    )


@dataclass(frozen=True, slots=True)
class Agreed:
    """The median of a trait over the ``shots`` shots that show it."""

    trait: Trait
    value: float
    shots: int


@dataclass(frozen=True, slots=True)
class Departure:
    """How far one shot lies from what was agreed; ``apart`` in the trait's terms."""

    trait: Trait
    value: float
    agreed: float
    apart: float

    @property
    def tolerances(self) -> float:
        """The same in tolerances: up to 1 the shots match."""
        return abs(self.apart) / self.trait.tolerance


@dataclass(frozen=True, slots=True)
class Consensus:
    """What shots agree on, in the order of their traits."""

    agreed: tuple[Agreed, ...]

    def of(self, trait: Trait) -> float | None:
        """The scene's value of a trait, None where fewer than two shots show it."""
        return next((each.value for each in self.agreed if each.trait == trait), None)

    def departures(self, report: Report, *, grain_codes8: float = 0.0) -> tuple[Departure, ...]:
        """How far ``report`` lies from the scene in every trait that both show.

        Where skin can be compared it speaks for colour: what else is in the picture is its framing's business.
        ``grain_codes8`` is the level that finishing fills grain up to: up to there no shot differs.
        """
        found = []
        for each in self.agreed:
            value = shown(each.trait, report)
            if value is None:
                continue
            here, there = value, each.value
            if each.trait.name == "grain_sigma":
                here, there = max(here, grain_codes8), max(there, grain_codes8)
            found.append(Departure(each.trait, value, each.value, each.trait.apart(here, there)))
        has_skin = any(each.trait == SKIN for each in found)
        return tuple(each for each in found if not (has_skin and each.trait == SCENE))


def consensus(reports: Sequence[Report], *, is_hdr: bool = False) -> Consensus:
    """The medians of all traits that at least two of ``reports`` show; HDR shots agree on sharpness and grain only."""
    found = []
    for trait in traits(reports, is_hdr=is_hdr):
        values = [value for report in reports if (value := shown(trait, report)) is not None]
        if len(values) > 1:
            found.append(Agreed(trait, median(values), len(values)))
    return Consensus(tuple(found))


def traits(reports: Iterable[Report], *, is_hdr: bool = False) -> tuple[Trait, ...]:
    """All that may be compared; levels and colours of HDR pictures have no tolerances here."""
    regions = {r.region for report in reports for r in report.readings if r.name == "grain_sigma"} - {"frame"}
    by_luma = sorted(regions, key=lambda region: float(region.split()[-1]))
    grains = tuple(grain_trait(region) for region in ("frame", *by_luma))
    return (*(() if is_hdr else DISPLAY_REFERRED), EDGE, *grains)


def shown(trait: Trait, report: Report) -> float | None:
    """What a report shows of a trait: edges in pixels of 1080 lines, of grain what is surely there; None if unknown."""
    if trait == SPAN:
        black, white = shown(BLACK, report), shown(WHITE, report)
        return None if black is None or white is None else white - black
    reading = _known(report, trait.name, trait.region)
    if reading is None or reading.value is None or not _stands(trait, report):
        return None
    if trait == EDGE:
        return reading.value * 1080.0 / lines_of(report.width, report.height)
    if trait.name == "grain_sigma":
        return max(0.0, reading.value if reading.low is None else min(reading.low, reading.value))
    return reading.value


def listed(words: Sequence[str]) -> str:
    """``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _stands(trait: Trait, report: Report) -> bool:
    """Whether the picture holds enough of what the trait is read from."""
    needs = {SKIN: ("skin_share", SKIN_SHARE_MIN), BLUE: ("neutral_share", NEUTRAL_SHARE_MIN)}
    needs[RED] = needs[BLUE]
    if trait not in needs:
        return True
    name, least = needs[trait]
    share = _known(report, name, "frame")
    return share is not None and (share.value or 0.0) >= least


def _known(report: Report, name: str, region: str) -> Reading | None:
    reading = report.reading(name, region)
    return reading if reading and reading.valid else None


def _times(factor: float) -> str:
    for word, about in (("twice", 2.0), ("half", 0.5)):
        if abs(factor / about - 1.0) < 0.05:
            return word
    return f"{factor:.1f} times"
