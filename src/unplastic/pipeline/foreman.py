"""What comes next for a take: one look at an agent's work on it, and what that starts. No engine is known here.

Each look does at most one stage and writes down how it ended before it says what follows, so that it can be cut off at
any line and done again. Work that nobody does although the books say so is found by `astray`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from unplastic.errors import (
    Busy,
    DatabaseGone,
    NotSent,
    Quota,
    RateLimit,
    StoreAway,
    UnplasticError,
)
from unplastic.pipeline.agent import Agent
from unplastic.pipeline.desk import Desk
from unplastic.pipeline.stage import Hold, Outcome, Stage, Stopped, Wait, Work
from unplastic.pipeline.store import FULL
from unplastic.pipeline.take import IN_HAND, Doing, Entry, Event, Job, Status, Take
from unplastic.providers.ledger import Stage as Attempted

STARTS_MAX = 5
"""A stage that was begun so often and never ended takes the machine down with it: a person has to look."""
AGENTS = "agents"
AWAITS = "awaits"
"""The fact of a held take that names the order which nobody can find."""
LOOKS, LOOKS_APART = 4, 5
"""It is looked for again so often, each time so much later: after 4, 20, 100 and 500 minutes."""
KNOWN = {Attempted.SUBMITTED, Attempted.LATE, Attempted.SETTLED, Attempted.RELEASED}
NOTHING: Mapping[str, Any] = {}
LATER = (Busy, RateLimit, Quota, NotSent, StoreAway)
ADRIFT_S = 60.0
"""Whoever holds work writes that into the take in the next moment; after this long it is taken to be dead."""
DEAD = {"SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"}


@dataclass(frozen=True, slots=True)
class Next:
    """What follows a look: again after ``wait_s``, or never (None); and the work that it started."""

    wait_s: float | None
    text: str
    started: tuple[Job, ...] = ()


class Fault(Exception):
    """Our own fault, in its cause; ``job`` is the work as it was when that look at it began."""

    def __init__(self, job: Job) -> None:
        super().__init__(job.workflow)
        self.job = job


class Trouble(Exception):
    """The machine's trouble, not the clip's: no room, no database. Nothing was decided; the worker has to stop."""


def look(desk: Desk, film: str, take: str, agent: str, turn: int, run: int) -> Next:
    """Do what comes next of that work. Raises `Trouble` and `Fault`."""
    job = None
    try:
        job = desk.tables.job(film, take, agent, turn)
        if job is None or job.doing is not Doing.QUEUED or job.run != run:
            return Next(None, "somebody else has it, or nobody wants it any more")
        return _looked(desk, job)
    except DatabaseGone as trouble:
        raise Trouble(trouble) from trouble
    except OSError as trouble:
        if trouble.errno in FULL:
            raise Trouble(trouble) from trouble
        if job is None:
            raise
        raise Fault(job) from trouble
    except Exception as error:
        if job is None or isinstance(error, NotSent):
            raise
        raise Fault(job) from error


def announce(desk: Desk, event: Event, film: str, take: str, *, turn: int = 1) -> tuple[Job, ...]:
    """Give the take to every agent that waits for ``event``; the work that may begin at once."""
    started: list[Job] = []
    for name, version in agents(desk, film).items():
        agent = desk.recipe(film, name, version)
        if agent.when == event:
            desk.tables.add_job(Job(film, take, name, turn, version, Doing.WAITING))
            started += released(desk, film, agent)
    return tuple(started)


def enlist(desk: Desk, film: str, known: Iterable[Agent]) -> dict[str, int]:
    """These agents work on the film from now on; each with the version of its recipe. Work in hand keeps its own."""
    versions = {each.name: desk.tables.version_of(film, each.name, each.digest(), each.toml()) for each in known}
    desk.tables.put(film, AGENTS, versions)
    return versions


def agents(desk: Desk, film: str) -> Mapping[str, int]:
    """The film's agents by name, with the versions that new work gets."""
    return desk.tables.kept(film, AGENTS) or {}


def released(desk: Desk, film: str, agent: Agent) -> list[Job]:
    """Work that its agent may take in hand now."""
    return desk.tables.release(film, agent.name, agent.limits.at_once)


def astray(desk: Desk, film: str, states: Callable[[list[str]], Mapping[str, str]]) -> list[Job]:
    """Work that is in no queue although the books say so, put right: to be given to the engine again.

    ``states`` says of durable runs how they are; one that is not known is missing.
    """
    found: list[Job] = [*_left_alone(desk, film), *_found_again(desk, film)]
    for name, version in agents(desk, film).items():
        found += released(desk, film, desk.recipe(film, name, version))
    queued = desk.tables.jobs(film, Doing.QUEUED)
    how = states([each.workflow for each in queued])
    for job in queued:
        state = how.get(job.workflow)
        if state is None:
            found.append(job)
        elif state in DEAD:
            again = desk.tables.move_job(job, run=job.run + 1)
            found += [again] if again else []
    return list({each.workflow: each for each in found}.values())


