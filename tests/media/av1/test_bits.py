"""Bits written and read again, and the specification's own codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unplastic.media.av1.bits import EndOfBits, Reader, Writer, leb128
from unplastic.media.av1.obu import BadUnit, Unit, units


@given(st.lists(st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, (1 << n) - 1), st.just(n)))))
def test_what_is_written_is_read(fields: list[tuple[int, int]]) -> None:
    w = Writer()
    for value, bits in fields:
        w.f(value, bits)
    r = Reader(w.aligned())
    assert [r.f(bits) for _, bits in fields] == [value for value, _ in fields]


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))))
def test_one_of_n_values(pair: tuple[int, int]) -> None:
    """ns(n), written as the specification's pseudo-code reads it."""
    value, n = pair
    width = n.bit_length()
    spare = (1 << width) - n
    w = Writer()
    if value < spare:
        w.f(value, width - 1)
    else:
        w.f((value + spare) >> 1, width - 1)
        w.f((value + spare) & 1, 1)
    assert Reader(w.aligned() + b"\0").ns(n) == value


@given(st.integers(0, (1 << 20) - 2))
def test_exponential_golomb(value: int) -> None:
    w = Writer()
    zeros = (value + 1).bit_length() - 1
    w.f(0, zeros) if zeros else None
    w.f(value + 1, zeros + 1)
    assert Reader(w.aligned()).uvlc() == value


@pytest.mark.parametrize(("value", "code"), [(0, "00"), (127, "7f"), (128, "8001"), (300, "ac02")])
def test_leb128(value: int, code: str) -> None:
    assert leb128(value).hex() == code


def test_signed_and_the_end() -> None:
    assert Reader(b"\x80").su(7) == -64
    assert Reader(b"\x7e").su(7) == 63
    with pytest.raises(EndOfBits):
        Reader(b"\0").f(9)
    with pytest.raises(ValueError, match="does not fit"):
        Writer().f(4, 2)


@given(
    st.lists(
        st.builds(Unit, st.sampled_from([1, 2, 3, 5, 6, 15]), st.binary(max_size=200), st.none() | st.integers(0, 255))
    )
)
def test_units(made: list[Unit]) -> None:
    assert list(units(b"".join(map(bytes, made)))) == made


@pytest.mark.parametrize("data", [b"\x80", b"\x32\x05ab", b"\x32\xff\xff"])
def test_what_is_no_unit(data: bytes) -> None:
    with pytest.raises(BadUnit):
        list(units(data))
