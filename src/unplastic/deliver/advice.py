"""Grain that did not arrive: the setting that would have kept it, tried on the samples."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from unplastic.deliver.check import GrainCheck, check
from unplastic.deliver.samples import Samples
from unplastic.media import pictures, probe
from unplastic.media.trialfile import write_trial

if TYPE_CHECKING:
    from numpy.typing import NDArray

RUNGS = (20, 18, 16, 14, 12, 10)
"""Constant rate factors of x264 with tune grain, the cheapest first."""

NOTHING_HELPS = "no setting of x264 tried here keeps it: send the ProRes or DNxHR master"
BY_TABLE = "AV1 with the grain in its headers: unplastic deliver writes it (web/*_av1.mp4)"


def advised(found: GrainCheck, samples: Samples) -> GrainCheck:
    """The check with what would have kept the grain, where it was lost."""
    if found.ok or found.verdict == "too strong":
        return found
    if found.advice:
        return found
    if found.carried == "table":
        return replace(found, advice="write the table again: unplastic deliver puts it into the frame headers itself")
    rung = _rung(samples)
    tuned = NOTHING_HELPS if rung is None else f"x264 at crf {rung} with tune grain keeps it here"
    return replace(found, advice=f"{tuned}; or {BY_TABLE}")


def unaided(codec: str, verdict: str) -> str:
    """The same for a file without samples: what is known of codecs in general (docs/deliver.md)."""
    if verdict in {"alive", "none asked", "not measurable"}:
        return ""
    if codec in {"av1", "libdav1d", "vp9", "libvpx-vp9"}:
        return f"this codec takes baked grain for noise at any web rate: {BY_TABLE}"
    return f"x264 or x265 at crf 16 to 18 with tune grain; or {BY_TABLE}"


def _rung(samples: Samples) -> int | None:
    with tempfile.TemporaryDirectory(prefix="unplastic-") as folder:
        for rung in RUNGS:
            path = Path(folder) / f"{rung}.mp4"
            write_trial(path, _pictures(samples), crf=rung)
            if check_mosaic(path, samples).ok:
                return rung
    return None


def check_mosaic(path: Path, samples: Samples) -> GrainCheck:
    """The check of a file that holds the samples side by side."""
    clip = probe(path)
    laid = {
        index: np.stack([picture.y.astype(np.float32)])
        for index, picture in zip(sorted(samples.clean), pictures(clip), strict=True)
    }
    flat = Samples(samples.runs, ((0, 0),), next(iter(laid.values())).shape[1:])  # type: ignore[arg-type]
    flat.clean = {i: _mosaic(each)[None] for i, each in samples.clean.items()}
    flat.grained = {i: _mosaic(each)[None] for i, each in samples.grained.items()}
    return check(clip, flat, path.name, seen=laid)


def _pictures(samples: Samples) -> Iterator[NDArray[np.uint8]]:
    for index in sorted(samples.grained):
        yield np.clip(np.rint(_mosaic(samples.grained[index])), 0, 255).astype(np.uint8)


def _mosaic(tiles: NDArray[np.float32]) -> NDArray[np.float32]:
    """All tiles one below the other, of even size."""
    whole = tiles.reshape(-1, tiles.shape[2])
    return whole[: whole.shape[0] & ~1, : whole.shape[1] & ~1]
