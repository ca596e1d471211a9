"""Film grain put into the frame headers of a coded stream: the encoder need not know of it, and no picture changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from unplastic.media.av1.bits import EndOfBits, Writer
from unplastic.media.av1.frame import Frames, Header, Unsupported
from unplastic.media.av1.grain import FilmGrain, write_grain
from unplastic.media.av1.obu import FRAME, FRAME_HEADER, REDUNDANT, SEQUENCE, BadUnit, Unit, units
from unplastic.media.av1.sequence import read_sequence, with_grain_allowed

HEADERS = {FRAME, FRAME_HEADER, REDUNDANT}
UNREADABLE = (BadUnit, EndOfBits, Unsupported, IndexError)
"""What a stream that is not AV1, damaged, or coded in a way not read here ends in."""


@dataclass(slots=True)
class Parsed:
    """Walks through packets; ``frames`` is there from the first sequence header on."""

    frames: Frames | None = None
    last: Header | None = field(default=None)

    def headers(self, packet: bytes) -> Iterator[tuple[Unit, Header | None]]:
        """Every unit of a packet with its frame header, if it has one of its own."""
        for unit in units(packet):
            if unit.kind == SEQUENCE:
                sequence = read_sequence(unit.payload)
                if self.frames is None:
                    self.frames = Frames(sequence)
                self.frames.sequence = sequence
            if unit.kind in HEADERS and self.frames is None:
                raise BadUnit
            if unit.kind in {FRAME, FRAME_HEADER} and self.frames:
                self.last = self.frames.read(unit.payload, unit.extension)
                yield unit, self.last
            else:
                yield unit, None


def shown_at(packets: Iterable[bytes]) -> dict[int, int]:
    """Which picture of the film, counted as shown, each coded frame becomes; the first time, if it is shown twice."""
    parsed, shown = Parsed(), 0
    found: dict[int, int] = {}
    for packet in packets:
        for _, header in parsed.headers(packet):
            if header and header.shown:
                found.setdefault(header.coded, shown)
                shown += 1
    return found


def with_grain(packets: Iterable[bytes], grain: Callable[[int], FilmGrain], shown: dict[int, int]) -> Iterator[bytes]:
    """The packets with the grain of every picture, ``grain`` (its number as shown), in full in its frame's header.

    ``shown`` is `shown_at` of the same packets. A grain that was there before is replaced. Raises `UNREADABLE`.
    """
    parsed, copy = Parsed(), b""
    for packet in packets:
        out = bytearray()
        for unit, header in parsed.headers(packet):
            if unit.kind == SEQUENCE:
                out += bytes(Unit(SEQUENCE, with_grain_allowed(unit.payload), unit.extension))
            elif header is None or header.existing is not None or parsed.frames is None:
                again = unit.kind == REDUNDANT
                out += bytes(Unit(REDUNDANT, copy, unit.extension) if again else unit)
            else:
                wanted = grain(shown.get(header.coded, 0)) if header.may_have_grain else None
                payload = _rewritten(unit, header, wanted, parsed.frames)
                copy = payload if unit.kind == FRAME_HEADER else copy
                out += bytes(Unit(unit.kind, payload, unit.extension))
        yield bytes(out)


def configuration(extradata: bytes) -> bytes:
    """An MP4's or Matroska's decoder configuration (av1C) whose sequence header allows grain."""
    head, rest = extradata[:4], extradata[4:]
    changed = (
        bytes(Unit(SEQUENCE, with_grain_allowed(unit.payload), unit.extension))
        if unit.kind == SEQUENCE
        else bytes(unit)
        for unit in units(rest)
    )
    return head + b"".join(changed)


def _rewritten(unit: Unit, header: Header, grain: FilmGrain | None, frames: Frames) -> bytes:
    sequence = frames.sequence
    w = Writer()
    w.copied(unit.payload, header.end)
    if grain is not None:
        write_grain(w, grain, inter=header.inter, mono=sequence.mono, halved=all(sequence.subsampling))
    if unit.kind == FRAME_HEADER:
        return w.aligned(stop=True)
    return w.aligned() + unit.payload[-(-header.stop // 8) :]
