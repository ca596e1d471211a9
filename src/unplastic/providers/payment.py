"""How an order is paid once: intent, one POST, its id, polls, results; and what is done when one of them is cut off.

An attempt that is not new is never ordered again, whatever became of it. What may have arrived stays an intent until
`unplastic.providers.reconcile` finds it in the service's list, or parks it for a person.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from unplastic.errors import (
    Ambiguous,
    BudgetSpent,
    ContentOutput,
    Expired,
    GivenBack,
    NotSent,
    Protocol,
    Refused,
    RequestUnfit,
    SettlementError,
)
from unplastic.providers.caps import NO_CAPS, SECOND, Caps
from unplastic.providers.http import BEFORE_ORDER
from unplastic.providers.ledger import Attempt, Ledger, Stage
from unplastic.providers.provider import (
    Fetched,
    Job,
    Phase,
    Probe,
    Provider,
    Request,
    State,
    attempt_key,
    canonical,
    mark_of,
)

LATE_S = 3600.0
AGAIN = {ContentOutput.__name__, GivenBack.__name__}
LOST = {Stage.INTENT, Stage.UNKNOWN, Stage.MOVED}
"""The stages of an order that may have been taken, and whose id nobody knows."""


@dataclass(frozen=True, slots=True)
class Till:
    """Where an order is paid: the books, the cap in US dollars, and where ids go that the books could not take.

    ``unknown_price_usd`` is what the user allows for an order whose price nobody knows; None: such are not ordered.
    ``now`` gives Unix time in seconds. ``film``, ``scene``, ``agent`` and ``caller`` are whose account it is, and
    ``caps`` what may go on it besides the cap of the film. ``fence`` is called before the one POST and raises `NotSent`
    where whoever asks may no longer order: a machine that slept while another took over. ``is_own``: the books are one
    film's own, and its orders are known there without its name, as casting's always were.
    """

    ledger: Ledger
    cap_usd: float
    strays: Path
    now: Callable[[], float]
    unknown_price_usd: float | None = None
    film: str = ""
    scene: str = ""
    agent: str = ""
    caps: Caps = NO_CAPS
    caller: str = ""
    fence: Callable[[], None] = lambda: None
    is_own: bool = False


def order(till: Till, provider: Provider, request: Request, *, shot: str, take: int = 1) -> Attempt:
    """Order it, unless this shot's take was ordered before; the attempt as the books have it then.

    Raises `BudgetSpent` before, `NotSent`, `RequestUnfit` and `Refused` instead of an order, and all four leave the
    budget as it was. An order that may have arrived raises nothing: its attempt stays an intent.
    """
    attempt, is_new = till.ledger.reserve(_intent(till, provider, request, shot, take), till.cap_usd, till.caps)
    if not is_new:
        return attempt
    token = BEFORE_ORDER.set(lambda: _send(till, attempt))
    try:
        if not type(provider).__module__.startswith("unplastic."):
            _send(till, attempt)  # a stranger's adapter may have a way of its own to the line
        submission = provider.submit(replace(request, mark=mark_of(attempt.key)))
    except (Ambiguous, Protocol) as trouble:  # a good status with a broken body was taken all the same
        till.ledger.give_up(replace(attempt, sent=True), Stage.INTENT, trouble.message)
    except (NotSent, RequestUnfit, Refused) as trouble:
        _release(till, attempt, trouble.message)
        raise
    else:
        _keep(till, attempt, submission.job)
    finally:
        BEFORE_ORDER.reset(token)
    return till.ledger.find(attempt.key) or attempt


def follow(till: Till, provider: Provider, attempt: Attempt, folder: Path, *, probe: Probe) -> Attempt:
    """Poll once; bring the results with the first poll that finds them, then settle. The attempt as it is then.

    A job that takes longer than an hour is late, not failed. Raises what `Provider.poll` and `Provider.fetch` raise;
    the attempt stays as it was then, and can be followed again.
    """
    if attempt.job is None or attempt.stage not in {Stage.SUBMITTED, Stage.LATE}:
        return attempt
    state = provider.poll(attempt.job)
    if state.phase is Phase.SUCCEEDED:
        _settle(till, attempt, state, provider.fetch(attempt.job, folder, probe=probe))
    elif state.phase.is_final:
        _fail(till, attempt, state)
    elif till.now() - attempt.created_s > LATE_S:
        till.ledger.advance(attempt, Stage.LATE, note=f"still {state.native} after an hour")
    return till.ledger.find(attempt.key) or attempt


def may_try_again(failed: Attempt) -> bool:
    """Whether one more try is worth its price, never a second one: filters of outputs are partly chance.

    What the service gave back whole before it had begun costs nothing twice, too.
    """
    why = failed.note.partition(": ")[0]
    return failed.stage is Stage.FAILED and why in AGAIN and not failed.shot.endswith(SECOND)


def try_again(till: Till, provider: Provider, request: Request, failed: Attempt) -> Attempt | None:
    """Order once more what `may_try_again`; None for anything else.

    It has a key of its own, so that it, too, is ordered once, and another seed where there was one. Raises what `order`
    raises, `BudgetSpent` among it.
    """
    if not may_try_again(failed):
        return None
    again = request if request.seed is None else replace(request, seed=request.seed + 1)
    return order(till, provider, again, shot=f"{failed.shot}{SECOND}", take=failed.take)


def stop(till: Till, provider: Provider, attempt: Attempt) -> Attempt:
    """Ask the service to stop it; the attempt as it is then, `REFUNDED` where the service says what comes back.

    One that cannot be stopped runs on and is followed as before, with the reason as its note. Raises what
    `Provider.cancel` raises.
    """
    if attempt.job is None or attempt.stage not in {Stage.SUBMITTED, Stage.LATE}:
        return attempt
    ended = provider.cancel(attempt.job)
    if not ended.stopped:
        till.ledger.advance(attempt, attempt.stage, note=ended.why)
    elif ended.refund_usd is None:
        till.ledger.advance(attempt, Stage.FAILED, note="cancelled; the service does not say what comes back")
    else:
        bound = attempt.reserved_usd if attempt.charged_usd is None else attempt.charged_usd
        till.ledger.advance(attempt, Stage.REFUNDED, note="cancelled", usd=max(0.0, bound - ended.refund_usd))
    return till.ledger.find(attempt.key) or attempt


def take_up_strays(till: Till) -> int:
    """Enter the ids that the books could not take when they came; how many there were.

    A line that was cut off by a crash is left; one that is in the books already, or is another order's there, changes
    nothing.
    """
    if not till.strays.is_file():
        return 0
    count = 0
    for line in till.strays.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
            key, job = row["key"], Job(**row["job"])
        except (ValueError, KeyError, TypeError):
            continue
        known = till.ledger.find(key)
        is_lost = known is not None and known.job is None and known.stage in LOST
        if known and is_lost and known.generation == row.get("generation", 1):
            with contextlib.suppress(SettlementError):
                till.ledger.confirm(key, job, known.generation)
                count += 1
    return count


def _intent(till: Till, provider: Provider, request: Request, shot: str, take: int) -> Attempt:
    estimate = provider.estimate(request)
    usd = estimate.high_usd if estimate.high_usd is not None else till.unknown_price_usd
    if usd is None:
        what = f"{provider.name}: nobody knows what {request.model} costs"
        raise BudgetSpent(what, "say how much an order of unknown price may cost, or choose another model")
    whose = "" if till.is_own or not till.film else f"{till.film}/"
    key = attempt_key(provider.name, request, shot=f"{whose}{shot}", take=take)
    return Attempt(
        key, shot, take, provider.name, canonical(request), request.seed, usd, None, Stage.INTENT, till.now(), None, "",
        "[]", film=till.film, scene=till.scene, agent=till.agent, caller=till.caller,
    )  # fmt: skip


def _release(till: Till, attempt: Attempt, why: str) -> None:
    """Give the money back, unless the attempt is somebody else's by now; one that was parked meanwhile is known now."""
    now = till.ledger.find(attempt.key)
    if now and now.generation == attempt.generation and now.job is None and now.stage in LOST:
        till.ledger.give_up(now, Stage.RELEASED, why)


