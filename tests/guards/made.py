"""Clips that exist only as facts and arrays, before and after something that is known was done to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from skimage import data

from unplastic.clip import Clip, ColorTags, Picture, SoundTrack
from unplastic.guards import Declared, Guardrail, Pair, Sight, paired
from unplastic.reading import Guard, Plasticity, Reading, Report

Planes = tuple[np.ndarray, np.ndarray, np.ndarray]
Change = Callable[[Planes, int], Planes]
WIDTH, HEIGHT = 640, 448
PAN_PX = 3.4
GRAIN = Declared(grain_sigma_codes8=2.0)

CLIP = Clip(
    path=Path("shot.mp4"), container="mp4", codec="h264", profile="High", encoder=None, width=WIDTH, height=HEIGHT,
    pixel_aspect=Fraction(1), rotation_deg=0, frame_rate=Fraction(24), is_variable_rate=False, frames=48, start_pts=0,
    duration_s=Fraction(2), time_base=Fraction(1, 12288), bit_depth=8, chroma="420", color=ColorTags(1, 1, 1),
    bitrate_bps=4_000_000, sound=(SoundTrack("aac", 48000, 2, Fraction(0)),),
)  # fmt: skip


def report(score: float | None = None, **values: float | Reading | None) -> Report:
    readings = []
    for name, value in values.items():
        if isinstance(value, Reading):
            readings.append(value)
        elif value is None:
            readings.append(Reading.missing(name, "frame", "", "too dark"))
        else:
            readings.append(Reading(name, "frame", value, ""))
    verdict = Plasticity(score, score, score, 1.0, None)
    return Report("shot.mp4", WIDTH, HEIGHT, 24.0, 48, 0.2, verdict, tuple(readings), ())


@cache
def scenery() -> np.ndarray:
    """A photo in colour, with a flat ramp under it that goes from nearly black to nearly white: (448, 720, 3) codes."""
    photo = data.coffee()[60:348].astype(np.float32) * (219 / 255) + 16
    photo = np.hstack([photo, photo[:, :-121:-1]])
    ramp = np.repeat(np.linspace(20, 228, 9), 80)[None, :, None] * np.ones((160, 1, 3))
    return np.vstack([photo, ramp]).astype(np.float32)


def planes_at(t: int) -> Planes:
    """Y', Cb and Cr (4:2:0) of frame ``t`` of a slow pan over the scenery, in codes."""
    matrix = np.array([[1, 0, -PAN_PX * t], [0, 1, 0]], np.float32)
    rgb = cv2.warpAffine(scenery(), matrix, (720, HEIGHT), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    rgb = rgb[:, 40 : 40 + WIDTH]
    y = rgb @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    cb, cr = (rgb[..., 2] - y) / 1.8556, (rgb[..., 0] - y) / 1.5748
    small = [128 + cv2.resize(c, (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA) for c in (cb, cr)]
    return y, small[0], small[1]


def picture(planes: Planes, t: int, bits: int = 10) -> Picture:
    scale, kind = 1 << (bits - 8), np.uint8 if bits == 8 else np.uint16
    coded = [np.clip(np.rint(p * scale), 0, 256 * scale - 1).astype(kind) for p in planes]
    return Picture(coded[0], coded[1], coded[2], bits, t, t)


def run(change: Change | None = None, frames: int = 3, start: int = 0, bits: int = 10) -> list[Picture]:
    """A few consecutive frames, changed."""
    shown = range(start, start + frames)
    return [picture(change(planes_at(t), t) if change else planes_at(t), t, bits) for t in shown]


def seen(change: Change, declared: Declared = GRAIN, runs: int = 1) -> Pair:
    """The pair of some runs of the pan, unchanged and changed; nothing has been written."""
    samples = [(run(start=8 * i, bits=8), run(change, start=8 * i)) for i in range(runs)]
    return paired((report(), report()), CLIP, None, samples, declared)


def looked(guard: Guardrail, change: Change, declared: Declared = GRAIN) -> Guard:
    """What one guard says of a change, without the work of the others."""
    sight = Sight(run(bits=8), run(change), (CLIP, replace(CLIP, bit_depth=10)))
    return guard.check(Pair(report(), report(), CLIP, None, declared, {guard.name: (guard.look(sight),)}))  # type: ignore[attr-defined]


def nothing(planes: Planes, t: int) -> Planes:
    return planes


@dataclass(frozen=True)
class MadeGrain:
    """Grain of known kind: ``flat`` does not follow luma; ``held`` is one pattern for ever, on the screen or moving."""

    sigma: float = 2.0
    size_px: float = 0.5
    chroma: float = 0.42
    flat: bool = False
    held: str = ""

    def __call__(self, planes: Planes, t: int) -> Planes:
        random = np.random.default_rng(7 if self.held else [7, t])
        u = np.clip((planes[0] - 16) / 219, 0, 1)
        level = 1.0 if self.flat else 0.25 + 0.75 * 2.24 * u**0.508 * (1 - u) ** 0.668
        y = planes[0] + self.sigma * level * self._noise(random, planes[0].shape, t)
        return y, *(c + self.sigma * self.chroma * self._noise(random, c.shape, t) for c in planes[1:])

    def _noise(self, random: np.random.Generator, shape: tuple[int, ...], t: int) -> np.ndarray:
        noise = cv2.GaussianBlur(random.standard_normal((shape[0], shape[1] + 240)), (0, 0), self.size_px)
        offset = round(PAN_PX * t * shape[1] / WIDTH) if self.held == "picture" else 0
        return (noise / noise.std())[:, offset : offset + shape[1]]
