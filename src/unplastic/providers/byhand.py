"""What a person decides about an attempt that nobody could find: it was never ordered, or it cost so much.

Only what is parked, failed, or long without an answer can be decided: an order that may be under way cannot.
"""

from __future__ import annotations

from unplastic.errors import SettlementError
from unplastic.providers.ledger import Attempt, Ledger, Stage
from unplastic.providers.reconcile import SETTLE_S

KEY_CHARS_MIN = 8


def named(ledger: Ledger, start: str) -> Attempt:
    """The one attempt whose key begins with ``start``, at least 8 characters; raises `SettlementError`."""
    found = [each for each in ledger.attempts() if each.key.startswith(start)] if len(start) >= KEY_CHARS_MIN else []
    if len(found) == 1:
        return found[0]
    what = f"{len(found)} orders begin with {start!r}" if found else f"no order begins with {start!r}"
    raise SettlementError(what, f"unplastic orders FILM lists them; give at least {KEY_CHARS_MIN} characters")


def was_never_ordered(ledger: Ledger, attempt: Attempt, *, now_s: float) -> None:
    """Give its money back; the same shot's take can be ordered again. Raises `SettlementError`."""
    _check(attempt, now_s)
    if attempt.charged_usd:
        what = f"the service says that {attempt.key[:KEY_CHARS_MIN]} cost ${attempt.charged_usd:.2f}"
        raise SettlementError(what, "it was ordered; nothing can be given back here")
    why = "a person found that it was never ordered"
    if not ledger.give_up(attempt, Stage.RELEASED, why):
        raise _found(attempt)


def did_cost(ledger: Ledger, attempt: Attempt, usd: float, *, now_s: float) -> None:
    """Book what it cost, as the service's console says; it is over then. Raises `SettlementError`."""
    _check(attempt, now_s)
    if not 0 <= usd < 1e6:
        raise SettlementError(f"{usd:g} USD is no charge", "give what the console says, in US dollars")
    if not ledger.give_up(attempt, Stage.FAILED, "a person looked at what it cost", usd=usd):
        raise _found(attempt)


def _check(attempt: Attempt, now_s: float) -> None:
    lost = attempt.stage is Stage.INTENT and now_s - attempt.created_s > SETTLE_S
    if not lost and attempt.stage not in {Stage.UNKNOWN, Stage.FAILED}:
        what = f"{attempt.key[:KEY_CHARS_MIN]} is {attempt.stage}"
        raise SettlementError(what, "only what is unknown or failed, or long without an answer, is settled by hand")


def _found(attempt: Attempt) -> SettlementError:
    what = f"{attempt.key[:KEY_CHARS_MIN]} was found while you looked"
    return SettlementError(what, "unplastic orders FILM shows its job; nothing was changed")
