"""Guards: each promise holds, breaks, or says why it could not be checked."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from stand_in import CLIP

from unplastic.clip import Clip
from unplastic.looks.guards import check_guards
from unplastic.reading import Guard, Plasticity, Reading, Report


def report(**values: float | None) -> Report:
    readings = tuple(
        Reading(name, "frame", value, "") if value is not None else Reading.missing(name, "frame", "", "too dark")
        for name, value in values.items()
    )
    return Report("shot.mp4", 1280, 720, 24.0, 48, 0.1, Plasticity(None, None, None, 0.0, None), readings, ())


def guard(name: str, before: Report, after: Report, master: Clip = CLIP) -> Guard:
    return next(g for g in check_guards(before, after, CLIP, master, [0.99]) if g.name == name)


@pytest.mark.parametrize(
    ("name", "reading", "before", "kept", "broken"),
    [
        ("halo", "edge_overshoot", 12.0, 6.0, 14.0),
        ("focus", "edge_width", 1.5, 2.0, 2.2),
        ("banding", "banding", 0.4, 0.4, 0.5),
        ("white clipping", "clipped_high", 0.01, 0.011, 0.02),
        ("black clipping", "clipped_low", 0.0, 0.001, 0.01),
        ("flicker", "global_flicker", 0.2, 0.3, 0.6),
        ("grain budget", "grain_sigma", 0.3, 2.4, 3.4),
    ],
)
def test_a_promise_holds_breaks_or_is_not_checked(
    name: str, reading: str, before: float, kept: float, broken: float
) -> None:
    assert guard(name, report(**{reading: before}), report(**{reading: kept})).ok is True
    assert guard(name, report(**{reading: before}), report(**{reading: broken})).ok is False
    unchecked = guard(name, report(**{reading: before}), report(**{reading: None}))
    assert unchecked.ok is None
    assert unchecked.value == "too dark"


def test_heavy_grain_of_the_source_is_not_held_against_the_finish() -> None:
    assert guard("grain budget", report(grain_sigma=4.0), report(grain_sigma=3.9)).ok is True


@pytest.mark.parametrize(
    ("name", "master"),
    [
        ("frames", replace(CLIP, frames=47)),
        ("time", replace(CLIP, start_pts=512)),
        ("time", replace(CLIP, duration_s=Fraction(49, 24))),
        ("sound", replace(CLIP, sound=())),
        ("sound offset", replace(CLIP, sound=(replace(CLIP.sound[0], start_s=Fraction(1, 10)),))),
    ],
)
def test_a_changed_file_is_seen(name: str, master: Clip) -> None:
    assert guard(name, report(), report()).ok is True
    assert guard(name, report(), report(), master).ok is False


def test_changed_structure_is_seen() -> None:
    assert check_guards(report(), report(), CLIP, CLIP, [0.999, 0.9])[4].ok is False


def test_an_uncertain_reading_does_not_break_a_guard() -> None:
    before = report(edge_width=4.0)
    wide = replace(report(), readings=(Reading("edge_width", "frame", 6.0, "px", 5.2, 6.8),))
    sure = replace(report(), readings=(Reading("edge_width", "frame", 6.0, "px", 5.8, 6.2),))
    assert guard("focus", before, wide).ok is True
    assert guard("focus", before, sure).ok is False
