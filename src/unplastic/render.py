"""Decode, treat and encode one clip, overlapped: three threads, bounded queues, memory that does not grow with length.

The decoder runs in one thread, the treatments in a second, the encoders in the calling thread, so Ctrl-C lands where
the files are written. Each queue holds `QUEUE_PICTURES`; whoever fails or is interrupted stops the other two.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Any, Protocol

from unplastic.clip import Picture

QUEUE_PICTURES = 2
"""Pictures waiting between two threads: enough to ride out a slow frame, 25 MB each at 4K."""

WAIT_S = 0.1


class Sink(Protocol):
    """What takes finished pictures: an open `unplastic.media.Writer`."""

    def write(self, picture: Picture) -> None:
        """Encode one picture."""
        ...


@dataclass(slots=True)
class Flow:
    """The state that the threads share; ``in_flight_peak`` counts pictures decoded but not yet encoded, at most."""

    stop: Event = field(default_factory=Event)
    trouble: BaseException | None = None
    decoded: int = 0
    encoded: int = 0
    in_flight_peak: int = 0


def render(
    source: Iterable[Picture],
    treat: Callable[[Iterator[Picture]], Iterator[Picture]],
    sinks: list[Sink],
    *,
    progress: Callable[[int], None] | None = None,
) -> Flow:
    """Run all pictures of ``source`` through ``treat`` and into all ``sinks``, in order.

    ``treat`` turns a stream of pictures into one of as many of its own; it may look a few ahead. ``progress`` is told
    the number of pictures encoded so far. The first error of any thread is raised here, after the others have stopped.
    """
    flow = Flow()
    decoded: Queue[Any] = Queue(QUEUE_PICTURES)
    treated: Queue[Any] = Queue(QUEUE_PICTURES)

    def counted() -> Iterator[Picture]:
        with _closing(source):
            for picture in source:
                flow.decoded += 1
                flow.in_flight_peak = max(flow.in_flight_peak, flow.decoded - flow.encoded)
                yield picture

    with (
        _thread("decode", flow, lambda: _feed(counted(), decoded, flow)),
        _thread("treat", flow, lambda: _feed(treat(_drain(decoded, flow)), treated, flow)),
    ):
        for picture in _drain(treated, flow):
            for sink in sinks:
                sink.write(picture)
            flow.encoded += 1
            if progress:
                progress(flow.encoded)
    if flow.trouble:
        raise flow.trouble
    return flow


@contextmanager
def _thread(name: str, flow: Flow, work: Callable[[], None]) -> Iterator[None]:
    def run() -> None:
        try:
            work()
        except BaseException as trouble:
            flow.trouble = flow.trouble or trouble
            flow.stop.set()

    thread = Thread(target=run, name=f"unplastic {name}", daemon=True)
    thread.start()
    try:
        yield
    except BaseException:
        flow.stop.set()
        raise
    finally:
        thread.join()


_END = object()


def _feed(pictures: Iterable[Picture], queue: Queue[Any], flow: Flow) -> None:
    with _closing(pictures):
        for picture in pictures:
            if not _put(queue, picture, flow):
                return
        _put(queue, _END, flow)


@contextmanager
def _closing(pictures: Iterable[Picture]) -> Iterator[None]:
    """Close a generator for good: a decoder must not keep its file open because nobody wants the rest."""
    try:
        yield
    finally:
        if isinstance(pictures, Generator):
            pictures.close()


def _put(queue: Queue[Any], thing: object, flow: Flow) -> bool:
    while not flow.stop.is_set():
        try:
            queue.put(thing, timeout=WAIT_S)
        except Full:
            continue
        return True
    return False


def _drain(queue: Queue[Any], flow: Flow) -> Iterator[Picture]:
    while not flow.stop.is_set():
        try:
            thing = queue.get(timeout=WAIT_S)
        except Empty:
            continue
        if thing is _END:
            return
        yield thing
