"""The picture without its grade, for whoever puts the grade on elsewhere: all of a recipe's steps but that one.

Grain stays last. It is sized for what comes after it: a grade with slope T' at luma y makes grain T' times as strong,
so the ungraded picture gets the level that was asked for at T(y), over T'(y).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from unplastic.clip import Clip
from unplastic.color import assumed_matrix
from unplastic.treat.grade import Grade
from unplastic.treat.grain import Grain, level_codes8
from unplastic.treat.measured import KNOTS_MAX

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from unplastic.looks import Recipe

    Levels = NDArray[np.float64]

GRID = 257
CLOSE = 0.004
STEP = 1e-3
SLOPE_MIN = 0.25
"""Where a grade is flatter than that (its shoulder), grain is made four times as strong, and no stronger."""

SIGMA_MAX = 8.0


def graded_by(recipe: Recipe) -> Grade | None:
    """The grade that a recipe puts on; None where it changes no colour."""
    return next((each for each in recipe.treatments if isinstance(each, Grade) and not each.is_noop), None)


def ungraded(recipe: Recipe, clip: Clip) -> tuple[Any, ...]:
    """A recipe's treatments without the grade, for pictures of ``clip``."""
    grade = graded_by(recipe)
    if grade is None:
        return tuple(recipe.treatments)
    matrix = assumed_matrix(clip.color.matrix, clip.width, clip.height)
    kept = [each for each in recipe.treatments if not isinstance(each, Grade)]
    full = clip.color.is_full_range
    return tuple(
        before(each, grade, matrix, is_full_range=full) if isinstance(each, Grain) and not each.is_noop else each
        for each in kept
    )


def before(grain: Grain, grade: Grade, matrix: int, *, is_full_range: bool) -> Grain:
    """The grain that becomes ``grain`` when ``grade`` is put on, to first order, along the greys."""
    luma = np.linspace(0.0, 1.0, GRID)
    graded, slope, gain = _along_greys(grade, luma, matrix)
    wanted = level_codes8(grain, graded, is_full_range=is_full_range)
    level = wanted / np.maximum(slope, SLOPE_MIN)
    sigma = float(min(SIGMA_MAX, max(level.max(), 1e-6)))
    shares = np.clip(level / sigma, 0.0, 1.0)
    chroma = float((wanted * level / np.maximum(gain, SLOPE_MIN)).sum() / max(np.square(level).sum(), 1e-9))
    return replace(
        grain, strength=1.0, sigma_codes8=sigma, chroma_share=min(1.0, grain.chroma_share * chroma),
        level_curve=tuple((float(luma[i]), float(shares[i])) for i in _knots(shares)),
    )  # fmt: skip


def _knots(shares: Levels) -> list[int]:
    """Where to bend straight lines that follow a curve: always where they are furthest off."""
    places = np.arange(len(shares))
    chosen = [0, len(shares) - 1]
    while len(chosen) < KNOTS_MAX:
        off = np.abs(np.interp(places, chosen, shares[chosen]) - shares)
        if off.max() < CLOSE:
            break
        chosen = sorted({*chosen, int(off.argmax())})
    return chosen


def _along_greys(grade: Grade, luma: Levels, matrix: int) -> tuple[Levels, Levels, Levels]:
    """(T, T', gain of small colour differences) at each luma."""
    exact = grade.exact(matrix)
    grey = np.stack([luma, np.zeros_like(luma), np.zeros_like(luma)], axis=-1)
    steps = np.eye(3) * STEP
    up, down = (exact(grey + sign * steps[0]) for sign in (1.0, -1.0))
    gains = [(exact(grey + steps[i]) - exact(grey - steps[i]))[..., i] / (2.0 * STEP) for i in (1, 2)]
    return exact(grey)[..., 0], (up - down)[..., 0] / (2.0 * STEP), np.mean(gains, axis=0)
