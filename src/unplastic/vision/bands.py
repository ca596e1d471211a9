"""Pictures split by fineness, and their slopes."""

from __future__ import annotations

import cv2
import numpy as np

from unplastic.vision.plane import Mask, Plane, as_plane

FINE_SIGMA_PX = 0.7
COARSE_SIGMA_PX = 1.6
NARROW_SIGMA_PX = 0.6


def blurred(plane: Plane, sigma_px: float) -> Plane:
    """Gaussian blur; the border repeats the nearest row and column."""
    return cv2.GaussianBlur(plane, (0, 0), sigma_px, borderType=cv2.BORDER_REPLICATE)  # type: ignore[return-value]


def gaussian(plane: Plane, sigma_px: float) -> Plane:
    """`blurred`, true to narrow Gaussians too.

    Sampled at whole pixels they would be hardly any blur; below 0.6 px three taps have the right gain at a quarter of
    a cycle per pixel.
    """
    if sigma_px >= NARROW_SIGMA_PX:
        return blurred(plane, sigma_px)
    side = (1.0 - np.exp(-np.square(np.pi * sigma_px) / 8.0)) / 2.0
    taps = np.array([side, 1.0 - 2.0 * side, side])
    return cv2.sepFilter2D(plane, -1, taps, taps, borderType=cv2.BORDER_REPLICATE)  # type: ignore[return-value]


def fine_band(luma: Plane) -> Plane:
    """The band of skin pores, weave and grain: G(0.7 px) - G(1.6 px), centred near 0.16 cycles per pixel.

    White noise of standard deviation s leaves 0.307 s.
    """
    return blurred(luma, FINE_SIGMA_PX) - blurred(luma, COARSE_SIGMA_PX)


def slopes(smooth: Plane) -> tuple[Plane, Plane]:
    """Slope along x and y in codes per pixel (Sobel's kernel, normalised)."""
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=1 / 8, borderType=cv2.BORDER_REPLICATE)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8, borderType=cv2.BORDER_REPLICATE)
    return across, down  # type: ignore[return-value]


def steepness(smooth: Plane) -> Plane:
    """Magnitude of the slope in codes per pixel."""
    return cv2.magnitude(*slopes(smooth))  # type: ignore[return-value]


def half_size(plane: Plane) -> Plane:
    """Means of 2x2 pixels; an odd last row or column is averaged in by area."""
    height, width = plane.shape
    size = (max(1, width // 2), max(1, height // 2))
    return cv2.resize(plane, size, interpolation=cv2.INTER_AREA)  # type: ignore[return-value]


def largest_around(plane: Plane, side_px: int) -> Plane:
    """The largest value in the square around every pixel."""
    return as_plane(cv2.dilate(plane, np.ones((side_px, side_px), np.uint8)))


def smooth_step(low: float, high: float, values: Plane | np.float32) -> Plane:
    """0 up to ``low``, 1 from ``high``, a cubic between."""
    x = np.clip((values - np.float32(low)) * np.float32(1 / (high - low)), 0.0, 1.0)
    return as_plane(x * x * (np.float32(3.0) - np.float32(2.0) * x))


def to_size(plane: Plane, shape: tuple[int, ...]) -> Plane:
    """A plane at another (height, width), linearly."""
    return plane if plane.shape == shape else cv2.resize(plane, (shape[1], shape[0]))  # type: ignore[return-value]


def grown(mask: Mask, radius_px: int) -> Mask:
    """A mask and everything within ``radius_px`` of it."""
    side = 2 * radius_px + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return cv2.dilate(mask.view(np.uint8), disc).view(np.bool_)


def grown_square(mask: Mask, side_px: int) -> Mask:
    """All pixels with a marked one in the square window around them."""
    return cv2.dilate(mask.view(np.uint8), np.ones((side_px, side_px), np.uint8)).view(np.bool_)
