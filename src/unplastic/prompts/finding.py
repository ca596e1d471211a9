"""What the prompt room says: findings with their place, and changes with their reason."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that an editor would mark.

    ``severity``: 3 it makes plastic, 2 it should be said otherwise, 1 look at it. ``start`` and ``end`` are characters
    of the text that was given; None where something is missing. ``fixable``: `rewrite` mends it by itself.
    """

    code: str
    severity: int
    text: str
    why: str
    fix: str
    start: int | None = None
    end: int | None = None
    fixable: bool = True

    def document(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was done to a prompt, and why. ``before`` is empty for what was added."""

    code: str
    before: str
    after: str
    why: str

    def document(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)
