"""Timecode and frame numbers (SMPTE ST 12-1): drop-frame where it is written with a semicolon."""

from __future__ import annotations

import re
from fractions import Fraction

WRITTEN = re.compile(r"(\d{1,2}):(\d\d):(\d\d)([:;.,])(\d{2,3})")
DROPPED_PER_30 = 2
DAY_H = 24


def frame_number(timecode: str, rate: Fraction) -> int | None:
    """Frames since 00:00:00:00; None for a text that is no timecode."""
    found = WRITTEN.fullmatch(timecode.strip())
    if not found:
        return None
    hours, minutes, seconds, frames = (int(found.group(i)) for i in (1, 2, 3, 5))
    nominal = nominal_rate(rate)
    if frames >= nominal or seconds > 59 or minutes > 59:
        return None
    total = ((hours * 60 + minutes) * 60 + seconds) * nominal + frames
    if found.group(4) in ";,":
        passed = hours * 60 + minutes
        total -= _dropped(rate) * (passed - passed // 10)
    return total


def timecode_at(number: int, rate: Fraction, *, drops: bool = False) -> str:
    """The timecode of a frame; it begins anew after a day. ``drops`` counts as 29.97 and 59.94 do with a semicolon."""
    nominal, dropped = nominal_rate(rate), _dropped(rate) if drops else 0
    per_ten = 600 * nominal - 9 * dropped
    number %= DAY_H * 6 * per_ten
    tens, rest = divmod(number, per_ten)
    extra = 9 * dropped * tens
    if dropped and rest >= 60 * nominal:
        extra += dropped * (1 + (rest - 60 * nominal) // (60 * nominal - dropped))
    seconds, frames = divmod(number + extra, nominal)
    minutes, seconds = divmod(seconds, 60)
    width = 3 if nominal > 100 else 2
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}{';' if drops else ':'}{frames:0{width}}"


def later(timecode: str, frames: int, rate: Fraction) -> str:
    """The timecode so many frames on; one that cannot be read stays."""
    number = frame_number(timecode, rate)
    return timecode if number is None else timecode_at(number + frames, rate, drops=timecode[-3:-2] in ";,")


def nominal_rate(rate: Fraction) -> int:
    """Frames counted in a second: 24 at 23.976."""
    return max(1, round(rate))


def _dropped(rate: Fraction) -> int:
    """Numbers left out in nine minutes of ten: only rates of 30000/1001 and its multiples leave any out."""
    return DROPPED_PER_30 * nominal_rate(rate) // 30 if rate.denominator == 1001 and nominal_rate(rate) % 30 == 0 else 0
