"""How a film stands: its takes, its agents, every cent, what waits for a person; as data, and as one page a day."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import quote

from unplastic.pipeline import foreman
from unplastic.pipeline.desk import BUDGET, Desk
from unplastic.pipeline.take import Doing, Job, Status, Take
from unplastic.providers.ledger import Attempt, Stage
from unplastic.reading import Change, Plasticity

WAITS = {Status.REVIEW, Status.HELD}


@dataclass(frozen=True, slots=True)
class TakeRow:
    """A take as people read it. ``usd`` is what it cost so far, reservations included; ``doing`` what is in hand.

    ``before`` and ``after`` are scores of plasticity, ``change`` is "same" within their error of measurement.
    ``findings`` are what its scene says of it, and what the finish left.
    """

    id: str
    status: str
    doing: str
    model: str
    made_by: str
    before: float | None
    after: float | None
    change: Change | None
    usd: float
    findings: tuple[str, ...]
    note: str
    hint: str
    when_s: float


@dataclass(frozen=True, slots=True)
class AgentRow:
    """An agent as people read it. Numbers are pieces of work; ``usd`` what it spent on this film."""

    name: str
    version: int
    when: str
    mandate: str
    paused: bool
    waiting: int
    in_hand: int
    held: int
    done: int
    usd: float


@dataclass(frozen=True, slots=True)
class State:
    """A film as it stands. ``spend`` has one row an order, with the service's own id."""

    film: str
    title: str
    budget_usd: float | None
    spent_usd: float
    takes: tuple[TakeRow, ...]
    agents: tuple[AgentRow, ...]
    spend: tuple[Attempt, ...]
    workers: tuple[dict[str, Any], ...]

    @property
    def waiting(self) -> tuple[TakeRow, ...]:
        """What waits for a person."""
        return tuple(each for each in self.takes if each.status in WAITS)

    def document(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "film": self.film,
            "title": self.title,
            "budget_usd": self.budget_usd,
            "spent_usd": round(self.spent_usd, 6),
            "by": {name: sums(self.spend, name) for name in ("scene", "shot", "agent", "provider", "day", "caller")},
            "takes": [asdict(each) for each in self.takes],
            "agents": [asdict(each) for each in self.agents],
            "orders": [order_row(each) for each in self.spend],
            "workers": list(self.workers),
        }


def state(desk: Desk, film: str) -> State:
    """How the film stands now."""
    wish, takes = desk.wish(film), desk.tables.takes(film)
    jobs, attempts = desk.tables.jobs(film), desk.ledger.attempts(film=film)
    budget = desk.tables.kept(film, BUDGET)
    mine: dict[str, list[Job]] = {}
    for each in jobs:
        mine.setdefault(each.take, []).append(each)
    return State(
        film,
        wish.title,
        budget if budget is not None else wish.film.budget_usd,
        desk.ledger.spent_usd(film),
        tuple(_take_row(each, mine.get(each.id, []), attempts) for each in takes),
        tuple(_agent_rows(desk, film, jobs, attempts)),
        tuple(attempts),
        tuple(desk.tables.workers()),
    )


def sums(attempts: Iterable[Attempt], by: str) -> dict[str, float]:
    """US dollars by "scene", "shot", "agent", "provider", "caller", or "day" (of UTC); what nobody said is under ""."""
    found: dict[str, float] = {}
    for each in attempts:
        day = datetime.fromtimestamp(each.created_s, UTC).date().isoformat()
        key = day if by == "day" else str(getattr(each, by))
        found[key] = round(found.get(key, 0.0) + each.usd, 6)
    return found


def order_row(each: Attempt) -> dict[str, Any]:
    """An order as plain data."""
    return {
        "key": each.key, "scene": each.scene, "shot": each.shot, "take": each.take, "agent": each.agent,
        "provider": each.provider, "id": each.job.id if each.job else None, "state": str(each.stage),
        "reserved_usd": each.reserved_usd, "charged_usd": each.charged_usd, "note": each.note, "caller": each.caller,
    }  # fmt: skip


