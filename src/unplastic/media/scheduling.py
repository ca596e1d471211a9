"""An encoder works at the priority of everything else.

Run as root, SVT-AV1 makes itself and the thread that opens it real-time (SCHED_FIFO, 99), and every process started
from there inherits it. Two such processes whose libraries wait by spinning, as BLAS does, then never let each other
go on: on two cores a folder finished with two jobs stood still for ever.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_TASKS = Path("/proc/self/task")


@contextmanager
def ordinary_priority() -> Iterator[None]:
    """Threads that became real-time meanwhile, the caller's or new ones, are ordinary again afterwards.

    Those that were real-time before stay so: somebody asked for it. Where a system has no such policies or lists no
    threads (macOS, Windows), nothing is done.
    """
    before = _real_time()
    try:
        yield
    finally:
        for thread in _real_time() - before:
            with suppress(OSError):  # it has ended meanwhile
                os.sched_setscheduler(thread, os.SCHED_OTHER, os.sched_param(0))


def _real_time() -> set[int]:
    """Threads of this process under a real-time policy."""
    if not hasattr(os, "sched_getscheduler") or not _TASKS.is_dir():
        return set()
    found = set()
    for task in _TASKS.iterdir():
        with suppress(OSError):
            if os.sched_getscheduler(int(task.name)) in {os.SCHED_FIFO, os.SCHED_RR}:
                found.add(int(task.name))
    return found
