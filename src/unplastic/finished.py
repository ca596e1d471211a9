"""What a finish leaves behind: the files, the numbers before and after, and the crops that show them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from unplastic.reading import Finding, Guard, Place, Report


@dataclass(frozen=True, slots=True, eq=False)
class Crop:
    """One place at 100 %, before and after: two (height, width, 3) uint8 R'G'B' pictures of one size."""

    place: Place
    before: NDArray[np.uint8]
    after: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """One finished clip.

    ``outputs`` maps "master", "web", "html" and "json" to files that exist. ``recipe`` is plain data: the look's name,
    the seed, and per treatment the values used with the reason for each solved one; it is enough to run again.
    ``seconds`` is wall time; ``notes`` are things done to the file that its owner should know (a container changed,
    a row cropped for the web file).

    >>> sorted(finished.outputs)
    ['html', 'json', 'master']
    >>> finished.after.frames == finished.frames
    True
    """

    file: str
    outputs: dict[str, Path]
    before: Report
    after: Report
    recipe: dict[str, Any]
    guards: tuple[Guard, ...]
    seconds: float
    frames: int
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    crops: tuple[Crop, ...] = ()

    def _repr_html_(self) -> str:
        """Before and after as a notebook shows them."""
        return import_module("unplastic.report").finished_html(self)
