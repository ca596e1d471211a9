"""Where clips are worked on: processes of their own, kept warm, that can be stopped at any moment.

A crash of a decoder or an encoder takes down the process of one clip and nothing else. Whoever starts a piece of work
asks for its end every fifth of a second, and may stop it: its process group is killed, and its folder is removed.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import signal
import threading
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from unplastic.errors import ClipDamaged, UnplasticError
from unplastic.pipeline.stage import Stopped

LOOK_S = 0.2


class Workshop:
    """``places`` pieces of work at once; a context manager that leaves no process behind."""

    def __init__(self, places: int = 1) -> None:
        self._free: queue.Queue[_Bench] = queue.Queue()
        self._benches = [_Bench() for _ in range(places)]
        for bench in self._benches:
            self._free.put(bench)

    def __enter__(self) -> Workshop:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, function: Callable[..., Any], *arguments: Any, stopped: Callable[[], bool]) -> Any:
        """``function(*arguments)`` in a process of its own. Raises `Stopped`, what it raises, or `ClipDamaged`."""
        while True:
            if stopped():
                raise Stopped("it was stopped", "unplastic run FILM takes it up again")
            with contextlib.suppress(queue.Empty):
                bench = self._free.get(timeout=LOOK_S)
                break
        try:
            return bench.do(function, arguments, stopped)
        finally:
            self._free.put(bench)

    def close(self) -> None:
        """Kill whatever is under way."""
        for bench in self._benches:
            bench.clear()


class _Bench:
    """One process, started when it is first needed."""

    def __init__(self) -> None:
        self._process: Any = None
        self._line: Connection | None = None

    def do(self, function: Callable[..., Any], arguments: tuple[Any, ...], stopped: Callable[[], bool]) -> Any:
        line = self._open()
        try:
            line.send((function, arguments))
            while not line.poll(LOOK_S):
                if stopped():
                    raise Stopped("it was stopped", "unplastic run FILM takes it up again")
                if not self._process.is_alive() and not line.poll(0):
                    raise EOFError
            kind, value = line.recv()
        except (EOFError, OSError) as ended:
            if isinstance(ended, OSError) and not isinstance(ended, ConnectionError | BrokenPipeError):
                raise
            code = self._process.exitcode
            self.clear()
            raise ClipDamaged(
                f"the process that worked on it died ({code})", "finish it by itself: unplastic finish"
            ) from None
        except BaseException:
            self.clear()
            raise
        if kind == "done":
            return value
        if isinstance(value, BaseException):
            raise value
        raise RuntimeError(value)

    def clear(self) -> None:
        process, line = self._process, self._line
        self._process = self._line = None
        if line:
            line.close()
        if process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            process.join()
            process.close()

    def _open(self) -> Connection:
        if self._process is not None and not self._process.is_alive():
            self.clear()
        if self._line is None:
            context = multiprocessing.get_context("spawn")
            here, there = context.Pipe()
            self._process = context.Process(target=_serve, args=(there, os.getpid()), daemon=True)
            self._process.start()
            there.close()
            self._line = here
        return self._line


def _serve(line: Connection, parent: int) -> None:
    """In the process: do what is asked, until the line ends or the parent is gone."""
    with contextlib.suppress(PermissionError):
        os.setsid()  # Ctrl-C is for the parent, which stops this by itself
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    while True:
        try:
            function, arguments = line.recv()
        except (EOFError, OSError):
            return
        try:
            answer: tuple[str, Any] = ("done", function(*arguments))
        except (UnplasticError, OSError) as trouble:
            answer = ("raised", trouble)
        except Exception:
            answer = ("raised", traceback.format_exc())
        line.send(answer)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_S)
    os._exit(1)
