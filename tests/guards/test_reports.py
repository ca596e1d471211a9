"""Guards of readings: each promise holds, breaks, or says why it could not be checked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made import CLIP, GRAIN, report

from unplastic.guards import Declared, Pair, check_guards
from unplastic.reading import Guard, Reading, Report


def guard(name: str, before: Report, after: Report, declared: Declared = GRAIN) -> Guard:
    return next(g for g in check_guards(Pair(before, after, CLIP, None, declared)) if g.name == name)


@pytest.mark.parametrize(
    ("name", "reading", "before", "kept", "broken"),
    [
        ("halo", "edge_overshoot", 12.0, 6.0, 14.0),
        ("halo", "edge_overshoot", 0.5, 4.9, 5.2),
        ("focus", "edge_width", 1.5, 2.0, 2.2),
        ("sharpening", "edge_width", 2.0, 1.8, 1.5),
        ("banding", "banding", 0.4, 0.48, 0.6),
        ("white clipping", "clipped_high", 0.01, 0.011, 0.02),
        ("black clipping", "clipped_low", 0.0, 0.001, 0.01),
        ("flicker", "global_flicker", 0.2, 0.3, 0.6),
        ("local flicker", "local_flicker", 0.2, 0.3, 0.4),
        ("grain budget", "grain_sigma", 0.3, 2.4, 3.4),
        ("grain budget", "grain_sigma", 4.0, 3.9, 4.1),
    ],
)
def test_a_promise_holds_breaks_or_is_not_checked(
    name: str, reading: str, before: float, kept: float, broken: float
) -> None:
    assert guard(name, report(**{reading: before}), report(**{reading: kept})).ok is True
    assert guard(name, report(**{reading: before}), report(**{reading: broken})).ok is False
    unchecked = guard(name, report(**{reading: before}), report(**{reading: None}))
    assert (unchecked.ok, unchecked.value, unchecked.limit) == (None, "too dark", "not checked")
    assert guard(name, report(), report()).value == "not measured"


def test_noise_that_nobody_declared_breaks_the_budget() -> None:
    before, after = report(grain_sigma=0.3), report(grain_sigma=1.2)
    assert guard("grain budget", before, after, Declared()).ok is False
    assert guard("grain budget", before, after, GRAIN).ok is True


def test_an_upscaler_may_draw_steeper_edges() -> None:
    before, after = report(edge_width=3.0), report(edge_width=1.5)
    assert guard("sharpening", before, after, replace(GRAIN, is_redrawn=True)).ok is None


@pytest.mark.parametrize(
    ("name", "before", "value", "wide", "sure"),
    [("focus", 4.0, 6.0, (5.2, 6.8), (5.8, 6.2)), ("sharpening", 4.0, 3.0, (2.0, 3.6), (2.9, 3.1))],
)
def test_an_uncertain_reading_does_not_break_a_guard(
    name: str, before: float, value: float, wide: tuple[float, float], sure: tuple[float, float]
) -> None:
    def after(interval: tuple[float, float]) -> Report:
        return report(edge_width=Reading("edge_width", "frame", value, "px", *interval))

    assert guard(name, report(edge_width=before), after(wide)).ok is True
    assert guard(name, report(edge_width=before), after(sure)).ok is False
