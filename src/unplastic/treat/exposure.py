"""How the brightness of a shot goes, level by level, and what of it is flicker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from unplastic.vision.bands import blurred, smooth_step

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from unplastic.vision import Scene

    Array = NDArray[np.float64]

REACH = 4
"""Frames before and after whose brightness makes the trend."""

LEVELS = np.array([38.0, 82.0, 127.0, 172.0, 215.0])
HALF_LEVEL = 22.0
SMOOTH_PX = 2.0
PIXELS_MIN = 100
QUIET_CODES8 = 0.05, 0.12
"""A change beside the trend of up to the first is rounding and noise; from the second on it is flicker."""

ONE_SIDED = 0.35, 0.15
"""A line through one side that fits this much better than a line through both: a fade that begins or ends here."""


class Exposure:
    """The brightness of one clip, followed along motion: things that come into view do not change it."""

    def __init__(self, limit_codes8: float) -> None:
        from unplastic.treat.kernels.steady import changes

        self._changes = changes
        self._limit = limit_codes8
        self._steps: dict[int, Array] = {}
        self._pixels: list[NDArray[np.float32]] = []

    def curve(self, scene: Scene) -> NDArray[np.float32] | None:
        """Codes to add at each of `LEVELS`, or None when there is no flicker."""
        if scene.previous is None:
            self._steps.clear()
        path = self._path(scene)
        for index in [i for i in self._steps if i < scene.index - REACH]:
            del self._steps[index]
        if path is None:
            return None
        times, values = path
        step = np.array([beside_trend(times, values[:, level]) for level in range(len(LEVELS))])
        step /= 1.0 + (step / self._limit) ** 4
        if not step.any():
            return None
        return (-step).astype(np.float32)

    def _path(self, scene: Scene) -> tuple[Array, Array] | None:
        """Frames -4..4 of this shot as far as there are any, and their brightness per level against this one's."""
        behind, ahead = [], []
        index, now = scene.index - 1, np.zeros(len(LEVELS))
        while index in self._steps and len(behind) < REACH:
            now = now - self._steps[index]
            behind.append(now)
            index -= 1
        each, now = scene, np.zeros(len(LEVELS))
        while each.next is not None and len(ahead) < REACH:
            step = self._step(each)
            if step is None:
                break
            now = now + step
            ahead.append(now)
            each = each.next
        values = np.array([*behind[::-1], np.zeros(len(LEVELS)), *ahead])
        if len(values) < 4:
            return None
        return np.arange(len(values), dtype=np.float64) - len(behind), values

    def _step(self, scene: Scene) -> Array | None:
        """By how much each level changes from this frame to the next, from the middle half of its pixels.

        The flatter half of the picture is asked: on slopes, motion is found in part by making up for the change.
        """
        if scene.index in self._steps:
            return self._steps[scene.index]
        after, motion = scene.next, scene.to_next
        if after is None or motion is None:
            return None
        if not self._pixels:
            self._pixels = [np.empty(scene.small.size, np.float32) for _ in range(3)]
        level, change, slope = self._pixels
        flow, confidence = (np.ascontiguousarray(p, np.float32) for p in (motion.flow, motion.confidence))
        now, then = (blurred(each.small, SMOOTH_PX) for each in (scene, after))
        found = self._changes(now, then, flow, confidence, level, change, slope)
        if found < PIXELS_MIN:
            return None
        flat = slope[:found] <= np.partition(slope[:found], found // 2)[found // 2]
        step = _per_level(level[:found][flat], change[:found][flat])
        if step is not None:
            self._steps[scene.index] = step
        return step


def _per_level(level: NDArray[np.float32], change: NDArray[np.float32]) -> Array | None:
    found = [change[np.abs(level - middle) <= HALF_LEVEL] for middle in LEVELS]
    known = [each.size >= PIXELS_MIN for each in found]
    if not any(known):
        return None
    values = [_middle_half(each) for each, enough in zip(found, known, strict=True) if enough]
    return np.interp(LEVELS, LEVELS[known], values)


def _middle_half(values: NDArray[np.float32]) -> float:
    """The mean of the middle half: as robust as a median, and finer than a code."""
    quarter = values.size // 4
    ordered = np.partition(values, (quarter, values.size - quarter - 1))
    return float(ordered[quarter : values.size - quarter].mean())


def beside_trend(times: Array, values: Array) -> float:
    """How far the value at time 0 lies beside the line through its surroundings; 0 where that is no flicker.

    A line keeps every steady fade. Where a fade begins or ends a line through one side fits much better than one
    through both, and is taken instead.
    """
    middle, spread = _line(times, values)
    sides = [_line(times[s], values[s]) for s in (times <= 0, times >= 0) if s.sum() >= 4]
    trend = middle
    for ends, apart in sorted(sides, key=lambda side: -side[1]):
        ratio = np.float32(apart / max(spread, 1e-9))
        share = 1.0 - float(smooth_step(ONE_SIDED[1], ONE_SIDED[0], ratio))
        trend += share * (ends - trend)
    here = float(values[times == 0][0])
    return (here - trend) * float(smooth_step(*QUIET_CODES8, np.float32(spread)))


def _line(times: Array, values: Array) -> tuple[float, float]:
    """Least squares line: its value at time 0, and the standard deviation of what it leaves."""
    centre = times.mean()
    moved = times - centre
    slope = (moved * values).sum() / (moved**2).sum()
    start = values.mean() - slope * centre
    rest = values - start - slope * times
    return float(start), float(np.sqrt((rest**2).sum() / max(len(times) - 2, 1)))
