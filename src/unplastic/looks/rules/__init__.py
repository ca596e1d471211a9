"""How much of a treatment a clip needs: one module per treatment, named like it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from unplastic.looks.aims import Aim


@dataclass(frozen=True, slots=True)
class Solution:
    """Values that measurement decided, and for each the reason, as a clause a director understands."""

    values: dict[str, Any]
    reasons: dict[str, str]


def between(value: float, limits: tuple[float, float]) -> float:
    """0 on the first limit's side, 1 on the second's, straight between; the limits may fall."""
    start, full = limits
    return min(max((value - start) / (full - start), 0.0), 1.0)


class Rule(NamedTuple):
    """What the module of a treatment holds."""

    solve: Callable[..., Solution]
    aims: Callable[[Any], tuple[Aim, ...]]


def rule_of(treatment: str) -> Rule:
    """The rule of a treatment; one without a module is used as the look states it, and aims at nothing."""
    name = f"unplastic.looks.rules.{treatment}"
    if find_spec(name) is None:
        return Rule(lambda *_: Solution({}, {}), lambda _: ())
    module = import_module(name)
    return Rule(module.solve, getattr(module, "aims", lambda _: ()))
