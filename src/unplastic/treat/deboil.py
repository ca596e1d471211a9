"""Calm fine detail that changes from frame to frame although its surface does not; grain and real change are left."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from unplastic.parameter import check, parameter
from unplastic.treat.treatment import Geometry, Strip
from unplastic.vision.bands import blurred, smooth_step, to_size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from unplastic.vision import Scene
    from unplastic.vision.motion import Motion

    Plane = NDArray[np.float32]

CHANGE_CODES8, DRIFT_CODES8 = 6.0, 5.0
"""Change of the picture at the size of the motion, and of its blur, that voids history (texture 3.1)."""

LIKE = 0.20, 0.50
"""Correlation of detail with its own history: below the first it is something else, from the second on the same."""

BOILS = 0.72, 0.54
"""What two neighbouring frames differ by, over what a frame differs from its history by, in shares of what that ratio
is for noise that is new in every frame: from the second value down it boils, from the first up it is grain."""

FAST = 0.02, 0.05
"""Motion, in picture heights a frame, from which calming fades, and where it ends: it cannot be followed to a tenth of
a pixel there, and neither can the eye."""

NEAR, FAR = 1.5, 4.0
"""Blur of the sums over 8 x 4 pixels from which likeness and boiling are judged: one cell holds too little."""

SLIP_PX, SLIP_SLOPE = np.float32(0.75), np.float32(0.8)
"""Motion is known to about a tenth of a pixel; what it is off is read from the detail itself, and no more than this."""

PHASES = 32
NOMINAL = np.float32(1.0 / 219.0)
"""Codes of a scene to the units of a strip, whatever the range of the file."""


@dataclass(frozen=True)
class Deboil:
    """Each frame's fine detail is drawn towards the mean of its own past along the motion.

    Detail is luma less its Gaussian of ``radius_px``, without the very finest part. The mean of the past is carried
    from frame to frame by an interpolation that keeps its contrast, so that texture which stays with its surface is the
    same before and after. The past is void where the motion does not lead there and back, where the picture or its
    blur changed, and where the detail is not like its history (occlusion, motion gone wrong); and nothing is done where
    it is new in every frame, which is what a camera's noise is. A cut starts anew. Chroma is not touched.
    """

    name: ClassVar[str] = "deboil"
    order: ClassVar[int] = 10

    strength: float = parameter(1.0, "share of the calming that is applied: 0 none, 1 all of it", low=0.0, high=1.0)
    radius_px: float = parameter(
        2.0, "what is finer counts as detail, sd of a Gaussian at the generator's size", low=1.0, high=4.0
    )
    memory_frames: float = parameter(5.0, "how many frames the past is worth against the present", low=1.0, high=8.0)
    limit_codes8: float = parameter(
        12.0, "a change of this size is taken back by half only, larger ones by less", low=2.0, high=60.0
    )

    def __post_init__(self) -> None:
        check(self)

    @property
    def is_noop(self) -> bool:
        """True without strength."""
        return self.strength == 0.0

    def bind(self, geometry: Geometry) -> DeboilPass:
        """Prepare the taps; planes are made with the first scene."""
        return DeboilPass(self, geometry)


class DeboilPass:
    """The detail of one clip, carried along: its history, and the correction of the present frame in codes."""

    reach = 0
    touches_chroma = False

    def __init__(self, deboil: Deboil, geometry: Geometry) -> None:
        from unplastic.treat.kernels import calm

        self._calm = calm
        self._deboil = deboil
        self._shape = geometry.height, geometry.width
        self._taps = interpolation_taps(PHASES)
        self._frame = -1
        self._ready: int | None = None
        self._small: Plane | None = None
        self._age: Plane | None = None
        self._planes: tuple[Plane, ...] = ()
        self.pixels_worked = 0
        self.scratch_bytes = 0

    def prepare(self, scene: Scene) -> None:
        """Carry the history to this frame, and find its correction."""
        if not self._planes:
            self._allocate(scene)
        detail, before, history, result, correction, lines = self._planes
        before, detail = detail, before
        small: Plane = np.stack([scene.small, blurred(scene.small, self._sigma(scene))])
        self._calm.split(scene.luma, small[1], detail, lines)
        back = scene.to_previous
        goes_on = scene.previous is not None and scene.previous.index == self._frame and back is not None
        if goes_on and back is not None:
            self._carry(small, back, (detail, before, history, result, correction, lines))
        else:
            result[:] = detail
            self._age = np.ones(scene.small.shape, np.float32)
        self._ready = scene.index if goes_on else None
        self._frame, self._small = scene.index, small
        self._planes = detail, before, result, history, correction, lines

    def __call__(self, source: Strip, target: Strip, frame: int) -> None:
        """Add the correction to the rows of a strip."""
        if frame != self._ready:
            target.y[:] = source.y
            return
        self._calm.add_rows(source.y, self._planes[4], NOMINAL, source.row, self._shape, target.y)

    def _carry(self, small: Plane, back: Motion, planes: tuple[Plane, ...]) -> None:
        detail, before, history, result, correction, lines = planes
        flow = np.array(back.flow, np.float32)
        worth: Plane = np.empty(back.confidence.shape, np.float32)
        limits = np.array([CHANGE_CODES8, DRIFT_CODES8], np.float32)
        self._calm.trust(small, self._small, flow, back.confidence, self._age, limits, worth)
        like, boils = self._judge(detail, before, history, flow, worth, lines)
        worth *= like
        share = worth / (np.float32(1.0) + worth)
        speed = np.sqrt(np.square(flow).sum(axis=-1)) / np.float32(worth.shape[0])
        given = boils * (1.0 - smooth_step(*FAST, speed)) * np.float32(self._deboil.strength)
        limit = np.float32(self._deboil.limit_codes8)
        self.pixels_worked += self._calm.carry(
            detail, history, flow, share, given, limit, self._shape, self._taps, result, correction, lines
        )
        self._calm.frame(result, *self._shape)
        self._age = np.minimum(worth + np.float32(1.0), np.float32(self._deboil.memory_frames))

    def _judge(
        self, detail: Plane, before: Plane, history: Plane, flow: Plane, worth: Plane, lines: Plane
    ) -> tuple[Plane, Plane]:
        """Two maps 0..1: how far detail is like its history, and how far it boils rather than being new each frame."""
        sums = np.zeros((11, max(1, self._shape[0] // 4), max(1, self._shape[1] // 8)), np.float32)
        self._calm.witness(detail, before, history, flow, worth, self._shape, self._taps, sums, lines)
        near = [blurred(each, NEAR) for each in (*sums[:3], *sums[6:])]
        slip, explained = _slip(near[3:])
        like = smooth_step(*LIKE, (near[2] / np.sqrt(np.maximum(near[0] * near[1], 1e-6))).astype(np.float32))
        to_history = np.maximum(sums[0] + sums[1] - 2.0 * sums[2], 1e-6) - explained
        here, to_last, value = (blurred(each, FAR) for each in (sums[0], sums[0] + sums[3] - 2.0 * sums[4], sums[5]))
        age = value / np.maximum(here, 1e-6)
        settled = age > 0.85 * self._deboil.memory_frames
        noise = 2.0 / (1.0 + np.where(settled, 0.5, 1.0) / np.maximum(age, 1.0))
        ratio = to_last / np.maximum(blurred(to_history, FAR), 1e-6) / noise
        boils = 1.0 - smooth_step(BOILS[1], BOILS[0], ratio.astype(np.float32))
        ratio = np.array(worth.shape[::-1], np.float32) / np.array(self._shape[::-1], np.float32)
        for part in range(2):
            flow[..., part] += to_size(slip[part], worth.shape) * ratio[part]
        return to_size(like, worth.shape), to_size(boils, worth.shape)

    def _sigma(self, scene: Scene) -> float:
        """Blur of the small plane that makes it, enlarged, the picture's Gaussian: boxes and lines blur as well."""
        scale = float(scene.ratio[0])
        wanted = (self._deboil.radius_px * scene.up) ** 2 - scale**2 / 6.0
        return max(0.25, sqrt(max(wanted, 0.0)) / scale)

    def _allocate(self, scene: Scene) -> None:
        height, width = self._shape
        wide = -(-width // self._calm.WIDE) * self._calm.WIDE
        stride = wide + 2 * self._calm.PAD
        padded = [np.zeros((height + 2 * self._calm.PAD, stride), np.float32) for _ in range(4)]
        lines = np.zeros((6, stride + scene.small.shape[1]), np.float32)
        self._planes = (*padded, np.zeros((height, wide), np.float32), lines)
        self.scratch_bytes = sum(plane.nbytes for plane in self._planes)


def interpolation_taps(phases: int) -> NDArray[np.float32]:
    """(phases + 1, 6) taps that move a signal by 0..1 px, right to 0.5 % up to 0.25 cycles per pixel.

    Least squares over frequency, weighted by what `split` leaves of it, with unit sum; cubic interpolation would dim
    or raise detail by 3 % a frame, and history is carried many times.
    """
    at = np.arange(-2, 4)
    frequency = np.linspace(0.0, 0.5, 257)
    turn = 2.0 * np.pi * frequency
    weight = (0.625 + 0.5 * np.cos(turn) - 0.125 * np.cos(2.0 * turn)) ** 4
    waves = np.exp(1j * np.outer(turn, at)) * weight[:, None]
    matrix = np.vstack([waves.real, waves.imag, np.full((1, 6), 1e3)])
    taps = []
    for shift in np.arange(phases + 1) / phases:
        wave = np.exp(1j * turn * shift) * weight
        taps.append(np.linalg.lstsq(matrix, np.concatenate([wave.real, wave.imag, [1e3]]), rcond=None)[0])
    return np.array(taps, np.float32)


def _slip(sums: list[Plane]) -> tuple[tuple[Plane, Plane], Plane]:
    """How far history lies from where it should, in pixels (Lucas and Kanade 1981), and the energy that explains."""
    xx, xy, yy, xg, yg = sums
    xx, yy = xx + SLIP_SLOPE, yy + SLIP_SLOPE
    scale = 1.0 / (xx * yy - xy * xy)
    x, y = (-(yy * xg - xy * yg) * scale, -(xx * yg - xy * xg) * scale)
    explained = np.maximum(-(x * xg + y * yg), 0.0).astype(np.float32)
    across, down = (np.clip(part, -SLIP_PX, SLIP_PX).astype(np.float32) for part in (x, y))
    return (across, down), explained
