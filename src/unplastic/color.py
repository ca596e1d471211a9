"""Matrices, ranges and nominal signals of Y'CbCr pictures, in plain NumPy.

Sources: ITU-T H.273 (code points), ITU-R BT.601-7, BT.709-6 and BT.2020-2 (luma weights), BT.2100-2 (ranges).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unplastic.clip import CHROMA_STEPS, Picture
from unplastic.errors import ClipUnsupported

Array = NDArray[np.floating]

LUMA_WEIGHTS: dict[int, tuple[float, float]] = {
    1: (0.2126, 0.0722),
    4: (0.30, 0.11),
    5: (0.299, 0.114),
    6: (0.299, 0.114),
    7: (0.212, 0.087),
    9: (0.2627, 0.0593),
}
"""H.273 matrix code point to (K_R, K_B): the weights of red and blue in luma."""


def assumed_matrix(matrix: int, width: int, height: int) -> int:
    """The H.273 matrix in use. Untagged is BT.709 above 576 lines or 1024 columns, else BT.601, as players do."""
    if matrix not in (0, 2):
        return matrix
    return 1 if max(width, height) > 1024 or min(width, height) > 576 else 6


def luma_weights(matrix: int) -> tuple[float, float]:
    """(K_R, K_B) of an H.273 matrix; raises `ClipUnsupported` for constant-luminance and ICtCp codings."""
    if matrix not in LUMA_WEIGHTS:
        raise ClipUnsupported(
            f"colour matrix {matrix} (H.273) is not a plain Y'CbCr coding",
            "convert the clip to BT.709 or BT.2020 non-constant luminance first",
        )
    return LUMA_WEIGHTS[matrix]


def ycbcr_to_rgb_matrix(matrix: int) -> NDArray[np.float64]:
    """3x3 matrix from nominal (Y' 0..1, Cb Cr -0.5..0.5) to nominal R'G'B' 0..1."""
    kr, kb = luma_weights(matrix)
    kg = 1.0 - kr - kb
    return np.array(
        [
            [1.0, 0.0, 2.0 * (1.0 - kr)],
            [1.0, -2.0 * kb * (1.0 - kb) / kg, -2.0 * kr * (1.0 - kr) / kg],
            [1.0, 2.0 * (1.0 - kb), 0.0],
        ]
    )


def rgb_to_ycbcr_matrix(matrix: int) -> NDArray[np.float64]:
    """3x3 matrix from nominal R'G'B' to nominal Y'CbCr; the inverse of `ycbcr_to_rgb_matrix`."""
    kr, kb = luma_weights(matrix)
    kg = 1.0 - kr - kb
    y = np.array([kr, kg, kb])
    cb = (np.array([0.0, 0.0, 1.0]) - y) / (2.0 * (1.0 - kb))
    cr = (np.array([1.0, 0.0, 0.0]) - y) / (2.0 * (1.0 - kr))
    return np.stack([y, cb, cr])


def luma_scale(bit_depth: int, *, is_full_range: bool) -> tuple[float, float]:
    """(offset, span): nominal Y' = (code - offset) / span. Limited range is 16..235 at 8 bits, shifted with depth."""
    if is_full_range:
        return 0.0, float((1 << bit_depth) - 1)
    return float(16 << (bit_depth - 8)), float(219 << (bit_depth - 8))


def chroma_scale(bit_depth: int, *, is_full_range: bool) -> tuple[float, float]:
    """(offset, span): nominal Cb or Cr = (code - offset) / span. Limited range is 16..240 at 8 bits."""
    offset = float(1 << (bit_depth - 1))
    return offset, float((1 << bit_depth) - 1) if is_full_range else float(224 << (bit_depth - 8))


def codes8(plane: NDArray[np.integer], bit_depth: int) -> NDArray[np.float32]:
    """A plane as float32 8-bit code values (0..255), fractions kept: the unit of every reading."""
    return plane.astype(np.float32) * np.float32(1.0 / (1 << (bit_depth - 8)))


def rgb8(picture: Picture, *, matrix: int, is_full_range: bool, box: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    """The ``box`` (x, y, width, height) of a picture as (height, width, 3) uint8 R'G'B' for a screen.

    Chroma is interpolated linearly to luma positions (left-sited across, centred down, as H.273 type 0).
    The box must lie inside the picture. Rounded, not dithered: it is for looking at what is there.
    """
    x, y, width, height = box
    offset, span = luma_scale(picture.bit_depth, is_full_range=is_full_range)
    signal = np.empty((3, height, width))
    signal[0] = (picture.y[y : y + height, x : x + width] - offset) / span
    offset, span = chroma_scale(picture.bit_depth, is_full_range=is_full_range)
    for i, plane in ((1, picture.cb), (2, picture.cr)):
        signal[i] = (_chroma_at_luma(plane, picture.y.shape, box) - offset) / span
    rgb = np.tensordot(ycbcr_to_rgb_matrix(matrix), signal, axes=1)
    return np.clip(np.rint(rgb * 255.0), 0, 255).astype(np.uint8).transpose(1, 2, 0)


def chroma_steps(picture: Picture) -> tuple[int, int]:
    """Luma samples per chroma sample (across, down), read from the planes' shapes."""
    height, width = picture.y.shape
    for across, down in sorted(set(CHROMA_STEPS.values())):
        if picture.cb.shape == (-(-height // down), -(-width // across)):
            return across, down
    raise ValueError(f"chroma {picture.cb.shape} does not fit luma {picture.y.shape}")


def _chroma_at_luma(plane: Array | NDArray[np.integer], luma: tuple[int, ...], box: tuple[int, int, int, int]) -> Array:
    x, y, width, height = box
    across = max(1, round(luma[1] / plane.shape[1]))
    down = max(1, round(luma[0] / plane.shape[0]))
    columns = np.arange(x, x + width) / across
    rows = (np.arange(y, y + height) - (down - 1) / 2) / down
    left, top = np.floor(columns).astype(int), np.floor(rows).astype(int)
    fx, fy = (columns - left)[None, :], (rows - top)[:, None]
    last_row, last_column = plane.shape[0] - 1, plane.shape[1] - 1
    r0, r1 = np.clip(top, 0, last_row), np.clip(top + 1, 0, last_row)
    c0, c1 = np.clip(left, 0, last_column), np.clip(left + 1, 0, last_column)
    p = plane.astype(np.float64)
    upper = p[r0][:, c0] * (1 - fx) + p[r0][:, c1] * fx
    lower = p[r1][:, c0] * (1 - fx) + p[r1][:, c1] * fx
    return upper * (1 - fy) + lower * fy
