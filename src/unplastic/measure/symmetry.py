"""A9: faces that are their own mirror image, in shape and in skin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from unplastic.clip import Clip
from unplastic.measure.bootstrap import SEED, Array, bounded, pooled, share
from unplastic.measure.standing import as_coded, why_no_face
from unplastic.parameter import check, parameter
from unplastic.reading import Evidence, Reading
from unplastic.vision import Run
from unplastic.vision.cheeks import best_overlay, block_sums, cheek_pair
from unplastic.vision.face import Face
from unplastic.vision.mesh import mesh

if TYPE_CHECKING:
    from unplastic.vision.plane import Plane

UNITS = {"face_asymmetry": "%", "cheek_texture_match": "1"}
DRAWS = 60
CHEEK_FRAMES = 4
COVERED_MIN = 0.35
POWER_MIN = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Mirrored:
    """One run: ``shapes`` (frames, 468, 3), pose removed, in IPD; ``cheeks`` (16, 3) per block of a cheek.

    The columns are the product of both cheeks, and the power of each without noise, in codes squared times pixels.
    """

    shapes: Array
    cheeks: Array
    ipd_px: float
    why_not: str | None


@dataclass(frozen=True)
class Symmetry:
    """Of the largest face, over frames in which it looks at the camera.

    face_asymmetry: mean distance of the face's points from those of its mirror image laid over it, in % of the
    distance between the pupils; the shape is averaged over frames first. The mesh network leans to symmetric faces and
    its depth is a guess: never judge by this alone. cheek_texture_match: correlation of the skin of one cheek with the
    mirrored other, between 0.1 and 0.7 cycles per mm, at the best overlay within 2.5 mm; noise is taken out by
    comparing different frames. 0 for people (searching for the overlay alone gives up to 0.2), 1 for a mirror.
    """

    name: ClassVar[str] = "symmetry"

    yaw_max_deg: float = parameter(15.0, "turn of the head up to which a frame counts", low=1.0, high=60.0)
    frames_min: int = parameter(6, "frames needed for the shape", low=1, high=1000)
    ipd_min_px: float = parameter(60.0, "distance between the pupils that a shape needs", low=20.0, high=1000.0)
    ipd_cheeks_px: float = parameter(100.0, "the same for the skin of the cheeks", low=40.0, high=1000.0)

    def __post_init__(self) -> None:
        check(self)

    def observe(self, run: Run) -> Mirrored:
        """Shapes and cheeks of one run's largest face."""
        seen = [(t, run.faces(t)[0]) for t in range(len(run.frames)) if run.faces(t)]
        frontal = [(t, face) for t, face in seen if abs(face.yaw_deg) < self.yaw_max_deg]
        size = float(np.median([face.ipd_px for _, face in seen])) if seen else 0.0
        shapes = np.array([shape_of(face) for _, face in frontal]).reshape(-1, 468, 3)
        cheeks = self._cheeks(run, frontal) if size >= self.ipd_cheeks_px else np.zeros((0, 3))
        return Mirrored(shapes, cheeks, size, why_no_face(run))

    def conclude(self, observations: Sequence[Mirrored], clip: Clip) -> Evidence:
        """Both readings over all runs."""
        shapes = np.concatenate([each.shapes for each in observations])
        cheeks = np.concatenate([each.cheeks for each in observations])
        sizes = [each.ipd_px for each in observations if each.ipd_px]
        nobody = next((each.why_not for each in observations if each.why_not), None)
        size = float(np.median(sizes)) if sizes else 0.0
        why = nobody or "no face is seen" if not sizes else self._why_not(size, len(shapes), self.ipd_min_px)
        readings = [Reading.missing("face_asymmetry", "face", "%", why) if why else _asymmetry(shapes)]
        why = why or self._why_not(size, len(shapes), self.ipd_cheeks_px)
        return Evidence((*readings, as_coded(_match(cheeks, why), clip)))

    def _why_not(self, size: float, frames: int, needed: float) -> str | None:
        if size < needed:
            return f"the face is small: {size:.0f} px between the pupils, {needed:.0f} are needed"
        if frames < self.frames_min:
            return f"the face looks at the camera in {frames} frames, {self.frames_min} are needed"
        return None

    def _cheeks(self, run: Run, frontal: Sequence[tuple[int, Face]]) -> Array:
        """(16, 3) sums of one run, or none without two frames that show both cheeks."""
        chosen = frontal[:: max(1, len(frontal) // CHEEK_FRAMES)][:CHEEK_FRAMES]
        pairs = [cheek_pair(run.frames[t].luma, run.surfaces(t).face, face) for t, face in chosen]
        pairs = [pair for pair in pairs if float(pair[2].mean()) >= COVERED_MIN]
        if len(pairs) < 2:
            return np.zeros((0, 3))
        one, other = ([pair[i] for pair in pairs] for i in (0, 1))
        shift = best_overlay(np.sum(one, axis=0), np.sum(other, axis=0))
        other = [np.roll(plane, shift, (0, 1)) for plane in other]
        count = len(pairs)
        product = np.sum(one, axis=0) * np.sum(other, axis=0) / count**2
        return np.stack([block_sums(plane) for plane in (product, _steady(one), _steady(other))], axis=1)


def shape_of(face: Face) -> Array:
    """(468, 3) points without place, pose and size, in shares of the distance between the pupils."""
    points = face.points.astype(np.float64)
    return np.asarray((points - points.mean(axis=0)) @ face.turn / face.ipd_px)


def asymmetry(shape: Array) -> float:
    """Mean distance between a shape (468, 3) and its mirror image after the best rigid overlay, in its unit."""
    image = (shape * np.array([-1.0, 1.0, 1.0]))[mesh().mirror]
    a, b = image - image.mean(axis=0), shape - shape.mean(axis=0)
    u, _, vt = np.linalg.svd(b.T @ a)
    turn = (u * np.array([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])) @ vt
    return float(np.linalg.norm(b - a @ turn.T, axis=1).mean())


def _asymmetry(shapes: Array) -> Reading:
    random = np.random.default_rng(SEED)
    value = 100.0 * asymmetry(shapes.mean(axis=0))
    drawn = (shapes[random.integers(0, len(shapes), len(shapes))].mean(axis=0) for _ in range(DRAWS))
    return bounded(value, np.array([100.0 * asymmetry(shape) for shape in drawn])).reading(
        "face_asymmetry", "%", "face"
    )


def _match(cheeks: Array, why: str | None) -> Reading:
    name = "cheek_texture_match"
    if not why and not len(cheeks):
        why = "both cheeks are never seen as skin in two frames"
    if why:
        return Reading.missing(name, "face", "1", why)
    found = pooled(cheeks, lambda s: np.clip(share(s[:, 0], np.sqrt(np.maximum(s[:, 1] * s[:, 2], 0.0))), -1.0, 1.0))
    power = cheeks[:, 1:].sum(axis=0) / (len(cheeks) * 32.0**2)
    if not np.isfinite(found.value) or float(power.min()) < POWER_MIN:
        return Reading.missing(name, "face", "1", "the cheeks hold no texture that could be compared")
    return found.reading(name, "1", "face")


def _steady(planes: Sequence[Plane]) -> Plane:
    """Power that different frames agree on: the mean product of every two."""
    total, count = np.sum(planes, axis=0), len(planes)
    return (total * total - np.sum([plane * plane for plane in planes], axis=0)) / (count * (count - 1))
