"""Grain as it was measured on a plate: its level over luma and its autocorrelation, as plain tuples in a recipe."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from unplastic.errors import RecipeError
from unplastic.treat.template import LAGS_MEASURED

if TYPE_CHECKING:
    from numpy.typing import NDArray

Knots = tuple[tuple[float, float], ...]
"""(luma, share of the peak level) pairs, luma rising; empty for the closed form."""

Lags = tuple[tuple[float, ...], ...]
"""Autocorrelation at 0..6 lags down (rows) and across (columns), 1 at lag 0; empty for a Gaussian."""

KNOTS_MAX = 14
"""As many as AV1 grants a grain table (specification 6.8.20)."""


def knots_of(values: Any) -> Knots:
    """Checked knots, from the lists of a TOML or JSON file or from tuples. Raises `RecipeError`."""
    try:
        knots = tuple((float(luma), float(share)) for luma, share in values)
    except (TypeError, ValueError) as trouble:
        raise _wrong("level_curve", "is not a list of pairs", "as in [[0.1, 0.6], [0.4, 1.0]]") from trouble
    lumas = [luma for luma, _ in knots]
    if len(knots) > KNOTS_MAX:
        raise _wrong("level_curve", f"has {len(knots)} knots", f"keep at most {KNOTS_MAX}")
    if any(b <= a for a, b in pairwise(lumas)):
        raise _wrong("level_curve", "does not rise in luma", "sort the knots by luma, each luma once")
    if not all(0.0 <= luma <= 1.0 and 0.0 <= share <= 1.0 for luma, share in knots):
        raise _wrong("level_curve", "leaves [0, 1]", "luma is nominal 0..1, the level a share 0..1 of sigma_codes8")
    return knots


def lags_of(values: Any, name: str) -> Lags:
    """A checked autocorrelation, from lists or tuples. Raises `RecipeError`."""
    try:
        lags = tuple(tuple(float(value) for value in row) for row in values)
    except (TypeError, ValueError) as trouble:
        raise _wrong(name, "is not a table of numbers", "give 7 rows of 7 numbers") from trouble
    if lags and (len(lags) != LAGS_MEASURED or any(len(row) != LAGS_MEASURED for row in lags)):
        raise _wrong(name, "is not 7 x 7", "give lags 0..6 down (rows) and 0..6 across (columns)")
    if lags and (lags[0][0] != 1.0 or not all(abs(value) <= 1.0 for row in lags for value in row)):
        raise _wrong(name, "is no autocorrelation", "it is 1 at lag 0 and nowhere beyond -1 and 1")
    return lags


def hinges(knots: Knots) -> NDArray[np.float32]:
    """The kernel's curve: the share at black, the lumas, and how much the slope changes at each of them.

    Straight between the knots, level beyond the first and the last.
    """
    luma, share = np.array(knots).T
    slopes = np.concatenate([[0.0], np.diff(share) / np.diff(luma), [0.0]])
    return np.concatenate([share[:1], luma, np.diff(slopes)]).astype(np.float32)


def _wrong(name: str, what: str, hint: str) -> RecipeError:
    return RecipeError(f"grain.{name} {what}", hint)