def page(desk: Desk, film: str, folder: Path) -> tuple[Path, State]:
    """Write the day's page and its JSON into ``folder``; the page, and what it tells.

    Takes that wait come first, then what else happened today; each with its still, where one was made, and a link to
    its report beside the film.
    """
    from jinja2 import Environment

    told, day = state(desk, film), datetime.fromtimestamp(desk.now()).astimezone()
    text = (resources.files("unplastic") / "data" / "pages" / "dailies.html").read_text(encoding="utf-8")
    start = day.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
    today = [each for each in told.takes if each.when_s >= start]
    decided = [each for each in today if each not in told.waiting]
    shown = {each.id for each in (*told.waiting, *decided)}
    html = Environment(autoescape=True).from_string(text).render(
        told=told, day=day.strftime("%-d %B %Y"), today=today, decided=decided,
        parked=[each for each in told.spend if each.stage in {Stage.UNKNOWN, Stage.INTENT}],
        stills=dict(_stills(desk, film, shown)), files=dict(_reports(desk, film, folder, shown)),
    )  # fmt: skip
    stem = day.strftime("%Y-%m-%d")
    _put(folder / f"{stem}.json", json.dumps(told.document(), indent=2, ensure_ascii=False))
    return _put(folder / f"{stem}.html", html), told


def _stills(desk: Desk, film: str, shown: set[str]) -> Iterable[tuple[str, str]]:
    """Each take's still, as the page carries it in itself."""
    for take in desk.tables.takes(film):
        still = take.facts.get("still")
        if take.id in shown and still and desk.store.has(still):
            yield take.id, base64.b64encode(desk.store.path(still).read_bytes()).decode()


def _reports(desk: Desk, film: str, folder: Path, shown: set[str]) -> Iterable[tuple[str, str]]:
    """Each take's newest report, as a link from ``folder``."""
    for each in sorted(desk.tables.artefacts(film), key=lambda row: row.turn):
        if each.role == "html" and each.take in shown:
            scene, shot, _ = each.take.split("/")
            there = desk.folder(film) / "takes" / scene / shot / each.name
            yield each.take, quote(Path(os.path.relpath(there, folder)).as_posix())


def _take_row(take: Take, mine: list[Job], attempts: list[Attempt]) -> TakeRow:
    """``mine`` is the work on this take, ``attempts`` the orders of the film."""
    facts = take.facts
    active = next((each for each in mine if each.doing is Doing.QUEUED), None)
    shot = f"{take.scene}/{take.shot}"
    paid = [each for each in attempts if each.take == take.number and each.shot.startswith(shot)
            and each.shot[len(shot) :] in {"", " (again)", " upscaled", " upscaled (again)"}]  # fmt: skip
    said = [each["text"] for each in (*facts.get("continuity", ()), *facts.get("left", facts.get("findings", ())))]
    return TakeRow(
        take.id,
        str(take.status),
        f"{active.agent}{f': {active.note}' if active.note else ''}" if active else "",
        facts.get("route", {}).get("model", "") or facts.get("source", ""),
        ", ".join(f"{each.agent} v{each.version}" for each in mine if each.doing is Doing.DONE),
        facts.get("before", {}).get("score"),
        facts.get("after", {}).get("score"),
        change(facts),
        sum(each.usd for each in paid),
        tuple(said),
        take.note,
        take.hint,
        take.changed_s,
    )


def change(facts: Mapping[str, Any]) -> Change | None:
    """Whether the score moved by more than the error of measurement."""
    if "before" not in facts or "after" not in facts:
        return None
    return Plasticity(**facts["after"]).since(Plasticity(**facts["before"]))


def _agent_rows(desk: Desk, film: str, jobs: list[Job], attempts: list[Attempt]) -> Iterable[AgentRow]:
    paused = desk.tables.paused(film)
    for name, version in foreman.agents(desk, film).items():
        agent = desk.recipe(film, name, version)
        count = {doing: sum(each.agent == name and each.doing is doing for each in jobs) for doing in Doing}
        usd = sum(each.usd for each in attempts if each.agent == name)
        yield AgentRow(
            name, version, agent.when, agent.mandate, name in paused, count[Doing.WAITING], count[Doing.QUEUED],
            count[Doing.HELD], count[Doing.DONE], usd,
        )  # fmt: skip


def _put(path: Path, text: str) -> Path:
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)
    return path
