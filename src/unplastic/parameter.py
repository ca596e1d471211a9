"""One way to declare a number that a user may turn: default, interval, unit in the name, and a line of meaning.

Flags, look keys, documentation tables and range checks are all derived from these fields; nothing is listed twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from unplastic.errors import RecipeError


@dataclass(frozen=True, slots=True)
class Parameter:
    """The declaration of one parameter, as read back by `parameters`."""

    name: str
    default: Any
    low: float | None
    high: float | None
    meaning: str


def parameter(default: Any, meaning: str, *, low: float | None = None, high: float | None = None) -> Any:
    """A dataclass field with an inclusive interval [low, high] and a line of ``meaning`` (what it does, which unit)."""
    return field(default=default, metadata={"low": low, "high": high, "meaning": meaning})


def parameters(kind: type) -> tuple[Parameter, ...]:
    """The declared parameters of a member of a room, in their order."""
    return tuple(
        Parameter(f.name, f.default, f.metadata["low"], f.metadata["high"], f.metadata["meaning"])
        for f in fields(kind)
        if "meaning" in f.metadata
    )


def check(thing: Any) -> None:
    """Raise `RecipeError` naming the first parameter of ``thing`` outside its interval. For ``__post_init__``."""
    for p in parameters(type(thing)):
        value = getattr(thing, p.name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        if (p.low is not None and not value >= p.low) or (p.high is not None and not value <= p.high):
            raise RecipeError(
                f"{type(thing).name}.{p.name} = {value} is outside [{p.low:g}, {p.high:g}]",
                f"give a value inside the interval, or leave it out for the default {p.default}",
            )
