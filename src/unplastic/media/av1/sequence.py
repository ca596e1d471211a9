"""The sequence header (5.5): what holds for every frame until the next one."""

from __future__ import annotations

from dataclasses import dataclass

from unplastic.media.av1.bits import Reader, Writer

SELECT = 2
"""A tool that every frame switches for itself."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """The fields that frame headers depend on; ``grain_at`` is the bit that says whether frames may have grain."""

    reduced: bool
    frame_width_bits: int
    frame_height_bits: int
    max_width: int
    max_height: int
    frame_id_bits: int
    delta_frame_id_bits: int
    use_128: bool
    superres: bool
    cdef: bool
    restoration: bool
    warped_motion: bool
    order_hint_bits: int
    force_screen_content: int
    force_integer_mv: int
    ref_frame_mvs: bool
    decoder_model: tuple[int, int, int] | None
    equal_interval: bool
    decoder_model_ops: tuple[tuple[int, bool], ...]
    bit_depth: int
    mono: bool
    subsampling: tuple[bool, bool]
    separate_uv_delta_q: bool
    grain_at: int
    has_grain: bool


def read_sequence(payload: bytes) -> Sequence:
    """A sequence header's payload. Raises `EndOfBits`."""
    r = Reader(payload)
    profile, _still, reduced = r.f(3), r.flag(), r.flag()
    model: tuple[int, int, int] | None = None
    interval = False
    ops: list[tuple[int, bool]] = []
    if reduced:
        r.f(5)
    else:
        model, interval, ops = _operating_points(r)
    width_bits, height_bits = r.f(4) + 1, r.f(4) + 1
    width, height = r.f(width_bits) + 1, r.f(height_bits) + 1
    id_bits = delta_bits = 0
    if not reduced and r.flag():
        delta_bits = r.f(4) + 2
        id_bits = delta_bits + r.f(3) + 1
    use_128, _, _ = r.flag(), r.flag(), r.flag()
    warped, mvs, hint_bits, screen, integer = False, False, 0, SELECT, SELECT
    if not reduced:
        warped, mvs, hint_bits, screen, integer = _tools(r)
    superres, cdef, restoration = r.flag(), r.flag(), r.flag()
    depth, mono, subsampling, separate = _color(r, profile)
    at = r.at
    return Sequence(
        reduced, width_bits, height_bits, width, height, id_bits, delta_bits, use_128, superres, cdef, restoration,
        warped, hint_bits, screen, integer, mvs, model, interval, tuple(ops), depth, mono, subsampling, separate, at,
        r.flag(),
    )  # fmt: skip


def with_grain_allowed(payload: bytes, *, allowed: bool = True) -> bytes:
    """The same header, saying that frames may have film grain."""
    at = read_sequence(payload).grain_at
    w = Writer()
    w.copied(payload, at)
    w.f(int(allowed), 1)
    return w.aligned(stop=True)


def _operating_points(r: Reader) -> tuple[tuple[int, int, int] | None, bool, list[tuple[int, bool]]]:
    model = None
    interval = False
    if r.flag():  # timing_info
        r.f(64)
        interval = r.flag()
        if interval:
            r.uvlc()
        if r.flag():
            delay = r.f(5) + 1
            r.f(32)
            model = (delay, r.f(5) + 1, r.f(5) + 1)
    display_delay = r.flag()
    ops = []
    for _ in range(r.f(5) + 1):
        idc = r.f(12)
        if r.f(5) > 7:
            r.f(1)
        has_model = False
        if model and r.flag():
            has_model = True
            r.f(2 * model[0] + 1)
        if display_delay and r.flag():
            r.f(4)
        ops.append((idc, has_model))
    return model, interval, ops


def _tools(r: Reader) -> tuple[bool, bool, int, int, int]:
    """(warped motion, motion vectors of references, bits of an order hint, screen content, whole-pixel vectors)."""
    r.f(2)  # inter-intra, masked compound
    warped = r.flag()
    r.f(1)  # dual filter
    hints = r.flag()
    mvs = False
    if hints:
        r.f(1)
        mvs = r.flag()
    screen = SELECT if r.flag() else r.f(1)
    integer = SELECT
    if screen:
        integer = SELECT if r.flag() else r.f(1)
    return warped, mvs, r.f(3) + 1 if hints else 0, screen, integer


def _color(r: Reader, profile: int) -> tuple[int, bool, tuple[bool, bool], bool]:
    """(bit depth, grey only, subsampling across and down, separate delta of chroma's quantisers)."""
    high = r.flag()
    depth = 12 if profile == 2 and high and r.flag() else 10 if high else 8
    mono = profile != 1 and r.flag()
    primaries, transfer, matrix = (r.f(8), r.f(8), r.f(8)) if r.flag() else (2, 2, 2)
    if mono:
        r.f(1)
        return depth, True, (True, True), False
    if (primaries, transfer, matrix) == (1, 13, 0):
        subsampling = False, False
    else:
        r.f(1)
        if profile == 0:
            subsampling = True, True
        elif profile == 1:
            subsampling = False, False
        elif depth == 12:
            across = r.flag()
            subsampling = across, across and r.flag()
        else:
            subsampling = True, False
        if all(subsampling):
            r.f(2)
    return depth, False, subsampling, r.flag()
