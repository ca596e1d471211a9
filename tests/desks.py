"""A desk in a folder, with stages that do what a test says: for tests of the pipeline that need no engine."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pytest

from unplastic.pipeline import agent as agents
from unplastic.pipeline import foreman
from unplastic.pipeline.agent import Agent, parse
from unplastic.pipeline.desk import Desk
from unplastic.pipeline.project import Project, opened
from unplastic.pipeline.stage import Done, Outcome, Work
from unplastic.pipeline.take import Job, Status, Take
from unplastic.registry import member
from unplastic.settings import Settings
from unplastic.shot import Film, Scene, Shot


@dataclass(frozen=True)
class Made:
    """A stage that calls `Studio.act`."""

    name: ClassVar[str] = "made"
    announces: ClassVar[str | None] = None
    heavy: ClassVar[bool] = True
    act: ClassVar[Callable[[Work, str], Outcome]]

    say: str = "a"
    where: str = "cpu"

    def queue(self, take: Take | None, desk: Desk) -> str:
        return self.where

    def run(self, work: Work) -> Outcome:
        return type(self).act(work, self.say)


def agent(name: str, when: str, *steps: str, more: str = "") -> Agent:
    """An agent of made stages: each step is what it says."""
    rows = [f'[[do]]\nstage = "made"\nsay = "{each}"' for each in steps]
    return parse(f'name = "{name}"\nwhen = "{when}"\nmandate = "A test."\n{more}\n' + "\n".join(rows), name)


@dataclass
class Studio:
    """A film of ``shots`` in one scene, its desk, and what its made stages did."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    shots: int = 1
    done: list[tuple[str, str]] = field(default_factory=list)
    outcomes: dict[str, Any] = field(default_factory=dict)
    stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Studio:
        self.monkeypatch.setattr(agents, "member", lambda room, name: Made if name == "made" else member(room, name))
        self.monkeypatch.setattr(Made, "act", self._act, raising=False)
        self.project: Project = opened(self.folder, "The test", Settings())
        self.desk: Desk = self.stack.enter_context(self.project.desk())
        shots = tuple(Shot(name=f"sh{each}", prompt="Rain.") for each in range(self.shots))
        scenes = (Scene(name="sc", shots=shots),)
        self.film = Film(title="The test", folder=self.folder, budget_usd=10, scenes=scenes)
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def _act(self, work: Work, say: str) -> Outcome:
        self.done.append((work.take.id, say))
        outcome = self.outcomes.get(say, Done(say))
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome(work) if callable(outcome) else outcome

    def enlist(self, *who: Agent) -> None:
        """These agents, and no others, work on the film."""
        from unplastic.pipeline.wish import freeze

        document = freeze(self.film, self.desk.store)
        self.desk.tables.write_film(self.project.id, "The test", str(self.folder), document, 1.0)
        foreman.enlist(self.desk, self.project.id, who)

    def take(self, shot: str = "sh0", **changes: Any) -> Take:
        """A new take."""
        new = Take(self.project.id, "", "sc", shot, 0, "filed", Status.MAKING, created_s=2.0)
        made = self.desk.tables.add_take(dataclasses.replace(new, **changes))
        assert made
        return made

    def again(self, take: Take) -> Take:
        """The take as the books have it now."""
        return self.desk.tables.take(take.film, take.id)

    def work_off(self, jobs: tuple[Job, ...] | list[Job], looks_max: int = 100) -> list[float | None]:
        """Look at all work until nothing is left to do at once; the waits that were said."""
        waits, rest = [], list(jobs)
        for _ in range(looks_max):
            if not rest:
                return waits
            job = rest.pop(0)
            found = foreman.look(self.desk, job.film, job.take, job.agent, job.turn, job.run)
            waits.append(found.wait_s)
            rest += found.started
            if found.wait_s == 0:
                rest.insert(0, job)
        return waits
