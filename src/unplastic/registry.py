"""Names to things: every module of a room is found by itself, strangers' packages by entry point.

A room holds members of one kind, one file each. A member is a frozen dataclass with a class attribute ``name``.
Adding a member is adding a file; an outside package adds one through the entry-point group ``unplastic.<room>``.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from dataclasses import is_dataclass
from difflib import get_close_matches
from functools import cache
from types import ModuleType

from unplastic.errors import RecipeError, UnknownName


@cache
def members(room: str, *, outside: bool = True) -> dict[str, type]:
    """All members of ``room`` ("measure", "treat"), by name, in the order of their names.

    Raises `RecipeError` when two modules claim one name. A built-in that does not import fails loudly.
    """
    package = importlib.import_module(f"unplastic.{room}")
    found: dict[str, type] = {}
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
        for thing in _members_of(importlib.import_module(f"unplastic.{room}.{info.name}")):
            _add(found, thing)
    if outside:
        from importlib.metadata import entry_points  # 35 ms, and only needed when a room is opened

        for point in entry_points(group=f"unplastic.{room}"):
            _add(found, point.load())
    return dict(sorted(found.items()))


def member(room: str, name: str) -> type:
    """The member called ``name``; raises `UnknownName` with the nearest known names."""
    known = members(room)
    if name in known:
        return known[name]
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
    raise UnknownName(f"no {room} member is called {name!r}", hint)


def _members_of(module: ModuleType) -> list[type]:
    return [
        thing
        for thing in vars(module).values()
        if inspect.isclass(thing)
        and thing.__module__ == module.__name__
        and is_dataclass(thing)
        and isinstance(vars(thing).get("name"), str)
    ]


def _add(found: dict[str, type], thing: type) -> None:
    name: str = vars(thing)["name"]
    if name in found:
        raise RecipeError(
            f"{found[name].__module__} and {thing.__module__} both claim the name {name!r}",
            "rename one of them",
        )
    found[name] = thing
