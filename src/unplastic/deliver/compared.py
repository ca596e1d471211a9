"""A file beside the master that it was made from, where the clean picture is not at hand.

Grain is then what changes from picture to picture in flat, unmoved places; texture is what the master has there that
does not change.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from unplastic.clip import Clip
from unplastic.deliver.advice import unaided
from unplastic.deliver.check import GrainCheck, blocks, fine, inner, judged, lowest, new_level
from unplastic.deliver.samples import Samples
from unplastic.errors import ClipUnsupported

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Tiles = dict[int, NDArray[np.float32]]


def check_beside(clip: Clip, master: Clip, name: str) -> GrainCheck:
    """What the file ``clip`` keeps of the grain of ``master``. Raises `ClipUnsupported` where they do not belong."""
    if (clip.width & ~1, clip.height & ~1, clip.frames) != (master.width & ~1, master.height & ~1, master.frames):
        raise ClipUnsupported(
            f"{clip.path.name} and {master.path.name} are not of one size and length",
            "give the master it was made from",
        )
    samples = Samples.of(master)
    was, now = samples.decoded(master), samples.decoded(clip)
    flat = _flat(samples, was)
    asked, decoded = (_runs(samples, {i: inner(each) for i, each in some.items()}, flat) for some in (was, now))
    fine_was, fine_now = ({i: fine(each) for i, each in some.items()} for some in (was, now))
    put, got = (_runs(samples, some, flat) for some in (fine_was, fine_now))
    power, energy = _mean(put, put), _mean(got, got)
    texture = max(0.0, _power(fine_was, flat) - power)
    stays = max(0.0, _power(fine_now, flat) - energy - texture)
    still = stays / max(stays + energy, 1e-9)
    kept = _mean(put, got) / max(power, 1e-9)
    verdict = judged(still, energy / max(power, 1e-9), kept)
    levels = new_level(asked) if asked else 0.0, new_level(decoded) if decoded else 0.0
    return GrainCheck(
        name, "baked", verdict, *levels, still, energy / max(power, 1e-9), kept, advice=unaided(clip.codec, verdict)
    )


def _runs(samples: Samples, some: Tiles, flat: NDArray[np.bool_]) -> list[NDArray[np.float32]]:
    """(pictures, samples) of each run, in flat places."""
    return [np.stack([some[i][flat] for i in run]) for run in samples.runs if len(run) > 1]


def _power(some: Tiles, flat: NDArray[np.bool_]) -> float:
    """Mean square within pictures."""
    return float(np.mean([np.square(each[flat]).mean() for each in some.values()]))


def _mean(a: list[NDArray[np.float32]], b: list[NDArray[np.float32]]) -> float:
    """Mean product of what is new from picture to picture."""
    both = [np.diff(one, axis=0) * np.diff(other, axis=0) / 2.0 for one, other in zip(a, b, strict=True)]
    return float(np.concatenate([each.ravel() for each in both]).mean()) if both else 0.0


def _flat(samples: Samples, tiles: Tiles) -> NDArray[np.bool_]:
    """The blocks of the master with least texture and least motion, over all runs."""
    texture = np.mean([blocks(np.square(fine(each))) for each in tiles.values()], axis=0)
    steps = [pair for run in samples.runs for pair in pairwise(run)]
    motion = [np.square(blocks(inner(tiles[b])) - blocks(inner(tiles[a]))) for a, b in steps]
    score = texture + (np.mean(motion, axis=0) if motion else 0.0)
    return lowest(score, fine(next(iter(tiles.values()))).shape)
