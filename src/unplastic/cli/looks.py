"""``unplastic looks``: what looks there are, and what one does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from unplastic.looks import Look


def looks(
    verb: Annotated[str | None, typer.Argument(metavar="[show", help="show")] = None,
    name: Annotated[str | None, typer.Argument(metavar="NAME]", help="A look or a treatment.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """List the looks; ``looks show NAME`` explains one look, or every parameter of one treatment."""
    from unplastic.cli.show import print_json, print_look, print_looks, print_treatment
    from unplastic.looks import look, look_files
    from unplastic.registry import members

    if verb is None:
        known = [look(each) for each in look_files()]
        if as_json:
            print_json({"looks": [{"name": each.name, "intent": each.intent} for each in known]})
        else:
            print_looks(known)
        return
    if verb != "show" or name is None:
        raise typer.BadParameter("write: unplastic looks show NAME")
    treatments = members("treat")
    if as_json:
        print_json(_treatment(treatments[name]) if name in treatments else _look(look(name)))
    elif name in treatments:
        print_treatment(treatments[name])
    else:
        print_look(look(name))


def _look(shown: Look) -> dict[str, Any]:
    steps = {each.treatment: {"values": each.values, "pinned": sorted(each.pinned)} for each in shown.steps}
    facts = {"name": shown.name, "intent": shown.intent, "source": shown.source, "date": shown.date.isoformat()}
    return facts | {"treatments": steps}


def _treatment(kind: type) -> dict[str, Any]:
    from dataclasses import asdict

    from unplastic.parameter import parameters

    return {"treatment": kind.name, "parameters": [asdict(each) for each in parameters(kind)]}  # type: ignore[attr-defined]
