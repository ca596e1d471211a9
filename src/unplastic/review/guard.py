"""What every request has to pass before any route sees it: the host's name, its size, who sends it, from which page.

A name that resolves to this machine must not make a stranger's page ours (rebinding): numbers and known names only. A
change needs a cookie that strangers' pages do not send, a mark that they cannot read, and an origin that is ours.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from unplastic.review.session import Door, Viewer

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_MAX = 64 * 1024
SAFE = {"GET", "HEAD"}
MARK = "x-unplastic"
OPEN = ("/enter", "/login", "/page/")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}


@dataclass(frozen=True)
class Guard:
    """``names`` are the host names, besides numbers and ``localhost``, under which the page is asked for."""

    app: ASGIApp
    door: Door
    names: frozenset[str] = frozenset()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on, or answer why not."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            raise RuntimeError("only http is spoken here")
        headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
        wrong = self._wrong(scope, headers)
        if wrong:
            await _answer(send, *wrong)
            return
        scope["state"] = {**scope.get("state", {}), "viewer": self._viewer(headers)}
        await self.app(scope, _bounded(receive), _dressed(send))

    def _wrong(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str, str] | None:
        """Status, message and hint for a request that goes no further."""
        host = headers.get("host", "")
        if not self._is_ours(host):
            return 421, "this address is not the page's", "open the address that unplastic review printed"
        if scope["method"] not in {*SAFE, "POST"}:
            return 405, "only GET and POST are understood", "use the page"
        if int(headers.get("content-length", "0") or "0") > BODY_MAX:
            return 413, "that is more than the page ever sends", "use the page"
        path: str = scope["path"]
        viewer = self._viewer(headers)
        is_open = path.startswith(OPEN)
        if viewer is None and not is_open and (path.startswith(("/api/", "/media/", "/export/", "/report/"))):
            return 401, "you are not signed in here any more", "open the address that unplastic review printed"
        return self._wrong_change(headers, viewer, is_login=path == "/login") if scope["method"] == "POST" else None

    def _wrong_change(
        self, headers: dict[str, str], viewer: Viewer | None, *, is_login: bool
    ) -> tuple[int, str, str] | None:
        origin, host = headers.get("origin"), headers.get("host", "")
        if origin is not None and urlsplit(origin).netloc != host:
            return 403, "a change was sent by another page", "change takes on this page only"
        if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return 403, "a change was sent by another page", "change takes on this page only"
        if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return 415, "changes are JSON, and files are not taken", "use the page; clips come in by unplastic watch"
        if not is_login and (viewer is None or not self.door.is_mark(viewer, headers.get(MARK, ""))):
            return 403, "a change came without this page's mark", "load the page again"
        return None

    def _is_ours(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if name == "localhost" or name in self.names:
            return True
        try:
            return bool(ipaddress.ip_address(name))
        except ValueError:
            return False

    def _viewer(self, headers: dict[str, str]) -> Viewer | None:
        try:
            found = SimpleCookie(headers.get("cookie", "")).get(self.door.cookie)
        except CookieError:
            return None
        return self.door.opened(found.value) if found else None


def known_names(more: Iterable[str] = ()) -> frozenset[str]:
    """This machine's own names, and those that were given."""
    import socket

    return frozenset(each.lower() for each in (socket.gethostname(), socket.getfqdn(), *more) if each)


def _bounded(receive: Receive) -> Receive:
    """The body, cut off where it is longer than it said."""
    count = 0

    async def received() -> Message:
        nonlocal count
        message = await receive()
        count += len(message.get("body", b""))
        if count > BODY_MAX:
            return {"type": "http.disconnect"}
        return message

    return received


def _dressed(send: Send) -> Send:
    """Every answer with the headers that it lacks."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = {key.lower() for key, _ in message.get("headers", [])}
            more = [(key.encode(), value.encode()) for key, value in HEADERS.items() if key.encode() not in there]
            message = {**message, "headers": [*message.get("headers", []), *more]}
        await send(message)

    return sent


async def _answer(send: Send, status: int, message: str, hint: str) -> None:
    body = json.dumps({"error": {"message": message, "hint": hint}}).encode()
    headers: list[tuple[bytes, Any]] = [
        (b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())
    ]  # fmt: skip
    dressed = _dressed(send)
    await dressed({"type": "http.response.start", "status": status, "headers": headers})
    await dressed({"type": "http.response.body", "body": body})
