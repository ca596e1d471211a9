"""A7: the hue of facial skin, and how much it changes over the face, as blood makes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unplastic.clip import Clip
from unplastic.measure.bootstrap import Array, pooled
from unplastic.measure.standing import as_coded, why_no_face
from unplastic.parameter import check, parameter
from unplastic.reading import Evidence, Reading
from unplastic.vision import Run

HUE, SPREAD, CHROMA = "skin_hue", "skin_hue_spread", "skin_chroma"
UNITS = {HUE: "deg", SPREAD: "deg", CHROMA: "1"}
SURE = 0.8
CODES8 = (32.0, 228.0)
CHROMA_MIN = 0.015


@dataclass(frozen=True, slots=True, eq=False)
class Patches:
    """One run: (patches, 3) of share covered, mean Cb and mean Cr, nominal; sizes of the face; why there is none."""

    patches: Array
    ipds: tuple[float, ...]
    why_not: str | None


@dataclass(frozen=True)
class FaceColour:
    """Of the largest face's own skin (lips, brows and eyes left out), over patches of ``patch_mm``.

    skin_hue and skin_chroma, face: angle and length of the mean colour. skin_hue_spread: standard deviation of the
    patches' hue. Cheeks, nose and ears hold more blood than a forehead: skin spreads by 3 to 7 degrees, make-up and
    generators by less. Encoders level it: not valid below 0.05 bits per pixel.
    """

    name: ClassVar[str] = "face_colour"

    patch_mm: float = parameter(6.0, "side of a patch of skin", low=2.0, high=30.0)
    ipd_min_px: float = parameter(48.0, "distance between the pupils that patches need", low=24.0, high=1000.0)
    patches_min: int = parameter(24, "patches needed in all", low=4, high=10_000)

    def __post_init__(self) -> None:
        check(self)

    def observe(self, run: Run) -> Patches:
        """The middle frame of a run."""
        t = run.looks[len(run.looks) // 2]
        faces = run.faces(t)
        if not faces:
            return Patches(np.zeros((0, 3)), (), why_no_face(run))
        face, surfaces = faces[0].scaled(0.5), run.surfaces(t)
        if faces[0].ipd_px < self.ipd_min_px:
            return Patches(np.zeros((0, 3)), (faces[0].ipd_px,), None)
        luma, (cb, cr) = surfaces.luma, surfaces.chroma
        skin = (surfaces.face > SURE) & (luma > CODES8[0]) & (luma < CODES8[1])
        side = max(2, round(self.patch_mm * face.px_per_mm))
        x, y, wide, high = (round(v) for v in face.box)
        box = np.s_[max(0, y) : max(0, y) + high // side * side, max(0, x) : max(0, x) + wide // side * side]
        planes = [skin[box].astype(np.float64), *(((p[box] - 128.0) / 224.0) * skin[box] for p in (cb, cr))]
        return Patches(_patches(planes, side), (faces[0].ipd_px,), None)

    def conclude(self, observations: Sequence[Patches], clip: Clip) -> Evidence:
        """Readings over the patches of all runs."""
        sizes = [size for each in observations for size in each.ipds]
        patches = np.concatenate([each.patches for each in observations])
        why = None
        if not sizes:
            why = next((each.why_not for each in observations if each.why_not), "no face is seen")
        elif float(np.median(sizes)) < self.ipd_min_px:
            why = f"the face is small: {np.median(sizes):.0f} px between the pupils, {self.ipd_min_px:.0f} are needed"
        elif len(patches) < self.patches_min:
            why = "too little facial skin is exposed"
        if why:
            return Evidence(tuple(Reading.missing(name, "face", unit, why) for name, unit in UNITS.items()))
        chroma = pooled(patches[:, 1:], lambda s: np.hypot(s[:, 0], s[:, 1]) / len(patches))
        length = float(np.hypot(*patches[:, 1:].mean(axis=0)))
        if length < CHROMA_MIN:
            why = "the skin has no colour: black and white, or another light"
            hues = tuple(Reading.missing(name, "face", UNITS[name], why) for name in (HUE, SPREAD))
        else:
            hues = self._hues(patches[:, 1:])
        return Evidence(tuple(as_coded(each, clip) for each in (*hues, chroma.reading(CHROMA, "1", "face"))))

    def _hues(self, colours: Array) -> tuple[Reading, Reading]:
        middle = np.degrees(np.arctan2(*colours.mean(axis=0)[::-1]))
        each = np.degrees(np.arctan2(colours[:, 1], colours[:, 0]))
        off = (each - middle + 180.0) % 360.0 - 180.0
        sums = np.stack([np.ones_like(off), off, off**2], axis=1)
        hue = pooled(sums, lambda s: (middle + s[:, 1] / np.maximum(s[:, 0], 1.0)) % 360.0)
        spread = pooled(sums, lambda s: np.sqrt(np.maximum(s[:, 2] / s[:, 0] - (s[:, 1] / s[:, 0]) ** 2, 0.0)))
        return hue.reading(HUE, "deg", "face"), spread.reading(SPREAD, "deg", "face")


def _patches(planes: Sequence[Array], side: int) -> Array:
    """(patches, 3): means over squares that are skin for more than half."""
    rows, columns = (n // side for n in planes[0].shape)
    if not rows or not columns:
        return np.zeros((0, 3))
    cut = [p[: rows * side, : columns * side].reshape(rows, side, columns, side).mean(axis=(1, 3)) for p in planes]
    share, cb, cr = (each.ravel() for each in cut)
    keep = share > 0.5
    return np.stack([share[keep], cb[keep] / share[keep], cr[keep] / share[keep]], axis=1)
