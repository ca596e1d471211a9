"""What a measure sees in one frame, to be laid over it: heat by place, marks on edges, a mask, an arrow of light.

The same quantities as in the report, of this frame and its neighbours. One block of 64 pixels does not know its own
flicker: power is averaged over the blocks around it, and over the triples of frames at hand.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from unplastic.clip import CHROMA_STEPS, Clip, Picture
from unplastic.errors import UnknownName
from unplastic.measure.edges import overshoot_percent
from unplastic.measure.flicker import FLOOR_MARGIN
from unplastic.measure.reference import Covariates, reference
from unplastic.measure.texture import Texture
from unplastic.media import pictures, probe
from unplastic.vision import Run, Scene, runs_of, watched
from unplastic.vision.lamp import direction, lamp, shading
from unplastic.vision.profiles import edges
from unplastic.vision.triples import BLOCK_PX, triples

NEIGHBOURS = 5
PART_PX = 1920, 1080
"""Larger pictures are looked at in parts of this size, so that all of their pixels stay as they are."""

FLICKER_FULL_CODES8, OVERSHOOT_FULL = 2.0, 30.0
OVERSHOOT_SEEN = 10.0
BLOCKS_MIN = 9
HEAT, COLD, SKIN = (255, 74, 28), (64, 156, 255), (64, 220, 130)


@dataclass(frozen=True, slots=True)
class Overlay:
    """``png`` is stretched over the picture; ``marks`` are in its pixels. ``legend`` says what full colour means.

    ``why_not`` is why there is nothing to see, in one clause; empty where there is.
    """

    width: int
    height: int
    legend: str
    png: bytes = b""
    marks: tuple[dict[str, Any], ...] = ()
    why_not: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def overlay(path: Path, frame: int, kind: str) -> Overlay:
    """What ``kind`` (a key of `KINDS`) sees in a frame. Raises `UnknownName` and `ClipError`."""
    if kind not in KINDS:
        raise UnknownName(f"no overlay is called {kind!r}", f"known: {', '.join(KINDS)}")
    clip = probe(path)
    first = min(max(0, frame), clip.frames - 1)
    if kind not in {"skin", "light"}:
        first = max(0, min(first, clip.frames - NEIGHBOURS))
    return KINDS[kind](clip, list(pictures(clip, start=first, count=NEIGHBOURS)))


def _flicker(clip: Clip, near: list[Picture]) -> Overlay:
    """Blocks of 8 px: what changes from frame to frame beyond what grain explains, in codes."""
    cells, known = _cells(clip), False
    for x, y, run in _parts(clip, near):
        found = triples(run)
        if found:
            known = True
            count = np.maximum(_around(np.sum([each.blocks["frame"] for each in found], axis=0)), 1e-9)
            power, floor = (
                _around(np.sum([each.blocks["frame"] * part for each, part in zip(found, parts, strict=True)], axis=0))
                / count
                for parts in ([each.swing**2 for each in found], [each.floor for each in found])
            )
            above = np.sqrt(np.maximum(power - FLOOR_MARGIN**2 * floor, 0.0)) * (count >= BLOCKS_MIN)
            _place(cells, above, x + run.grid.left, y + run.grid.top, BLOCK_PX)
    legend = f"full colour: {FLICKER_FULL_CODES8:g} codes of flicker beyond grain"
    why = "" if known else "flicker needs three frames in a row whose motion can be followed"
    return Overlay(clip.width, clip.height, legend, _heat(cells / FLICKER_FULL_CODES8, HEAT), why_not=why,
                   facts={"worst_codes": round(float(cells.max(initial=0.0)), 3)})  # fmt: skip


def _texture(clip: Clip, near: list[Picture]) -> Overlay:
    """Tiles of 64 px: how much of the fine texture is missing that half of all comparable camera clips have."""
    usual = reference().spread("texture_rms", "frame", Covariates.of(clip))
    legend = "full colour: none of the texture that camera clips have there"
    if usual is None:
        return Overlay(clip.width, clip.height, legend, why_not="no camera clips are known to compare with")
    cells, known = _cells(clip), False
    for x, y, run in _parts(clip, near):
        seen = Texture().observe(run)
        pixels = np.where(seen.pixels > 0, seen.pixels, np.nan)
        rms = np.sqrt(np.maximum(seen.texture / seen.exposure / pixels, 0.0)).reshape(run.grid.rows, run.grid.columns)
        known = known or bool(np.isfinite(rms).any())
        lacking = np.nan_to_num(1.0 - rms / usual.median)
        _place(cells, lacking, x + run.grid.left, y + run.grid.top, run.grid.side_px)
    why = "" if known else "no surface is in focus, exposed and away from edges"
    return Overlay(clip.width, clip.height, legend, _heat(cells, COLD), why_not=why,
                   facts={"usual_codes": round(usual.median, 3)})  # fmt: skip


def _edges(clip: Clip, near: list[Picture]) -> Overlay:
    """Every straight edge that overshoots by 10 % of its step or more."""
    marks, count = [], 0
    for x, y, run in _parts(clip, near):
        found = edges(run.frames[0].luma, run.lit, run.grid)
        count += len(found.profiles)
        for profile, (at_x, at_y) in zip(found.profiles, found.at, strict=True):
            percent = overshoot_percent(profile[None, :])
            if percent >= OVERSHOOT_SEEN:
                share = min(1.0, percent / OVERSHOOT_FULL)
                marks.append({"x": int(x + at_x), "y": int(y + at_y), "share": round(share, 3)})
    why = "" if count else "no straight edge stands alone in this frame"
    return Overlay(clip.width, clip.height, f"full colour: {OVERSHOOT_FULL:g} % past the edge's own step",
                   marks=tuple(marks), why_not=why, facts={"edges": count})  # fmt: skip


def _skin(clip: Clip, near: list[Picture]) -> Overlay:
    """The soft mask of skin that measures and treatments use."""
    scene = _scene(clip, near)
    why = scene.people.why_not or ("" if scene.surfaces.skin.max(initial=0.0) > 0.1 else "no skin is seen")
    return Overlay(clip.width, clip.height, "full colour: surely skin", _heat(scene.surfaces.skin, SKIN), why_not=why,
                   facts={"faces": len(scene.faces)})  # fmt: skip


def _light(clip: Clip, near: list[Picture]) -> Overlay:
    """From every face towards the one lamp that explains its shading best."""
    scene, marks = _scene(clip, near), []
    for face in scene.faces:
        found = lamp(shading(scene.luma, face))
        if found is None:
            continue
        x, y, width, height = face.box
        towards = direction(found.azimuth_deg, found.elevation_deg)
        marks.append({
            "box": [round(x), round(y), round(width), round(height)], "x": round(face.centre[0]),
            "y": round(face.centre[1]), "dx": round(float(towards[0]), 3), "dy": round(float(towards[1]), 3),
            "dz": round(float(towards[2]), 3), "azimuth_deg": round(found.azimuth_deg),
            "elevation_deg": round(found.elevation_deg), "stops": round(found.key_fill_stops, 1),
            "explained": round(found.explained, 2),
        })  # fmt: skip
    why = scene.people.why_not or ("" if marks else "no face is large and bright enough")
    return Overlay(clip.width, clip.height, "towards the lamp; its length is how much from the side it is",
                   marks=tuple(marks), why_not=why)  # fmt: skip


KINDS: dict[str, Callable[[Clip, list[Picture]], Overlay]] = {
    "flicker": _flicker, "texture": _texture, "edges": _edges, "skin": _skin, "light": _light,
}  # fmt: skip


def _scene(clip: Clip, near: Sequence[Picture]) -> Scene:
    return next(iter(watched(near, clip)))[1]


def _parts(clip: Clip, near: Sequence[Picture]) -> Iterator[tuple[int, int, Run]]:
    """(x, y) and the run of every part; one whole where the picture is no larger. Nothing across a cut."""
    across, down = (max(1, -(-size // part)) for size, part in zip((clip.width, clip.height), PART_PX, strict=True))
    if clip.width * clip.height <= PART_PX[0] * PART_PX[1] * 1.1:
        across = down = 1
    wide, high = (-(-size // count // 64) * 64 for size, count in ((clip.width, across), (clip.height, down)))
    for y in range(0, clip.height, high):
        for x in range(0, clip.width, wide):
            part = replace(clip, width=min(wide, clip.width - x), height=min(high, clip.height - y))
            runs = runs_of([_cut(each, clip, x, y, part.width, part.height) for each in near], part)
            if runs:
                yield x, y, runs[0]


def _cut(picture: Picture, clip: Clip, x: int, y: int, width: int, height: int) -> Picture:
    if (width, height) == (clip.width, clip.height):
        return picture
    across, down = CHROMA_STEPS[clip.chroma]
    rows = slice(y // down, -(-(y + height) // down))
    columns = slice(x // across, -(-(x + width) // across))
    return replace(picture, y=picture.y[y : y + height, x : x + width], cb=picture.cb[rows, columns],
                   cr=picture.cr[rows, columns])  # fmt: skip


def _cells(clip: Clip) -> np.ndarray:
    return np.zeros((-(-clip.height // BLOCK_PX), -(-clip.width // BLOCK_PX)))


def _place(cells: np.ndarray, values: np.ndarray, x: int, y: int, side: int) -> None:
    """Lay values of squares of ``side`` px into cells of 8 px, to the nearest cell."""
    fine = np.kron(values, np.ones((max(1, side // BLOCK_PX),) * 2))
    top, left = round(y / BLOCK_PX), round(x / BLOCK_PX)
    rows, columns = min(fine.shape[0], cells.shape[0] - top), min(fine.shape[1], cells.shape[1] - left)
    cells[top : top + rows, left : left + columns] = fine[:rows, :columns]


def _around(blocks: np.ndarray) -> np.ndarray:
    """Sum over 3x3 blocks, nothing beyond the border."""
    rows, columns = blocks.shape
    padded = np.pad(blocks, 1)
    return np.sum([padded[y : y + rows, x : x + columns] for y in range(3) for x in range(3)], axis=0)


def _heat(share: np.ndarray, colour: tuple[int, int, int]) -> bytes:
    """A small picture of one colour, as opaque as ``share`` (0..1) says."""
    from PIL import Image

    rgba = np.empty((*share.shape, 4), np.uint8)
    rgba[..., :3] = colour
    rgba[..., 3] = np.rint(np.clip(share, 0.0, 1.0) * 205)
    buffer = io.BytesIO()
    Image.fromarray(rgba).save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()
