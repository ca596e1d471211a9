"""Frame headers (5.9), read to their very end: film grain is the last thing in them.

Nothing is kept but what the length of a later header depends on, and who refers to whom.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from unplastic.media.av1.bits import Reader
from unplastic.media.av1.grain import FilmGrain, read_grain
from unplastic.media.av1.sequence import SELECT, Sequence
from unplastic.media.av1.tools import Picture, read_tools

KEY, INTER, INTRA_ONLY, SWITCH = range(4)
ALL = 0xFF
NO_PRIMARY = 7
REFERENCES = 7

Features = tuple[tuple[int | None, ...], ...]


class Unsupported(Exception):
    """A way of coding that no file of a film's house uses, and that is not read here."""


@dataclass(frozen=True, slots=True)
class Slot:
    """What is kept of a reference: ``coded`` numbers the frames of the file in their order there."""

    coded: int = -1
    kind: int = KEY
    hint: int = 0
    width: int = 0
    height: int = 0
    features: Features = ()
    grain: FilmGrain | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """``end`` is the bit where film grain begins, or would. ``existing`` is the coded frame that is only shown again.

    ``may_have_grain`` says that this frame is shown, now or later.
    """

    coded: int
    end: int
    stop: int
    kind: int
    shown: bool
    may_have_grain: bool
    grain: FilmGrain | None
    existing: int | None = None

    @property
    def inter(self) -> bool:
        """An inter frame says whether its grain is new."""
        return self.kind == INTER


