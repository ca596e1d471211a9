"""Look at long work, and cancel it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from mcp.server.mcpserver import Context
from mcp_types import CallToolResult
from pydantic import Field

from unplastic.mcp.answer import of_piece
from unplastic.mcp.house import House
from unplastic.mcp.tools.clips import Wait

Handle = Annotated[str, Field(min_length=1, max_length=64, description="What finish, measure, compare or run gave.")]


@dataclass(frozen=True)
class Running:
    """Tools for work that was begun."""

    house: House

    async def work(self, ctx: Context, handle: Handle, wait_s: Wait = 30.0) -> CallToolResult:
        """Say how far a piece of work is, waiting up to ``wait_s`` seconds for its end; once done, give its result."""
        piece = self.house.works.find(handle)
        await self.house.follow(ctx, piece, wait_s)
        return of_piece(piece)

    async def cancel(self, ctx: Context, handle: Handle) -> CallToolResult:
        """Cancel a piece of work: it stops within seconds and leaves nothing half-written. What was paid for stays."""
        piece = self.house.works.cancel(handle)
        await self.house.follow(ctx, piece, 15.0)
        return of_piece(piece)
