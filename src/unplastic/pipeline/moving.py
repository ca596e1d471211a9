"""A film whose books came to a server: the orders of its own file go there with it, each once.

Two books would each know half of what was paid: no cap would hold, and a shot could be ordered once in each.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from unplastic.errors import SettlementError
from unplastic.providers.ledger import Attempt, SqlLedger, Stage
from unplastic.providers.payment import Till, take_up_strays
from unplastic.providers.provider import key_of

GONE = {Stage.RELEASED, Stage.MOVED}


def is_left(own: SqlLedger) -> bool:
    """Whether the film's own file has orders that count there."""
    return any(each.stage not in GONE for each in own.attempts())


def brought_over(own: SqlLedger, server: SqlLedger, film: str, strays: Iterable[Path]) -> int:
    """Enter the orders of the film's own file in the server's books; how many came. Cut off, it is done again.

    An intent that has not left is given up, so that whoever prepares it sends nothing. An answer that comes to the old
    row later is brought the next time.
    """
    for path in strays:
        take_up_strays(Till(own, 0.0, path, time.time))
    count = 0
    for seen in own.attempts():
        is_unsent = seen.stage is Stage.INTENT and not seen.sent
        if seen.stage in GONE or (is_unsent and own.give_up(seen, Stage.RELEASED, "the film's books are on a server")):
            continue
        now = own.find(seen.key) or seen
        there = _there(now, film)
        if not server.enter(there) and now.job:
            with contextlib.suppress(SettlementError):  # it has another job there: a person was asked about it
                server.confirm(there.key, now.job, now.generation)
        count += own.give_up(now, Stage.MOVED, "")
    return count


def _there(attempt: Attempt, film: str) -> Attempt:
    """As the server knows it: casting's orders have the film's name in their key there, as all others always have."""
    if attempt.key != key_of(attempt.provider, attempt.request, shot=attempt.shot, take=attempt.take):
        return replace(attempt, film=attempt.film or film)
    key = key_of(attempt.provider, attempt.request, shot=f"{film}/{attempt.shot}", take=attempt.take)
    return replace(attempt, film=film, key=key)
