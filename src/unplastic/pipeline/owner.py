"""Who owns the work: one process on a SQLite film, by a lock on a file; any number on PostgreSQL, each by its name."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from unplastic.database import Database, Held
from unplastic.errors import DatabaseGone, WorkError

BEAT_S = 2.0
LOST_S = 12.0


class Owner(Protocol):
    """A worker's right to work."""

    name: str

    def alive(self) -> bool:
        """Whether it still has it."""
        ...


class Alone:
    """The only worker of a film in a SQLite file."""

    name = "local"

    def alive(self) -> bool:
        """As long as the process lives."""
        return True


class Among:
    """One worker among others: a lock on the server that ends with the connection, looked at every two seconds.

    A process that slept finds its last look too old, and orders nothing before the next one has said that the lock is
    still its own.
    """

    def __init__(self, held: Held, name: str) -> None:
        self.name, self._held = name, held
        self._seen = awake_s()
        self._lost = False
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="beat", daemon=True)
        self._thread.start()

    def alive(self) -> bool:
        """Whether the lock was seen lately."""
        return not self._lost and awake_s() - self._seen < LOST_S

    def is_lost(self) -> bool:
        """Whether the connection is gone, and the lock with it: another may have taken over."""
        return self._lost

    def close(self) -> None:
        """Give the name back."""
        self._end.set()
        self._thread.join()
        self._held.release()

    def _beat(self) -> None:
        while not self._end.wait(BEAT_S):
            if not self._held.is_held():
                self._lost = True
                return
            self._seen = awake_s()


def awake_s() -> float:
    """Seconds that only grow, also while the machine is asleep: a plain monotonic clock stands still then on Linux."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


@contextmanager
def alone(state: Path) -> Iterator[Alone]:
    """Own a film in a SQLite file; raises `WorkError` where another process does."""
    state.mkdir(parents=True, exist_ok=True)
    path = state / "owner.lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not locked(handle):
            who = os.read(handle, 200).decode(errors="replace").strip() or "another process"
            raise WorkError(f"{who} works on this film already", "let it; unplastic status FILM shows how far it is")
        os.ftruncate(handle, 0)
        os.write(handle, f"process {os.getpid()} on {socket.gethostname()}".encode())
        yield Alone()
    finally:
        os.close(handle)


@contextmanager
def among(database: Database, role: str) -> Iterator[Among]:
    """Be a worker on PostgreSQL, under a name of this machine and role that nobody ever had or will have.

    One that sleeps and wakes takes up work in its own name: were that name somebody else's by now, the work would look
    as if it were in good hands.
    """
    name = f"{socket.gethostname()}/{role}-{secrets.token_hex(3)}"
    held = database.hold(f"worker {name}")
    if held is None:
        raise DatabaseGone(f"another worker is called {name}", "start it again")
    owner = Among(held, name)
    try:
        yield owner
    finally:
        owner.close()


def locked(handle: int) -> bool:
    """An exclusive lock of the whole file that ends with the process, whatever becomes of it."""
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        with contextlib.suppress(OSError):
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
            return True
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