def _left_alone(desk: Desk, film: str) -> Iterator[Job]:
    """Takes in the making that nobody works on: up for review where there is a clip, begun anew where there is none.

    A process that died between two lines leaves such, and so do agents that put nothing up for review.
    """
    busy = {job.take for job in desk.tables.jobs(film, Doing.QUEUED, Doing.WAITING)}
    held = {job.take: job.note for job in desk.tables.jobs(film, Doing.HELD)}
    for take in desk.tables.takes(film):
        if take.status is Status.MAKING and take.id not in busy:
            if take.id in held:
                if abs(desk.now() - take.changed_s) > ADRIFT_S:
                    desk.tables.change(take, status=Status.HELD, note=held[take.id], now_s=desk.now(),
                                       hint="unplastic run FILM tries it again", revision=take.revision)  # fmt: skip
                continue
            if "original" not in take.facts:
                yield from announce(desk, "shot.wanted", film, take.id)
            elif any(job.take == take.id for job in desk.tables.jobs(film)):
                desk.tables.change(take, status=Status.REVIEW, now_s=desk.now(), revision=take.revision)
            else:
                yield from announce(desk, "clip.finished", film, take.id)


def _found_again(desk: Desk, film: str) -> list[Job]:
    """Work held for an order that nobody could find: once it is known, and now and then, since lists may be late.

    A machine that sleeps between its last look at the books and the line sends its one order when it wakes, hours after
    another has parked it; its answer is in the books then, and nobody waits for it.
    """
    held = {each.take for each in desk.tables.jobs(film, Doing.HELD)} - {""}
    takes = desk.tables.takes(film) if held else ()
    due = {take.id for take in takes if take.id in held and _is_due(desk, take)}
    return take_up(desk, film, lambda job: job.take in due) if due else []


def _is_due(desk: Desk, take: Take) -> bool:
    awaits = take.facts.get(AWAITS)
    if take.status is not Status.HELD or not awaits:
        return False
    attempt = desk.ledger.find(awaits["order"])
    if attempt is not None and attempt.stage in KNOWN:
        return True
    is_time = desk.now() - awaits["since_s"] >= desk.pace.settle_s * LOOKS_APART ** awaits["looks"]
    return is_time and awaits["looks"] < LOOKS


def take_up(
    desk: Desk, film: str, which: Callable[[Job], bool] = lambda _: True, facts: Mapping[str, Any] = NOTHING
) -> list[Job]:
    """Held work once more: what held it may be gone. Nothing is ordered twice by that.

    ``facts`` are added to its takes, before anybody can begin.
    """
    found = []
    for job in desk.tables.jobs(film, Doing.HELD):
        take = desk.tables.take(film, job.take) if job.take else None
        if not which(job) or (take and take.status not in IN_HAND):
            continue
        if take and facts:
            desk.tables.change(take, facts=dict(facts), now_s=desk.now())
        again = desk.tables.move_job(job, doing=Doing.QUEUED, run=job.run + 1, starts=0, note="")
        if again:
            found.append(again)
            if take:
                desk.tables.change(take, status=Status.MAKING, note="", hint="", now_s=desk.now(), was=IN_HAND)
    return found


def queue_of(desk: Desk, job: Job) -> str:
    """Where that work is to be done now."""
    stages = _agent(desk, job).stages()
    take = desk.tables.take(job.film, job.take) if job.take else None
    return stages[min(job.step, len(stages) - 1)].queue(take, desk)


def _looked(desk: Desk, job: Job) -> Next:
    agent = _agent(desk, job)
    stages = agent.stages()
    if job.agent in desk.tables.paused(job.film):
        desk.tables.move_job(job, doing=Doing.WAITING, run=job.run + 1)
        return Next(None, f"{job.agent} rests")
    if job.step >= len(stages):
        return _complete(desk, job, agent, stages)
    take = desk.tables.take(job.film, job.take) if job.take else Take(job.film, "", "", "", 0, "filed", Status.MAKING)
    if take.status is Status.CANCELLED:  # it was begun by another's end, while a person cancelled it
        desk.tables.move_job(job, doing=Doing.CANCELLED)
        return Next(None, "its take was cancelled")
    stage = stages[job.step]
    if stage.heavy and job.starts >= STARTS_MAX:
        never = f"{stage.name} was begun {job.starts} times and never ended"
        return _hold(desk, job, agent, take, Hold(never, "look at the clip; unplastic run FILM tries again"))
    begun = desk.tables.move_job(job, starts=job.starts + 1 if stage.heavy else 0) or job
    work = Work(desk, take, begun, (agent.limits.usd, agent.limits.usd_per_day))
    return _ended(desk, begun, agent, stages, work, _outcome(work, stage))


def _outcome(work: Work, stage: Stage) -> Outcome:
    try:
        return stage.run(work)
    except DatabaseGone:
        raise
    except Stopped:
        return Wait(0.0)
    except LATER as busy:
        return Wait(work.desk.pace.busy_s, busy.message)
    except UnplasticError as trouble:
        return Hold(trouble.message, trouble.hint)


