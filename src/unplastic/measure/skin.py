"""A1 on faces: pores and fine lines, in cycles per millimetre of skin, locked to it from frame to frame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from unplastic.clip import Clip
from unplastic.measure.bootstrap import Array, median, pooled, root, share
from unplastic.measure.standing import as_coded, why_no_face
from unplastic.parameter import check, parameter
from unplastic.reading import Evidence, Reading
from unplastic.vision import Run
from unplastic.vision.mesh import IPD_MM
from unplastic.vision.skinbands import LINES, PORES, Band, SkinFrame, SkinPair, skin_frames, skin_pair
from unplastic.vision.softness import edge_blurs_px

UNITS = {"skin_texture": "codes", "skin_lines": "codes", "skin_pit_skewness": "1"}
MID_GREY_CODES8 = 110.0
GAIN_MIN, GAIN_MAX = 0.35, 1.8
SMALL_PX = 200.0
"""Up to this size every pair of sampled frames is used: small faces have few pixels, which are also cheap."""

LINES_BLUR = 2.0
"""How much more blur lines stand than pores."""

FAST_PX = 1.5
MOTION_RATIO = 1.35
MOTION_MM = 0.3
"""Edges along the motion this much wider than those across it, and at least this wide: blurred by motion."""


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """``count`` pairs of frames that were used in one band, and why others were ``refused``.

    ``sums`` is (tiles, 3): mm2, locked power and third moment at mid grey, each times mm2, over all pairs.
    """

    refused: Counter[str]
    count: int
    sums: Array


@dataclass(frozen=True, slots=True, eq=False)
class SkinTiles:
    """One run: ``ipds`` (frames,) of its largest face, and what both bands hold."""

    ipds: Array
    pores: Pairs
    lines: Pairs
    why_not: str | None


@dataclass(frozen=True)
class Skin:
    """Texture of facial skin above the mouth, by size on the face: s = IPD / 63 mm, corrected for a turned head.

    skin_texture: rms, in codes at mid grey, of what the band of pores (0.12 to 0.48 mm Gaussians: half of the amplitude
    passes between 0.33 and 1.5 cycles per mm) shows again two frames later along motion, so that noise does not enter.
    skin_lines: the same between 0.10 and 0.43 cycles per mm: fine lines and mottling. skin_pit_skewness: skewness of
    the locked pores; pits are dark and make it negative. face_ipd: distance between the pupils.

    skin_texture is valid from 120 px between the pupils, up to 160 only over enough pairs of frames; skin_lines from
    80. The interval reaches up to what a flat spectrum would hold past the pixels. Faces that are turned away, soft or
    blurred by motion are left out; too few bits per pixel make the numbers doubtful.
    """

    name: ClassVar[str] = "skin"

    ipd_lines_px: float = parameter(80.0, "distance between the pupils from which lines show", low=60.0, high=1000.0)
    ipd_min_px: float = parameter(120.0, "the same from which pores show", low=60.0, high=1000.0)
    ipd_usable_px: float = parameter(160.0, "the same from which few frames are enough", low=60.0, high=1000.0)
    ipd_pits_px: float = parameter(240.0, "the same from which pores have a shape", low=60.0, high=1000.0)
    pairs_min: int = parameter(12, "pairs of frames that a smaller face needs", low=1, high=1000)
    area_min_mm2: float = parameter(400.0, "skin needed in a pair of frames, on average", low=1.0, high=20_000.0)
    turn_max_deg: float = parameter(
        40.0, "turn or nod of the head past which skin is foreshortened", low=0.0, high=90.0
    )
    blur_max_mm: float = parameter(0.7, "blur (sd) on the skin past which no pore is left", low=0.05, high=10.0)

    def __post_init__(self) -> None:
        check(self)

    def observe(self, run: Run) -> SkinTiles:
        """Sums per tile of one run's largest face, over pairs of frames two apart."""
        frames = skin_frames(run, range(len(run.frames)))
        ipds = np.array([frame.face.ipd_px for frame in frames.values()])
        pores, lines = Pairs(Counter(), 0, np.zeros((0, 3))), Pairs(Counter(), 0, np.zeros((0, 3)))
        if len(ipds) and float(np.median(ipds)) >= self.ipd_lines_px and len(run.frames) > 1:
            pairs = [(frames[t], frames[u]) for t, u in _times(run, ipds) if t in frames and u in frames]
            reasons = [self._why_left_out(here) for here, _ in pairs]
            lines = _pairs(run, LINES, pairs, reasons, LINES_BLUR * self.blur_max_mm)
            if float(np.median(ipds)) >= self.ipd_min_px:
                pores = _pairs(run, PORES, pairs, reasons, self.blur_max_mm)
        return SkinTiles(ipds, pores, lines, why_no_face(run))

    def conclude(self, observations: Sequence[SkinTiles], clip: Clip) -> Evidence:
        """Readings over all runs."""
        ipds = np.concatenate([each.ipds for each in observations])
        if not len(ipds):
            nobody = next((each.why_not for each in observations if each.why_not), "no face is seen")
            missing = [Reading.missing(name, "face", unit, nobody) for name, unit in UNITS.items()]
            return Evidence((*missing, Reading.missing("face_ipd", "face", "px", nobody)))
        size = median(ipds)
        pores, lines = (_joined([getattr(each, name) for each in observations]) for name in ("pores", "lines"))
        why_pores = self._why_not(pores, size.value, self.ipd_min_px, clip)
        if not why_pores and size.value < self.ipd_usable_px and pores.count < self.pairs_min:
            why_pores = f"a face of {size.value:.0f} px needs {self.pairs_min} pairs of frames, {pores.count} serve"
        readings = [
            _rms("skin_texture", pores, PORES, size.value, why_pores),
            _rms("skin_lines", lines, LINES, size.value, self._why_not(lines, size.value, self.ipd_lines_px, clip)),
            self._skewness(pores, size.value, why_pores),
        ]
        return Evidence((*(as_coded(r, clip) for r in readings), size.reading("face_ipd", "px", "face")))

    def _why_left_out(self, frame: SkinFrame) -> tuple[str | None, float]:
        """Why a frame cannot be used at all; and its blur in mm."""
        face = frame.face
        flow = frame.motion()
        blur, along, across = (px / face.px_per_mm for px in edge_blurs_px(frame.looked_at(), flow))
        if max(abs(face.yaw_deg), abs(face.pitch_deg)) > self.turn_max_deg:
            return "the face is turned away", blur
        is_fast = float(np.hypot(*flow)) > FAST_PX
        if is_fast and along > MOTION_RATIO * across and along > MOTION_MM:
            return "the face is blurred by its motion", blur
        return None, blur

    def _why_not(self, pairs: Pairs, ipd: float, needed_px: float, clip: Clip) -> str | None:
        if ipd < needed_px:
            return f"the face is small: {ipd:.0f} px between the pupils, {needed_px:.0f} are needed"
        if clip.frames < 2:
            return "texture of skin is told from noise by the next frame, and there is none"
        refused = sum(pairs.refused.values())
        if refused > pairs.count:
            return pairs.refused.most_common(1)[0][0]
        if not pairs.count or float(pairs.sums[:, 0].sum()) / pairs.count < self.area_min_mm2:
            return "too little facial skin is exposed, in focus and can be followed"
        return None

    def _skewness(self, pairs: Pairs, ipd: float, why: str | None) -> Reading:
        name = "skin_pit_skewness"
        if not why and ipd < self.ipd_pits_px:
            why = f"pores have no shape at {ipd:.0f} px between the pupils, {self.ipd_pits_px:.0f} are needed"
        found = None if why else pooled(pairs.sums, _skewness)
        if found is None or not np.isfinite(found.value):
            return Reading.missing(name, "face", UNITS[name], why or "there is no texture that could have a shape")
        return found.reading(name, UNITS[name], "face")


