"""What is believed of a model on a surface, after some takes: a normal on its score, a beta on its acceptance.

The score is plasticity after finishing, 0 to 100, less is better. A model's surfaces share a parent: theta of a context
is the model's own level plus what the context adds, both normal, so that takes of skin say a little about hair (partial
pooling; Gelman and Hill, 2007, chapter 12). Everything is in closed form.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from unplastic.routing.evidence import Take
from unplastic.routing.model import ModelCard

LEVEL, LEVEL_SD = 50.0, 8.0
"""Of a model of which nothing is known: judgement, to be healed by takes."""
CONTEXT_SD = 6.0
TAKE_SD = 12.0
"""Of one take about its model's mean: judgement; prompts differ more than models do."""
OLD_WEIGHT, VERSION_SD = 0.5, 5.0
ACCEPTED, REJECTED = 2.0, 2.0
CUSUM_SLACK, CUSUM_ALARM = 0.5, 5.0
"""At 4 a steady model would be called changed every 170 takes, at 5 every 470 (Montgomery, 2019, table 9.3)."""
Context = tuple[str, str]
"""(surface, shot size); the size is empty where it is not known."""


@dataclass(frozen=True, slots=True)
class Belief:
    """Of one model in one context: the mean score and its standard deviation, of how many takes; acceptance as a beta.

    ``takes`` are those of this context, ``all_takes`` the model's.
    """

    mean: float
    sd: float
    takes: int
    all_takes: int
    accepted: float
    rejected: float

    @property
    def acceptance(self) -> float:
        """The expected share of takes that a person accepts, 0 to 1."""
        return self.accepted / (self.accepted + self.rejected)


def believe(card: ModelCard, context: Context, takes: Iterable[Take]) -> Belief:
    """What is believed of ``card`` in ``context`` after ``takes`` (of any model: others' are left out)."""
    mine = [take for take in takes if take.model == card.key]
    groups: dict[Context, list[Take]] = {}
    for take in mine:
        groups.setdefault((take.surface, take.shot_size), []).append(take)
    widened = VERSION_SD**2 if any(take.version != card.version for take in mine) else 0.0
    level, level_variance = _level(card, groups)
    level_variance += widened
    precision, mean = _weighed(card, groups.get(context, []))
    inner = 1 / CONTEXT_SD**2
    expected = level + _lean(card, context[0])
    total = inner + precision
    value = (inner * expected + precision * mean) / total
    variance = 1 / total + (inner / total) ** 2 * level_variance
    verdicts = [take for take in mine if take.surface == context[0] and take.accepted is not None]
    yes = sum(bool(take.accepted) for take in verdicts)
    return Belief(
        value, math.sqrt(variance), len(groups.get(context, [])), len(mine), ACCEPTED + yes,
        REJECTED + len(verdicts) - yes,
    )  # fmt: skip


def drift(card: ModelCard, takes: Iterable[Take]) -> float:
    """The largest CUSUM of a model's takes in their order, in standard deviations; from 5 on the model has changed.

    Page (1954), two-sided, slack 0.5. Each take is compared with what the takes before it made believe.
    """
    seen: list[Take] = []
    up = down = worst = 0.0
    for take in (each for each in takes if each.model == card.key and each.score is not None):
        before = believe(card, (take.surface, take.shot_size), seen)
        step = (take.score - before.mean) / math.hypot(before.sd, TAKE_SD) if take.score is not None else 0.0
        up, down = max(0.0, up + step - CUSUM_SLACK), max(0.0, down - step - CUSUM_SLACK)
        worst = max(worst, up, down)
        seen.append(take)
    return worst


def _level(card: ModelCard, groups: dict[Context, list[Take]]) -> tuple[float, float]:
    """The model's own level: each context with takes is one look at it, less what the context is said to add."""
    precision, total = 1 / LEVEL_SD**2, LEVEL / LEVEL_SD**2
    for context, takes in groups.items():
        inner, mean = _weighed(card, takes)
        if inner:
            weight = 1 / (CONTEXT_SD**2 + 1 / inner)
            precision += weight
            total += weight * (mean - _lean(card, context[0]))
    return total / precision, 1 / precision


def _weighed(card: ModelCard, takes: Iterable[Take]) -> tuple[float, float]:
    """(precision, mean) of takes, each by its coverage; those of an older version count half."""
    precision = total = 0.0
    for take in takes:
        if take.score is None or take.coverage <= 0:
            continue
        weight = take.coverage / TAKE_SD**2 * (1.0 if take.version == card.version else OLD_WEIGHT)
        precision += weight
        total += weight * take.score
    return precision, total / precision if precision else 0.0


def _lean(card: ModelCard, surface: str) -> float:
    """A leaning as an expected shift: the prior of a context, shrunk by how little it weighs."""
    leaning = card.leaning(surface)
    if leaning is None:
        return 0.0
    weight = leaning.pseudo / TAKE_SD**2
    return leaning.points * weight / (weight + 1 / CONTEXT_SD**2)
