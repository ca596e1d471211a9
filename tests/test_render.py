"""The overlapped loop: order, bounded memory, and what happens when one of its threads fails."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from unplastic.clip import Picture
from unplastic.errors import ClipDamaged
from unplastic.render import QUEUE_PICTURES, render


def picture(index: int) -> Picture:
    plane = np.full((16, 16), index % 256, np.uint8)
    return Picture(plane, plane[:8, :8], plane[:8, :8], 8, index, index)


class Collector:
    """A sink that remembers what it was given, and may fail or wait on the way."""

    def __init__(self, fails_at: int | None = None, error: BaseException | None = None) -> None:
        self.seen: list[int] = []
        self.fails_at = fails_at
        self.error = error

    def write(self, picture: Picture) -> None:
        if self.error and picture.index == self.fails_at:
            raise self.error
        self.seen.append(picture.index)


def threads() -> set[str]:
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("unplastic")}


def test_every_picture_arrives_once_and_in_order() -> None:
    a, b = Collector(), Collector()
    told: list[int] = []
    render((picture(i) for i in range(40)), iter, [a, b], progress=told.append)
    assert a.seen == b.seen == list(range(40))
    assert told == list(range(1, 41))


@pytest.mark.parametrize("length", [30, 300])
def test_pictures_in_flight_do_not_grow_with_the_clip(length: int) -> None:
    flow = render((picture(i) for i in range(length)), iter, [Collector()])
    assert flow.encoded == length
    assert flow.in_flight_peak <= 2 * QUEUE_PICTURES + 4


def test_a_decoder_error_reaches_the_caller_and_stops_everything() -> None:
    def broken() -> Iterator[Picture]:
        yield picture(0)
        raise ClipDamaged("clip.mp4 is damaged at 0:00:00.042", "generate it again")

    with pytest.raises(ClipDamaged, match="damaged"):
        render(broken(), iter, [Collector()])
    assert not threads()


def test_a_treatment_error_reaches_the_caller() -> None:
    def treat(pictures: Iterator[Picture]) -> Iterator[Picture]:
        for p in pictures:
            if p.index == 5:
                raise ValueError("treatment")
            yield p

    with pytest.raises(ValueError, match="treatment"):
        render((picture(i) for i in range(50)), treat, [Collector()])
    assert not threads()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError("disk full")])
def test_an_interrupt_or_encoder_error_closes_the_decoder(error: BaseException) -> None:
    closed = threading.Event()

    def endless() -> Iterator[Picture]:
        try:
            index = 0
            while True:
                yield picture(index)
                index += 1
        finally:
            closed.set()

    with pytest.raises(type(error)):
        render(endless(), iter, [Collector(fails_at=3, error=error)])
    assert closed.wait(5)
    assert not threads()
