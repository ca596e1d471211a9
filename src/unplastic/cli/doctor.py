"""``unplastic doctor``: is this machine ready, and what is it missing."""

from __future__ import annotations

from typing import Annotated

import typer


def doctor(
    warm: Annotated[
        bool, typer.Option("--warm", help="Compile the kernels now, so that the first clip starts at once.")
    ] = False,
) -> int:
    """Check the parts that finishing needs: codecs, kernels and their cache, free memory and disk."""
    from unplastic.cli.checkup import checks
    from unplastic.cli.outcome import DONE, UNMET

    worst = DONE
    for check in checks(warm=warm):
        typer.echo(f"{'ok  ' if check.ok else 'FAIL'} {check.name:<12} {check.text}")
        if not check.ok:
            typer.echo(f"     {'':<12} do: {check.hint}")
            worst = UNMET
    return worst