@dataclass(slots=True)
class Frames:
    """Reads the headers of a stream in order, remembering its references."""

    sequence: Sequence
    slots: list[Slot] = field(default_factory=lambda: [Slot()] * 8)
    coded: int = 0

    def read(self, payload: bytes, extension: int | None = None) -> Header:
        """The header at the beginning of a payload. Raises `EndOfBits` and `Unsupported`."""
        r = Reader(payload[:4096])
        seq = self.sequence
        if not seq.reduced and r.flag():
            return self._again(r)
        head, refresh = self._begun(r, extension)
        size, indices, hints = self._sized(r, head, refresh)
        picture = Picture(
            is_intra=head.intra, resilient=head.resilient, width=size.width, upscaled=size.upscaled,
            height=size.height, intrabc=size.intrabc, fine_vectors=size.fine_vectors, hint=head.hint,
            hints=hints, primary=head.primary,
            previous=self.slots[indices[head.primary]].features if head.primary < REFERENCES and indices else (),
            fixed_cdf=seq.reduced or head.fixed_cdf,
        )  # fmt: skip
        features = read_tools(r, seq, picture)
        end = r.at
        grain = None
        may = head.shown or head.showable
        if seq.has_grain and may:
            held = [slot.grain for slot in self.slots]
            grain = read_grain(r, held, inter=head.kind == INTER, mono=seq.mono, halved=all(seq.subsampling))
        slot = Slot(self.coded, head.kind, head.hint, size.upscaled, size.height, features, grain)
        self.slots = [slot if refresh >> i & 1 else old for i, old in enumerate(self.slots)]
        self.coded += 1
        return Header(slot.coded, end, r.at, head.kind, head.shown, may, grain)

    def _again(self, r: Reader) -> Header:
        """A frame that was coded before is shown (show_existing_frame)."""
        seq, slot = self.sequence, self.slots[r.f(3)]
        if seq.decoder_model and not seq.equal_interval:
            r.f(seq.decoder_model[2])
        r.f(seq.frame_id_bits)
        if slot.kind == KEY:
            self.slots = [slot] * 8
        return Header(slot.coded, r.at, r.at, slot.kind, True, False, slot.grain, existing=slot.coded)

    def _begun(self, r: Reader, extension: int | None) -> tuple[_Head, int]:
        """The first half, up to which references the frame replaces."""
        seq = self.sequence
        kind, shown, showable, resilient = KEY, True, False, True
        if not seq.reduced:
            kind, shown = r.f(2), r.flag()
            if shown and seq.decoder_model and not seq.equal_interval:
                r.f(seq.decoder_model[2])
            showable = kind != KEY if shown else r.flag()
            resilient = kind == SWITCH or (kind == KEY and shown) or r.flag()
        if kind == KEY and shown:
            self.slots = [Slot()] * 8
        intra = kind in {KEY, INTRA_ONLY}
        fixed_cdf = r.flag()
        screen = r.flag() if seq.force_screen_content == SELECT else bool(seq.force_screen_content)
        whole = False
        if screen:
            whole = r.flag() if seq.force_integer_mv == SELECT else bool(seq.force_integer_mv)
        r.f(seq.frame_id_bits)
        resized = kind == SWITCH or (not seq.reduced and r.flag())
        hint = r.f(seq.order_hint_bits)
        primary = NO_PRIMARY if intra or resilient else r.f(3)
        if seq.decoder_model and r.flag():
            self._removal_times(r, extension or 0)
        refresh = ALL if kind == SWITCH or (kind == KEY and shown) else r.f(8)
        head = _Head(kind, intra, shown, showable, resilient, fixed_cdf, screen, whole or intra, resized, hint, primary)
        return head, refresh

    def _removal_times(self, r: Reader, layer: int) -> None:
        seq = self.sequence
        temporal, spatial = layer >> 5, layer >> 3 & 3
        for idc, has_model in seq.decoder_model_ops:
            inside = idc >> temporal & 1 and idc >> (spatial + 8) & 1
            if has_model and seq.decoder_model and (not idc or inside):
                r.f(seq.decoder_model[1])

    def _sized(self, r: Reader, head: _Head, refresh: int) -> tuple[_Size, list[int], list[int]]:
        """The size, which slots are referred to, and their order hints."""
        seq = self.sequence
        if (not head.intra or refresh != ALL) and head.resilient and seq.order_hint_bits:
            for i in range(8):
                hint = r.f(seq.order_hint_bits)
                if hint != self.slots[i].hint:
                    self.slots[i] = Slot(hint=hint)
        if head.intra:
            size = self._own_size(r, head)
            size.intrabc = head.screen and size.upscaled == size.width and r.flag()
            return size, [], []
        if seq.order_hint_bits and r.flag():
            raise Unsupported("short signalling of references")
        indices = []
        for _ in range(REFERENCES):
            indices.append(r.f(3))
            r.f(seq.delta_frame_id_bits)
        size = self._size_of(r, head, indices) if head.resized and not head.resilient else self._own_size(r, head)
        size.fine_vectors = not head.whole_vectors and r.flag()
        if not r.flag():
            r.f(2)
        r.f(1)
        if not head.resilient and seq.ref_frame_mvs:
            r.f(1)
        return size, indices, [self.slots[i].hint for i in indices]

    def _own_size(self, r: Reader, head: _Head) -> _Size:
        seq = self.sequence
        width, height = seq.max_width, seq.max_height
        if head.resized:
            width, height = r.f(seq.frame_width_bits) + 1, r.f(seq.frame_height_bits) + 1
        size = _Size(self._coded_width(r, width), width, height)
        if r.flag():
            r.f(32)
        return size

    def _size_of(self, r: Reader, head: _Head, indices: list[int]) -> _Size:
        for i in indices:
            if r.flag():
                slot = self.slots[i]
                return _Size(self._coded_width(r, slot.width), slot.width, slot.height)
        return self._own_size(r, head)

    def _coded_width(self, r: Reader, upscaled: int) -> int:
        if not self.sequence.superres or not r.flag():
            return upscaled
        denominator = r.f(3) + 9
        return (upscaled * 8 + denominator // 2) // denominator


@dataclass(slots=True)
class _Head:
    kind: int
    intra: bool
    shown: bool
    showable: bool
    resilient: bool
    fixed_cdf: bool
    screen: bool
    whole_vectors: bool
    resized: bool
    hint: int
    primary: int


@dataclass(slots=True)
class _Size:
    width: int
    upscaled: int
    height: int
    intrabc: bool = False
    fine_vectors: bool = False
