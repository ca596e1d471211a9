"""Long work behind a handle: it is begun, looked at, and can be cancelled; a few at once, a few more waiting.

Clips are worked on in processes of the pipeline's workshop, which are killed when nobody wants the work any more; a run
of a film is the command line itself. Handles cannot be guessed: whoever has one may read and cancel that work.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from unplastic.errors import TooMuch, UnplasticError, WorkError
from unplastic.pipeline.stage import Stopped
from unplastic.pipeline.workshop import Workshop

WAITING_MAX = 12
KEPT_MAX = 64
SAID_MAX = 40
END_S = 8.0
SHARES = {"measure": (0.0, 10.0), "try": (10.0, 30.0), "treat": (30.0, 95.0)}
"""Where each stage of a finish lies on the way, in per cent; the second measurement is the rest."""
OVER = {"done", "failed", "cancelled"}


@dataclass
class Piece:
    """One piece of work. ``files`` are results by name: a path, or the bytes themselves."""

    handle: str
    what: str
    state: str = "waiting"
    percent: float = 0.0
    text: str = ""
    document: dict[str, Any] = field(default_factory=dict)
    error: tuple[str, str] = ("", "")
    files: dict[str, Path | bytes] = field(default_factory=dict)
    previews: list[bytes] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    ended_s: float = 0.0

    @property
    def is_over(self) -> bool:
        """Nothing more happens to it."""
        return self.state in OVER

    def reach(self, percent: float, text: str) -> None:
        """It got further; it never goes back."""
        self.percent, self.text = max(self.percent, min(percent, 99.0)), text


Act = Callable[[Piece], None]


class Works:
    """``places`` clips at once. A context manager that leaves no process and no folder behind."""

    def __init__(self, places: int = 1) -> None:
        self._workshop = Workshop(places)
        self._threads = ThreadPoolExecutor(places, thread_name_prefix="work")
        self._pieces: dict[str, Piece] = {}
        self._lock = threading.Lock()
        self.scratch = Path(tempfile.mkdtemp(prefix="unplastic-mcp-"))

    def __enter__(self) -> Works:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def begin(self, what: str, act: Act) -> Piece:
        """Begin it, or let it wait for its turn; raises `TooMuch` where too much waits already."""
        with self._lock:
            if sum(each.state == "waiting" for each in self._pieces.values()) >= WAITING_MAX:
                hint = "ask for the state of what was begun (work), cancel some of it, or wait"
                raise TooMuch(f"{WAITING_MAX} pieces of work wait already", hint)
            over = [each.handle for each in self._pieces.values() if each.is_over]
            for handle in over[: max(0, len(self._pieces) - KEPT_MAX + 1)]:
                del self._pieces[handle]
            piece = Piece(secrets.token_urlsafe(12), what)
            self._pieces[piece.handle] = piece
        self._threads.submit(self._do, piece, act)
        return piece

    def find(self, handle: str) -> Piece:
        """The work of a handle; raises `WorkError`."""
        found = self._pieces.get(handle)
        if found is None:
            raise WorkError("there is no work of that handle", "finish, measure, compare and run give handles")
        return found

    def cancel(self, handle: str) -> Piece:
        """Nobody wants it any more: what is under way stops within a second and leaves nothing half-written."""
        piece = self.find(handle)
        piece.stop.set()
        if piece.state == "waiting":
            piece.state, piece.ended_s = "cancelled", time.time()
        return piece

    def on_clip(self, piece: Piece, function: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
        """``function(*arguments, told)`` in a process of its own; ``told`` is a file for its progress."""
        told = self.scratch / f"{piece.handle}.told"

        def stopped() -> bool:
            with contextlib.suppress(OSError, ValueError):
                stage, done, total = told.read_text().split()
                low, high = SHARES.get(stage, (0.0, 95.0))
                if stage == "measure" and piece.percent >= SHARES["treat"][0]:
                    low, high = 95.0, 99.0
                piece.reach(low + (high - low) * int(done) / max(1, int(total)), f"{stage} {done} of {total}")
            return piece.stop.is_set()

        try:
            return self._workshop.run(function, *arguments, told, stopped=stopped)
        finally:
            for path in self.scratch.glob(f"{piece.handle}.*"):
                path.unlink(missing_ok=True)

    def by_command(self, piece: Piece, words: list[str], more: Mapping[str, str]) -> tuple[int, str]:
        """``unplastic WORDS`` in a process of its own: its exit code and what it printed; its talk is the progress."""
        with subprocess.Popen(  # noqa: S603 - our own command with arguments that were checked
            [sys.executable, "-m", "unplastic", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env={**os.environ, **more}, start_new_session=True,
        ) as process:  # fmt: skip
            printed: list[str] = []
            listener = threading.Thread(target=_listen, args=(process.stderr, piece), daemon=True)
            reader = threading.Thread(target=_read, args=(process.stdout, printed), daemon=True)
            for each in (listener, reader):
                each.start()
            try:
                while process.poll() is None:
                    if piece.stop.wait(0.2):
                        raise Stopped("it was stopped", "the same call takes it up again")
            finally:
                _end(process)
                for each in (listener, reader):
                    each.join(END_S)
            return process.returncode, "".join(printed)

    def close(self) -> None:
        """End everything that is under way."""
        for piece in list(self._pieces.values()):
            piece.stop.set()
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._workshop.close()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _do(self, piece: Piece, act: Act) -> None:
        if piece.is_over:
            return
        piece.state = "working"
        try:
            act(piece)
            state = "done"
        except Stopped:
            state = "cancelled"
        except UnplasticError as trouble:
            piece.error, state = (trouble.message, trouble.hint), "failed"
        except OSError as trouble:
            piece.error = (
                f"this machine cannot go on: {trouble.strerror or trouble}",
                "free some space, then ask again",
            )
            state = "failed"
        except Exception as trouble:  # ours: the client gets the kind, the log gets the rest
            from unplastic.mcp.trouble import logged

            piece.error, state = (f"something in unplastic broke: {type(trouble).__name__}", logged(trouble)), "failed"
        piece.ended_s, piece.percent = time.time(), 100.0 if state == "done" else piece.percent
        piece.state = state


def _read(stream: Any, into: list[str]) -> None:
    into.append(stream.read())


def _listen(stream: Any, piece: Piece) -> None:
    for line in stream:
        text = line.strip()
        if text:
            piece.said = [*piece.said[1 - SAID_MAX :], text]
            piece.reach(piece.percent + (95.0 - piece.percent) * 0.02, text)


def _end(process: subprocess.Popen[str]) -> None:
    """Ask it to stop, as a person would; then make it."""
    if process.poll() is not None:
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(END_S)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def printed_json(text: str) -> dict[str, Any]:
    """The document that a verb printed; an empty one where it printed none."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
