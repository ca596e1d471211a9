"""The contract of the room: what a treatment is, and what it gets to see of a picture."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

from unplastic.clip import ColorTags

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from unplastic.vision import Scene


@dataclass(frozen=True, slots=True)
class Geometry:
    """All that a treatment may know of a clip when it is bound to it.

    ``across`` and ``down`` are luma samples per chroma sample. ``source_depth`` is 8, 10 or 12 bits, ``target_depth``
    10 or 12. ``color.matrix`` is never 2 (unspecified): the caller resolves it (`color.assumed_matrix`).
    ``seed`` is the root of every random number; a frame's numbers come from (seed, frame, position) alone.
    """

    width: int
    height: int
    across: int
    down: int
    source_depth: int
    target_depth: int
    frame_rate: Fraction
    color: ColorTags
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """Some rows of a picture as nominal signals in C-contiguous float32.

    ``y`` is (rows, columns): 0 is black, 1 is white, excursions beyond both survive. ``cb`` and ``cr`` are
    (rows / down, columns / across), -0.5..0.5. ``rows`` is even; ``columns`` is the picture's width rounded up to a
    multiple of ``across``, the last column repeated. ``row`` is the picture row of ``y[0]``, always even (it may be
    negative or run past the last row: rows outside the picture repeat the nearest row inside).
    """

    y: NDArray[np.float32]
    cb: NDArray[np.float32]
    cr: NDArray[np.float32]
    row: int


class Pass(Protocol):
    """A treatment bound to one clip: tables baked, templates drawn, ready for strips."""

    @property
    def reach(self) -> int:
        """Luma rows of context it needs above and below, an even number; 0 for a pointwise pass."""
        ...

    @property
    def touches_chroma(self) -> bool:
        """False when it leaves ``cb`` and ``cr`` alone: its target then shares the source's, not to be written."""
        ...

    def __call__(self, source: Strip, target: Strip, frame: int) -> None:
        """Treat ``source`` (never written) into ``target``, whose ``y`` has ``2 * reach`` fewer rows."""
        ...


@runtime_checkable
class Prepared(Protocol):
    """A pass that has to see whole pictures: it is shown each frame's scene before its strips."""

    def prepare(self, scene: Scene) -> None:
        """Look at the frame that comes next, its neighbours, its motion and its surfaces.

        Corrections are derived from the pictures as they came, not from what earlier passes made of them; the strip
        call then only adds them. A pass that was never shown a scene leaves its strips alone.
        """
        ...


class Treatment(Protocol):
    """A member of the room: a frozen dataclass of parameters, and ``bind``."""

    name: ClassVar[str]
    order: ClassVar[int]
    strength: float

    @property
    def is_noop(self) -> bool:
        """True when it would change nothing: it is then left out of the chain."""
        ...

    def bind(self, geometry: Geometry) -> Pass:
        """Do all the work that does not depend on a frame."""
        ...
