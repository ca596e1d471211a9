"""``unplastic budget``: what programs may spend in your name, and what they have spent."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from unplastic.cli.film import JSON

budget = typer.Typer(help="What programs such as an MCP client may spend in your name.", no_args_is_help=True)


@budget.command("grant")
def grant(
    usd: Annotated[float, typer.Option("--usd", help="In all, over all films, in US dollars.")],
    who: Annotated[str, typer.Option("--for", metavar="NAME", help="Who gets it; its name in the ledgers.")],
    as_json: JSON = False,
) -> None:
    """Make a budget token. It is shown once; whoever has it may spend that much, and no more."""
    import time

    from unplastic.cli.show import print_json, say
    from unplastic.pipeline.grant import TOKEN, give

    token, made = give(usd, who, now_s=time.time())
    if as_json:
        print_json({"token": token, "id": made.id, "for": made.caller, "usd": made.usd})
        return
    typer.echo(token)
    say(f"{made.caller} may spend {made.usd:.2f} USD with it: give it to the program, or set {TOKEN}")
    say(f"it is not shown again; unplastic budget end {made.id} takes it back")


@budget.command("list")
def show(as_json: JSON = False) -> None:
    """List the tokens, what was spent with each, and what is left."""
    from unplastic.cli.show import print_json
    from unplastic.pipeline.grant import grants

    found = grants()
    if as_json:
        print_json({"grants": [_document(each) for each in found]})
        return
    for each in found:
        state = "ended" if each.ended else f"{each.left_usd:.2f} left"
        films = f"  {', '.join(each.films)}" if each.films else ""
        typer.echo(f"{each.id}  {each.caller:<16} {each.spent_usd:.2f} of {each.usd:.2f} USD, {state}{films}")


@budget.command("end")
def end(
    start: Annotated[str, typer.Argument(metavar="ID", help="The token's id, or its beginning.")],
    as_json: JSON = False,
) -> None:
    """Take a token back: nothing more is ordered with it."""
    from unplastic.cli.show import print_json
    from unplastic.pipeline.grant import end as take_back

    ended = take_back(start)
    if as_json:
        print_json(_document(ended))
    else:
        typer.echo(f"{ended.id} of {ended.caller} was ended")


def _document(each: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(each) | {"left_usd": each.left_usd, "name": each.name}
