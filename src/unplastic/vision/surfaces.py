"""Which surface each pixel shows, as soft masks at the size of the motion: skin, hair, cloth, flat areas, edges.

A face gives the colour of its skin, and the place to look for hair; the person network says which pixels can be either
at all. Without the networks skin falls back to the colour that most skin has, and hair and cloth stay empty.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from unplastic.vision.bands import blurred, largest_around, smooth_step, steepness, to_size
from unplastic.vision.face import Face
from unplastic.vision.outlines import face_mask, feature_mask, oval_mask
from unplastic.vision.plane import Plane, as_plane

LUMA_FLOOR_CODES8 = 16.0
GATE_WIDTH = 2.5
SPREAD_MIN = 0.018
HIGHLIGHT_FROM = 1.05
HIGHLIGHT_FORGIVEN = 0.25
STRICT = 1.6
SHADE_LEVELS, BRIGHT_LEVELS = (0.25, 0.45), (1.35, 1.7)
"""Luma of skin outside the mesh, in shares of the face's: darker is hair or shadow, brighter is cloth."""

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

USUAL_SKIN = (-0.17, 0.22, 0.07)
"""Cb and Cr over luma of skin under white light, and the spread over complexions and lamps (in shares of luma)."""


@dataclass(frozen=True, slots=True)
class Complexion:
    """Colour of one face's skin: medians of Cb / Y and Cr / Y with their spreads, and its median luma in codes."""

    blue: float
    red: float
    blue_spread: float
    red_spread: float
    luma: float

    def gate(self, blue: Plane, red: Plane, luma: Plane, *, forgive: bool) -> Plane:
        """1 where the colour is this skin's, falling to 0.

        With ``forgive``, which is for the inside of a face, highlights may lose colour: the shiny forehead is skin.
        Without, for the rest of the picture, luma counts as well.
        """
        d = np.square((blue - np.float32(self.blue)) * np.float32(1 / (GATE_WIDTH * self.blue_spread)))
        d += np.square((red - np.float32(self.red)) * np.float32(1 / (GATE_WIDTH * self.red_spread)))
        level = luma * np.float32(1 / max(self.luma, 1.0))
        if forgive:
            over = np.clip((level - HIGHLIGHT_FROM) * 5.0, 0.0, 1.0)
            return as_plane(np.exp(-np.maximum(d * (1.0 - (1.0 - HIGHLIGHT_FORGIVEN) * over) - 0.5, 0.0)))
        lit = smooth_step(*SHADE_LEVELS, level) * (1.0 - smooth_step(*BRIGHT_LEVELS, level))
        return as_plane(np.exp(-np.maximum(STRICT * d - 0.5, 0.0)) * lit)


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

    def _complexion(self, face: Face) -> Complexion:
        inside = (face_mask(self.shape, face) > 0.5) & (self.luma > 24.0)
        if inside.sum() < 20:
            return Complexion(*USUAL_SKIN[:2], USUAL_SKIN[2] / 2, USUAL_SKIN[2] / 2, 120.0)
        values = [plane[inside] for plane in (*self._ratios, self.luma)]
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
