"""How much of a treatment a clip needs: one module per treatment, named like it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Solution:
    """Values that measurement decided, and for each the reason, as a clause a director understands."""

    values: dict[str, Any]
    reasons: dict[str, str]
