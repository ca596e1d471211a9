"""What a check-up looks at beside the machine itself: parts, extras, keys by name only, database, store, settings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from unplastic.settings import Settings

Row: TypeAlias = tuple[str, bool, str, str, str]
"""(name, ok, text, what to do, what it would give)"""

PARTS = ("av", "numpy", "numba", "opencv-python-headless", "ai-edge-litert", "opencolorio", "dbos", "sqlalchemy")
EXTRAS = {
    "mcp": ("mcp", "unplastic mcp: chat agents measure, finish, plan and run"),
    "llm": ("pydantic_ai", "a language model for prompts (--llm) and for agents that the grammar does not understand"),
    "edit": ("opentimelineio", "timelines for editors, and provenance"),
    "demo": ("skimage", "make demo: a sample clip made on the spot"),
    "docs": ("material", "make docs: this documentation as a site"),
}


def surroundings() -> Iterator[Row]:
    """All of it, cheapest first."""
    from unplastic.errors import SettingsError
    from unplastic.settings import settings

    yield "parts", True, ", ".join(f"{each} {_version(each)}" for each in PARTS), "", ""
    yield from _extras()
    try:
        known = settings()
    except SettingsError as wrong:
        yield "settings", False, wrong.message, wrong.hint, ""
        return
    yield from _keys(known)
    yield _database(known)
    yield _store(known)
    yield _reference()
    yield _tokens()


def _extras() -> Iterator[Row]:
    for name, (module, gives) in EXTRAS.items():
        if find_spec(module) is None:
            yield f"extra {name}", True, "not installed", f'pip install "unplastic[{name}]"', gives
        else:
            yield f"extra {name}", True, "installed", "", ""


def _keys(known: Settings) -> Iterator[Row]:
    """One line a service: which keys are there, by name; never a value."""
    from unplastic.providers.card import cards
    from unplastic.registry import members

    if known.rehearsal:
        yield "rehearsal", True, f"all services are rehearsed at {known.rehearsal}: no key is needed", "", ""
    for name, kind in members("providers").items():
        ways: tuple[tuple[str, ...], ...] = kind.key_names  # type: ignore[attr-defined]
        there = [key for way in ways for key in way if known.key(key)]
        models = ", ".join(card.model for card in cards(name))
        if any(all(known.key(key) for key in way) for way in ways):
            yield f"key {name}", True, f"{', '.join(there)} is set", "", ""
        else:
            wanted = " or ".join(" + ".join(way) for way in ways)
            where: str = kind.key_from  # type: ignore[attr-defined]
            yield f"key {name}", True, "not set", f"set {wanted}; made at {where}", models


def _database(known: Settings) -> Row:
    """Whether the server answers; its address may hold a password and is not shown."""
    from unplastic.database import at
    from unplastic.errors import UnplasticError

    url = known.key("UNPLASTIC_DATABASE_URL")
    if not url:
        gives = "films that many machines work on at once"
        hint = "set UNPLASTIC_DATABASE_URL=postgresql://..."
        return "database", True, "a SQLite file in each film's folder", hint, gives
    try:
        database = at(url.reveal())
        with database.transaction() as books:
            books.one("select 1 as yes")
    except UnplasticError as gone:
        return "database", False, gone.message, gone.hint, ""
    return "database", True, "PostgreSQL answers", "", ""


def _store(known: Settings) -> Row:
    if known.key("UNPLASTIC_STORE"):
        return "store", True, "a bucket, named by UNPLASTIC_STORE", "", ""
    return (
        "store",
        True,
        "a folder beside each film",
        "set UNPLASTIC_STORE=s3://BUCKET",
        "files that many machines share",
    )


def _reference() -> Row:
    path = os.environ.get("UNPLASTIC_REFERENCE", "")
    if not path:
        gives = "clips judged against your own camera footage instead of ours"
        return "reference", True, "the one that comes with unplastic", "unplastic reference build DIR", gives
    if not Path(path).is_file():
        return "reference", False, f"{path}: no such file", "unset UNPLASTIC_REFERENCE, or build it again", ""
    return "reference", True, path, "", ""


def _tokens() -> Row:
    from unplastic.errors import UnplasticError
    from unplastic.pipeline.grant import grants

    try:
        open_ = [each for each in grants() if not each.ended]
    except UnplasticError as trouble:
        return "budget", False, trouble.message, trouble.hint, ""
    if not open_:
        return "budget", True, "no budget token", "unplastic budget grant --usd 20 --for mcp", "programs that may order"
    left = sum(each.left_usd for each in open_)
    return "budget", True, f"{len(open_)} tokens, {left:.2f} USD left in all", "", ""


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"
