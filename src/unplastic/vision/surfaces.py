"""Which surface each pixel shows, as soft masks at the size of the motion: skin, hair, cloth, flat areas, edges.

A face gives the colour of its skin, and the place to look for hair; the person network says which pixels can be either
at all. Without the networks skin falls back to the colour that most skin has, and hair and cloth stay empty.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

import cv2
import numpy as np

from unplastic.vision.bands import blurred, largest_around, smooth_step, steepness, to_size
from unplastic.vision.complexion import USUAL_SKIN, Complexion
from unplastic.vision.face import Face
from unplastic.vision.outlines import face_mask, feature_mask, oval_mask
from unplastic.vision.plane import Plane, as_plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

LUMA_FLOOR_CODES8 = 16.0
SPREAD_MIN = 0.018

SKIN_REACH_IPD = 0.9
HAIRY_CODES8 = (3.0, 7.0)
STRANDS_CODES8 = (1.0, 4.0)
"""Local standard deviation from which a place is too busy for skin, and busy enough for hair."""

HEAD_IPD = (1.5, 2.3, 3.4)
"""How far from between the eyes hair is looked for, in IPD: sideways, up, down (before it fades out)."""

CROWN_PX = 12
COARSE = 4
BALD_LEVEL = 0.7
HAIR_SPREADS_MIN = (0.05, 0.05, 18.0)
"""Least widths of the hair's colour: Cb / Y, Cr / Y, and codes of luma."""

NOSE_IPD = 0.45
"""How far below the eyes the upper half of a face ends."""

COVERED_RATIO = 1.6

THING_IPD = 0.25
"""Side, in IPD, of a square as large as a pale area must be to be taken for a thing held before the face."""

EDGE_CODES8_PX, EDGE_SHARE = 5.0, 0.2
"""Slope, and share of its outline that is as steep, from which a pale area has an edge."""