def _rms(name: str, pairs: Pairs, band: Band, ipd: float, why: str | None) -> Reading:
    if why:
        return Reading.missing(name, "face", UNITS[name], why)
    rms = pooled(pairs.sums, lambda s: root(share(s[:, 1], s[:, 0])))
    hidden = float(np.sqrt(max(1.0 - band.beyond(ipd / IPD_MM), 0.1)))
    return replace(rms, high=rms.high / hidden).reading(name, UNITS[name], "face")


def _times(run: Run, ipds: Array) -> list[tuple[int, int]]:
    lag = min(2, len(run.frames) - 1)
    is_small = float(np.median(ipds)) < SMALL_PX
    return [
        (t, t + lag) for t in (range(len(run.frames) - lag) if is_small else run.anchors) if t + lag < len(run.frames)
    ]


def _pairs(
    run: Run,
    band: Band,
    pairs: Sequence[tuple[SkinFrame, SkinFrame]],
    reasons: Sequence[tuple[str | None, float]],
    blur_max_mm: float,
) -> Pairs:
    """The pairs of one run in one band, less those that are refused."""
    refused: Counter[str] = Counter()
    kept = []
    for pair, (why, blur) in zip(pairs, reasons, strict=True):
        if why:
            refused[why] += 1
        elif blur > blur_max_mm:
            refused["the face is too soft or out of focus"] += 1
        else:
            kept.append(skin_pair(*pair, band))
    if not kept:
        return Pairs(refused, 0, np.zeros((0, 3)))
    sums = _summed(kept)
    sharp = sums[run.in_focus & (sums[:, 0] > 0)]
    if sums[:, 0].any() and not len(sharp):
        return Pairs(Counter({"the face is too soft or out of focus": len(kept)}) + refused, 0, sharp)
    return Pairs(refused, len(kept), sharp)


def _joined(runs: Sequence[Pairs]) -> Pairs:
    refused = sum((each.refused for each in runs), Counter[str]())
    return Pairs(refused, sum(each.count for each in runs), np.concatenate([each.sums for each in runs]))


def _summed(pairs: Sequence[SkinPair]) -> Array:
    """(tiles, 3) over all pairs: mm2, power and third moment at mid grey, each times mm2."""
    total = np.zeros((len(pairs[0].pixels), 3))
    for pair in pairs:
        level = share(pair.luma, pair.pixels)
        gain = np.nan_to_num(np.clip((level - 16.0) / MID_GREY_CODES8, GAIN_MIN, GAIN_MAX), nan=1.0)
        total += pair.pixel_mm2 * np.stack([pair.pixels, pair.locked / gain**2, pair.cubed / gain**3], axis=1)
    return total


def _skewness(sums: Array) -> Array:
    power = share(sums[:, 1], sums[:, 0])
    return share(share(sums[:, 2], sums[:, 0]), np.where(power > 0, power, 0.0) ** 1.5)
