"""The test a plate's grain must pass: synthesised and measured again, it must be the grain that was measured.

Flat patches at every level of the model get grain from the treatment itself and go through the estimator that read the
plate (peers 3.4). What an autoregressive process of lag 3 cannot carry, or black and white do not leave room for, is
found here and not by the audience.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from unplastic.clip import Clip, ColorTags, Picture
from unplastic.color import luma_scale
from unplastic.measure.plate import GrainModel, grain_model
from unplastic.treat.grain import Grain, lines_of
from unplastic.treat.treatment import Geometry
from unplastic.vision import runs_of

LEVEL_ERROR_MAX = 0.10
CORRELATION_ERROR_MAX = 0.05
SPECTRUM_ERROR_MAX_DB = 1.0
SPECTRUM_FLOOR_DB = -20.0
"""What lies this far below the mean of the spectrum is neither seen nor known."""

WIDTH_PX, PATCH_PX = 768, 96
FRAMES = 4
BIT_DEPTH = 12
"""The grain is on trial, not the dither of its codes."""

SEED = 20_261_123


@dataclass(frozen=True, slots=True)
class Resynthesis:
    """How far the synthesised grain is from the plate's.

    ``levels`` are (nominal luma, asked, found) in 8-bit codes; ``level_error`` is the largest relative difference.
    ``correlation_error`` is the largest difference at lag 1, down, across and in chroma; ``spectrum_error_db`` the root
    mean square difference of the radial spectra. ``why_not`` says in one clause what failed, None if nothing did.
    """

    levels: tuple[tuple[float, float, float], ...]
    level_error: float
    correlation_error: float
    spectrum_error_db: float
    why_not: str | None

    def document(self) -> dict[str, Any]:
        """Plain data, with the limits."""
        return {
            "passed": self.why_not is None,
            "why_not": self.why_not,
            "levels": [{"luma": luma, "plate": asked, "synthesised": found} for luma, asked, found in self.levels],
            "level_error": {"value": self.level_error, "limit": LEVEL_ERROR_MAX},
            "correlation_error": {"value": self.correlation_error, "limit": CORRELATION_ERROR_MAX},
            "spectrum_error_db": {"value": self.spectrum_error_db, "limit": SPECTRUM_ERROR_MAX_DB},
        }


def resynthesised(model: GrainModel, grain: Grain, clip: Clip) -> Resynthesis:
    """Synthesise with ``grain``, measure again, and compare with ``model``; ``clip`` is the plate."""
    lumas = _in_the_middle_darkest([luma for luma, _ in model.levels])
    scene = _flat_clip(clip, len(lumas))
    grain = replace(grain, measured_lines=lines_of(scene.width, scene.height))
    found = grain_model(runs_of(_patches(grain, scene, lumas), scene))
    if not isinstance(found, GrainModel):
        return Resynthesis((), 1.0, 1.0, 99.0, f"the synthesised grain could not be measured: {found.why}")
    levels = tuple((luma, level, round(found.level_at(luma), 3)) for luma, level in model.levels)
    level_error = max(abs(got / asked - 1.0) for _, asked, got in levels)
    correlation_error = _correlation_error(model, found)
    spectrum_error_db = _spectrum_error_db(model, found)
    why_not = _why_not(level_error, correlation_error, spectrum_error_db)
    errors = round(level_error, 4), round(correlation_error, 4), round(spectrum_error_db, 3)
    return Resynthesis(levels, *errors, why_not)


def _why_not(level_error: float, correlation_error: float, spectrum_error_db: float) -> str | None:
    if level_error > LEVEL_ERROR_MAX:
        return f"its level could be met only to {level_error:.0%}, the limit is {LEVEL_ERROR_MAX:.0%}"
    if correlation_error > CORRELATION_ERROR_MAX:
        return f"its correlation could be met only to {correlation_error:.2f}, the limit is {CORRELATION_ERROR_MAX:g}"
    if spectrum_error_db > SPECTRUM_ERROR_MAX_DB:
        return (
            f"its spectrum could be met only to {spectrum_error_db:.1f} dB, the limit is {SPECTRUM_ERROR_MAX_DB:g} dB"
        )
    return None


def _correlation_error(model: GrainModel, found: GrainModel) -> float:
    pairs = [(model.correlation, found.correlation)]
    if model.chroma_correlation and found.chroma_correlation:
        pairs.append((model.chroma_correlation, found.chroma_correlation))
    return max(abs(a[y][x] - b[y][x]) for a, b in pairs for y, x in ((0, 1), (1, 0)))


def _spectrum_error_db(model: GrainModel, found: GrainModel) -> float:
    a, b = (np.maximum(each.spectrum_db, SPECTRUM_FLOOR_DB) for each in (model, found))
    return float(np.sqrt(np.mean((a - b) ** 2)))


def _in_the_middle_darkest(lumas: list[float]) -> list[float]:
    """Dark patches away from the border, where they would pass for a letterbox."""
    bright_first = sorted(lumas, reverse=True)
    return bright_first[::2] + bright_first[1::2][::-1]


def _flat_clip(clip: Clip, patches: int) -> Clip:
    return replace(
        clip,
        width=WIDTH_PX,
        height=PATCH_PX * max(patches, 4),
        rotation_deg=0,
        frames=FRAMES,
        frame_rate=Fraction(24),
        bit_depth=BIT_DEPTH,
        chroma="420",
        color=ColorTags(1, 1, 1, is_full_range=False),
    )


def _geometry(clip: Clip) -> Geometry:
    return Geometry(clip.width, clip.height, 2, 2, BIT_DEPTH, BIT_DEPTH, clip.frame_rate, clip.color, seed=SEED)


def _patches(grain: Grain, clip: Clip, lumas: list[float]) -> Iterator[Picture]:
    """Pictures of flat bands, one per luma from the top, with grain; a lone luma fills them."""
    from unplastic.treat import Chain

    treatments: list[Any] = [grain]
    chain = Chain(treatments, _geometry(clip))
    offset, span = luma_scale(BIT_DEPTH, is_full_range=False)
    rows = np.array(lumas)[np.arange(clip.height) // PATCH_PX % len(lumas)]
    y = np.repeat(np.rint(offset + span * rows).astype(np.uint16)[:, None], clip.width, axis=1)
    chroma = np.full((clip.height // 2, clip.width // 2), 1 << (BIT_DEPTH - 1), np.uint16)
    for index in range(clip.frames):
        target = Picture(np.empty_like(y), np.empty_like(chroma), np.empty_like(chroma), BIT_DEPTH, index, index)
        chain.run(Picture(y, chroma, chroma, BIT_DEPTH, index, index), target)
        yield target
