"""Where each target sample lies among the source samples, and the weights of its neighbours: one axis at a time.

Lanczos with three lobes (Duchon 1979; Turkowski 1990), computed in float64 and normalised; the kernel is widened when a
picture is made smaller, so that what the smaller one cannot hold is filtered out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LOBES = 3
PERIOD_MAX = 16
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """One axis of a plane: ``starts[i]`` is the first source sample of target sample i, ``weights`` (taps, size).

    ``starts`` may be negative and may run past the end: the end samples are repeated there.
    """

    starts: NDArray[np.int64]
    weights: NDArray[np.float32]

    @property
    def period(self) -> tuple[int, int]:
        """(target samples, source samples) after which the weights come again; (0, 1) if not within `PERIOD_MAX`."""
        for count in range(1, min(PERIOD_MAX, self.starts.size - 1) + 1):
            steps = np.unique(self.starts[count:] - self.starts[:-count])
            if steps.size == 1 and np.allclose(
                self.weights[:, count:], self.weights[:, :-count], rtol=0, atol=ROUNDING
            ):
                return count, int(steps[0])
        return 0, 1

    @property
    def taps(self) -> int:
        """Source samples per target sample."""
        return self.weights.shape[0]


def axis(source: int, target: int, *, plane: int, steps: int = 1, is_left_sited: bool = False) -> Axis:
    """The table of a plane that has one sample per ``steps`` luma samples, for ``source`` luma samples made ``target``.

    ``plane`` is the number of samples of the target plane. Luma sample i covers [i, i + 1); a chroma sample lies on
    the first of its luma samples if ``is_left_sited``, else in their middle (H.273 chroma location type 0 is the one
    across and the other down).
    """
    return table(places(source, target, plane=plane, steps=steps, is_left_sited=is_left_sited), source / target)


def chroma_on_luma(luma: int, *, steps: int, is_left_sited: bool) -> Axis:
    """The table that brings a chroma plane onto the ``luma`` samples of the same picture."""
    site = 0.0 if is_left_sited else (steps - 1) / 2
    return table((np.arange(luma) - site) / steps, 1.0)


def table(positions: NDArray[np.float64], shrinks: float) -> Axis:
    """The table of target samples at ``positions``; ``shrinks`` is how many source samples each stands for."""
    wider = max(1.0, shrinks)
    half = int(np.ceil(LOBES * wider))
    starts = np.floor(positions).astype(np.int64) - half + 1
    distances = (starts + np.arange(2 * half)[:, None] - positions) / wider
    weights = np.sinc(distances) * np.sinc(distances / LOBES) * (np.abs(distances) < LOBES)
    return Axis(starts, _rounded(weights / weights.sum(axis=0)))


def places(source: int, target: int, *, plane: int, steps: int = 1, is_left_sited: bool = False) -> NDArray[np.float64]:
    """The position of every target sample, in source samples of the same plane."""
    site = 0.0 if is_left_sited else (steps - 1) / 2
    luma = (steps * np.arange(plane) + site + 0.5) * (source / target) - 0.5
    return (luma - site) / steps


def _rounded(weights: NDArray[np.float64]) -> NDArray[np.float32]:
    """To float32, what rounding took given to the heaviest, so that a flat plane stays flat."""
    small = weights.astype(np.float32)
    columns = np.arange(small.shape[1])
    heaviest = np.abs(small).argmax(axis=0)
    small[heaviest, columns] += (1.0 - small.astype(np.float64).sum(axis=0)).astype(np.float32)
    return np.ascontiguousarray(small)
