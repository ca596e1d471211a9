"""What a grade must know: blacks, whites, clipping, colour of the scene and of skin, and the cast of its greys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from unplastic.clip import Clip
from unplastic.measure.bootstrap import Array, mean
from unplastic.parameter import check, parameter
from unplastic.reading import Evidence, Reading
from unplastic.vision import Run
from unplastic.vision.samples import Samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

FRAME = {
    "black_level": "1",
    "white_level": "1",
    "median_level": "1",
    "clipped_low": "1",
    "clipped_high": "1",
    "scene_chroma": "1",
    "scene_chroma_p95": "1",
    "skin_share": "1",
    "neutral_share": "1",
}
SKIN = {"skin_chroma": "1", "skin_chroma_p95": "1", "skin_hue": "deg", "skin_level": "1"}
NEUTRAL = {"neutral_cast_cb": "1", "neutral_cast_cr": "1"}
SECTORS = {"red": 102.9, "yellow": 174.8, "green": 229.7, "cyan": 282.9, "blue": 354.8, "magenta": 49.7}
"""Hue angle atan2(Cr, Cb) in degrees of the BT.709 primaries and their opposites; a colour belongs to the nearest."""

CLIP_MARGIN = 0.002
SKIN_HUE_DEG = (108.0, 150.0)
SKIN_CHROMA = (0.02, 0.25)
SKIN_LEVEL = (0.15, 0.92)
NEUTRAL_CHROMA_MAX = 0.06
NEUTRAL_LEVEL = (0.25, 0.75)
COLOURED_CHROMA_MIN = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class ToneFrames:
    """One dictionary of numbers per frame; a number that has no pixels to stand on is left out."""

    numbers: tuple[dict[str, float], ...]


@dataclass(frozen=True)
class Tone:
    """Levels are nominal Y' (0 black, 1 white), chroma is sqrt(Cb^2 + Cr^2) with Cb, Cr in -0.5..0.5; shares are 0..1.

    Skin is what lies in a hue and chroma gate, not a face: wood and sand are taken for skin, and dark or dyed light
    hides it. So every skin reading stands beside skin_share. The cast is the mean Cb and Cr of nearly grey mid tones.
    """

    name: ClassVar[str] = "tone"

    skin_share_min: float = parameter(0.01, "share of the picture that must look like skin", low=0.0, high=1.0)
    neutral_share_min: float = parameter(0.02, "share of the picture that must be nearly grey", low=0.0, high=1.0)
    sector_share_min: float = parameter(0.005, "share of the picture a hue sector must hold", low=0.0, high=1.0)

    def __post_init__(self) -> None:
        check(self)

    def observe(self, run: Run) -> ToneFrames:
        """Numbers of the first and the last frame of a run, from the whole picture."""
        frames = (run.frames[0], run.frames[-1]) if len(run.frames) > 1 else run.frames
        return ToneFrames(tuple(self._numbers(frame.samples) for frame in frames))

    def conclude(self, observations: Sequence[ToneFrames], clip: Clip) -> Evidence:  # noqa: ARG002
        """Means over the sampled frames."""
        frames = [numbers for each in observations for numbers in each.numbers]
        readings = [_over_frames(frames, name, "frame", unit, "") for name, unit in FRAME.items()]
        no_skin = f"less than {self.skin_share_min:.0%} of the picture has the colour of skin"
        readings += [_over_frames(frames, name, "skin", unit, no_skin) for name, unit in SKIN.items()]
        no_grey = f"less than {self.neutral_share_min:.0%} of the picture is a nearly grey mid tone"
        readings += [_over_frames(frames, name, "frame", unit, no_grey) for name, unit in NEUTRAL.items()]
        no_hue = f"less than {self.sector_share_min:.1%} of the picture has that hue"
        readings += [_over_frames(frames, "hue_chroma", f"hue {hue}", "1", no_hue) for hue in SECTORS]
        return Evidence(tuple(readings))

    def _numbers(self, samples: Samples) -> dict[str, float]:
        y, cb, cr = samples.y, samples.cb, samples.cr
        chroma = np.hypot(cb, cr)
        hue = np.degrees(np.arctan2(cr, cb)) % 360.0
        black, middle, white = np.percentile(y, [0.5, 50.0, 99.5])
        skin = _within(hue, SKIN_HUE_DEG) & _within(chroma, SKIN_CHROMA) & _within(y, SKIN_LEVEL)
        neutral = (chroma < NEUTRAL_CHROMA_MAX) & _within(y, NEUTRAL_LEVEL)
        numbers = {
            "black_level": float(black),
            "median_level": float(middle),
            "white_level": float(white),
            "clipped_low": float(np.mean(y <= CLIP_MARGIN)),
            "clipped_high": float(np.mean(y >= 1.0 - CLIP_MARGIN)),
            "scene_chroma": float(chroma.mean()),
            "scene_chroma_p95": float(np.percentile(chroma, 95)),
            "skin_share": float(skin.mean()),
            "neutral_share": float(neutral.mean()),
        }
        if numbers["skin_share"] >= self.skin_share_min:
            numbers |= _skin(chroma[skin], hue[skin], y[skin])
        if numbers["neutral_share"] >= self.neutral_share_min:
            numbers |= {"neutral_cast_cb": float(cb[neutral].mean()), "neutral_cast_cr": float(cr[neutral].mean())}
        return numbers | self._sectors(chroma, hue)

    def _sectors(self, chroma: NDArray, hue: NDArray) -> dict[str, float]:
        coloured = chroma >= COLOURED_CHROMA_MIN
        middles = np.array(list(SECTORS.values()), np.float32)
        nearest = np.abs((hue[:, None] - middles + 180.0) % 360.0 - 180.0).argmin(axis=1)
        found = {}
        for i, name in enumerate(SECTORS):
            mine = coloured & (nearest == i)
            if mine.mean() >= self.sector_share_min:
                found[f"hue_chroma hue {name}"] = float(chroma[mine].mean())
        return found


def _skin(chroma: NDArray, hue: NDArray, y: NDArray) -> dict[str, float]:
    return {
        "skin_chroma": float(chroma.mean()),
        "skin_chroma_p95": float(np.percentile(chroma, 95)),
        "skin_hue": float(hue.mean()),
        "skin_level": float(y.mean()),
    }


def _within(values: NDArray, bounds: tuple[float, float]) -> NDArray[np.bool_]:
    return (values >= bounds[0]) & (values <= bounds[1])


def _over_frames(frames: Sequence[dict[str, float]], name: str, region: str, unit: str, why_not: str) -> Reading:
    key = f"{name} {region}" if region.startswith("hue ") else name
    values: Array = np.array([numbers[key] for numbers in frames if key in numbers])
    if not len(values):
        return Reading.missing(name, region, unit, why_not)
    return mean(values).reading(name, unit, region)
