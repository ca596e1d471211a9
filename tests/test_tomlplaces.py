"""Every value has a line: also behind strings over several lines, brackets, comments and dotted keys."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from unplastic.tomlplaces import place_of, places

TEXT = '''title = "a [[not.a.table]]"   # [[nor.this]]
"odd key" = 1
site.owner . name = "x"
words = """
[[not.a.table]]
fake = 1
\\""" still inside
end""" # and out
list = [
  "]", # ]
  { a = 1 },
]
raw = \'\'\'
also = 'inside\'\'\'\'
after = 1

[plain]
  inner = 2
[[rows]]
x = 1
[[rows]]
x = 2
[[rows.cells]]
y = 1
[[rows.cells]]
y = 2
[rows.cells.deep]
z = 3
'''


@pytest.mark.parametrize(
    ("location", "line", "column"),
    [
        (("title",), 1, 1), (("odd key",), 2, 1), (("site", "owner", "name"), 3, 1), (("words",), 4, 1),
        (("list",), 9, 1), (("list", 1, "a"), 9, 1), (("raw",), 13, 1), (("after",), 15, 1), (("plain",), 17, 1),
        (("plain", "inner"), 18, 3), (("rows", 0, "x"), 20, 1), (("rows", 1, "x"), 22, 1), (("rows", 1), 21, 1),
        (("rows", 1, "cells", 0, "y"), 24, 1), (("rows", 1, "cells", 1, "y"), 26, 1),
        (("rows", 1, "cells", 1, "deep", "z"), 28, 1), (("rows", 1, "missing"), 21, 1), (("nowhere",), 1, 1),
    ],
)  # fmt: skip
def test_where(location: tuple[str | int, ...], line: int, column: int) -> None:
    assert tomllib.loads(TEXT)
    assert place_of(TEXT, location) == (line, column)
    assert "fake" not in {location[-1] for location in places(TEXT)}


KEYS = st.text(min_size=1, max_size=5)
LEAVES = st.one_of(st.integers(-9, 9), st.text(max_size=12), st.booleans(), st.lists(st.text(max_size=4), max_size=3))
TREES = st.recursive(LEAVES, lambda inner: st.dictionaries(KEYS, inner, max_size=4), max_leaves=12)


@given(st.dictionaries(KEYS, TREES | st.lists(st.dictionaries(KEYS, LEAVES, min_size=1), min_size=1, max_size=3)))
def test_what_a_writer_writes_is_found(tree: dict[str, Any]) -> None:
    text = tomlkit.dumps(tree)
    lines, known = text.split("\n"), places(text)
    for location, (line, _) in known.items():
        found: Any = tomllib.loads(text)
        for each in location:
            found = found[each]
        assert 1 <= line <= len(lines), "a place outside the text"
    for key, value in tree.items():
        if value != {}:
            assert any(location[:1] == (key,) for location in known), (key, text)


@given(st.text(max_size=200))
def test_any_text_is_walked_to_its_end(text: str) -> None:
    assert isinstance(places(text), dict)
