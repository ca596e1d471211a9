"""Bits of a header, read and written most significant first (4.10)."""

from __future__ import annotations

from dataclasses import dataclass


class EndOfBits(Exception):
    """A header goes on beyond its data."""


class Reader:
    """Reads ``data`` from its first bit; ``at`` is the number of bits read so far."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._bits = 8 * len(data)
        self.at = 0

    def f(self, bits: int) -> int:
        """An unsigned number of that many bits; raises `EndOfBits`."""
        self.at += bits
        if self.at > self._bits:
            raise EndOfBits
        return (self._value >> (self._bits - self.at)) & ((1 << bits) - 1)

    def flag(self) -> bool:
        """One bit."""
        return bool(self.f(1))

    def su(self, bits: int) -> int:
        """A signed number in two's complement."""
        value = self.f(bits)
        return value - (1 << bits) if value >> (bits - 1) else value

    def ns(self, values: int) -> int:
        """One of ``values`` numbers, in as few bits as they need."""
        width = values.bit_length()
        spare = (1 << width) - values
        value = self.f(width - 1)
        return value if value < spare else (value << 1) - spare + self.f(1)

    def uvlc(self) -> int:
        """An exponential Golomb code."""
        zeros = 0
        while not self.f(1):
            zeros += 1
        return (1 << 32) - 1 if zeros >= 32 else self.f(zeros) + (1 << zeros) - 1


@dataclass(slots=True)
class Writer:
    """Bits to be: ``value`` holds ``bits`` of them."""

    value: int = 0
    bits: int = 0

    def f(self, value: int, bits: int) -> None:
        """Append an unsigned number of that many bits."""
        if value >> bits or value < 0:
            raise ValueError(f"{value} does not fit {bits} bits")
        self.value = self.value << bits | value
        self.bits += bits

    def copied(self, data: bytes, bits: int) -> None:
        """Append the first ``bits`` of ``data``."""
        size = -(-bits // 8)
        self.f(int.from_bytes(data[:size], "big") >> (8 * size - bits), bits)

    def aligned(self, *, stop: bool = False) -> bytes:
        """All bits as bytes, filled up with zeros; ``stop`` puts the one bit of a trailer before them (5.3.4)."""
        if stop:
            self.f(1, 1)
        spare = -self.bits % 8
        return (self.value << spare).to_bytes((self.bits + spare) // 8, "big")


def leb128(value: int) -> bytes:
    """A length in groups of seven bits, the lowest first (4.10.5)."""
    out = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        out.append(low | (0x80 if value else 0))
        if not value:
            return bytes(out)
