"""The second half of a frame header: tiles, quantisers, segments, filters, motion. Read for its length alone."""

from __future__ import annotations

from dataclasses import dataclass

from unplastic.media.av1.bits import Reader
from unplastic.media.av1.sequence import Sequence

SEGMENTS, NO_PRIMARY = 8, 7
FEATURE_BITS = (8, 6, 6, 6, 6, 3, 0, 0)
FEATURES_SIGNED = 5
MAX_TILE_WIDTH, MAX_TILE_AREA, MAX_TILES = 4096, 4096 * 2304, 64
GM_ABS_BITS, GM_TRANSLATION_BITS = 12, 9
SUBEXP_BITS = 3

Features = tuple[tuple[int | None, ...], ...]
"""Of eight segments, the value of each feature, None where it is off."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What the first half of the header said; ``previous`` is the primary reference's segmentation."""

    is_intra: bool
    resilient: bool
    width: int
    upscaled: int
    height: int
    intrabc: bool
    fine_vectors: bool
    hint: int
    hints: list[int]
    primary: int
    previous: Features
    fixed_cdf: bool


def read_tools(r: Reader, seq: Sequence, picture: Picture) -> Features:
    """Read from the tiles to global motion; returns the segmentation, which later frames may take over."""
    if not picture.fixed_cdf:
        r.f(1)
    _tiles(r, seq, picture)
    base, deltas = _quantisers(r, seq)
    enabled, features = _segments(r, picture)
    if base > 0 and r.flag():
        r.f(2)
        if not picture.intrabc and r.flag():
            r.f(3)
    used = [base + (row[0] or 0) for row in features] if enabled else [base]
    lossless = not any(deltas) and all(q <= 0 for q in used)
    _filters(r, seq, picture, lossless=lossless)
    if not lossless:
        r.f(1)
    select = not picture.is_intra and r.flag()
    if select and seq.order_hint_bits and _may_skip(picture, seq.order_hint_bits):
        r.f(1)
    if not picture.is_intra and not picture.resilient and seq.warped_motion:
        r.f(1)
    r.f(1)
    if not picture.is_intra:
        _global_motion(r, picture)
    return features


def _tiles(r: Reader, seq: Sequence, picture: Picture) -> None:
    shift = 5 if seq.use_128 else 4
    columns, rows = ((2 * ((side + 7) >> 3) + (1 << shift) - 1) >> shift for side in (picture.width, picture.height))
    size = shift + 2
    widest, area = MAX_TILE_WIDTH >> size, MAX_TILE_AREA >> 2 * size
    least_columns = _log2(widest, columns)
    least = max(least_columns, _log2(area, rows * columns))
    if r.flag():
        across = _increments(r, least_columns, _log2(1, min(columns, MAX_TILES)))
        down = _increments(r, max(least - across, 0), _log2(1, min(rows, MAX_TILES)))
    else:
        widths = _given(r, columns, widest)
        across = _log2(1, len(widths))
        area = rows * columns >> (least + 1) if least else rows * columns
        down = _log2(1, len(_given(r, rows, max(area // max(widths), 1))))
    if across or down:
        r.f(across + down + 2)


def _increments(r: Reader, value: int, most: int) -> int:
    while value < most and r.flag():
        value += 1
    return value


def _given(r: Reader, total: int, most: int) -> list[int]:
    sizes: list[int] = []
    while sum(sizes) < total:
        sizes.append(r.ns(min(total - sum(sizes), most)) + 1)
    return sizes


def _log2(block: int, target: int) -> int:
    k = 0
    while block << k < target:
        k += 1
    return k


def _quantisers(r: Reader, seq: Sequence) -> tuple[int, list[int]]:
    base = r.f(8)
    deltas = [_delta(r)]
    if not seq.mono:
        different = seq.separate_uv_delta_q and r.flag()
        deltas += [_delta(r) for _ in range(4 if different else 2)]
    if r.flag():
        r.f(8)
        if seq.separate_uv_delta_q:
            r.f(4)
    return base, deltas


def _delta(r: Reader) -> int:
    return r.su(7) if r.flag() else 0


def _segments(r: Reader, picture: Picture) -> tuple[bool, Features]:
    if not r.flag():
        return False, ()
    update = True
    if picture.primary != NO_PRIMARY:
        if r.flag():
            r.f(1)
        update = r.flag()
    if not update:
        return True, picture.previous
    return True, tuple(tuple(_feature(r, j) for j in range(len(FEATURE_BITS))) for _ in range(SEGMENTS))


def _feature(r: Reader, j: int) -> int | None:
    if not r.flag():
        return None
    bits = FEATURE_BITS[j]
    return r.su(bits + 1) if j < FEATURES_SIGNED else r.f(bits)


def _filters(r: Reader, seq: Sequence, picture: Picture, *, lossless: bool) -> None:
    if not lossless and not picture.intrabc:
        _loop_filter(r, seq)
        if seq.cdef:
            r.f(2)
            for _ in range(1 << r.f(2)):
                r.f(6 if seq.mono else 12)
    if seq.restoration and not picture.intrabc and not (lossless and picture.width == picture.upscaled):
        kinds = [r.f(2) for _ in range(1 if seq.mono else 3)]
        if any(kinds):
            if r.flag() and not seq.use_128:
                r.f(1)
            if all(seq.subsampling) and any(kinds[1:]):
                r.f(1)


def _loop_filter(r: Reader, seq: Sequence) -> None:
    levels = r.f(6), r.f(6)
    if not seq.mono and any(levels):
        r.f(12)
    r.f(3)
    if r.flag() and r.flag():
        for _ in range(10):
            if r.flag():
                r.f(7)


def _may_skip(picture: Picture, bits: int) -> bool:
    """SkipModeAllowed (5.9.22): there are two nearest references, one on either side or both before."""
    behind = [d for d in (_distance(hint, picture.hint, bits) for hint in picture.hints) if d < 0]
    ahead = any(_distance(hint, picture.hint, bits) > 0 for hint in picture.hints)
    return bool(behind) and (ahead or min(behind) < max(behind))


def _distance(a: int, b: int, bits: int) -> int:
    half = 1 << (bits - 1)
    return ((a - b) & (half - 1)) - ((a - b) & half)


def _global_motion(r: Reader, picture: Picture) -> None:
    for _ in range(7):
        if not r.flag():
            continue
        rot_zoom = r.flag()
        translation = not rot_zoom and r.flag()
        if not translation:
            for _ in range(2 if rot_zoom else 4):
                _subexp(r, GM_ABS_BITS)
        bits = GM_TRANSLATION_BITS - (not picture.fine_vectors) if translation else GM_ABS_BITS
        _subexp(r, bits)
        _subexp(r, bits)


def _subexp(r: Reader, abs_bits: int) -> None:
    """decode_subexp: its length does not depend on the reference's motion."""
    symbols = (2 << abs_bits) + 1
    taken, i = 0, 0
    while True:
        bits = SUBEXP_BITS + i - 1 if i else SUBEXP_BITS
        if symbols <= taken + (3 << bits):
            r.ns(symbols - taken)
            return
        if not r.flag():
            r.f(bits)
            return
        i += 1
        taken += 1 << bits
