"""Packets divided into open bitstream units (5.3), and put together again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from unplastic.media.av1.bits import leb128

SEQUENCE, DELIMITER, FRAME_HEADER, TILES, FRAME, REDUNDANT = 1, 2, 3, 4, 6, 7


class BadUnit(Exception):
    """Data that is no sequence of units."""


@dataclass(frozen=True, slots=True)
class Unit:
    """``kind`` is obu_type; ``extension`` the byte after the header, if there is one (temporal and spatial layer)."""

    kind: int
    payload: bytes
    extension: int | None = None

    def __bytes__(self) -> bytes:
        """The unit with its size, as files hold it."""
        head = self.kind << 3 | 0b10 | (0b100 if self.extension is not None else 0)
        layer = bytes([self.extension]) if self.extension is not None else b""
        return bytes([head]) + layer + leb128(len(self.payload)) + self.payload


def units(packet: bytes) -> Iterator[Unit]:
    """The units of a packet; the last may go to its end without saying its size. Raises `BadUnit`."""
    at = 0
    while at < len(packet):
        head = packet[at]
        if head & 0x80:
            raise BadUnit
        at += 1
        extension = None
        if head & 0b100:
            extension, at = packet[at] if at < len(packet) else 0, at + 1
        if head & 0b10:
            size, at = _size(packet, at)
        else:
            size = len(packet) - at
        if at + size > len(packet):
            raise BadUnit
        yield Unit(head >> 3 & 0xF, packet[at : at + size], extension)
        at += size


def _size(packet: bytes, at: int) -> tuple[int, int]:
    value = 0
    for i in range(8):
        if at >= len(packet):
            raise BadUnit
        byte = packet[at]
        at += 1
        value |= (byte & 0x7F) << 7 * i
        if not byte & 0x80:
            return value, at
    raise BadUnit
