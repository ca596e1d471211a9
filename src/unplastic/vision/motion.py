"""Where the content of one frame lies in another: dense optical flow at half size, refined, and checked.

DIS flow (Kroeger, Timofte, Dai and Van Gool 2016), then one Lucas-Kanade step (1981) per pixel over a 17 px window,
which halves its error: on photos under known shift, zoom and rotation with noise of 1.5 codes the fine band follows
with a correlation 0.001 to 0.018 below that of the true motion.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from unplastic.vision.bands import blurred, slopes
from unplastic.vision.plane import Mask, Plane, as_plane

LAGS = (1, 2, 4)
SMALLEST_PX = 32
WINDOW_PX = 17
STEP_MAX_PX = 0.5
NOISE_SLOPE = np.float32(0.3)
ROUND_TRIP_MAX_PX = 0.5
TRIP_PX = 0.35
OUTSIDE_PX = np.float32(100.0)


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """What lies at p in frame a lies at p + flow(p) in frame b.

    ``flow`` is (height, width, 2) of x, y at half size, in half-size pixels. ``trusted``, (height, width) at half
    size, marks where the way there and back ends within one full-size pixel of its start; ``trip``, (height, width),
    is that distance in half-size pixels.
    """

    flow: Plane
    trusted: Mask
    trip: Plane

    @property
    def confidence(self) -> Plane:
        """exp(-(trip / 0.35)^2), 0..1, and 0 where the motion leaves the picture."""
        return np.exp(np.square(self.trip * np.float32(-1.0 / TRIP_PX)) * np.float32(-1.0))

    def speed_px(self) -> Plane:
        """Length of the motion in full-size pixels, (height, width) at half size."""
        return 2.0 * cv2.magnitude(self.flow[..., 0], self.flow[..., 1])  # type: ignore[return-value]


def is_large_enough(half: Plane) -> bool:
    """Whether flow can be found at all on a half-size plane."""
    return min(half.shape) >= SMALLEST_PX


def motion(a: Plane, b: Plane) -> Motion:
    """Motion from ``a`` to ``b``, two half-size lumas of at least 32 px a side."""
    there, back = _both_ways(a, b)
    return _checked(_refined(a, b, there), there, back)


def motion_pair(a: Plane, b: Plane) -> tuple[Motion, Motion]:
    """Motion from ``a`` to ``b`` and from ``b`` to ``a``, for little more than the price of one."""
    there, back = _both_ways(a, b)
    return _checked(_refined(a, b, there), there, back), _checked(_refined(b, a, back), back, there)


def _both_ways(a: Plane, b: Plane) -> tuple[Plane, Plane]:
    finder = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    a8, b8 = (np.clip(np.rint(plane), 0, 255).astype(np.uint8) for plane in (a, b))
    there = finder.calc(a8, b8, None)  # type: ignore[call-overload]
    back = finder.calc(b8, a8, None)  # type: ignore[call-overload]
    return there, back


def _checked(refined: Plane, there: Plane, back: Plane) -> Motion:
    round_trip = there + moved(back, there, cv2.INTER_LINEAR)
    length: Plane = cv2.magnitude(round_trip[..., 0], round_trip[..., 1])  # type: ignore[assignment]
    inside = _stays_inside(there)
    return Motion(refined, (length < ROUND_TRIP_MAX_PX) & inside, np.where(inside, length, OUTSIDE_PX))


def warped(plane: Plane, flow: Plane) -> Plane:
    """A full-size plane of frame b, brought to where its content lies in frame a by a half-size flow. Cubic.

    Interpolation dims fine detail (of white noise in the fine band up to a tenth of the amplitude at half-pixel
    shifts): compare by normalised correlation, in which that gain cancels.
    """
    height, width = plane.shape
    scale = np.array([width / flow.shape[1], height / flow.shape[0]], np.float32)
    return moved(plane, as_plane(cv2.resize(flow * scale, (width, height))), cv2.INTER_CUBIC)


def full_size(mask: Mask, shape: tuple[int, ...]) -> Mask:
    """A half-size mask at full size."""
    return cv2.resize(mask.view(np.uint8), (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST).view(np.bool_)  # type: ignore[union-attr]


def moved(plane: Plane, flow: Plane, interpolation: int) -> Plane:
    """A plane read at p + flow(p), both of one size."""
    height, width = plane.shape[:2]
    x = flow[..., 0] + np.arange(width, dtype=np.float32)
    y = flow[..., 1] + np.arange(height, dtype=np.float32)[:, None]
    return cv2.remap(plane, x, y, interpolation, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[return-value]


def _stays_inside(flow: Plane) -> Mask:
    height, width = flow.shape[:2]
    x = flow[..., 0] + np.arange(width, dtype=np.float32)
    y = flow[..., 1] + np.arange(height, dtype=np.float32)[:, None]
    return (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)


def _refined(a: Plane, b: Plane, flow: Plane) -> Plane:
    """One least-squares step towards equal luma; damped, so that noise alone moves nothing."""
    first, second = blurred(a, 0.7), blurred(moved(b, flow, cv2.INTER_CUBIC), 0.7)
    sx, sy = slopes(np.float32(0.5) * (first + second))
    gap: Plane = np.subtract(second, first, dtype=np.float32)
    xx, xy, yy = _window(sx * sx) + NOISE_SLOPE, _window(sx * sy), _window(sy * sy) + NOISE_SLOPE
    xg, yg = _window(sx * gap), _window(sy * gap)
    scale = np.reciprocal(xx * yy - xy * xy)
    step = np.stack([(yy * xg - xy * yg) * scale, (xx * yg - xy * xg) * scale], axis=-1)
    return flow - step.clip(-STEP_MAX_PX, STEP_MAX_PX)


def _window(plane: Plane) -> Plane:
    return cv2.blur(plane, (WINDOW_PX, WINDOW_PX))  # type: ignore[return-value]
