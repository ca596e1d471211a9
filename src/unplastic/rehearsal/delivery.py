"""How an answer reaches the client: whole, slowly, in part, as something else, or not at all."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from uvicorn.protocols.http.h11_impl import H11Protocol

from unplastic.rehearsal.faults import Fault
from unplastic.rehearsal.wire import Reply

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

PAGE = b"<!doctype html><html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>\n"
PIECES = 8


class Line(H11Protocol):
    """uvicorn's HTTP/1.1, which remembers its connections, so that one can be cut."""

    open_lines: dict[tuple[str, int], asyncio.Transport] = {}  # noqa: RUF012 - of the process, as addresses are

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the line by the client's end of it."""
        super().connection_made(transport)
        self.open_lines[transport.get_extra_info("peername")[:2]] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self.open_lines.pop(self.transport.get_extra_info("peername")[:2], None)
        super().connection_lost(exc)


class Delivery(Response):
    """A reply as a response of Starlette, bent by a fault of the line."""

    def __init__(self, reply: Reply, fault: Fault | None = None) -> None:
        kind = fault.kind if fault else ""
        self.is_cut = kind in ("cut-before", "cut-after")
        self._is_half = kind == "truncated"
        self._seconds = float(fault.value or 2) if fault and kind == "slow" else 0.0
        bent = _bent(reply, kind, fault.value if fault else None)
        super().__init__(bent.body, bent.status or 500, dict(bent.headers), bent.kind)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        if self.is_cut:
            await hang_up(scope, receive)
        elif self._is_half or self._seconds:
            await self._send_in_pieces(send)
        else:
            await super().__call__(scope, receive, send)

    async def _send_in_pieces(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        body = bytes(self.body)
        if self._is_half:  # uvicorn closes the line behind an answer that is shorter than it promised
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
            return
        size = max(1, -(-len(body) // PIECES))
        for start in range(0, len(body), size):
            await asyncio.sleep(self._seconds / PIECES)
            await send({"type": "http.response.body", "body": body[start : start + size], "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def hang_up(scope: Scope, receive: Receive) -> None:
    """Cut the client's connection, and wait until it is."""
    line: Any = Line.open_lines.get(tuple(scope["client"]))
    if line is not None:
        line.abort()
        while (await receive())["type"] != "http.disconnect":
            pass


def _bent(reply: Reply, kind: str, value: str | None) -> Reply:
    if kind == "html":
        return Reply(int(value or 200), PAGE, "text/html")
    if kind == "wrong-json":
        return Reply(reply.status, b'["this", "is", {"no": "answer"}]')
    if kind == "broken-json":
        return Reply(reply.status, reply.body[: len(reply.body) // 2], reply.kind)
    return reply
