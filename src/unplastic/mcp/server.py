"""The server itself: every tool of the room, results as resources, a bound on what is in hand, two transports."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError
from mcp.shared.exceptions import MCPError
from mcp_types import ToolAnnotations

import unplastic
from unplastic.errors import UnplasticError
from unplastic.mcp.answer import KINDS, SCHEME
from unplastic.mcp.house import House, in_two_lines
from unplastic.mcp.roots import Roots
from unplastic.mcp.work import Works

IN_HAND_MAX = 32
BUSY = -32000
RESOURCE_BYTES_MAX = 16_000_000
READ_ONLY = {"measure", "compare", "prompt", "looks", "route", "plan", "status", "work"}
INSTRUCTIONS = """\
unplastic finishes AI-generated shots until they read like camera footage, measured before and after.
Begin with measure, then finish; compare shows what changed. Long work gives a handle: ask with work, stop with cancel.
Plasticity is 0 (like camera footage) to 100; without a score say so, and never guess one.
Only run spends money, and only with a budget token that a person made (unplastic budget grant --usd 20 --for mcp): ask
for it, never make it up. A verdict is a person's: pass on what somebody decided, with the name."""


@contextmanager
def opened(roots: list[Path], *, places: int = 1, token: str = "") -> Iterator[MCPServer]:
    """The server, with nothing left of its work at the end. Raises `PathRefused` for a root that is no folder."""
    with Works(places) as works:
        yield made(House(Roots(roots), works, token))


def made(house: House) -> MCPServer:
    """A server with every tool of the room."""
    server: MCPServer = MCPServer(
        "unplastic", title="unplastic", instructions=INSTRUCTIONS, version=unplastic.__version__, log_level="ERROR",
        middleware=[Bound()],
    )  # fmt: skip
    for name, tool in tools(house).items():
        notes = ToolAnnotations(read_only_hint=name in READ_ONLY, destructive_hint=False, open_world_hint=name == "run")
        server.add_tool(in_two_lines(tool), name=name, annotations=notes, structured_output=False)

    @server.resource(f"{SCHEME}/{{handle}}/{{name}}", name="result", mime_type="application/octet-stream")
    def result(handle: str, name: str) -> str | bytes:
        """A file of finished work, up to 16 MB; larger ones are read where they lie."""
        return read(house, handle, name)

    return server


def tools(house: House) -> dict[str, Any]:
    """The public methods of the classes in ``tools/``, by name, in their order."""
    room = importlib.import_module("unplastic.mcp.tools")
    found: dict[str, Any] = {}
    for info in sorted(pkgutil.iter_modules(room.__path__), key=lambda each: each.name):
        module = importlib.import_module(f"{room.__name__}.{info.name}")
        for kind in vars(module).values():
            if inspect.isclass(kind) and kind.__module__ == module.__name__:
                made_with: Any = kind
                methods = [name for name in vars(kind) if not name.startswith("_")]
                found |= {
                    name: getattr(made_with(house), name)
                    for name in methods
                    if inspect.iscoroutinefunction(vars(kind)[name])
                }
    return found


def read(house: House, handle: str, name: str) -> str | bytes:
    """The bytes of a result, or its text. Raises errors that the client understands."""
    try:
        found = house.works.find(handle).files[name]
    except (UnplasticError, KeyError):
        raise ResourceNotFoundError(f"there is no result {name!r} of that handle") from None
    if isinstance(found, Path):
        try:
            size = found.stat().st_size
            if size > RESOURCE_BYTES_MAX:
                raise ResourceError(f"{name} has {size / 1e6:.0f} MB: read it where it lies, {found}")
            found = found.read_bytes()
        except OSError:
            raise ResourceNotFoundError(f"{name} is no longer there") from None
    return found.decode() if KINDS.get(Path(name).suffix, "").startswith(("text/", "application/json")) else found


class Bound:
    """Requests in hand are bounded: a flood is answered at once with an error, and costs nothing more."""

    def __init__(self, most: int = IN_HAND_MAX) -> None:
        self.most, self.in_hand = most, 0

    async def __call__(self, ctx: Any, call_next: Any) -> Any:
        """Around every message; only calls of tools and reads of resources are counted."""
        if ctx.request_id is None or ctx.method not in {"tools/call", "resources/read"}:
            return await call_next(ctx)
        if self.in_hand >= self.most:
            raise MCPError(BUSY, f"{self.most} requests are in hand already: wait for their answers")
        self.in_hand += 1
        try:
            return await call_next(ctx)
        finally:
            self.in_hand -= 1
