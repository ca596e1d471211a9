"""Values out of services' answers, which may hold anything: what is not of the kind that was asked for is nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def table(whole: Any, *names: str) -> Mapping[str, Any]:
    """The object at ``whole[name][name]...``, or an empty one."""
    for name in names:
        whole = whole.get(name) if isinstance(whole, Mapping) else None
    return whole if isinstance(whole, Mapping) else {}


def rows(whole: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects of the list called ``name``, or none."""
    found = whole.get(name)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def words(whole: Mapping[str, Any], *names: str) -> str:
    """The first of these that holds a text, or an empty one."""
    return next((whole[name] for name in names if isinstance(whole.get(name), str) and whole[name]), "")


def number(value: Any) -> float | None:
    """A number, also one that is written as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if abs(found) < 1e18 else None


def moment(value: Any, *, per_second: float = 1.0) -> datetime | None:
    """A time as Unix seconds (``per_second`` 1000: milliseconds) or ISO 8601, in UTC; None for anything else."""
    since = number(value)
    if since is None and isinstance(value, str):
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            return None
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    try:
        return None if since is None else datetime.fromtimestamp(since / per_second, UTC)
    except (OverflowError, ValueError, OSError):
        return None
