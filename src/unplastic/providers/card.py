"""The cards of a service's models, from ``data/providers/<service>.toml``, and the card that fits a request.

A file of the same name in the user's configuration folder (``unplastic/providers/``) replaces models and adds others,
so that a new price or a new model needs no new release. An unknown key is an error.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from difflib import get_close_matches
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from unplastic.errors import ModelRetired, RequestUnfit, SettingsError
from unplastic.providers.capability import Capability, Limits, Price
from unplastic.providers.limits import check
from unplastic.providers.provider import Request

STALE_DAYS = 120


def cards(service: str) -> tuple[Capability, ...]:
    """The cards of every model of ``service``, in the order of their file.

    Raises `SettingsError` for a user's file that is not a file of cards.
    """
    found = {card.model: card for path in _files(service) for card in _read(path)}
    return tuple(found.values())


def fit(service: str, request: Request) -> Capability:
    """The card of the model that ``request`` names, by its key, its id at the service or another word for it.

    Everything that the card limits is checked. Raises `RequestUnfit` for what the model cannot do, `ModelRetired`,
    `TooLarge`, `WrongKind` and `FacePolicy`; nothing has been sent then.
    """
    card = named(service, request.model)
    if card.work != request.work:
        raise RequestUnfit(f"{card.title} makes no {request.work}: it is there for {card.work}", _others(service))
    if card.retired and card.retired <= today():
        what = f"{card.title} was retired on {card.retired:%-d %B %Y}"
        raise ModelRetired(what, f"choose another: unplastic providers show {service}")
    check(card, request)
    return card


def named(service: str, model: str) -> Capability:
    """The card of a model by any of its names; raises `RequestUnfit` with the nearest of them."""
    known = {name: card for card in cards(service) for name in (card.model, card.native, *card.aliases)}
    if model in known:
        return known[model]
    near = get_close_matches(model, known, n=1)
    raise RequestUnfit(
        f"{service} has no model {model!r}", f"did you mean {near[0]}? {_others(service)}" if near else _others(service)
    )


def is_stale(card: Capability) -> bool:
    """Nobody has looked at this card's source for four months: prices move faster than that."""
    return (today() - card.checked).days > STALE_DAYS


def today() -> date:
    """The date in UTC."""
    return datetime.now(UTC).date()


def _others(service: str) -> str:
    return f"unplastic providers show {service} lists its models"


def _files(service: str) -> tuple[Path, ...]:
    own = Path(str(resources.files("unplastic"))) / "data" / "providers"
    configuration = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "unplastic" / "providers"
    return tuple(path for path in (own / f"{service}.toml", configuration / f"{service}.toml") if path.is_file())


def _read(path: Path) -> tuple[Capability, ...]:
    try:
        return _parse(path, path.stat().st_mtime_ns)
    except OSError as trouble:
        raise SettingsError(f"{path}: {trouble.strerror or trouble}", "make it readable, or remove it") from trouble


@cache
def _parse(path: Path, _: int) -> tuple[Capability, ...]:
    """The cards of one file; ``_`` is the time of its last change, so that a change is seen."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        shared = {name: table[name] for name in ("source", "checked") if name in table}
        return tuple(_card(shared | row) for row in table["models"])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError) as trouble:
        what = f"no {trouble}" if isinstance(trouble, KeyError) else str(trouble)
        raise SettingsError(f"{path} is no file of cards: {what}", "docs/providers.md shows a card") from trouble


def _card(row: Mapping[str, Any]) -> Capability:
    """Raises `ValueError` and `TypeError` for a key that is not known and for one that is lacking."""
    limits = _known(Limits, row.get("limits", {}))
    prices = tuple(Price(**_known(Price, price)) for price in row.get("prices", ()))
    given = {key: value for key, value in row.items() if key not in {"limits", "prices"}}
    return Capability(**_known(Capability, given), limits=Limits(**limits), prices=prices)


def _known(kind: type, row: Mapping[str, Any]) -> dict[str, Any]:
    known = [each.name for each in fields(kind)]
    for key in row:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            raise ValueError(f"{key!r} is not known" + (f", {near[0]!r} is" if near else ""))
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
