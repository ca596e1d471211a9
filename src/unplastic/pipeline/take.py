"""Takes, the work that agents do on them, and what people say of them: the nouns of the film's own books."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, TypeAlias

Kind: TypeAlias = Literal["approve", "fix", "reject", "undo"]
Event: TypeAlias = Literal["shot.wanted", "shot.written", "clip.finished", "take.measured", "shot.approved", "schedule"]
EVENTS: tuple[Event, ...] = (
    "shot.wanted", "shot.written", "clip.finished", "take.measured", "shot.approved", "schedule",
)  # fmt: skip
"""What agents wait for, in the order in which it happens to a take; ``schedule`` is a time of the day."""


class Status(StrEnum):
    """Where a take is. `REVIEW` and `HELD` wait for a person."""

    MAKING = "making"
    REVIEW = "review"
    APPROVED = "approved"
    FIX = "fix"
    REJECTED = "rejected"
    HELD = "held"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def counts(self) -> bool:
        """Whether it is one of the takes that a shot wants: not given up."""
        return self not in {Status.REJECTED, Status.FAILED, Status.CANCELLED}


IN_HAND = frozenset({Status.MAKING, Status.HELD})
"""Takes that no person has on the table yet: agents may still move them."""


class Doing(StrEnum):
    """Where an agent's work on a take is. `WAITING` is in the agent's own queue: it rests, or has enough in hand."""

    WAITING = "waiting"
    QUEUED = "queued"
    DONE = "done"
    HELD = "held"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Nothing more happens without a person or a new order."""
        return self not in {Doing.WAITING, Doing.QUEUED}


@dataclass(frozen=True, slots=True)
class Take:
    """One take of a shot. ``id`` is ``scene/shot/tk01``; ``origin`` "generated", or "filed" for a clip from elsewhere.

    ``facts`` is what the stages found and made, as small plain data: hashes, names and numbers, never pictures.
    ``revision`` grows with every change: whoever decides says which one was seen. Times are Unix time in seconds.
    """

    film: str
    id: str
    scene: str
    shot: str
    number: int
    origin: Literal["generated", "filed"]
    status: Status
    facts: dict[str, Any] = field(default_factory=dict, hash=False)
    note: str = ""
    hint: str = ""
    revision: int = 1
    created_s: float = 0.0
    changed_s: float = 0.0

    @property
    def stem(self) -> str:
        """The beginning of its files' names: ``tk01``."""
        return self.id.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Job:
    """What one agent does on one take, for the ``turn``th time; ``version`` is that of its recipe.

    ``step`` is the stage it is at, and ``run`` how often it was put into a queue; ``starts`` counts how often its stage
    was begun and never ended.
    """

    film: str
    take: str
    agent: str
    turn: int
    version: int
    doing: Doing
    step: int = 0
    run: int = 1
    starts: int = 0
    queue: str = ""
    note: str = ""

    @property
    def workflow(self) -> str:
        """The id of the durable run: the same work never has two."""
        return f"{self.film}/{self.take or 'film'}/{self.agent}@{self.version}/{self.turn}.{self.run}"


@dataclass(frozen=True, slots=True)
class Artefact:
    """A file of a take in the store: original, upscaled, finished, web, html, json, and what the page shows.

    What was ``paid`` stays.
    """

    film: str
    take: str
    role: str
    turn: int
    hash: str
    name: str
    bytes: int
    paid: bool
    created_s: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person said of a take: ``revision`` is the state of it that was seen, ``seen`` where, if approved."""

    film: str
    take: str
    kind: Kind
    reason: str
    who: str
    when_s: float
    revision: int
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of an agent's log."""

    film: str
    agent: str
    take: str
    when_s: float
    kind: str
    text: str


def take_id(scene: str, shot: str, number: int) -> str:
    """``kitchen/sh010/tk01``."""
    return f"{scene}/{shot}/tk{number:02d}"
