"""What a report says beside its numbers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from unplastic.reading import Plasticity

scores = st.floats(0.0, 100.0)


def score(low: float, value: float, high: float) -> Plasticity:
    return Plasticity(value, low, high, 1.0, None)


@given(st.tuples(scores, scores, scores), st.tuples(scores, scores, scores))
def test_a_score_moved_only_where_the_intervals_part(a, b) -> None:
    before, after = score(*sorted(a)), score(*sorted(b))
    said = after.since(before)
    assert said == {"better": "worse", "worse": "better", "same": "same"}[before.since(after) or ""]
    overlap = max(min(a), min(b)) <= min(max(a), max(b))
    assert (said == "same") == overlap
    if not overlap:
        assert (said == "better") == (after.score < before.score)


def test_without_a_score_nothing_moved() -> None:
    none = Plasticity(None, None, None, 0.1, None)
    assert none.since(score(1, 2, 3)) is None
    assert score(1, 2, 3).since(none) is None
