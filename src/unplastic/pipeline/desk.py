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
from unplastic.pipeline.store import Store, link
from unplastic.pipeline.tables import Tables
from unplastic.pipeline.take import Doing, Job, Take
from unplastic.pipeline.wish import digest, thaw
from unplastic.pipeline.workshop import Workshop
from unplastic.providers import connect
from unplastic.providers.ledger import Caps, SqlLedger
from unplastic.providers.payment import Till
from unplastic.providers.provider import Provider
from unplastic.providers.reconcile import SETTLE_S
from unplastic.settings import Settings
from unplastic.shot import Film

BUDGET, UNKNOWN_PRICE = "budget_usd", "unknown_price_usd"


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
    _films: dict[str, tuple[str, Film]] = field(default_factory=dict)
    _services: dict[str, Provider] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Open the books, which makes them where they are not there."""
        object.__setattr__(self, "tables", Tables(self.database))
        object.__setattr__(self, "ledger", SqlLedger(self.database))

    tables: Tables = field(init=False)
    ledger: SqlLedger = field(init=False)

    def film(self, film: str) -> Film:
        """The film as the books have it, read once as long as it stays the same."""
        row = self.tables.film(film)
        key = digest(row["document"])
        known = self._films.get(film)
        if known is None or known[0] != key:
            known = (key, thaw(row["document"], row["folder"]))
            self._films[film] = known
        return known[1]

    def service(self, name: str) -> Provider:
        """A paid service with the user's keys."""
        if name not in self._services:
            self._services[name] = connect(name, self.settings)
        return self._services[name]

    def till(self, take: Take, agent: str, agent_caps: tuple[float | None, float | None] = (None, None)) -> Till:
        """Where ``agent`` pays for ``take``, with every cap that holds there."""
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
        strays = self.scratch / "strays.jsonl"
        self.scratch.mkdir(parents=True, exist_ok=True)
        return Till(
            self.ledger, cap if cap is not None else film.budget_usd or 0.0, strays, self.now,
            self.tables.kept(take.film, UNKNOWN_PRICE), film=take.film, scene=take.scene, agent=agent, caps=caps,
            fence=self._fence, caller=self.caller.name,
        )  # fmt: skip

    def is_stopped(self, job: Job) -> bool:
        """Whether that work is no longer to be done, or no longer by this worker."""
        if not self.alive():
            return True
        found = self.tables.job(job.film, job.take, job.agent, job.turn)
        return found is None or found.doing is not Doing.QUEUED or found.run != job.run

    def link(self, take: Take, digest: str, name: str) -> None:
        """Give a kept file its name in the film's folder, where that folder is on this machine."""
        folder = Path(self.tables.film(take.film)["folder"])
        if folder.is_dir():
            with contextlib.suppress(OSError):  # a name for people; the store has the file
                link(self.store.path(digest), folder / "takes" / take.scene / take.shot / name)

    def document(self, film: str) -> dict[str, Any]:
        """The film's wish as it is in the books."""
        return self.tables.film(film)["document"]

    def _fence(self) -> None:
        if not self.alive():
            raise NotSent("another machine has taken over: nothing was ordered", "nothing: it goes on there")
