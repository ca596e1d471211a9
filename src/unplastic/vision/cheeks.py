"""Both cheeks of a face unrolled to millimetres, one of them mirrored, so that they can be laid over each other."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from unplastic.vision.bands import gaussian
from unplastic.vision.face import Face
from unplastic.vision.mesh import mesh
from unplastic.vision.plane import Array, Plane, as_plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

PX_PER_MM = 4
U_MM, V_MM = (19.0, 51.0), (18.0, 50.0)
"""Where a cheek lies on the unrolled skin: from the middle of the face outwards, and down from between the eyes."""

FINE_MM, COARSE_MM = 0.25, 1.6
SHIFT_MAX_MM = 2.5
"""How far the mesh may have laid the cheeks apart."""

FOLD_MM, FOLD_RATIO = 1.0, 3.0
"""Texture within a millimetre of over three times the cheek's usual is a fold, as every smile has on both sides."""

COVERED = 0.9
"""Share of the coarse Gaussian that must lie on plain skin: at an outline shading looks like texture, on both sides."""

BLOCKS = 4
BESIDE_MM = 1.0


def cheek_pair(luma: Plane, skin: Plane, face: Face) -> tuple[Plane, Plane, Plane]:
    """(both cheeks' texture between 0.1 and 0.7 cycles per mm, the second mirrored; and 1 where both are skin).

    Folds are left out: they lie alike on both sides of every face. ``skin`` is a soft half-size mask. All are
    (128, 128): 32 mm at 4 px per mm, the middle of the face to the left.
    """
    found, seen = [], []
    for points, weights in _places():
        where = as_plane(np.einsum("ijk,ijkc->ijc", weights, face.points[points][..., :2]))
        patch = cv2.remap(luma, where[..., 0], where[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        half = (where - np.float32(0.5)) / np.float32(2.0)
        mask = cv2.remap(skin, half[..., 0], half[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        found.append(as_plane(patch))
        seen.append(as_plane(mask))
    seen_both = as_plane((np.minimum(*seen) > 0.6).astype(np.float32))
    plain = _unfolded(_textured(found[0], seen_both), _textured(found[1], seen_both), seen_both)
    inside = as_plane((gaussian(plain, COARSE_MM * PX_PER_MM) > COVERED).astype(np.float32)) * plain
    one, other = (as_plane(_textured(patch, plain) * inside) for patch in found)
    return one, other, as_plane(inside)


def best_overlay(one: Plane, other: Plane) -> tuple[int, int]:
    """The shift (down, across) in patch px, up to 2.5 mm, by which ``other`` correlates best with ``one``."""
    product = np.fft.irfft2(np.fft.rfft2(one) * np.conj(np.fft.rfft2(other)), s=one.shape)
    reach = int(SHIFT_MAX_MM * PX_PER_MM)
    around = np.roll(product, (reach, reach), (0, 1))[: 2 * reach + 1, : 2 * reach + 1]
    down, across = np.unravel_index(int(np.argmax(around)), around.shape)
    return int(down) - reach, int(across) - reach


def block_sums(plane: Plane) -> Array:
    """(16,) sums over blocks of 8 mm of a patch."""
    side = plane.shape[0] // BLOCKS
    return plane.reshape(BLOCKS, side, BLOCKS, side).sum(axis=(1, 3), dtype=np.float64).ravel()


def _textured(patch: Plane, mask: Plane) -> Plane:
    fine, coarse = (
        gaussian(patch * mask, mm * PX_PER_MM) / np.maximum(gaussian(mask, mm * PX_PER_MM), np.float32(1e-3))
        for mm in (FINE_MM, COARSE_MM)
    )
    return as_plane((fine - coarse) * mask)


def _unfolded(one: Plane, other: Plane, mask: Plane) -> Plane:
    """1 on plain skin; 0 within a millimetre of folds and of the outline of what is seen."""
    strength = gaussian(np.abs(one) + np.abs(other), FOLD_MM * PX_PER_MM)
    if not mask.any():
        return mask
    usual = float(np.median(strength[mask > 0]))
    plain = ((strength <= FOLD_RATIO * usual) & (mask > 0)).astype(np.uint8)
    side = int(2 * FOLD_MM * PX_PER_MM) + 1
    return as_plane(cv2.erode(plain, np.ones((side, side), np.uint8)).astype(np.float32))


@cache
def _places() -> tuple[tuple[NDArray[np.intp], NDArray[np.float64]], ...]:
    """Per cheek: (128, 128, 3) corners of the triangle under every pixel of the patch, and their weights."""
    down = np.arange(V_MM[0], V_MM[1], 1 / PX_PER_MM)
    out = np.arange(U_MM[0], U_MM[1], 1 / PX_PER_MM)
    return tuple(_under(sign * out, down) for sign in (-1.0, 1.0))


def _under(u: Array, v: Array) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    shape = mesh()
    uv, triangles = shape.uv.astype(np.float64), shape.triangles
    at = np.stack(np.meshgrid(u, v), axis=-1)
    a, b, c = (uv[triangles[:, i]] for i in range(3))
    area = _cross(b - a, c - a)
    points = np.zeros((*at.shape[:2], 3), np.intp)
    weights = np.zeros((*at.shape[:2], 3))
    best = np.full(at.shape[:2], -np.inf)
    for k in np.flatnonzero(np.abs(area) > 1e-6):
        box = _span(v, uv[triangles[k], 1]), _span(u, uv[triangles[k], 0])
        p = at[box]
        if not p.size:
            continue
        own = np.stack([_cross(b[k] - p, c[k] - p), _cross(c[k] - p, a[k] - p), _cross(a[k] - p, b[k] - p)], -1)
        own /= area[k]
        inside = own.min(axis=-1)
        take = inside > best[box]
        best[box][take], points[box][take], weights[box][take] = inside[take], triangles[k], own[take]
    return points, weights


def _span(axis: Array, corners: Array) -> slice:
    """The part of an axis that lies over a triangle, and a little beside it."""
    over = np.flatnonzero((axis > corners.min() - BESIDE_MM) & (axis < corners.max() + BESIDE_MM))
    return slice(int(over[0]), int(over[-1]) + 1) if over.size else slice(0, 0)


def _cross(p: Array, q: Array) -> Array:
    return np.asarray(p[..., 0] * q[..., 1] - p[..., 1] * q[..., 0])
