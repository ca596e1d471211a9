"""Guard-rails: what a finish must not have broken, checked on the file that was written (proving D6).

Each guard is one function of the clip and its report before and after. A guard that cannot be checked says why and
is neither passed nor broken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from unplastic.clip import Clip
from unplastic.reading import Guard, Report

STRUCTURE_MIN = 0.985
WIDER_MAX = 1.4
OVERSHOOT_FREE_PERCENT = 5.0
GRAIN_MAX_CODES8 = 3.0
CLIPPED_MORE_MAX = 0.002
FLICKER_MORE_MAX_CODES8 = 0.1
WORSE_MAX = 1.1
TIME_MAX_S = 0.0005


def check_guards(
    before: Report, after: Report, source: Clip, master: Clip, structure: Sequence[float]
) -> tuple[Guard, ...]:
    """All guards of one finish. ``structure`` holds the structural similarity of the frames that were compared."""
    return (
        *_file_guards(source, master),
        _structure(structure),
        *(guard(before, after) for guard in _PICTURE_GUARDS),
    )


def _file_guards(source: Clip, master: Clip) -> tuple[Guard, ...]:
    shift = abs(float(source.start_pts * source.time_base - master.start_pts * master.time_base))
    stretch = abs(float(source.duration_s - master.duration_s))
    return (
        Guard("frames", master.frames == source.frames, str(master.frames), str(source.frames)),
        Guard("time", shift <= TIME_MAX_S and stretch <= TIME_MAX_S, f"{max(shift, stretch):.4f} s", f"{TIME_MAX_S} s"),
        Guard(
            "sound",
            len(master.sound) == len(source.sound),
            f"{len(master.sound)} tracks",
            f"{len(source.sound)} tracks",
        ),
        _sound_offset(source, master),
    )


def _sound_offset(source: Clip, master: Clip) -> Guard:
    if not source.sound:
        return Guard("sound offset", None, "the clip is silent", f"{TIME_MAX_S} s")
    pairs = zip(source.sound, master.sound, strict=False)
    apart = max((abs(float(a.start_s - b.start_s)) for a, b in pairs), default=0.0)
    return Guard("sound offset", apart <= TIME_MAX_S, f"{apart:.4f} s", f"{TIME_MAX_S} s")


def _structure(similarities: Sequence[float]) -> Guard:
    if not similarities:
        return Guard("structure", None, "no frame could be compared", STRUCTURE_MIN)
    worst = min(similarities)
    return Guard("structure", worst >= STRUCTURE_MIN, round(worst, 4), STRUCTURE_MIN)


def _halo(before: Report, after: Report) -> Guard:
    return _no_worse("halo", "edge_overshoot", before, after, unit="%", free=OVERSHOOT_FREE_PERCENT)


def _defocus(before: Report, after: Report) -> Guard:
    return _no_worse("focus", "edge_width", before, after, unit="px", ratio=WIDER_MAX)


def _banding(before: Report, after: Report) -> Guard:
    return _no_worse("banding", "banding", before, after)


def _white(before: Report, after: Report) -> Guard:
    return _no_worse("white clipping", "clipped_high", before, after, ratio=1.0, more=CLIPPED_MORE_MAX)


def _black(before: Report, after: Report) -> Guard:
    return _no_worse("black clipping", "clipped_low", before, after, ratio=1.0, more=CLIPPED_MORE_MAX)


def _flicker(before: Report, after: Report) -> Guard:
    return _no_worse("flicker", "global_flicker", before, after, unit="codes", more=FLICKER_MORE_MAX_CODES8)


def _grain(before: Report, after: Report) -> Guard:
    return _no_worse("grain budget", "grain_sigma", before, after, unit="codes", ratio=1.0, free=GRAIN_MAX_CODES8)


_PICTURE_GUARDS: tuple[Callable[[Report, Report], Guard], ...] = (
    _halo,
    _defocus,
    _banding,
    _white,
    _black,
    _flicker,
    _grain,
)


def _no_worse(
    name: str,
    reading: str,
    before: Report,
    after: Report,
    *,
    unit: str = "",
    ratio: float = WORSE_MAX,
    more: float = 0.0,
    free: float = 0.0,
) -> Guard:
    """After may reach ``free``, or ``ratio`` times before plus ``more``, whichever is larger.

    Both are estimates: a guard breaks only when the whole 90 % interval after lies past the limit.
    """
    a, b = before.reading(reading), after.reading(reading)
    if a is None or b is None or a.value is None or b.value is None or not (a.valid and b.valid):
        missing = next((r.why_not for r in (a, b) if r is not None and not r.valid), None)
        return Guard(name, None, missing or "not measured", "not checked")
    limit = max(free, ratio * a.value + more)
    surely = b.value if b.low is None else min(b.low, b.value)
    return Guard(name, surely <= limit, f"{b.value:.3g} {unit}".strip(), f"{limit:.3g} {unit}".strip())
