"""``unplastic mcp``: the MCP server, for chat agents on this machine."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer


def mcp(
    root: Annotated[
        list[Path] | None,
        typer.Option("--root", metavar="DIR", help="A folder that clients may use; several. Else this one."),
    ] = None,
    http: Annotated[bool, typer.Option("--http", help="Over HTTP on loopback instead of stdin and stdout.")] = False,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="With --http.")] = 8766,
    places: Annotated[int, typer.Option("--places", min=1, max=16, help="Clips that are worked on at once.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="With --http: the address as JSON on stdout.")] = False,
) -> None:
    """Serve chat agents: measure, finish, compare, prompt, route, plan, run, status, verdicts, agents.

    Money is spent only with a budget token: unplastic budget grant --usd 20 --for mcp.
    """
    import json
    import os
    import signal

    from unplastic.cli.show import say
    from unplastic.errors import UnplasticError

    try:
        from unplastic.mcp.server import opened
    except ModuleNotFoundError as missing:
        raise UnplasticError(
            f"the MCP server needs the extra mcp ({missing.name})", 'pip install "unplastic[mcp]"'
        ) from None

    token = os.environ.get("UNPLASTIC_BUDGET_TOKEN", "")
    with ExitStack() as stack:
        server = stack.enter_context(opened(root or [Path()], places=places, token=token))

        def end(number: int, _: object) -> None:
            """Stop all work and go: the thread that waits for the next line of stdin would hold the process open."""
            stack.close()
            os._exit(128 + number)

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)  # over HTTP, the web server has its own
        if http:
            if as_json:
                typer.echo(json.dumps({"mcp": f"http://127.0.0.1:{port}/mcp"}))
            say(f"serving on http://127.0.0.1:{port}/mcp (Ctrl-C ends it)")
            server.run("streamable-http", host="127.0.0.1", port=port)
        else:
            server.run("stdio")
