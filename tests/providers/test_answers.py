"""Values out of answers: what is not of the kind that was asked for is nothing, whatever it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unplastic.providers.answers import moment, number, rows, table, words

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("value", "per_second"),
    [(1795391940, 1), ("1795391940", 1), ("1795391940.0", 1), (1795391940000, 1000), ("2026-11-22T23:59:00Z", 1),
     ("2026-11-23T00:59:00+01:00", 1), ("2026-11-22T23:59:00", 1)],
)  # fmt: skip
def test_a_moment_in_every_way_that_services_write_it(value: Any, per_second: float) -> None:
    assert moment(value, per_second=per_second) == datetime(2026, 11, 22, 23, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "wanted"), [(1, 1.0), ("4", 4.0), ("x", None), (True, None), (None, None), ([], None)]
)
def test_a_number(value: Any, wanted: float | None) -> None:
    assert number(value) == wanted


@given(ANY)
def test_nothing_that_a_service_may_send_breaks_the_reading(value: Any) -> None:
    whole = value if isinstance(value, dict) else {"a": value}
    assert isinstance(table(value, "a", "b"), dict)
    assert all(isinstance(row, dict) for row in rows(whole, "a"))
    assert isinstance(words(whole, "a", "b"), str)
    assert moment(value) is None or moment(value).tzinfo is UTC  # type: ignore[union-attr]
    number(value)
