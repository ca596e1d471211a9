"""How much of a treatment a clip needs: one module per treatment, named like it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Solution:
    """Values that measurement decided, and for each the reason, as a clause a director understands."""

    values: dict[str, Any]
    reasons: dict[str, str]


def between(value: float, limits: tuple[float, float]) -> float:
    """0 on the first limit's side, 1 on the second's, straight between; the limits may fall."""
    start, full = limits
    return min(max((value - start) / (full - start), 0.0), 1.0)