def _send(till: Till, attempt: Attempt) -> None:
    """Written down right before the request goes out: an intent without it is known to have cost nothing."""
    till.fence()
    if not till.ledger.send(attempt.key, attempt.generation):
        what = f"{attempt.key[:8]} was given up while it was prepared: nothing was sent"
        raise NotSent(what, "look again: it may have been ordered by somebody else")


def _keep(till: Till, attempt: Attempt, job: Job) -> None:
    try:
        till.ledger.confirm(attempt.key, job, attempt.generation)
    except Exception:
        with till.strays.open("a", encoding="utf-8") as lines:
            row = {"key": attempt.key, "generation": attempt.generation, "job": json.loads(job.to_json())}
            lines.write(json.dumps(row) + "\n")
            lines.flush()
            os.fsync(lines.fileno())
        raise


def _settle(till: Till, attempt: Attempt, state: State, fetched: tuple[Fetched, ...]) -> None:
    results = json.dumps([{"path": str(each.path), "sha256": each.sha256, "bytes": each.bytes} for each in fetched])
    till.ledger.advance(attempt, Stage.SETTLED, note=_over(attempt, state), usd=state.charge_usd, results=results)


def _over(attempt: Attempt, state: State) -> str:
    """What is to be said where the service took more than was reserved; nothing else can be done about it."""
    if state.charge_usd is None or state.charge_usd <= attempt.reserved_usd:
        return ""
    return f"charged {state.charge_usd:.2f} USD where {attempt.reserved_usd:.2f} were reserved"


def _fail(till: Till, attempt: Attempt, state: State) -> None:
    """A failed job gives its money back only where the service says that it cost nothing."""
    named = f"{type(state.refusal).__name__}: {state.refusal.message}" if state.refusal else ""
    why = named or f"the service says {state.native}"
    stage = Stage.UNKNOWN if isinstance(state.refusal, Expired) else Stage.FAILED
    till.ledger.advance(attempt, stage, note=why, usd=state.charge_usd)
