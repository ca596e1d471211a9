"""Film grain as a frame header carries it (5.9.30), and the text of a grain table as AOM's tools read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from unplastic.media.av1.bits import Reader, Writer

LUMA_POINTS_MAX, CHROMA_POINTS_MAX = 14, 10
TICKS_PER_S = 10_000_000
"""The table's unit of time is 100 ns."""

BARREN_SEEDS = frozenset({0, 0xB524, 0x49D8})
"""With these the shift register of luma, Cb or Cr starts at zero and stays there (7.18.3.2): no grain at all."""

Points = tuple[tuple[int, int], ...]
"""(luma code 0..255, scaling 0..255), luma rising."""


@dataclass(frozen=True, slots=True)
class FilmGrain:
    """Parameters of film grain synthesis (6.8.20), as plain signed numbers: the offsets of the syntax are taken off.

    ``seed`` is 16 bits. ``scaling_shift`` is 8..11, ``ar_shift`` 6..9, ``grain_shift`` 0..3. ``ar_y`` has
    2 lag (lag + 1) coefficients, ``ar_cb`` and ``ar_cr`` one more, that of luma, where there is luma grain.
    ``cb`` and ``cr`` are (multiplier, luma multiplier, offset).
    """

    seed: int
    y: Points = ()
    cb_points: Points = ()
    cr_points: Points = ()
    from_luma: bool = False
    scaling_shift: int = 11
    lag: int = 3
    ar_y: tuple[int, ...] = ()
    ar_cb: tuple[int, ...] = ()
    ar_cr: tuple[int, ...] = ()
    ar_shift: int = 7
    grain_shift: int = 0
    cb: tuple[int, int, int] = (0, 64, 0)
    cr: tuple[int, int, int] = (0, 64, 0)
    overlap: bool = True
    clip: bool = True

    def seeded(self, seed: int) -> FilmGrain:
        """The same grain from another seed."""
        return replace(self, seed=seed & 0xFFFF)

    @property
    def positions(self) -> int:
        """Coefficients of luma."""
        return 2 * self.lag * (self.lag + 1)


def write_grain(w: Writer, grain: FilmGrain, *, inter: bool, mono: bool, halved: bool) -> None:
    """Append it to a frame header in full. ``inter``: the frame is an inter frame; ``halved``: chroma is 4:2:0."""
    w.f(1, 1)
    w.f(grain.seed, 16)
    if inter:
        w.f(1, 1)
    _write_points(w, grain.y)
    from_luma = grain.from_luma and not mono
    if not mono:
        w.f(int(from_luma), 1)
    plain = mono or from_luma or (halved and not grain.y)
    cb_points, cr_points = ((), ()) if plain else (grain.cb_points, grain.cr_points)
    if not plain:
        _write_points(w, cb_points)
        _write_points(w, cr_points)
    w.f(grain.scaling_shift - 8, 2)
    w.f(grain.lag, 2)
    for coefficients, wanted in (
        (grain.ar_y, bool(grain.y)),
        (grain.ar_cb, from_luma or bool(cb_points)),
        (grain.ar_cr, from_luma or bool(cr_points)),
    ):
        for each in coefficients if wanted else ():
            w.f(each + 128, 8)
    w.f(grain.ar_shift - 6, 2)
    w.f(grain.grain_shift, 2)
    for points, (mult, luma, offset) in ((cb_points, grain.cb), (cr_points, grain.cr)):
        if points:
            w.f(mult + 128, 8)
            w.f(luma + 128, 8)
            w.f(offset + 256, 9)
    w.f(int(grain.overlap), 1)
    w.f(int(grain.clip), 1)


def read_grain(r: Reader, slots: list[FilmGrain | None], *, inter: bool, mono: bool, halved: bool) -> FilmGrain | None:
    """The grain of a frame that may have some; ``slots`` is that of the eight references."""
    if not r.flag():
        return None
    seed = r.f(16)
    if inter and not r.flag():
        kept = slots[r.f(3)]
        return kept.seeded(seed) if kept else None
    y = _read_points(r)
    from_luma = not mono and r.flag()
    plain = mono or from_luma or (halved and not y)
    cb_points = () if plain else _read_points(r)
    cr_points = () if plain else _read_points(r)
    scaling, lag = r.f(2) + 8, r.f(2)
    luma = 2 * lag * (lag + 1)
    ar_y = _coefficients(r, luma if y else 0)
    chroma = luma + bool(y)
    ar_cb = _coefficients(r, chroma if from_luma or cb_points else 0)
    ar_cr = _coefficients(r, chroma if from_luma or cr_points else 0)
    ar_shift, grain_shift = r.f(2) + 6, r.f(2)
    cb = _mixing(r) if cb_points else (0, 64, 0)
    cr = _mixing(r) if cr_points else (0, 64, 0)
    return FilmGrain(
        seed, y, cb_points, cr_points, from_luma, scaling, lag, ar_y, ar_cb, ar_cr, ar_shift, grain_shift, cb, cr,
        r.flag(), r.flag(),
    )  # fmt: skip


def table(grains: Iterable[FilmGrain], frame_rate: Fraction) -> Iterator[str]:
    """Lines of a ``filmgrn1`` table with one segment per frame, for other encoders."""
    yield "filmgrn1"
    for index, each in enumerate(grains):
        start, end = (round(i / frame_rate * TICKS_PER_S) for i in (index, index + 1))
        yield f"E {start} {end} 1 {each.seed} 1"
        (cb_mult, cb_luma, cb_off), (cr_mult, cr_luma, cr_off) = each.cb, each.cr
        yield (
            f"\tp {each.lag} {each.ar_shift} {each.grain_shift} {each.scaling_shift} {int(each.from_luma)}"
            f" {int(each.overlap)} {cb_mult + 128} {cb_luma + 128} {cb_off + 256}"
            f" {cr_mult + 128} {cr_luma + 128} {cr_off + 256}"
        )
        for name, points in (("sY", each.y), ("sCb", each.cb_points), ("sCr", each.cr_points)):
            yield f"\t{name} {len(points)}" + "".join(f" {x} {scaling}" for x, scaling in points)
        for name, coefficients, size in (
            ("cY", each.ar_y, each.positions),
            ("cCb", each.ar_cb, each.positions + 1),
            ("cCr", each.ar_cr, each.positions + 1),
        ):
            yield f"\t{name} " + " ".join(map(str, coefficients or (0,) * size))


def _write_points(w: Writer, points: Points) -> None:
    w.f(len(points), 4)
    for value, scaling in points:
        w.f(value, 8)
        w.f(scaling, 8)


def _read_points(r: Reader) -> Points:
    return tuple((r.f(8), r.f(8)) for _ in range(r.f(4)))


def _coefficients(r: Reader, count: int) -> tuple[int, ...]:
    return tuple(r.f(8) - 128 for _ in range(count))


def _mixing(r: Reader) -> tuple[int, int, int]:
    return r.f(8) - 128, r.f(8) - 128, r.f(9) - 256
