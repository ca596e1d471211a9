"""``unplastic rehearse``: the services' protocols on loopback, so that a film can be rehearsed at no cost."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def rehearse(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port on loopback; 0 takes a free one.")] = 8765,
    clips: Annotated[
        Path | None,
        typer.Option("--clips", metavar="DIR", help="Clips and pictures to hand out; else a test clip."),
    ] = None,
    faults: Annotated[
        str, typer.Option("--faults", metavar="FILE|SPEC", help="What goes wrong, such as ark.create#2=cut-after.")
    ] = "",
    speed: Annotated[
        float | None, typer.Option("--speed", help="States last 30 s / SPEED; without: one state a poll.")
    ] = None,
    echo: Annotated[
        bool, typer.Option("--echo/--no-echo", help="Whether listings show what was sent to the service.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="The address, and at the end the bill, as JSON.")] = False,
) -> None:
    """Serve every provider's protocol on this machine until interrupted, then say what it would have cost."""
    import json
    import threading

    from unplastic.rehearsal import Rehearsal

    with Rehearsal(port, clips=clips, faults=faults, speed=speed, echo=echo) as server:
        if as_json:
            typer.echo(json.dumps({"rehearsal": server.url}))
        else:
            typer.echo(f"rehearsing on {server.url} (Ctrl-C ends it)")
            typer.echo(f"export UNPLASTIC_REHEARSAL={server.url}")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            bill = server.bill
            text = f"{len(bill.jobs())} jobs, {bill.total_usd():.2f} USD that nobody has to pay"
            typer.echo(json.dumps(bill.as_json()) if as_json else text)
