"""``unplastic providers``: which services there are, which keys are set, and what each model takes and costs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from unplastic.providers.capability import Capability
    from unplastic.settings import Settings

UNITS = {
    "second": "a second", "token_million": "a million tokens", "picture": "a picture", "credit": "a credit",
    "frame": "a frame",
}  # fmt: skip


def providers(
    verb: Annotated[str | None, typer.Argument(metavar="[show", help="show")] = None,
    name: Annotated[str | None, typer.Argument(metavar="NAME]", help="A service.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """List the services and the keys that are set; ``providers show NAME`` tells a service's models and prices."""
    from unplastic.cli.show import print_json
    from unplastic.registry import member, members
    from unplastic.settings import settings

    known = settings()
    if verb is None:
        services = [_service(each, known) for each in members("providers").values()]
        if as_json:
            print_json({"rehearsal": known.rehearsal or None, "providers": services})
        else:
            _print_services(services, known)
        return
    if verb != "show" or name is None:
        raise typer.BadParameter("write: unplastic providers show NAME")
    kind = member("providers", name)
    if as_json:
        print_json(_service(kind, known) | {"models": [_model(each) for each in _cards(name)]})
    else:
        _print_service(_service(kind, known), _cards(name))


def _cards(name: str) -> tuple[Capability, ...]:
    from unplastic.providers.card import cards

    return cards(name)


def _service(kind: Any, known: Settings) -> dict[str, Any]:
    """What is known of a service; keys by name only, never by value."""
    missing = [[name for name in names if known.key(name) is None] for names in kind.key_names]
    return {
        "name": kind.name,
        "title": kind.title,
        "ready": not all(missing),
        "keys": [list(names) for names in kind.key_names],
        "key_from": kind.key_from,
        "finds_lost_orders": kind.lists,
        "models": [card.model for card in _cards(kind.name)],
    }


def _model(card: Capability) -> dict[str, Any]:
    from unplastic.providers.card import is_stale

    limits = {key: value for key, value in asdict(card.limits).items() if value not in (None, False)}
    return {
        "model": card.model,
        "native": card.native,
        "title": card.title,
        "work": card.work,
        "limits": limits,
        "prices": [asdict(price) for price in card.prices],
        "source": card.source,
        "checked": card.checked.isoformat(),
        "stale": is_stale(card),
        "confidence": card.confidence,
        "retired": card.retired.isoformat() if card.retired else None,
        "notes": card.notes,
    }


def _print_services(services: list[dict[str, Any]], known: Settings) -> None:
    if known.rehearsal:
        typer.echo(f"rehearsing at {known.rehearsal}: no key is needed and nothing is paid\n")
    for each in services:
        wanted = " or ".join(" + ".join(names) for names in each["keys"])
        state = "ready" if each["ready"] else f"set {wanted}"
        typer.echo(f"{each['name']:<9} {each['title']:<30} {state}")
        typer.echo(f"{'':<9} {', '.join(each['models'])}")


def _print_service(service: dict[str, Any], cards: tuple[Capability, ...]) -> None:
    wanted = " or ".join(" + ".join(names) for names in service["keys"])
    typer.echo(f"{service['title']} ({service['name']}): {'ready' if service['ready'] else f'set {wanted}'}")
    typer.echo(f"a key is made at {service['key_from']}")
    if not service["finds_lost_orders"]:
        typer.echo("it has no list: an order whose answer is lost waits for you")
    for card in cards:
        _print_card(_model(card))


def _print_card(model: dict[str, Any]) -> None:
    age = ", older than four months: look again" if model["stale"] else ""
    typer.echo(f"\n{model['model']}  {model['title']} ({model['work']}; at the service: {model['native']})")
    if model["retired"]:
        typer.echo(f"  retired on {model['retired']}")
    for name, value in model["limits"].items():
        between = ", " if name != "seconds" or model["limits"].get("seconds_listed") else " to "
        shown = between.join(f"{each}" for each in value) if isinstance(value, tuple) else value
        typer.echo(f"  {name.replace('_', ' '):<26} {'yes' if value is True else shown}")
    for price in model["prices"]:
        when = ", ".join(f"{key} {value}" for key, value in price["when"].items())
        usd = "not known" if price["usd"] is None else f"{price['usd']:g} USD {UNITS[price['unit']]}"
        typer.echo(f"  price {'(' + when + ')' if when else '':<20} {usd}")
    if not model["prices"]:
        typer.echo("  price: nobody has told")
    typer.echo(f"  from {model['source']}, {model['checked']} ({model['confidence']}{age})")
    if model["notes"]:
        typer.echo(f"  {model['notes']}")
