"""What a guard gets to see: a clip before and after, in numbers and in what was kept of pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

from unplastic.clip import Clip
from unplastic.reading import Guard, Report

if TYPE_CHECKING:
    from unplastic.guards.sight import Sight

UNWRITTEN = "no file has been written yet"


@dataclass(frozen=True, slots=True)
class Declared:
    """What was put in on purpose, and is no damage therefore.

    ``grain_sigma_codes8`` is the standard deviation of the grain at its peak, 0 without grain; each pattern of it stays
    for ``grain_hold_frames``; ``grain_is_film`` says that it follows a film's curve over luma, ``grain_has_colour``
    that chroma has grain too. ``is_graded`` allows colours to move; ``is_redrawn`` says that an upscaler drew detail of
    its own, which "before", enlarged plainly, does not have.
    """

    grain_sigma_codes8: float = 0.0
    grain_hold_frames: int = 1
    grain_is_film: bool = True
    grain_has_colour: bool = True
    is_graded: bool = False
    is_redrawn: bool = False


NOTHING = Declared()


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """One clip before and after. ``master`` is None as long as nothing has been written.

    ``kept`` maps a guard's name to what it kept of each sampled run, in order; see `unplastic.guards.paired`.
    """

    before: Report
    after: Report
    source: Clip
    master: Clip | None = None
    declared: Declared = NOTHING
    kept: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    def seen(self, guard: Guardrail) -> list[Any]:
        """What ``guard`` kept of the runs in which it found anything to look at."""
        return [each for each in self.kept.get(guard.name, ()) if each is not None]


class Guardrail(Protocol):
    """A member of the room. ``blames`` names treatments to be lowered when it breaks, the likeliest first."""

    name: ClassVar[str]
    blames: ClassVar[tuple[str, ...]]

    def check(self, pair: Pair) -> Guard:
        """Kept, broken, or not checked with the reason."""
        ...


@runtime_checkable
class Onlooker(Protocol):
    """A guard that has to see pictures."""

    name: ClassVar[str]
    blames: ClassVar[tuple[str, ...]]

    def check(self, pair: Pair) -> Guard:
        """Kept, broken, or not checked with the reason."""
        ...

    def look(self, sight: Sight) -> Any:
        """What this guard keeps of one run: small arrays, no pictures; None when there is nothing for it to see."""
        ...
