"""A better score was not bought with grain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from unplastic.guards.bounds import said, unchecked
from unplastic.guards.pair import Pair
from unplastic.measure.score import plasticity
from unplastic.parameter import check, parameter
from unplastic.reading import Guard, Reading, Report

GRAIN = ("fresh_grain", "grain_sigma")
"""Readings that new noise alone moves."""

SURFACE: Mapping[str, int] = {"locked_texture": +1, "texture_to_edge": +1, "edge_overshoot": -1}
"""Readings that it does not, and the direction that is better."""


@dataclass(frozen=True)
class LockedTexture:
    """Share of the gain in score that the readings of grain alone would have brought (proving D6).

    Grain may buy a quarter. It may buy more where texture that stays on its surface, its ratio to edges, or halos
    became better as well, by more than their 90 % interval: then there is something under the grain.
    """

    name: ClassVar[str] = "locked texture"
    blames: ClassVar[tuple[str, ...]] = ()  # the claim is wrong then, not the grain: the look asked for it

    share_max: float = parameter(0.25, "share of the gain that grain may bring alone", low=0.0, high=1.0)
    gain_min_points: float = parameter(
        5.0, "gain in score below which there is nothing to explain", low=0.0, high=100.0
    )

    def __post_init__(self) -> None:
        check(self)

    def check(self, pair: Pair) -> Guard:
        """From the reports."""
        was, now = pair.before.plasticity.score, pair.after.plasticity.score
        if was is None or now is None:
            return unchecked(self, "the clip has no score")
        limit = said(self.share_max)
        gain = was - now
        if gain < self.gain_min_points:
            return Guard(self.name, True, f"the score fell by {max(gain, 0.0):.1f} only", limit)
        with_grain = plasticity(_with_grain(pair.before, pair.after), pair.source).score
        share = 0.0 if with_grain is None else max(was - with_grain, 0.0) / gain
        better = [name for name, sign in SURFACE.items() if _is_better(pair, name, sign)]
        value = f"{share:.2f}" + (f", with better {', '.join(better)}" if better else "")
        return Guard(self.name, share <= self.share_max or bool(better), value, limit)


def _with_grain(before: Report, after: Report) -> tuple[Reading, ...]:
    """The readings before, with those of grain as they are after."""
    grain = {(r.name, r.region): r for r in after.readings if r.name in GRAIN}
    return tuple(grain.get((r.name, r.region), r) for r in before.readings)


def _is_better(pair: Pair, name: str, sign: int) -> bool:
    was, now = (report.reading(name) for report in (pair.before, pair.after))
    if was is None or now is None or was.value is None or now.value is None or not (was.valid and now.valid):
        return False
    surely = now.low if sign > 0 else now.high
    return sign * ((now.value if surely is None else surely) - was.value) > 0.0
