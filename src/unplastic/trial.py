"""The frames of a clip that are measured, treated again and again without an encode: what the closed loop turns on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from unplastic.clip import CHROMA_STEPS, Clip, Picture
from unplastic.color import assumed_matrix
from unplastic.guards import check_guards, paired, sampled
from unplastic.looks.declared import declared
from unplastic.looks.loop import Tried
from unplastic.measure import examine, plan
from unplastic.media import pictures, target_depth
from unplastic.vision import FirstSeen, watched

if TYPE_CHECKING:
    from unplastic.looks import Recipe
    from unplastic.reading import Report
    from unplastic.treat import Chain, Geometry
    from unplastic.upscale import Enlarged
    from unplastic.vision import Scene


@dataclass(frozen=True)
class Samples:
    """The sampled runs of ``clip``, enlarged by ``larger``, for a master of that codec; decoded anew for every use.

    ``first_seen`` is where the clip's own measurement saw skin, hair and cloth.
    """

    clip: Clip
    larger: Enlarged
    master: str = "prores"
    first_seen: FirstSeen | None = None

    def treated(self, recipe: Recipe) -> Iterator[list[Picture]]:
        """Every run after ``recipe``, in pictures of the master's depth."""
        from unplastic.treat import Chain  # brings the kernels' compiler: measuring does not need it

        where = geometry(self.larger.clip, self.master, recipe.seed)
        for run in plan(self.clip):
            chain = Chain(recipe.treatments, where)
            source = map(self.larger, pictures(self.clip, start=run.start, count=len(run)))
            treated = []
            for picture, scene in shown(source, self.larger, chain):
                target = blank(picture, where.target_depth)
                chain.run(picture, target, scene)
                treated.append(target)
            yield treated

    def measured(self, recipe: Recipe) -> Report:
        """What the treated samples read like, judged by the compression of the clip that was handed in."""
        return self._examined(self.treated(recipe), recipe)

    def tried(self, recipe: Recipe, before: Report) -> Tried:
        """Readings and guard-rails of the treated samples; ``before`` is the report of the plainly enlarged clip."""
        put_in = declared(recipe, self.larger)
        runs = list(zip(plan(self.clip), sampled(self.clip, put_in), strict=True))
        kept: list[list[Picture]] = []

        def remembered() -> Iterator[list[Picture]]:
            for (whole, part), treated in zip(runs, self.treated(recipe), strict=True):
                first = part.start - whole.start
                kept.append(treated[first : first + len(part)])
                yield treated

        after = self._examined(remembered(), recipe)
        samples = ((self._plain(part), now) for (_, part), now in zip(runs, kept, strict=True))
        finished = self._treated_clip(recipe)
        pair = paired((before, after), self.clip, None, samples, put_in, finished=finished)
        return Tried(after, check_guards(pair))

    def _examined(self, treated: Iterator[list[Picture]], recipe: Recipe) -> Report:
        return examine(treated, self._treated_clip(recipe), judged_as=self.clip, first_seen=self.first_seen)

    def _plain(self, run: range) -> list[Picture]:
        return [self.larger.plain(picture) for picture in pictures(self.clip, start=run.start, count=len(run))]

    def _treated_clip(self, recipe: Recipe) -> Clip:
        return replace(self.larger.clip, bit_depth=geometry(self.larger.clip, self.master, recipe.seed).target_depth)


def geometry(clip: Clip, master: str, seed: int) -> Geometry:
    """What the treatments may know of ``clip``; an untagged matrix is resolved here, once."""
    from unplastic.treat import Geometry

    across, down = CHROMA_STEPS[clip.chroma]
    matrix = assumed_matrix(clip.color.matrix, clip.width, clip.height)
    return Geometry(
        width=clip.width,
        height=clip.height,
        across=across,
        down=down,
        source_depth=clip.bit_depth,
        target_depth=target_depth(master, clip),
        frame_rate=clip.frame_rate,
        color=replace(clip.color, matrix=matrix),
        seed=seed,
    )


def shown(source: Iterator[Picture], larger: Enlarged, chain: Chain) -> Iterator[tuple[Picture, Scene | None]]:
    """Pictures with their scenes, if a pass of the chain asks for them; without any, nothing looks ahead."""
    if chain.needs_scenes:
        return watched(source, larger.clip, up=larger.factor)
    return ((picture, None) for picture in source)


def blank(picture: Picture, bit_depth: int) -> Picture:
    """Planes to be filled, of the size and number of ``picture``."""
    y, cb, cr = (np.empty(plane.shape, np.uint16) for plane in (picture.y, picture.cb, picture.cr))
    return Picture(y, cb, cr, bit_depth, picture.index, picture.pts)
