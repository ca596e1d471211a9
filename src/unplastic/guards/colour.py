"""Colours move only as a grade moves them: all places and all frames alike."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from unplastic.guards.bounds import unchecked
from unplastic.guards.pair import Pair
from unplastic.guards.sight import Sight, reduced
from unplastic.parameter import check, parameter
from unplastic.reading import Guard
from unplastic.vision.plane import as_plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEGREE = 3
NEUTRAL_CODES8 = 128.0
PLACE_CELLS = 6
ALIKE_CODES8 = (16.0, 8.0, 8.0)
FEW = 20
"""Samples of one colour that count as much as the belief that nothing is left."""


@dataclass(frozen=True, slots=True)
class Stray:
    """Chroma, in codes, that no grade of the run explains: rms over all, and of the place where most of it stays."""

    everywhere: float
    somewhere: float


@dataclass(frozen=True)
class Colour:
    """What a function of Y', Cb and Cr, one for all places and frames of a run, does not explain of chroma.

    A grade is such a function. Hues that jitter from frame to frame are not, nor is a stain.
    """

    name: ClassVar[str] = "colour"
    blames: ClassVar[tuple[str, ...]] = ("shape", "texture", "deflicker", "grade")

    stray_max_codes8: float = parameter(1.0, "rms of chroma that no grade explains, 8-bit codes", low=0.0, high=50.0)
    place_max_codes8: float = parameter(
        1.5, "the same of the mean of one place, about 1/15 of the picture's height", low=0.0, high=50.0
    )

    def __post_init__(self) -> None:
        check(self)

    def look(self, sight: Sight) -> Stray:
        """Both figures of one run."""
        before, after = sight.colours
        stray = _stray(before.reshape(-1, 3), after.reshape(-1, 3)[:, 1:]).reshape(*after.shape[:-1], 2)
        stays = stray.mean(axis=0)
        place = [reduced(as_plane(stays[..., i]), PLACE_CELLS) for i in (0, 1)]
        return Stray(float(np.sqrt(np.mean(np.square(stray)))), float(np.hypot(*place).max()))

    def check(self, pair: Pair) -> Guard:
        """From the worst run."""
        seen: list[Stray] = pair.seen(self)
        if not seen:
            return unchecked(self, "no frame could be compared")
        everywhere, somewhere = max(each.everywhere for each in seen), max(each.somewhere for each in seen)
        return Guard(
            self.name,
            everywhere <= self.stray_max_codes8 and somewhere <= self.place_max_codes8,
            f"{everywhere:.2g} codes, {somewhere:.2g} in one place",
            f"{self.stray_max_codes8:g} codes, {self.place_max_codes8:g} in one place",
        )


def _stray(before: NDArray[np.float64], chroma: NDArray[np.float64]) -> NDArray[np.float64]:
    """(samples, 2): Cb and Cr less what the colours ``before`` (samples, 3) explain of them.

    A cubic by least squares; then, for the bends of highlights and knees, the mean of all samples of nearly one colour.
    """
    unit = before / NEUTRAL_CODES8 - 1.0
    powers = [which for degree in range(1, DEGREE + 1) for which in combinations_with_replacement(range(3), degree)]
    terms = np.stack([np.ones(len(unit)), *(np.prod(unit[:, which], axis=1) for which in powers)], axis=1)
    weights, *_ = np.linalg.lstsq(terms.T @ terms + 1e-6 * np.eye(len(terms.T)), terms.T @ chroma, rcond=None)
    left = chroma - terms @ weights
    _, alike = np.unique(np.floor(before / ALIKE_CODES8) @ [65536, 256, 1], return_inverse=True)
    counts = np.bincount(alike) + FEW
    return left - np.stack([(np.bincount(alike, each) / counts)[alike] for each in left.T], axis=1)
