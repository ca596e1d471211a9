"""The server: where it listens, what it prints, and how it ends."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from unplastic.errors import ClipDamaged, SettingsError, WorkError
from unplastic.pipeline.project import Project
from unplastic.pipeline.stage import Stopped
from unplastic.pipeline.viewing import Bench
from unplastic.review.session import Door, key_in

if TYPE_CHECKING:
    from unplastic.pipeline.desk import Desk
    from unplastic.review.room import Room

PASSWORD = "UNPLASTIC_REVIEW_PASSWORD"  # noqa: S105 - the name of the variable, not a password
PASSWORD_MIN = 12
PORT = 8471
PORTS = 20
KEY = "review.key"
END_S = 5.0


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the page is asked for. ``names`` are further host names; certificate and key make it https."""

    host: str = "127.0.0.1"
    port: int | None = None
    names: tuple[str, ...] = ()
    certificate: Path | None = None
    certificate_key: Path | None = None

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can ask."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def scheme(self) -> str:
        """http, or https where there is a certificate."""
        return "https" if self.certificate else "http"


def door(project: Project, at: Listening, say: Callable[[str], None]) -> Door:
    """A door with a one-time token on loopback, with a password elsewhere. Raises `SettingsError` without one."""
    secret = project.settings.key(PASSWORD)
    if not at.is_loopback and (secret is None or len(secret.reveal()) < PASSWORD_MIN):
        raise SettingsError(
            f"{at.host} can be reached by others: the page needs a password",
            f"set {PASSWORD} to {PASSWORD_MIN} characters or more",
        )
    return Door(key_in(project.state / KEY), project.id, None if at.is_loopback else secret, say)


@contextmanager
def served(
    project: Project, desk: Desk, at: Listening, say: Callable[[str], None], *, works: bool, warm: bool = True
) -> Iterator[Room]:
    """Serve the page in a thread of its own until the block ends. Raises `WorkError` where no port is free.

    ``warm``: have the processes that make stills and overlays ready before they are asked.
    """
    import uvicorn

    from unplastic.review.app import application
    from unplastic.review.guard import Guard, known_names
    from unplastic.review.room import Room

    listener = _listener(at)
    port = listener.getsockname()[1]
    base = f"{at.scheme}://{_shown(at.host)}:{port}"
    entrance = door(project, at, lambda token: say(f"another browser enters by {base}/enter?token={token}"))
    bench = Bench()
    room = Room(desk, project.id, entrance, bench, works)
    app = Guard(application(room, secure=at.certificate is not None), entrance, known_names(at.names))
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, lifespan="off", ws="none",
        timeout_graceful_shutdown=2, h11_max_incomplete_event_size=16_384,
        ssl_certfile=at.certificate and str(at.certificate), ssl_keyfile=at.certificate_key and str(at.certificate_key),
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), name="review page", daemon=True)
    thread.start()
    if warm:
        threading.Thread(target=_warmed, args=(bench,), name="warm", daemon=True).start()
    if entrance.password is None:
        say(f"open {base}/enter?token={entrance.token()} (it opens once)")
    else:
        say(f"open {base}/ (with the password of {PASSWORD})")
        if not at.certificate:
            say("without https anybody on the way can read along: name a --certificate, or put a proxy before it")
    try:
        yield room
    finally:
        room.closing.set()
        server.should_exit = True
        thread.join(END_S)
        bench.close()
        listener.close()


def _warmed(bench: Bench) -> None:
    with contextlib.suppress(Stopped, OSError, RuntimeError, ClipDamaged):  # it ended before it was ready
        bench.warm()


def _listener(at: Listening) -> socket.socket:
    """The port that was asked for, or the first free one from 8471 on."""
    family = socket.AF_INET6 if ":" in at.host else socket.AF_INET
    ports = [at.port] if at.port is not None else [*range(PORT, PORT + PORTS), 0]
    for port in ports:
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((at.host, port))
        except OSError as taken:
            listener.close()
            if at.port is not None:
                raise WorkError(
                    f"{at.host}:{port} cannot be listened on: {taken.strerror}", "choose another --port"
                ) from None
            continue
        return listener
    raise WorkError(f"no port of {at.host} is free", "name one: --port N")


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
