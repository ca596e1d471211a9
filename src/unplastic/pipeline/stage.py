"""What a stage is: one thing done to a take, so that doing it again changes nothing.

A stage is one file in ``stages/``: a frozen dataclass of its parameters with a ``run``. It looks at what is there, does
what is missing, and says how it ended: done, come again, or a person is needed. It never sleeps and never orders twice.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeAlias

from unplastic.errors import NotSent, UnplasticError, WorkError
from unplastic.pipeline.take import Artefact, Event, Job, Take

if TYPE_CHECKING:
    from unplastic.pipeline.desk import Desk
    from unplastic.providers.payment import Till
    from unplastic.shot import Film, Scene, Shot

CPU, IO = "cpu", "io"
NEEDS = {
    "original": ("there is no clip yet", "let the agent wait for clip.finished, or put generate before it"),
    "route": ("no model was chosen yet", "put route before it"),
    "request": ("no model was chosen yet", "put route before it"),
    "after": ("it was not measured yet", "put finish before it"),
}
"""What a stage may miss, in words, and what to do."""


@dataclass(frozen=True, slots=True)
class Done:
    """It is done. ``facts`` are added to the take's; ``text`` goes into the agent's log."""

    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing more to do now: look again after ``seconds``."""

    seconds: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """A person is needed: what happened, and what to do.

    ``attempt`` is the key of the order that nobody can find: should it be found after all, the work goes on by itself.
    """

    message: str
    hint: str
    attempt: str = ""


Outcome: TypeAlias = Done | Wait | Hold


class Stopped(UnplasticError):
    """The work was cancelled while it was under way; nothing half-written was left."""


class Stage(Protocol):
    """A member of the room. ``announces`` is the event that its success is.

    ``heavy``: it works on a clip's pictures, and could take the machine down with it.
    """

    name: ClassVar[str]
    announces: ClassVar[Event | None]
    heavy: ClassVar[bool]

    def queue(self, take: Take | None, desk: Desk) -> str:
        """Who can do it: ``cpu``, ``gpu``, ``io``, or ``service/NAME`` for a paid service's own limits."""
        ...

    def run(self, work: Work) -> Outcome:
        """Do what is missing. Raises errors of `unplastic.errors`."""
        ...


@dataclass(frozen=True, slots=True)
class Work:
    """A take in a stage's hands. ``agent_caps`` are US dollars (in all, a day), None: no cap."""

    desk: Desk
    take: Take
    job: Job
    agent_caps: tuple[float | None, float | None] = (None, None)
    report: Callable[[str], None] = lambda _: None

    @property
    def facts(self) -> dict[str, Any]:
        """What is known of the take."""
        return self.take.facts

    def need(self, fact: str) -> Any:
        """What an earlier stage found; raises `WorkError` where none has: an agent may have its stages in any order."""
        if fact not in self.take.facts:
            what, hint = NEEDS[fact]
            raise WorkError(
                f"{self.take.id or 'the film'}: {what}", f"{hint}; see unplastic agents show {self.job.agent!r}"
            )
        return self.take.facts[fact]

    @property
    def film(self) -> Film:
        """The film as it was wanted when its work was ordered last."""
        return self.desk.film(self.take.film)

    @property
    def shot(self) -> tuple[Scene, Shot] | None:
        """The take's scene and shot in the film; None for a clip that belongs to none."""
        found = (each for each in self.film.shots if (each[0].name, each[1].name) == (self.take.scene, self.take.shot))
        return next(found, None)

    @property
    def till(self) -> Till:
        """Where it is paid: on this take's film, scene, shot and agent; no longer where the work was cancelled."""
        till = self.desk.till(self.take, self.job.agent, self.agent_caps)

        def fence() -> None:
            till.fence()
            if self.stopped():
                raise NotSent("the work was cancelled: nothing was ordered", "nothing")

        return replace(till, fence=fence)

    def stopped(self) -> bool:
        """Whether the work was cancelled, or taken over by another machine, since it began."""
        return self.desk.is_stopped(self.job)

    def keep(self, role: str, path: Path, name: str, *, paid: bool = False) -> str:
        """Put a file into the store and the books, and give it its name in the film's folder; its hash."""
        digest = self.desk.store.put(path)
        self.desk.tables.add_artefact(
            Artefact(
                self.take.film, self.take.id, role, self.job.turn, digest, name, path.stat().st_size, paid,
                self.desk.now(),
            )
        )  # fmt: skip
        self.desk.link(self.take, digest, name)
        return digest

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder of this work alone, gone afterwards whatever happens."""
        self.desk.scratch.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="work-", dir=self.desk.scratch))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def with_facts(self, facts: Mapping[str, Any]) -> Work:
        """The same work with more known."""
        return replace(self, take=replace(self.take, facts=self.take.facts | dict(facts)))
