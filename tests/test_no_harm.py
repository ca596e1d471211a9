"""A fixed recipe came last on real footage: what `finish` does to camera clips must stay next to nothing."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from development import CLIPS
from unplastic.clip import Clip
from unplastic.color import codes8
from unplastic.finish import measure
from unplastic.looks import Recipe, look, solve
from unplastic.measure import plan
from unplastic.media import pictures, probe
from unplastic.trial import Samples
from unplastic.upscale import enlarged

CHANGE_MAX_CODES8 = 1.0
"""Rms of all that is done beside grain and grade, which the look asks for by name, and beside halos."""

HALO_SHARE_MAX = 0.05
"""Of the picture, changed by more than a code where a camera or a transfer sharpened its edges: lines, no surface."""

FRAMES_MIN = 16


def camera_clips() -> list[str]:
    found = []
    for folder in (CLIPS, CLIPS / "pristine"):
        if (folder / "index.csv").is_file():
            with (folder / "index.csv").open(newline="", encoding="utf-8") as index:
                rows = [
                    r for r in csv.DictReader(index) if r["class"] != "ai" and int(r.get("frames") or 0) >= FRAMES_MIN
                ]
            found += [str((folder / row["file"]).relative_to(CLIPS)) for row in rows]
    return found or ["absent"]


@pytest.mark.clips
@pytest.mark.parametrize("name", camera_clips())
def test_camera_footage_is_left_nearly_alone(name: str, development_clips: Path) -> None:
    clip = probe(development_clips / name)
    before = measure(clip.path)
    recipe = solve(look("fine-35mm"), before, clip)
    samples = Samples(clip, enlarged(clip))
    if recipe.treatments:
        assert [(g.name, g.value, g.limit) for g in samples.tried(recipe, before).broken] == []
    calm = changes(clip, samples, recipe, lambda name: name not in {"grade", "grain", "soften"})
    assert np.sqrt(np.mean(calm**2)) <= CHANGE_MAX_CODES8
    halos = changes(clip, samples, recipe, lambda name: name == "soften")
    assert np.mean(np.abs(halos) > 1.0) <= HALO_SHARE_MAX


def changes(clip: Clip, samples: Samples, recipe: Recipe, is_used: Callable[[str], bool]) -> NDArray[np.float32]:
    """Differences in luma over the sampled frames, in codes, made by some of the treatments."""
    some = replace(recipe, doses=tuple(dose for dose in recipe.doses if is_used(dose.treatment.name)))
    return np.stack([
        codes8(now.y, now.bit_depth) - codes8(was.y, was.bit_depth)
        for run, treated in zip(plan(clip), samples.treated(some), strict=True)
        for was, now in zip(pictures(clip, start=run.start, count=len(run)), treated, strict=True)
    ])  # fmt: skip