class Surfaces:
    """Soft masks 0..1, float32, all of one shape; each is made when it is first asked for.

    ``luma``, ``cb`` and ``cr`` are small planes in 8-bit limited-range codes; ``faces`` are in their pixels;
    ``person`` gives the person mask at their size, or None when it cannot be had.
    """

    def __init__(
        self, luma: Plane, cb: Plane, cr: Plane, faces: tuple[Face, ...], person: Callable[[], Plane | None]
    ) -> None:
        height, width = luma.shape
        self.luma = luma
        self.shape = (height, width)
        self._chroma = [p if p.shape == luma.shape else cv2.resize(p, (width, height)) for p in (cb, cr)]
        self._faces = faces
        self._find_person = person

    @property
    def chroma(self) -> tuple[Plane, Plane]:
        """Cb and Cr at the size of the masks, in codes."""
        return as_plane(self._chroma[0]), as_plane(self._chroma[1])

    @cached_property
    def person(self) -> Plane | None:
        """Pixels of people, or None when the network cannot be had."""
        return self._find_person()

    @cached_property
    def face(self) -> Plane:
        """Facial skin: inside the mesh's oval, without eyes, brows, lips and nostrils, where the colour is skin."""
        total = np.zeros(self.shape, np.float32)
        for face, complexion in zip(self._faces, self.complexions, strict=True):
            inside = face_mask(self.shape, face)
            gate = complexion.gate(*self._ratios, self.luma, forgive=True)
            gate *= 1.0 - self._held_before(face, complexion, inside * gate)
            total = np.maximum(total, inside * gate)
        return total

    @cached_property
    def features(self) -> Plane:
        """Eyes, brows, lips and nostrils, with a margin: nothing may be put there."""
        total = np.zeros(self.shape, np.float32)
        for face in self._faces:
            total = np.maximum(total, feature_mask(self.shape, face))
        return total

    @cached_property
    def skin(self) -> Plane:
        """Skin of faces, necks, ears and hands."""
        return np.maximum(self.face, self.skin_outside)

    @cached_property
    def skin_outside(self) -> Plane:
        """Skin that the mesh does not cover: of the face's own colour, part of a person, not hairy."""
        if not self._faces:
            return self._usual_skin
        skin, hair = self._skin_alike, self._hair_alike
        mine = skin * skin / np.maximum(skin + hair, 1e-3)
        return blurred(as_plane(mine * (1.0 - self.features)), 1.5)

    @cached_property
    def hair(self) -> Plane:
        """Hair of people whose face is seen: of the colour found above the forehead. Empty without the networks."""
        skin, hair = self._skin_alike, self._hair_alike
        share = hair * hair / np.maximum(skin + hair, 1e-3)
        return blurred(as_plane(share * (1.0 - self._ovals)), 1.0)

    @cached_property
    def _skin_alike(self) -> Plane:
        gate = np.zeros(self.shape, np.float32)
        for face, complexion in zip(self._faces, self.complexions, strict=True):
            near = complexion.gate(*self._ratios, self.luma, forgive=False)
            gate = np.maximum(gate, near * _within(self.shape, face, SKIN_REACH_IPD) if self.person is None else near)
        gate *= 1.0 - smooth_step(*HAIRY_CODES8, self._busy)
        return gate if self.person is None else gate * self.person

    @cached_property
    def _hair_alike(self) -> Plane:
        total = np.zeros(self.shape, np.float32)
        if self.person is not None:
            allowed = as_plane(self.person * (1.0 - self._ovals))
            for face, complexion in zip(self._faces, self.complexions, strict=True):
                total = np.maximum(total, self._hair_of(face, complexion, allowed))
        return total * (np.float32(0.3) + np.float32(0.7) * smooth_step(*STRANDS_CODES8, self._busy))

    @cached_property
    def cloth(self) -> Plane:
        """What people wear: all of a person that is neither face, skin nor hair. Empty without the networks."""
        if self.person is None:
            return np.zeros(self.shape, np.float32)
        rest = self.person * (1.0 - self._ovals) * (1.0 - self.skin_outside) * (1.0 - self.hair)
        return np.where(self.person > 0.5, rest, 0.0).astype(np.float32)

    @cached_property
    def flat(self) -> Plane:
        """Areas without structure: a standard deviation under about one code."""
        return 1.0 - smooth_step(0.8, 2.5, self._busy)

    @cached_property
    def edges(self) -> Plane:
        """Strong edges and one pixel around them."""
        return smooth_step(4.0, 10.0, largest_around(steepness(blurred(self.luma, 0.7)), 3))

    @cached_property
    def defocus(self) -> Plane:
        """Where the sharpest structure nearby is over 2.5 times as wide as the picture's sharpest."""
        fine, coarse = steepness(blurred(self.luma, 0.7)), steepness(blurred(self.luma, 1.4))
        strong = fine > max(1.0, float(np.percentile(fine[::4, ::4], 70)))
        ratio = np.where(strong, fine / np.maximum(coarse, 1e-3), 0.0).astype(np.float32)
        sharpest = float(np.percentile(ratio[::2, ::2][strong[::2, ::2]], 95)) if strong[::2, ::2].any() else 1.0
        side = max(5, min(self.shape) // (12 * COARSE) | 1)
        thinned = np.ascontiguousarray(largest_around(ratio, COARSE)[::COARSE, ::COARSE])
        nearby = to_size(blurred(largest_around(thinned, side), side / 3), self.shape)
        return 1.0 - smooth_step(0.45, 0.75, (nearby - 1.0) / max(sharpest - 1.0, 0.05))

    @cached_property
    def complexions(self) -> tuple[Complexion, ...]:
        """The skin colour of every face."""
        return tuple(self._complexion(face) for face in self._faces)

    @cached_property
    def _ratios(self) -> tuple[Plane, Plane]:
        scale = np.reciprocal(np.maximum(self.luma, LUMA_FLOOR_CODES8))
        blue, red = ((plane - np.float32(128.0)) * scale for plane in self._chroma)
        return blue, red

    @cached_property
    def _ovals(self) -> Plane:
        total = np.zeros(self.shape, np.float32)
        for face in self._faces:
            total = np.maximum(total, oval_mask(self.shape, face))
        return total

    @cached_property
    def _busy(self) -> Plane:
        """Local standard deviation of what a blur of 3 px leaves, in codes."""
        return np.sqrt(blurred(np.square(self.luma - blurred(self.luma, 3.0)), 3.0))

    @cached_property
    def _usual_skin(self) -> Plane:
        blue, red, spread = USUAL_SKIN
        far = np.square((self._ratios[0] - blue) / spread) + np.square((self._ratios[1] - red) / spread)
        gate = np.exp(-np.maximum(far - 0.5, 0.0)) * (1.0 - smooth_step(*HAIRY_CODES8, self._busy))
        if self.person is not None:
            gate *= self.person
        return gate.astype(np.float32)

    def _held_before(self, face: Face, complexion: Complexion, skin: Plane) -> Plane:
        """1 where what passes for a highlight is a thing: large, without the skin's colour, and with an edge around it.

        A shine fades into the skin that it lies on; a cup does not.
        """
        pale = ((skin > 0.2) & (complexion.chroma_gate(*self._ratios) < 0.5)).astype(np.uint8)
        held = np.zeros(self.shape, np.float32)
        if pale.mean() * pale.size < THING_IPD**2 * face.ipd_px**2:
            return held
        count, labels, facts, _ = cv2.connectedComponentsWithStats(pale)
        steep = steepness(blurred(self.luma, 1.0))
        for number in range(1, count):
            if facts[number, cv2.CC_STAT_AREA] < (THING_IPD * face.ipd_px) ** 2:
                continue
            thing = (labels == number).astype(np.uint8)
            around = cv2.dilate(thing, np.ones((5, 5), np.uint8)) > cv2.erode(thing, np.ones((3, 3), np.uint8))
            around &= skin > 0.1
            if around.any() and float(np.mean(steep[around] > EDGE_CODES8_PX)) > EDGE_SHARE:
                held = np.maximum(held, blurred(cv2.dilate(thing, np.ones((5, 5), np.uint8)).astype(np.float32), 1.5))
        return held

    def _complexion(self, face: Face) -> Complexion:
        """Of the whole face, or of the half that is more like skin where that is far more uniform: a cup covers it."""
        inside = (face_mask(self.shape, face) > 0.5) & (self.luma > 24.0)
        above = _head_frame(self.shape, face)[1] < NOSE_IPD
        whole, *halves = (self._colour_of(part) for part in (inside, inside & above, inside & ~above))
        if whole is None:
            return Complexion(*USUAL_SKIN[:2], USUAL_SKIN[2] / 2, USUAL_SKIN[2] / 2, 120.0)
        best = min((half for half in halves if half), key=lambda c: c.strangeness, default=whole)
        return best if COVERED_RATIO * best.spread < whole.spread else whole

    def _colour_of(self, part: NDArray[np.bool_]) -> Complexion | None:
        """Medians and spreads of the marked pixels; None for too few."""
        if part.sum() < 20:
            return None
        values = [plane[part] for plane in (*self._ratios, self.luma)]
        blue, red, luma = (float(np.median(v)) for v in values)
        spreads = [max(SPREAD_MIN, 1.48 * float(np.median(np.abs(v - np.median(v))))) for v in values[:2]]
        return Complexion(blue, red, spreads[0], spreads[1], luma)

    def _hair_of(self, face: Face, complexion: Complexion, allowed: Plane) -> Plane:
        crown = allowed * _crown(self.shape, face) > 0.5
        if crown.sum() < CROWN_PX:
            return np.zeros(self.shape, np.float32)
        planes = (*self._ratios, self.luma)
        middle = [float(np.median(plane[crown])) for plane in planes]
        one = (np.full((1, 1), value, np.float32) for value in middle)
        is_like_skin = complexion.gate(*one, forgive=False)[0, 0] > 0.5 and middle[2] > BALD_LEVEL * complexion.luma
        if is_like_skin and float(np.median(self._busy[crown])) < HAIRY_CODES8[0]:
            return np.zeros(self.shape, np.float32)  # what lies above the forehead is skin
        spread = [1.48 * float(np.median(np.abs(p[crown] - m))) for p, m in zip(planes, middle, strict=True)]
        far = np.zeros(self.shape, np.float32)
        for plane, centre, width, least in zip(planes, middle, spread, HAIR_SPREADS_MIN, strict=True):
            far += np.square((plane - np.float32(centre)) * np.float32(1 / max(least, 2 * width)))
        return allowed * _around(self.shape, face) * np.exp(-0.5 * np.maximum(far - 1.0, 0.0))


def _within(shape: tuple[int, int], face: Face, reach_ipd: float) -> Plane:
    """1 on the face's oval, falling to 0 at ``reach_ipd`` from it."""
    outside = (oval_mask(shape, face) < 0.5).astype(np.uint8)
    far = cv2.distanceTransform(outside, cv2.DIST_L2, 3)
    return 1.0 - smooth_step(0.5, 1.0, as_plane(far) / np.float32(reach_ipd * face.ipd_px))


def _around(shape: tuple[int, int], face: Face) -> Plane:
    """1 around a head, fading where no hair can be."""
    x, y = _head_frame(shape, face)
    sideways, up, down = HEAD_IPD
    far = as_plane(np.square(x / sideways) + np.square(np.where(y < 0, y / up, y / down)))
    return 1.0 - smooth_step(1.0, 1.6, far)


def _crown(shape: tuple[int, int], face: Face) -> Plane:
    """A patch above the forehead, as wide as the eyes are apart."""
    x, y = _head_frame(shape, face)
    return ((np.abs(x) < 0.55) & (y < -1.0) & (y > -1.75)).astype(np.float32)


def _head_frame(shape: tuple[int, int], face: Face) -> tuple[Plane, Plane]:
    """x, y of every pixel from between the eyes, in IPD, along the tilted head."""
    (cx, cy), ipd = face.centre, face.ipd_px
    across = (np.arange(shape[1], dtype=np.float32) - cx) / ipd
    below = ((np.arange(shape[0], dtype=np.float32) - cy) / ipd)[:, None]
    turn = np.radians(face.roll_deg)
    cos, sin = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    return as_plane(across * cos + below * sin), as_plane(below * cos - across * sin)
