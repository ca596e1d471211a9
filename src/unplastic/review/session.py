"""Who may come in: a one-time token in the address, or a password, then a signed cookie.

The key that signs lies beside the film's books, readable by its owner alone, so that a page outlives a restart of the
server. Tokens and passwords are compared in constant time and never written anywhere.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from unplastic.secret import Secret

DAY_S = 86_400.0
TRIES, TRIES_S = 5, 60.0
NAME_MAX = 60


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who was let in. ``name`` signs verdicts and notes; ``until_s`` is Unix time."""

    id: str
    name: str
    until_s: float


@dataclass
class Door:
    """``password`` None: a one-time token opens it. ``say`` is told each new token."""

    key: bytes
    film: str
    password: Secret | None = None
    say: Callable[[str], None] = lambda _: None
    now: Callable[[], float] = time.time
    _token: str = ""
    _tries: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def cookie(self) -> str:
        """Its name: two films on two ports of one machine do not take each other's."""
        return f"unplastic_{hashlib.sha256(self.film.encode()).hexdigest()[:12]}"

    def token(self) -> str:
        """The token that opens the door once."""
        with self._lock:
            self._token = self._token or secrets.token_urlsafe(32)
            return self._token

    def enters(self, token: str) -> bool:
        """Whether that is the token; it is none afterwards, and the next one is told."""
        with self._lock:
            good = bool(self._token) and self.password is None and _same(token, self._token)
            if good:
                self._token = secrets.token_urlsafe(32)
        if good:
            self.say(self._token)
        return good

    def is_password(self, given: str) -> bool | None:
        """Whether that is the password; None after five wrong ones within a minute, whoever tried."""
        now = self.now()
        with self._lock:
            self._tries = [each for each in self._tries if now - each < TRIES_S]
            if len(self._tries) >= TRIES:
                return None
            good = self.password is not None and _same(given, self.password.reveal())
            if not good:
                self._tries.append(now)
        return good

    def welcome(self, name: str) -> Viewer:
        """A new viewer, for a day."""
        return Viewer(secrets.token_hex(16), name.strip()[:NAME_MAX], self.now() + DAY_S)

    def renamed(self, viewer: Viewer, name: str) -> Viewer:
        """The same viewer under another name."""
        return replace(viewer, name=name.strip()[:NAME_MAX] or viewer.name)

    def sealed(self, viewer: Viewer) -> str:
        """The cookie."""
        body = base64.urlsafe_b64encode(json.dumps(asdict(viewer)).encode()).decode().rstrip("=")
        return f"{body}.{self._sign('viewer', body)}"

    def opened(self, cookie: str) -> Viewer | None:
        """Who it is; None for a cookie that was not made here, or ran out."""
        body, _, mark = cookie.partition(".")
        if not body or not _same(mark, self._sign("viewer", body)):
            return None
        viewer = Viewer(**json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))
        return viewer if viewer.until_s > self.now() else None

    def mark(self, viewer: Viewer) -> str:
        """What a page of that viewer shows with every change, and no other page can know."""
        return self._sign("change", viewer.id)

    def is_mark(self, viewer: Viewer, given: str) -> bool:
        """Whether that is it."""
        return _same(given, self.mark(viewer))

    def _sign(self, what: str, text: str) -> str:
        return hmac.new(self.key, f"{what}:{self.film}:{text}".encode(), hashlib.sha256).hexdigest()


def key_in(path: Path) -> bytes:
    """The key in ``path``, made where there is none: 32 random bytes that only their owner may read."""
    try:
        found = path.read_bytes()
        if len(found) == 32:
            return found
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.part")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(32))
    try:
        os.link(aside, path)  # of two that begin at once the first one's stays
    except FileExistsError:
        if len(path.read_bytes()) != 32:
            aside.replace(path)
    aside.unlink(missing_ok=True)
    return path.read_bytes()


def _same(a: str, b: str) -> bool:
    return hmac.compare_digest(a.encode(), b.encode())
