"""What may be spent at most, on whose account: every cap is a sum over orders, looked at with the intent's row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from unplastic.database import Books
from unplastic.errors import BudgetSpent

if TYPE_CHECKING:
    from unplastic.providers.ledger import Attempt

DAY_S = 86_400
SECOND = " (again)"
"""Ends the name of the shot in the one more try that a filter's refusal gets."""
NOWHERE = ("released", "moved")
"""The stages of orders that count for nothing here: never ordered, or counted in other books."""


@dataclass(frozen=True, slots=True)
class Caps:
    """What may be spent besides the film's budget, in US dollars; None: no cap of that kind.

    ``shot_usd`` and ``scene_usd`` count in the attempt's film; ``agent_usd`` and ``agent_day_usd`` what its agent
    spends there; ``day_usd`` the film's orders of one day, a day of UTC; ``caller_usd`` what is left of the attempt's
    caller's budget token for this film.
    """

    shot_usd: float | None = None
    scene_usd: float | None = None
    agent_usd: float | None = None
    agent_day_usd: float | None = None
    day_usd: float | None = None
    caller_usd: float | None = None


NO_CAPS = Caps()
FILM = "and (film = :film or film = '')"


def rules(attempt: Attempt, cap_usd: float, caps: Caps) -> list[tuple[str, float, str, dict[str, Any]]]:
    """(whose, cap, what counts, with which values), the film's first."""
    day = attempt.created_s // DAY_S * DAY_S
    shot = attempt.shot.removesuffix(SECOND)
    known: list[tuple[str, float | None, str, dict[str, Any]]] = [
        ("the film", cap_usd, FILM, {}),
        (f"scene {attempt.scene}", caps.scene_usd, f"{FILM} and scene = :scene", {"scene": attempt.scene}),
        (f"shot {shot}", caps.shot_usd, f"{FILM} and shot in (:shot, :again)", {"shot": shot, "again": shot + SECOND}),
        ("today", caps.day_usd, f"{FILM} and created_s >= :day", {"day": day}),
        (attempt.agent, caps.agent_usd, f"{FILM} and agent = :agent", {"agent": attempt.agent}),
        (f"{attempt.agent} today", caps.agent_day_usd, f"{FILM} and agent = :agent and created_s >= :day",
         {"agent": attempt.agent, "day": day}),
        (f"the budget token of {attempt.caller}", caps.caller_usd, f"{FILM} and caller = :caller",
         {"caller": attempt.caller}),
    ]  # fmt: skip
    return [(whose, cap, what, values) for whose, cap, what, values in known if cap is not None]


def check(books: Books, attempt: Attempt, whose: str, cap_usd: float, what: str, values: dict[str, Any]) -> None:
    """Raise `BudgetSpent` where the attempt would go over that cap."""
    so_far, wanted = spent(books, what, {"film": attempt.film, **values}), micro(attempt.reserved_usd)
    if so_far + wanted > micro(cap_usd):
        left = max(0, micro(cap_usd) - so_far) / 1e6
        said = f"{attempt.provider}: this may cost ${attempt.reserved_usd:.2f}, and ${left:.2f} is left"
        raise BudgetSpent(
            said if whose == "the film" else f"{said} for {whose}",
            "raise the budget, or ask for something shorter or smaller; nothing was sent",
        )


def micro(usd: float) -> int:
    """Whole micro-dollars."""
    return round(usd * 1e6)


def spent(books: Books, what: str, values: dict[str, Any]) -> int:
    """What the orders count for that ``what`` selects, in micro-dollars."""
    used = {name: value for name, value in values.items() if f":{name}" in what}
    row = books.one(
        "select coalesce(sum(coalesce(charged_micro_usd, reserved_micro_usd)), 0) as micro_usd from attempt"
        f" where state not in {NOWHERE} {what}",
        **used,
    )  # fmt: skip
    return int(row["micro_usd"]) if row else 0
