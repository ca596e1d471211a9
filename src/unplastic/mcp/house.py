"""What every tool has at hand: the folders, the work, the caller's token; and how it waits, and how it fails."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import anyio
from anyio import CapacityLimiter
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult

from unplastic.errors import UnplasticError
from unplastic.mcp.answer import of_piece
from unplastic.mcp.roots import Roots
from unplastic.mcp.work import Act, Piece, Works

T = TypeVar("T")
TICK_S = 0.1


@dataclass(frozen=True)
class House:
    """``token`` is the budget token that the server was started with, or empty; ``quick_max`` bounds short calls."""

    roots: Roots
    works: Works
    token: str = ""
    quick_max: int = 4

    @functools.cached_property
    def quick(self) -> CapacityLimiter:
        """Threads for what takes no time."""
        return CapacityLimiter(self.quick_max)

    async def at_once(self, function: Callable[[], T]) -> T:
        """A short call, in a thread of its own."""
        return await anyio.to_thread.run_sync(function, limiter=self.quick)

    async def begin(self, ctx: Context, what: str, act: Act, wait_s: float) -> CallToolResult:
        """Begin work and follow it for a while. A client that goes away before it has the handle wants it no more."""
        piece = self.works.begin(what, act)
        try:
            await self.follow(ctx, piece, wait_s)
        except BaseException:
            self.works.cancel(piece.handle)
            raise
        return of_piece(piece)

    async def follow(self, ctx: Context, piece: Piece, wait_s: float) -> None:
        """Wait for it, and tell how far it is: a number that only grows, and a line."""
        until, told = anyio.current_time() + wait_s, -1.0
        while not piece.is_over and anyio.current_time() < until:
            if piece.percent > told:
                told = piece.percent
                await ctx.report_progress(told, 100.0, f"{piece.what}: {piece.text or piece.state}")
            await anyio.sleep(TICK_S)
        if piece.is_over and piece.percent > told:
            await ctx.report_progress(piece.percent, 100.0, f"{piece.what}: {piece.state}")


def in_two_lines(tool: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """A tool whose errors of the tree say what happened and what to do; any other is a crash that the server logs."""

    @functools.wraps(tool)
    async def told(*arguments: Any, **named: Any) -> Any:
        try:
            return await tool(*arguments, **named)
        except UnplasticError as trouble:
            raise ToolError(f"{trouble.message}\nDo: {trouble.hint}") from None

    return told
