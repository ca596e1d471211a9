"""Guards of the grain that was added: fresh, fine, of film, in colour; and blind to what people wear on their skin."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made import GRAIN, MadeGrain, looked

from unplastic.guards import Declared, Guardrail
from unplastic.guards.grain_colour import GrainColour
from unplastic.guards.grain_curve import GrainCurve
from unplastic.guards.grain_freshness import GrainFreshness
from unplastic.guards.grain_size import GrainSize

GUARDS = [GrainColour(), GrainCurve(), GrainFreshness(), GrainSize()]


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_grain_of_film_is_kept(guard: Guardrail) -> None:
    kept = looked(guard, MadeGrain())
    assert kept.ok is True, kept


@pytest.mark.parametrize(
    ("guard", "grain"),
    [
        (GrainFreshness(), MadeGrain(held="screen")),
        (GrainFreshness(), MadeGrain(held="picture")),
        (GrainSize(), MadeGrain(size_px=1.6)),
        (GrainCurve(), MadeGrain(flat=True)),
        (GrainColour(), MadeGrain(chroma=0.0)),
        (GrainColour(), MadeGrain(chroma=1.6)),
    ],
    ids=["on the screen", "on the picture", "blotches", "video noise", "grey", "confetti"],
)
def test_other_grain_is_seen(guard: Guardrail, grain: MadeGrain) -> None:
    bad = looked(guard, grain)
    assert bad.ok is False, bad


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_without_grain_there_is_nothing_to_check(guard: Guardrail) -> None:
    assert looked(guard, MadeGrain(), Declared()).value == "no grain is declared"
    assert looked(guard, MadeGrain(sigma=0.05)).ok is None


def test_what_is_declared_is_not_held_against_it() -> None:
    assert looked(GrainCurve(), MadeGrain(flat=True), replace(GRAIN, grain_is_film=False)).ok is None
    assert looked(GrainColour(), MadeGrain(chroma=0.0), replace(GRAIN, grain_has_colour=False)).ok is None


def test_the_size_is_the_radius_at_half_height() -> None:
    """White noise through a Gaussian of s has the autocorrelation exp(-d^2 / 4 s^2): one half at 1.665 s."""
    said = looked(GrainSize(), MadeGrain(size_px=1.0)).value
    assert float(str(said).split()[0]) == pytest.approx(1.665, rel=0.08)


def test_the_share_that_does_not_follow_film_is_known() -> None:
    assert float(str(looked(GrainCurve(), MadeGrain(sigma=3.0)).value)) == pytest.approx(0.25, abs=0.12)
