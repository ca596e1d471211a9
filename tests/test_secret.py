"""A key is never printed."""

from __future__ import annotations

import copy
import pickle
import traceback

import pytest

from unplastic.secret import MASK, Secret, redact

KEY = "sk-very-secret-0123"


@pytest.mark.parametrize("show", [str, repr, "{}".format, "{:>40}".format, lambda key: f"{key!r}"])
def test_it_shows_a_mask(show) -> None:
    assert KEY not in show(Secret(KEY, "ARK_API_KEY"))
    assert "ARK_API_KEY" in show(Secret(KEY, "ARK_API_KEY"))


@pytest.mark.parametrize("leave", [pickle.dumps, copy.copy, copy.deepcopy])
def test_it_does_not_leave_its_process(leave) -> None:
    with pytest.raises(TypeError, match="stays in its process"):
        leave(Secret(KEY, "ARK_API_KEY"))


def test_a_traceback_with_locals_shows_no_key() -> None:
    secret = Secret(KEY, "ARK_API_KEY")
    try:
        raise ValueError(f"refused {secret}")
    except ValueError as error:
        text = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "secret = Secret(" in text
    assert KEY not in text.replace(f"KEY = '{KEY}'", "")


def test_redacting_takes_the_longer_key_first() -> None:
    text = redact("a sk-abcdef-ghi b sk-abcdef c", (Secret("sk-abcdef", "A"), Secret("sk-abcdef-ghi", "B")))
    assert text == f"a {MASK} b {MASK} c"


def test_keys_are_equal_by_what_they_hold_and_empty_ones_are_none() -> None:
    assert Secret(" k1-long ", "A") == Secret("k1-long", "B")
    assert Secret("k1-long", "A") != "k1-long"
    assert not Secret("  ", "A")
