"""What a recipe puts in on purpose: guard-rails must not take it for damage."""

from __future__ import annotations

from dataclasses import replace

from unplastic.guards import Declared
from unplastic.looks.recipe import Recipe
from unplastic.treat.grain import Grain
from unplastic.upscale import Enlarged

FILM_FLAT_SHARE_MAX = 0.5
"""Grain with a larger share that does not follow the film curve is not meant to look like film."""


def declared(recipe: Recipe, larger: Enlarged) -> Declared:
    """What ``recipe`` declares, for pictures that ``larger`` has brought to their size."""
    at_work = {treatment.name: treatment for treatment in recipe.treatments}
    about = Declared(is_graded="grade" in at_work, is_redrawn=not larger.is_plain)
    grain = at_work.get("grain")
    if not isinstance(grain, Grain):
        return about
    return replace(
        about,
        grain_sigma_codes8=grain.strength * grain.sigma_codes8,
        grain_hold_frames=grain.hold(larger.clip.frame_rate),
        grain_is_film=not grain.level_curve and grain.flat_share <= FILM_FLAT_SHARE_MAX,
        grain_has_colour=grain.chroma_share > 0.0,
    )
