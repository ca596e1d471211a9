"""An order whose answer was lost is looked for in the service's own list, by seed and by what the list repeats.

Nothing is believed before the settle window has passed: a list may lag behind, and another process may be waiting for
the answer. One match is adopted. None, or more than one, and a person is asked: the money stays reserved.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from unplastic.errors import SettlementError
from unplastic.providers.http import ANSWER_TIMEOUT_S
from unplastic.providers.ledger import Attempt, Stage
from unplastic.providers.payment import Till, take_up_strays
from unplastic.providers.provider import Listed, Provider, mark_of

TELLING = ("mark", "seed", "source.bytes")
"""What tells one order from another: a text of ours that comes back, a seed, the length of the clip that was sent."""
SETTLE_S = 2 * ANSWER_TIMEOUT_S
CLOCK_SLACK_S = 300.0
CLOCK_LOST_S = 7 * 86_400.0
"""How far back a list is read where this machine's clock was wrong when it ordered, or may have been."""


def reconcile(
    till: Till, provider: Provider, attempt: Attempt, *, settle_s: float = SETTLE_S, again: bool = False
) -> Attempt:
    """Find the job of an intent without an id; the attempt as it is then. It orders nothing.

    One that never left is released: `Ledger.send` would refuse it from then on, were it still being prepared.

    ``settle_s`` is the age in seconds below which an intent is left alone; one that seems to come from the future has
    that age too, since the clock was set back. ``again`` looks once more for one that was parked: a clock that jumped,
    or a list that was late, may have hidden it. Raises what `Provider.list` raises; the intent then stays.
    """
    if take_up_strays(till):
        attempt = till.ledger.find(attempt.key) or attempt
    is_lost = attempt.stage is Stage.INTENT or (again and attempt.stage is Stage.UNKNOWN and attempt.job is None)
    is_young = abs(till.now() - attempt.created_s) < settle_s
    if is_lost and not attempt.sent and not is_young:
        till.ledger.give_up(attempt, Stage.RELEASED, "it never left: whoever prepared it was cut off")
        return till.ledger.find(attempt.key) or attempt
    if not is_lost or is_young:
        return attempt
    if not provider.lists:
        _park(till, attempt, f"{provider.title} has no list to look in")
        return till.ledger.find(attempt.key) or attempt
    listed = list(provider.list(_since(till, attempt)))
    taken = {each.job.id for each in till.ledger.attempts() if each.job and each.provider == provider.name}
    found = [each for each in listed if each.job.id not in taken and _is_it(attempt, each)]
    if len(found) == 1:
        with contextlib.suppress(SettlementError):  # its own answer came in between, or another order's did
            till.ledger.confirm(attempt.key, found[0].job, attempt.generation)
    elif found:
        _park(till, attempt, "several jobs match: " + ", ".join(each.job.id for each in found))
    else:
        _park(till, attempt, "no job in the service's list matches")
    return till.ledger.find(attempt.key) or attempt


def _since(till: Till, attempt: Attempt) -> datetime:
    """From when on the service may have made it, by the service's clock. What was parked is looked for further back."""
    is_sure = attempt.stage is Stage.INTENT and attempt.created_s <= till.now()
    back_s = CLOCK_SLACK_S if is_sure else CLOCK_LOST_S
    return datetime.fromtimestamp(min(attempt.created_s, till.now()) - back_s, UTC)


def _is_it(attempt: Attempt, listed: Listed) -> bool:
    """One thing that tells orders apart is the same, and nothing else that the list repeats says otherwise.

    A list that repeats no such thing proves nothing; an order with another mark is another order, whatever is the same.
    """
    wanted = _wanted(attempt)
    same = [name for name in TELLING if wanted.get(name) is not None and listed.echo.get(name) == wanted[name]]
    return bool(same) and all(wanted[name] == value for name, value in listed.echo.items() if name in wanted)


def _wanted(attempt: Attempt) -> Mapping[str, Any]:
    request = json.loads(attempt.request)
    inside = {f"{name}.{key}": value for name in request for key, value in _fields(request[name])}
    return {**request, **inside, "mark": mark_of(attempt.key)}


def _fields(value: Any) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, Mapping) else []


def _park(till: Till, attempt: Attempt, why: str) -> None:
    till.ledger.give_up(attempt, Stage.UNKNOWN, f"{why}; look in the service's console")
