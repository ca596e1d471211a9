"""Three levels onto three others: the ASC CDL that takes black, median and white of a clip to a plate's."""

from __future__ import annotations

from dataclasses import dataclass

Levels = tuple[float, float, float]

BLACK_SHOWN_MAX, WHITE_SHOWN_MIN = 0.08, 0.80
"""A plate whose darkest or brightest parts lie beyond shows no shadows or no highlights, and says nothing of them."""

BLACK_MAX, MEDIAN_MAX, WHITE_MAX = 0.05, 0.06, 0.08
"""Furthest that a level follows a plate, nominal: what lies beyond is another scene, not another camera."""

POWERS = 0.7, 1.4
LEAST = 0.006
"""Black is not put lower: the half of a per cent that lies under it would be clipped."""

LEAST_ROOT = 0.0005
"""Keeps roots away from zero."""

SPAN_MIN = 0.1
ROUNDS = 40


@dataclass(frozen=True, slots=True)
class Curve:
    """out = (slope * in + offset) ^ power on R'G'B'; ``gain`` is its slope at the median: what chroma is scaled by."""

    slope: float
    offset: float
    power: float
    gain: float

    def gain_at(self, level: float) -> float:
        """The slope at a level: what the chroma of colours of that luma is scaled by."""
        return self.power * self.slope * max(self.slope * level + self.offset, LEAST_ROOT) ** (self.power - 1.0)


@dataclass(frozen=True, slots=True)
class ToneMatch(Curve):
    """A curve to a plate, and ``why`` it is what it is."""

    why: str


def tone_match(clip: Levels | None, plate: Levels | None) -> ToneMatch | None:
    """The curve for nominal (black, median, white) levels; None where they are unknown or leave no span.

    Its power is found by bisection: it is what bends the median against the straight line from black to white.
    """
    if clip is None or plate is None:
        return None
    held = _held(clip, plate)
    found = curve(clip, held)
    return ToneMatch(found.slope, found.offset, found.power, found.gain, _why(clip, plate, held)) if found else None


def curve(clip: Levels, aims: Levels) -> Curve | None:
    """The curve that takes the ``clip``'s levels to ``aims``, with black kept under white; None without a span."""
    if clip[2] - clip[0] < SPAN_MIN:
        return None
    black = max(aims[0], min(LEAST, clip[0]), LEAST_ROOT)
    white = max(aims[2], black + SPAN_MIN)
    middle = min(max(aims[1], black + LEAST), white - LEAST)
    power = _power(clip, black, middle, white)
    slope, offset = _line(clip, black, white, power)
    gain = power * slope * max(slope * clip[1] + offset, LEAST_ROOT) ** (power - 1.0)
    return Curve(round(slope, 4), round(offset, 4), round(power, 4), gain)


def _held(clip: Levels, plate: Levels) -> Levels:
    """Where the levels are to lie: the plate's, as far as they mean anything for another scene."""
    shown = plate[0] <= BLACK_SHOWN_MAX, True, plate[2] >= WHITE_SHOWN_MIN
    limits = BLACK_MAX, MEDIAN_MAX, WHITE_MAX
    black, middle, white = (
        min(max(p, c - most), c + most) if is_shown else c
        for c, p, most, is_shown in zip(clip, plate, limits, shown, strict=True)
    )
    return black, middle, white


def _power(clip: Levels, black: float, middle: float, white: float) -> float:
    low, high = POWERS
    for _ in range(ROUNDS):
        power = 0.5 * (low + high)
        slope, offset = _line(clip, black, white, power)
        is_dark = max(slope * clip[1] + offset, 0.0) ** power < middle
        low, high = (low, power) if is_dark else (power, high)
    return 0.5 * (low + high)


def _line(clip: Levels, black: float, white: float, power: float) -> tuple[float, float]:
    """Slope and offset that take the clip's black and white to theirs before the power."""
    start, end = black ** (1.0 / power), white ** (1.0 / power)
    slope = (end - start) / (clip[2] - clip[0])
    return slope, start - slope * clip[0]


def _why(clip: Levels, plate: Levels, held: Levels) -> str:
    here, there = (" / ".join(f"{level:.3f}" for level in levels) for levels in (clip, plate))
    names = [name for name, a, b in zip(("black", "median", "white"), plate, held, strict=True) if a != b]
    limit = f": {', '.join(names)} follow in part, scenes differ" if names else ""
    return f"black / median / white lie at {here}, the plate's at {there}{limit}"
