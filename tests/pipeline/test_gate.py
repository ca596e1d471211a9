"""The gate opens for what was seen, all of it, and for nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from unplastic.pipeline.gate import SHARE, unseen
from unplastic.pipeline.notes import Sight

PASSAGE = {"start": 10, "stop": 58, "x": 100, "y": 80, "width": 320, "height": 240}
WHOLE = (0, 0, 1920, 1080)


def sight(start: int, stop: int, box: tuple[int, int, int, int] = WHOLE) -> Sight:
    return Sight("film", "take", "file", "viewer", start, stop, box, 0.0)


def test_all_of_it_in_pieces_opens_it() -> None:
    assert unseen([PASSAGE], []) == [0]
    assert unseen([PASSAGE], [sight(0, 30)]) == [0]
    assert unseen([PASSAGE], [sight(30, 60), sight(10, 31)]) == []
    assert unseen([PASSAGE, PASSAGE | {"start": 100, "stop": 148}], [sight(0, 99)]) == [1]


def test_the_worst_place_must_have_been_in_view() -> None:
    assert unseen([PASSAGE], [sight(10, 58, (500, 80, 1000, 900))]) == [0]
    assert unseen([PASSAGE], [sight(10, 58, (300, 0, 1000, 900))]) == [0]
    assert unseen([PASSAGE], [sight(10, 58, (200, 0, 1000, 900))]) == []


@given(st.lists(st.tuples(st.integers(0, 70), st.integers(1, 70)), max_size=8))
def test_it_opens_for_as_many_frames_as_it_says(runs: list[tuple[int, int]]) -> None:
    seen = {frame for start, length in runs for frame in range(start, start + length)}
    share = len(seen & set(range(10, 58))) / 48
    assert (unseen([PASSAGE], [sight(start, start + length) for start, length in runs]) == []) == (share >= SHARE)


@given(st.integers(1, 60))
def test_one_frame_is_one_frame(length: int) -> None:
    passage = PASSAGE | {"start": 0, "stop": length}
    assert unseen([passage], [sight(0, length)]) == []
    assert unseen([passage], [sight(length, length + 1)]) == [0]
