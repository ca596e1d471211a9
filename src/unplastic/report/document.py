"""Reports as plain data: strict JSON in the shapes that others rely on (no NaN, paths as text, meaningful digits)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from math import isfinite
from numbers import Integral
from pathlib import PurePath
from typing import Any

import unplastic
from unplastic.finished import Finished
from unplastic.reading import Finding, Plasticity, Reading, Report

DIGITS = 5


def measured(reports: Sequence[Report], scene: dict[str, Any] | None = None) -> dict[str, Any]:
    """What ``unplastic measure --json`` prints; ``scene`` is the document of its light, where the clips are one."""
    clips = {"unplastic": unplastic.__version__, "clips": [clip(report) for report in reports]}
    return clips if scene is None else clips | {"scene": _plain(scene)}


def compared(a: Report, b: Report) -> dict[str, Any]:
    """What ``unplastic compare --json`` prints: both clips, and every reading that both have."""
    changes = [
        {"name": r.name, "region": r.region, "unit": r.unit, "a": _plain(r.value), "b": _plain(other.value)}
        for r in a.readings
        if (other := b.reading(r.name, r.region)) and r.valid and other.valid
    ]
    return {"unplastic": unplastic.__version__, "a": clip(a), "b": clip(b), "changes": changes}


def finished(results: Sequence[Finished]) -> dict[str, Any]:
    """What ``unplastic finish --json`` prints."""
    return {"unplastic": unplastic.__version__, "clips": [_finished(result) for result in results]}


def clip(report: Report) -> dict[str, Any]:
    """One measured clip."""
    return _plain(
        {
            "file": report.file,
            "width": report.width,
            "height": report.height,
            "fps": report.fps,
            "frames": report.frames,
            "bits_per_pixel": report.bits_per_pixel,
            "plasticity": asdict(report.plasticity),
            "readings": [asdict(reading) for reading in report.readings],
            "findings": [asdict(finding) for finding in report.findings],
            "curves": [asdict(curve) for curve in report.curves],
            "places": [asdict(place) for place in report.places],
        }
    )


def read_clip(row: dict[str, Any]) -> Report:
    """The report that `clip` wrote: its readings, findings and plasticity."""
    shown = ("file", "width", "height", "fps", "frames", "bits_per_pixel")
    return Report(
        **{name: row[name] for name in shown},
        plasticity=Plasticity(**row["plasticity"]),
        readings=tuple(Reading(**each) for each in row["readings"]),
        findings=tuple(Finding(**each) for each in row["findings"]),
    )


def _finished(result: Finished) -> dict[str, Any]:
    return _plain(
        {
            "file": result.file,
            "outputs": {role: str(path) for role, path in result.outputs.items()},
            "before": clip(result.before),
            "after": clip(result.after),
            "recipe": result.recipe,
            "guards": [asdict(guard) for guard in result.guards],
            "seconds": result.seconds,
            "frames": result.frames,
            "findings": [asdict(finding) for finding in result.findings],
            "notes": list(result.notes),
        }
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, Integral):
        return int(value)
    number = float(value)
    return float(f"{number:.{DIGITS}g}") if isfinite(number) else None
