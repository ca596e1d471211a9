"""How an order is paid once: intent, one POST, its id, polls, results; and what is done when one of them is cut off.

An attempt that is not new is never ordered again, whatever became of it. What may have arrived stays an intent until
`unplastic.providers.reconcile` finds it in the service's list, or parks it for a person.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from unplastic.errors import Ambiguous, BudgetSpent, ContentOutput, Expired, NotSent, Protocol, Refused, RequestUnfit
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
SECOND = " (again)"


@dataclass(frozen=True, slots=True)
class Till:
    """Where an order is paid: the books, the cap in US dollars, and where ids go that the books could not take.

    ``unknown_price_usd`` is what the user allows for an order whose price nobody knows; None: such are not ordered.
    ``now`` gives Unix time in seconds.
    """

    ledger: Ledger
    cap_usd: float
    strays: Path
    now: Callable[[], float]
    unknown_price_usd: float | None = None


def order(till: Till, provider: Provider, request: Request, *, shot: str, take: int = 1) -> Attempt:
    """Order it, unless this shot's take was ordered before; the attempt as the books have it then.

    Raises `BudgetSpent` before, `NotSent`, `RequestUnfit` and `Refused` instead of an order, and all four leave the
    budget as it was. An order that may have arrived raises nothing: its attempt stays an intent.
    """
    attempt, is_new = till.ledger.reserve(_intent(till, provider, request, shot, take), till.cap_usd)
    if not is_new:
        return attempt
    try:
        submission = provider.submit(replace(request, mark=mark_of(attempt.key)))
    except (Ambiguous, Protocol) as trouble:  # a good status with a broken body was taken all the same
        till.ledger.move(attempt.key, Stage.INTENT, note=trouble.message)
    except (NotSent, RequestUnfit, Refused) as trouble:
        till.ledger.move(attempt.key, Stage.RELEASED, note=trouble.message)
        raise
    else:
        _keep(till, attempt, submission.job)
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
        till.ledger.move(attempt.key, Stage.LATE, note=f"still {state.native} after an hour")
    return till.ledger.find(attempt.key) or attempt


def try_again(till: Till, provider: Provider, request: Request, failed: Attempt) -> Attempt | None:
    """Order once more what a filter took away after it was made; None where that is not the case.

    Filters of outputs are partly chance: one more try, with another seed where there was one, and never a third. It has
    a key of its own, so that it, too, is ordered once. Raises what `order` raises, `BudgetSpent` among it.
    """
    is_chance = failed.stage is Stage.FAILED and failed.note.startswith(f"{ContentOutput.__name__}: ")
    if not is_chance or failed.shot.endswith(SECOND):
        return None
    again = request if request.seed is None else replace(request, seed=request.seed + 1)
    return order(till, provider, again, shot=f"{failed.shot}{SECOND}", take=failed.take)


def take_up_strays(till: Till) -> int:
    """Enter the ids that the books could not take when they came; how many there were.

    A line that was cut off by a crash is left; one that is in the books already changes nothing.
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
        if known and known.stage is Stage.INTENT and known.generation == row.get("generation", 1):
            till.ledger.confirm(key, job, known.generation)
            count += 1
    return count


def _intent(till: Till, provider: Provider, request: Request, shot: str, take: int) -> Attempt:
    estimate = provider.estimate(request)
    usd = estimate.high_usd if estimate.high_usd is not None else till.unknown_price_usd
    if usd is None:
        what = f"{provider.name}: nobody knows what {request.model} costs"
        raise BudgetSpent(what, "say how much an order of unknown price may cost, or choose another model")
    key = attempt_key(provider.name, request, shot=shot, take=take)
    return Attempt(
        key, shot, take, provider.name, canonical(request), request.seed, usd, None, Stage.INTENT, till.now(), None, "",
        "[]",
    )  # fmt: skip


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
    till.ledger.move(attempt.key, Stage.SETTLED, usd=state.charge_usd, results=results)


def _fail(till: Till, attempt: Attempt, state: State) -> None:
    """A failed job gives its money back only where the service says that it cost nothing."""
    named = f"{type(state.refusal).__name__}: {state.refusal.message}" if state.refusal else ""
    why = named or f"the service says {state.native}"
    stage = Stage.UNKNOWN if isinstance(state.refusal, Expired) else Stage.FAILED
    till.ledger.move(attempt.key, stage, note=why, usd=state.charge_usd)