def _ended(desk: Desk, job: Job, agent: Agent, stages: tuple[Stage, ...], work: Work, outcome: Outcome) -> Next:
    stage = stages[job.step]
    if isinstance(outcome, Wait):
        if outcome.text and outcome.text != job.note:
            _log(desk, job, stage.name, outcome.text)
            desk.tables.move_job(job, starts=0, note=outcome.text)
        else:
            desk.tables.move_job(job, starts=0)
        return Next(outcome.seconds, outcome.text)
    if isinstance(outcome, Hold):
        return _hold(desk, job, agent, work.take, outcome, stage.name)
    if work.take.id and outcome.facts:
        desk.tables.change(work.take, facts=dict(outcome.facts), now_s=desk.now())
    take = desk.tables.take(job.film, job.take) if job.take else work.take
    following = stages[job.step + 1] if job.step + 1 < len(stages) else None
    stays = following is None or following.queue(take, desk) == stage.queue(work.take, desk)
    # One change: cut off between a next step and a next run, this run would do it, outside of that queue's limits.
    moved = desk.tables.move_job(job, step=job.step + 1, run=job.run + (not stays), starts=0, note="")
    if moved is None:
        return Next(None, "it was cancelled meanwhile")
    _log(desk, job, stage.name, outcome.text)
    if following is None:
        return _complete(desk, moved, agent, stages)
    return Next(0.0, outcome.text) if stays else Next(None, outcome.text, (moved,))


def _complete(desk: Desk, job: Job, agent: Agent, stages: tuple[Stage, ...]) -> Next:
    """Tell the others first, then close: cut off between the two, it is told again, and that changes nothing."""
    started: list[Job] = []
    events: list[Event | None] = [each.announces for each in stages]
    for event in events:
        if event:
            started += announce(desk, event, job.film, job.take, turn=job.turn)
    desk.tables.move_job(job, doing=Doing.DONE)
    started += released(desk, job.film, agent)
    return Next(None, "done", tuple(started))


def _hold(desk: Desk, job: Job, agent: Agent, take: Take, why: Hold, stage: str = "") -> Next:
    """A take that people are looking at already stays where it is."""
    moved = desk.tables.move_job(job, doing=Doing.HELD, note=why.message)
    if moved is None:
        return Next(None, "it was cancelled meanwhile")
    if take.id and take.status is Status.MAKING:
        facts = _awaiting(take, why, desk.now())
        desk.tables.change(take, status=Status.HELD, facts=facts, note=why.message, hint=why.hint, now_s=desk.now(),
                           was={Status.MAKING})  # fmt: skip
    _log(desk, job, stage, f"{why.message} ({why.hint})", kind="held")
    return Next(None, why.message, tuple(released(desk, job.film, agent)))


def _awaiting(take: Take, why: Hold, now_s: float) -> dict[str, Any]:
    """The order that a held take waits for, since when, and how often it was looked for again."""
    was = take.facts.get(AWAITS)
    if not why.attempt:
        return {AWAITS: None} if was else {}
    looks = was["looks"] + 1 if was and was["order"] == why.attempt else 0
    return {AWAITS: {"order": why.attempt, "since_s": now_s, "looks": looks}}


def failed(desk: Desk, job: Job, text: str) -> tuple[Job, ...]:
    """Our own fault: the take waits with where the log is, and the rest goes on.

    ``job`` is the work as it was when it failed: where another has gone on with it since, nothing is held.
    """
    now = desk.tables.job(job.film, job.take, job.agent, job.turn)
    job = replace(now, step=job.step, run=job.run, doing=job.doing) if now else job
    found = desk.tables.take(job.film, job.take) if job.take else Take(job.film, "", "", "", 0, "filed", Status.MAKING)
    why = Hold(text, "please report it with that log; the rest goes on")
    return _hold(desk, job, _agent(desk, job), found, why).started


def redo(desk: Desk, take: Take, event: Event = "clip.finished") -> tuple[Job, ...]:
    """Do again, as a next turn, what ``event`` starts: the original stays, and so does what was made before."""
    turns = [each.turn for each in desk.tables.jobs(take.film) if each.take == take.id]
    desk.tables.change(take, status=Status.MAKING, note="", hint="", now_s=desk.now())
    return announce(desk, event, take.film, take.id, turn=max(turns, default=0) + 1)


def cancel(desk: Desk, take: Take) -> int:
    """Nothing more is done on it; what is under way stops within a second. How much work that was."""
    count = 0
    desk.tables.change(take, status=Status.CANCELLED, note="cancelled by a person", hint="", now_s=desk.now())
    for job in desk.tables.jobs(take.film, Doing.QUEUED, Doing.WAITING, Doing.HELD):
        if job.take == take.id and desk.tables.move_job(job, doing=Doing.CANCELLED, note="cancelled by a person"):
            _log(desk, replace(job), "", "cancelled by a person", kind="cancelled")
            count += 1
    return count


def _agent(desk: Desk, job: Job) -> Agent:
    return desk.recipe(job.film, job.agent, job.version)


def _log(desk: Desk, job: Job, stage: str, text: str, *, kind: str = "") -> None:
    desk.tables.log([Entry(job.film, job.agent, job.take, desk.now(), kind or stage, text)])
