"""What a worker has at hand: the books, the store, the services, the workshop, a clock. One for each process."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from unplastic.database import Database
from unplastic.errors import NotSent
from unplastic.pipeline.agent import Agent, parse
from unplastic.pipeline.store import Store, link
from unplastic.pipeline.tables import Tables
from unplastic.pipeline.take import Doing, Job, Take
from unplastic.pipeline.wish import thaw
from unplastic.pipeline.workshop import Workshop
from unplastic.providers import connect
from unplastic.providers.caps import Caps
from unplastic.providers.ledger import SqlLedger
from unplastic.providers.payment import Till
from unplastic.providers.provider import Provider
from unplastic.providers.reconcile import SETTLE_S
from unplastic.settings import Settings
from unplastic.shot import Film

BUDGET, UNKNOWN_PRICE = "budget_usd", "unknown_price_usd"
STRAYS = "strays.jsonl"
"""The file of ids that the books could not take."""
CALLER = "caller"
"""The fact of a take that names by whose budget token it was asked for; on a server, where anybody may do the work."""


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose behalf a process orders: the name of a budget token, and its cap on this film; None: no cap."""

    name: str = ""
    usd: float | None = None


NOBODY = Caller()


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two looks at a job, after a service was busy, and before an order without an answer is lost."""

    poll_s: float = 5.0
    busy_s: float = 30.0
    settle_s: float = SETTLE_S


@dataclass(frozen=True, slots=True)
class Wish:
    """A film as it is in the books: `unplastic.pipeline.wish.freeze` of it, and itself."""

    digest: str
    title: str
    folder: str
    document: dict[str, Any]
    film: Film


REHEARSED = Pace(poll_s=0.2, busy_s=0.5, settle_s=2.0)


@dataclass(frozen=True)
class Desk:
    """``scratch`` is a folder of this machine for work in hand; ``alive`` says whether this worker still is one."""

    database: Database
    store: Store
    settings: Settings
    scratch: Path
    workshop: Workshop
    pace: Pace = Pace()
    is_rehearsal: bool = False
    now: Callable[[], float] = time.time
    alive: Callable[[], bool] = lambda: True
    caller: Caller = NOBODY
    _wishes: dict[str, Wish] = field(default_factory=dict)
    _recipes: dict[tuple[str, str, int], Agent] = field(default_factory=dict)
    _kept: dict[tuple[str, str], Any] = field(default_factory=dict)
    _services: dict[str, Provider] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Open the books, which makes them where they are not there."""
        object.__setattr__(self, "tables", Tables(self.database))
        object.__setattr__(self, "ledger", SqlLedger(self.database))

    tables: Tables = field(init=False)
    ledger: SqlLedger = field(init=False)

    def wish(self, film: str) -> Wish:
        """The film as the books have it, read once as long as it stays the same."""
        while True:
            which = self.tables.wish(film)
            known = self._wishes.get(film)
            if known and (known.digest, known.title, known.folder) == which:
                return known
            document = self.tables.document(film, which[0])
            if document is not None:
                self._wishes[film] = Wish(*which, document, thaw(document, which[2]))

    def film(self, film: str) -> Film:
        """The film as it is wanted now."""
        return self.wish(film).film

    def document(self, film: str) -> dict[str, Any]:
        """The same as plain data, with the hashes of its pictures."""
        return self.wish(film).document

    def folder(self, film: str) -> Path:
        """The film's folder, which may be on another machine."""
        return Path(self.wish(film).folder)

    def recipe(self, film: str, agent: str, version: int) -> Agent:
        """An agent as it was written then: a version's words never change."""
        key = film, agent, version
        if key not in self._recipes:
            self._recipes[key] = parse(self.tables.recipe(*key), agent)
        return self._recipes[key]

    def decided(self, film: str, name: str, decide: Callable[[], Any]) -> Any:
        """What was decided first under that name, by whomever; ``decide`` is asked where nobody has yet."""
        key = film, name
        if key not in self._kept:
            found = self.tables.kept(film, name)
            self._kept[key] = self.tables.keep(film, name, decide()) if found is None else found
        return self._kept[key]

    def service(self, name: str) -> Provider:
        """A paid service with the user's keys."""
        if name not in self._services:
            self._services[name] = connect(name, self.settings)
        return self._services[name]

    def till(self, take: Take, agent: str, agent_caps: tuple[float | None, float | None] = (None, None)) -> Till:
        """Where ``agent`` pays for ``take``, with every cap that holds there.

        A process that has a budget token pays everything by it; else whoever asked for the take last does.
        """
        film = self.film(take.film)
        found = next(((a, b) for a, b in film.shots if (a.name, b.name) == (take.scene, take.shot)), None)
        caps = Caps(
            shot_usd=found[1].budget_usd if found else None,
            scene_usd=found[0].budget_usd if found else None,
            agent_usd=agent_caps[0],
            agent_day_usd=agent_caps[1],
            day_usd=film.budget_usd_per_day,
            caller_usd=self.caller.usd,
        )
        cap = self.tables.kept(take.film, BUDGET)
        strays = self.scratch / STRAYS
        self.scratch.mkdir(parents=True, exist_ok=True)
        return Till(
            self.ledger, cap if cap is not None else film.budget_usd or 0.0, strays, self.now,
            self.tables.kept(take.film, UNKNOWN_PRICE), film=take.film, scene=take.scene, agent=agent, caps=caps,
            fence=self._fence, caller=self.caller.name or take.facts.get(CALLER, ""),
        )  # fmt: skip

    def is_stopped(self, job: Job) -> bool:
        """Whether that work is no longer to be done, or no longer by this worker."""
        if not self.alive():
            return True
        found = self.tables.job(job.film, job.take, job.agent, job.turn)
        return found is None or found.doing is not Doing.QUEUED or found.run != job.run

    def link(self, take: Take, digest: str, name: str) -> None:
        """Give a kept file its name in the film's folder, where that folder is on this machine."""
        folder = self.folder(take.film)
        if folder.is_dir():
            with contextlib.suppress(OSError):  # a name for people; the store has the file
                link(self.store.path(digest), folder / "takes" / take.scene / take.shot / name)

    def _fence(self) -> None:
        if not self.alive():
            raise NotSent("another machine has taken over: nothing was ordered", "nothing: it goes on there")
