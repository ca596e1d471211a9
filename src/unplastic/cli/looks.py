"""``unplastic looks``: what looks there are, and what one does."""

from __future__ import annotations

from typing import Annotated

import typer


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
    if name in treatments:
        print_treatment(treatments[name])
    else:
        print_look(look(name))
