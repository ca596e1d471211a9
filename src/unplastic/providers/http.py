"""Where calls are made: reads that may be repeated, and orders that go out once.

An order is a request that may cost money. It travels on a connection of its own, is never repeated here, follows no
redirect, and every way in which it can fail says whether the service may have seen it: `NotSent` only where no
connection stood, `Ambiguous` for all else. Keys are given as `Secret` and revealed on the last line before the wire;
no reply, error or log that leaves this module holds one.
"""

from __future__ import annotations

import json
import logging
import ssl
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx

from unplastic.errors import Ambiguous, Busy, NotSent, Protocol
from unplastic.providers.account import Account
from unplastic.providers.refusals import broke_protocol
from unplastic.secret import Secret, redact

CONNECT_TIMEOUT_S = 15.0
ANSWER_TIMEOUT_S = 120.0
BEFORE_ORDER: ContextVar[Callable[[], None]] = ContextVar("before_order", default=lambda: None)
"""What the payment protocol does between all preparations and the one request that may cost money."""
READ_TRIES = 3
BUSY = {502, 503, 504}
NO_CONNECTION = (
    httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL,
)  # fmt: skip
REPLY_BYTES_MAX = 64 << 20

Headers = Mapping[str, str | Secret]
Parts = list[tuple[str, tuple[str | None, bytes | str, str | None]]]
"""Fields of a multipart body in their order: (name, (file name or None, content, media type or None))."""

for chatty in ("httpx", "httpcore"):  # at INFO httpx logs whole addresses, and a signed address is a key to its file
    logging.getLogger(chatty).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with every key masked. ``headers`` have lower-case names."""

    service: str
    status: int
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Status 200 to 299."""
        return 200 <= self.status < 300

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; raises `Protocol`, with the reply saved, where it is none."""
        try:
            found = json.loads(self.text)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise self.broken("the reply is not a JSON object")
        return found

    def loose_json(self) -> dict[str, Any]:
        """The body as a JSON object, or an empty one: for the bodies of errors, which nobody specifies."""
        try:
            found = json.loads(self.text)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def broken(self, what: str) -> Protocol:
        """The error for a reply that is not what the protocol says; the reply is saved."""
        return broke_protocol(self.service, what, f"HTTP {self.status}\n\n{self.text}")


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that broke: by which error of the library, and whether anything may have been sent."""

    why: str
    sent: bool


@dataclass(frozen=True)
class Wire:
    """The line to one service, with a fresh connection for every call.

    ``sleep`` is called with seconds between the tries of a read.
    """

    account: Account
    transport: httpx.BaseTransport | None = None
    sleep: Callable[[float], None] = time.sleep
    answer_timeout_s: float = ANSWER_TIMEOUT_S

    def read(
        self,
        method: str,
        url: str,
        *,
        headers: Headers | None = None,
        params: Any = None,
        body: Any = None,
        content: bytes | None = None,
    ) -> Reply:
        """Ask for something that costs nothing, up to 3 times while the line or the service is down.

        ``body`` is sent as JSON, ``content`` as it is. Raises `Busy` when it stays so. Any other status is returned for
        the adapter to judge.
        """
        why = ""
        for turn in range(READ_TRIES):
            if turn:
                self.sleep(2.0**turn)
            outcome = self._outcome(method, url, headers, params=params, json=body, content=content)
            if isinstance(outcome, Reply) and outcome.status not in BUSY:
                return outcome
            why = f"HTTP {outcome.status}" if isinstance(outcome, Reply) else outcome.why
        name = self.account.service
        raise Busy(f"{name}: no answer from {_host(url)} ({why})", "check the network, or try again later")

    def order(
        self,
        method: str,
        url: str,
        *,
        headers: Headers | None = None,
        params: Any = None,
        body: Any = None,
        parts: Parts | None = None,
    ) -> Reply:
        """Send what may cost money, once; `BEFORE_ORDER` is called right before, and may forbid it by `NotSent`.

        Returns 2xx and 4xx (except 408) for the adapter to judge. Raises `NotSent` where no connection stood, and
        `Ambiguous` for a line that broke, for 3xx, 408 and 5xx: the service may have taken the order.
        """
        name = self.account.service
        BEFORE_ORDER.get()()
        outcome = self._outcome(method, url, headers, params=params, json=body, files=parts)
        if isinstance(outcome, Broken) and not outcome.sent:
            what = f"{name}: no connection to {_host(url)} ({outcome.why}); nothing was sent"
            raise NotSent(what, "check the network; sending it again is safe")
        if isinstance(outcome, Broken):
            raise _ambiguous(name, f"the line broke ({outcome.why})")
        if outcome.status == 408 or not (outcome.is_good or 400 <= outcome.status < 500):
            raise _ambiguous(name, f"it answered HTTP {outcome.status}")
        return outcome

    def send_bytes(
        self,
        method: str,
        url: str,
        *,
        content: Any = None,
        parts: Parts | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send bytes, or the ``parts`` of a form, to a storage address that the service gave; the key never goes there.

        Raises `Busy`.
        """
        outcome = self._outcome(method, url, headers, content=content, files=parts)
        if isinstance(outcome, Broken):
            what = f"{self.account.service}: the upload to {_host(url)} broke ({outcome.why})"
            raise Busy(what, "run it again; an upload costs nothing")
        return outcome

    def _outcome(self, method: str, url: str, headers: Headers | None, **more: Any) -> Reply | Broken:
        """The reply, or what broke. Errors of ours are raised where no error of the library is being handled.

        The library's errors hold the request with its key, and would hang on ours as their context.
        """
        try:
            return self._send(method, url, headers, **more)
        except (httpx.HTTPError, httpx.InvalidURL) as trouble:
            return Broken(type(trouble).__name__, sent=not isinstance(trouble, NO_CONNECTION))

    def _send(self, method: str, url: str, headers: Headers | None, **more: Any) -> Reply:
        given = headers or {}
        named = {key: value.reveal() if isinstance(value, Secret) else value for key, value in given.items()}
        secrets = (*self.account.keys.values(), *(value for value in given.values() if isinstance(value, Secret)))
        with self._client() as client, client.stream(method, url, headers=named, **more) as answer:
            body = b""
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > REPLY_BYTES_MAX:
                    raise httpx.ReadError("the reply is too long")
            text = redact(body.decode(answer.encoding or "utf-8", "replace"), secrets)
            told = {key.lower(): redact(value, secrets) for key, value in answer.headers.items()}
        return Reply(self.account.service, answer.status_code, text, told)

    def _client(self) -> httpx.Client:
        """A client with one fresh connection: an idle one that the service just closed would make orders ambiguous."""
        return httpx.Client(
            transport=self.transport,
            verify=trust(),
            timeout=httpx.Timeout(self.answer_timeout_s, connect=CONNECT_TIMEOUT_S),
            follow_redirects=False,
            trust_env=not self.account.is_rehearsal,
        )


@cache
def trust() -> ssl.SSLContext:
    """Whom we believe: made once, because reading the certificates takes longer than a call."""
    return httpx.create_ssl_context()


def _ambiguous(service: str, why: str) -> Ambiguous:
    hint = "it is never sent again; it is looked for in the service's list, else you are asked"
    return Ambiguous(f"{service}: the order may have arrived: {why}", hint)


def _host(url: str) -> str:
    return urlsplit(url).hostname or "an address that is none"
