"""The delivery check of any file: what is in its flat areas, with the grain of its headers and without.

Without the pictures that went in, only grain of headers is known exactly. Of baked grain there is what the flat areas
show: its level, and whether it is new in every picture (measure A3).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from unplastic.clip import Clip, Picture
from unplastic.deliver.advice import unaided
from unplastic.deliver.check import (
    AV1,
    FROZEN_FROM,
    LEVEL_WITHIN,
    STILL_MAX,
    VISIBLE_CODES8,
    GrainCheck,
    level_at_luma,
    new_level,
    stillness,
    without_gaps,
)
from unplastic.deliver.compared import check_beside
from unplastic.deliver.samples import Samples, usual_hold
from unplastic.errors import ClipUnsupported
from unplastic.measure import plan
from unplastic.measure.grain import Grain
from unplastic.media import pictures, probe
from unplastic.media.grained import asked_grain
from unplastic.reading import Reading
from unplastic.vision import runs_of

REPORT = "delivery.json"
CHECKED = ("master", "web", "web_av1")
"""The files of a shot that are to show its grain as it was asked for, by their roles."""

WEAK_BELOW = 0.6
"""Share of the asked level below which grain is called weakened."""


def check_file(path: Path, *, against: Path | None = None) -> GrainCheck:
    """Check a file. ``against`` is the master whose grain it should show; else the delivery that it is part of says.

    Raises a `ClipError` for a file that cannot be read.
    """
    clip = probe(path)
    table = _table(clip)
    if table:
        return table
    if against:
        return check_beside(clip, probe(against), path.name)
    readings = _measured(clip)
    asked = _promised(path)
    decoded, fresh = _level(readings), _value(readings, "grain_freshness")
    still = None if fresh is None else float(np.clip(1.0 - fresh**2, 0.0, 1.0))
    if asked == 0.0:
        return GrainCheck(path.name, "baked", "none asked", asked, decoded, still, None, None)
    energy = (decoded / asked) ** 2 if decoded is not None and asked else None
    verdict = _verdict(asked, decoded, still)
    advice = unaided(clip.codec, verdict)
    if decoded is None:
        why = next((r.why_not for r in readings if r.name == "grain_sigma" and r.region == "frame"), "no picture")
        advice = f"{why}: give the master that it was made from with --against"
    return GrainCheck(path.name, "baked", verdict, asked, decoded, still, energy, None, advice=advice)


def _table(clip: Clip) -> GrainCheck | None:
    """Grain of headers; None where there is none."""
    if clip.codec not in AV1:
        return None
    try:
        asked = asked_grain(clip.path)
    except ClipUnsupported:
        return None
    grain = asked.any
    if grain is None:
        return None
    samples = Samples.of(clip)
    on, off = samples.decoded(clip), samples.decoded(clip, film_grain=False)
    added = [np.stack([on[i] - off[i] for i in run]) for run in samples.runs]
    wanted = level_at_luma(grain, off)
    level, still = new_level(added), stillness(added)
    verdict = (
        "alive" if abs(level - wanted) <= LEVEL_WITHIN * wanted else "weakened" if level < wanted else "too strong"
    )
    if level < VISIBLE_CODES8:
        verdict = "vanished"
    elif still >= FROZEN_FROM:
        verdict = "frozen"
    elif still > STILL_MAX:
        verdict = "freezing"
    advice = "" if asked.seeds > 1 or clip.frames == 1 else "every picture has the same seed: give each one of its own"
    energy = (level / wanted) ** 2 if wanted else None
    found = GrainCheck(clip.path.name, "table", verdict, wanted, level, still, energy, None, asked.seeds, advice)
    return without_gaps(found, asked)


def _verdict(asked: float | None, decoded: float | None, still: float | None) -> str:
    if decoded is None:
        return "not measurable"
    if still is not None and still >= FROZEN_FROM:
        return "frozen"
    if decoded < VISIBLE_CODES8 or (asked and decoded < WEAK_BELOW / 2 * asked):
        return "vanished" if asked else "none"
    if still is not None and still > STILL_MAX:
        return "freezing"
    return "weakened" if asked and decoded < WEAK_BELOW * asked else "alive"


def _measured(clip: Clip) -> tuple[Reading, ...]:
    measure = Grain()
    found: list[Any] = []
    for turn, run in enumerate(plan(clip)):
        for each in runs_of(_run(clip, run), clip, turn=turn):
            found.append(measure.observe(each))
    return measure.conclude(found, clip).readings if found else ()


def _run(clip: Clip, run: range) -> Iterator[Picture]:
    """Pictures of a run in each of which grain is another."""
    hold = usual_hold(clip)
    decoded = pictures(clip, start=run.start, count=len(run))
    return (picture for picture in decoded if (picture.index - run.start) % hold == 0)


def _value(readings: tuple[Reading, ...], name: str) -> float | None:
    return next((r.value for r in readings if r.name == name and r.region == "frame" and r.valid), None)


def _level(readings: tuple[Reading, ...]) -> float | None:
    return _value(readings, "grain_sigma")


def _promised(path: Path) -> float | None:
    """The level that the delivery which holds this file asked of it: none of its clean plate."""
    for folder in list(path.resolve().parents)[:3]:
        report = folder / REPORT
        if report.is_file():
            try:
                shots = json.loads(report.read_text(encoding="utf-8"))["shots"]
                return _asked(shots, path.resolve().relative_to(folder).as_posix(), path.name)
            except (KeyError, TypeError, ValueError):
                return None
    return None


def _asked(shots: list[dict[str, Any]], place: str, name: str) -> float | None:
    for shot in shots:
        role = next((role for role, file in shot["files"].items() if file == place), "")
        if role == "clean":
            return 0.0
        if role in CHECKED:
            return next((each["asked_codes8"] for each in shot["checks"] if each["file"] == name), None)
    return None
