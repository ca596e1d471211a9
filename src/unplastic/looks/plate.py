"""The user's own camera plate as the target: what was measured of it, what of that can be used, and what cannot.

A plate is a clip or a still. Its tone, colour and sharpness are readings like any other's; its grain is a model that
must pass a resynthesis test, and is refused with the reason where it does not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from unplastic.clip import Clip, Picture
from unplastic.errors import ClipUnsupported
from unplastic.looks.resynthesis import Resynthesis, resynthesised
from unplastic.measure.plate import GrainModel, NoGrain, Table, grain_model
from unplastic.reading import Finding, Report
from unplastic.treat.grain import CHROMA_LAG_PX, Grain, lines_of
from unplastic.treat.template import LAGS_MEASURED, interpolated
from unplastic.vision import runs_of

PLASTIC_SCORE = 50.0
"""From here on a plate reads less like a camera's than like a generator's or a drawing."""

SIGMA_MAX_CODES8 = 8.0
BLUE_GAINS = 0.5, 2.0
CHROMA_SIZE_RATIO = 1.5
"""Size of chroma grain in shares of luma's where a plate's chroma is too weak to tell: that of `treat.grain`."""

USED = (
    "black_level",
    "median_level",
    "white_level",
    "scene_chroma",
    "skin_chroma",
    "neutral_cast_cb",
    "neutral_cast_cr",
    "edge_width",
    "edge_overshoot",
)


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate as it was measured.

    ``grain`` is None where it was refused; ``why_no_grain`` then says why, and ``is_clean`` that there simply is none.
    ``test`` is None where it was not reached. ``warnings`` are sentences about the plate as a whole.
    """

    file: str
    lines: float
    report: Report
    grain: GrainModel | None
    why_no_grain: str | None
    is_clean: bool
    test: Resynthesis | None
    warnings: tuple[str, ...]

    def value(self, name: str, region: str = "frame") -> float | None:
        """A reading of the plate that may be trusted."""
        return value_of(self.report, name, region)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What its owner should know, beside the readings."""
        fix = "look at it, or give another: a clip from a camera, little compressed"
        found = [Finding("plate", "warning", "frame", None, text, fix) for text in self.warnings]
        if self.why_no_grain:
            text = f"the plate's grain is not used: {self.why_no_grain}"
            fix = "give a plate with less compression and some flat areas"
            found.append(Finding("plate_grain", "info", "frame", None, text, fix))
        return tuple(found)

    def document(self) -> dict[str, Any]:
        """Plain data for the recipe."""
        readings = {name: value for name in USED if (value := self.value(name, _region(name))) is not None}
        return {
            "file": self.file,
            "width": self.report.width,
            "height": self.report.height,
            "score": self.report.plasticity.score,
            "readings": readings,
            "grain": asdict(self.grain) if self.grain else None,
            "why_no_grain": self.why_no_grain,
            "resynthesis": self.test.document() if self.test else None,
            "warnings": list(self.warnings),
        }


def read_plate(clip: Clip, report: Report, runs: Iterable[Iterable[Picture]]) -> Plate:
    """Judge a plate: ``report`` is its measurement, ``runs`` its pictures as `measure.plan` asks for them.

    Raises `ClipUnsupported` for an HDR plate.
    """
    refuse_hdr(clip)
    lines = lines_of(clip.width, clip.height)
    turns = enumerate(runs)
    model = grain_model(run for turn, pictures in turns for run in runs_of(pictures, clip, turn=turn))
    test = None
    if isinstance(model, GrainModel):
        test = resynthesised(model, Grain(**grain_values(model, lines)), clip)
    passed = isinstance(model, GrainModel) and test is not None and test.why_not is None
    why = model.why if isinstance(model, NoGrain) else test.why_not if test else None
    return Plate(
        file=clip.path.name,
        lines=lines,
        report=report,
        grain=model if passed and isinstance(model, GrainModel) else None,
        why_no_grain=why,
        is_clean=isinstance(model, NoGrain) and model.is_clean,
        test=test,
        warnings=_warnings(clip, report),
    )


def refuse_hdr(clip: Clip) -> None:
    """Raise `ClipUnsupported` for a plate whose levels mean something else than a display's."""
    if clip.color.is_hdr:
        raise ClipUnsupported(
            f"{clip.path}: the plate is HDR, and its levels cannot be matched with display-referred ones",
            "give the same shot as an SDR (BT.709) export",
        )


def grain_values(model: GrainModel, lines: float, *, codes8: float = 219.0) -> dict[str, Any]:
    """Parameters of `treat.grain.Grain` for a model; ``codes8`` are the clip's 8-bit codes from black to white."""
    peak = model.peak_codes8
    red, blue = model.cr_share, model.cb_share
    return {
        "sigma_codes8": round(min(peak * codes8 / 219.0, SIGMA_MAX_CODES8), 3),
        "level_curve": tuple((luma, round(level / peak, 4)) for luma, level in model.levels),
        "correlation": model.correlation,
        "chroma_correlation": model.chroma_correlation or _coarser(model.correlation),
        "chroma_share": round(min(red, 1.0), 3),
        "blue_gain": round(min(max(blue / red if red else 1.0, BLUE_GAINS[0]), BLUE_GAINS[1]), 3),
        "measured_lines": round(lines, 1),
    }


def _coarser(correlation: Table) -> Table:
    """Autocorrelation at lags of two luma pixels of grain `CHROMA_SIZE_RATIO` times as coarse as luma's."""
    lags = np.moveaxis(np.indices((LAGS_MEASURED, LAGS_MEASURED)), 0, -1)
    step = CHROMA_LAG_PX / CHROMA_SIZE_RATIO
    table = interpolated(np.array(correlation), lags, (step, step))
    return tuple(tuple(round(float(value), 4) for value in row) for row in table)


def value_of(report: Report, name: str, region: str = "frame") -> float | None:
    """A reading's value, None unless it may be trusted."""
    reading = report.reading(name, region)
    return reading.value if reading and reading.valid else None


def _region(name: str) -> str:
    return "skin" if name.startswith("skin") else "frame"


def _warnings(clip: Clip, report: Report) -> tuple[str, ...]:
    found = []
    score = report.plasticity.score
    if score is not None and score >= PLASTIC_SCORE:
        found.append(
            f"{clip.path.name} reads like generated or drawn pictures itself ({score:.0f} of 100): is it a camera's?"
        )
    if clip.frames == 1:
        found.append(f"{clip.path.name} is a still: whether its grain is new in every frame cannot be seen")
    return tuple(found)
