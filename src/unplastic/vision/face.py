"""One face in one frame: 468 points, its size and its pose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from unplastic.vision.mesh import IPD_MM, mesh, normals

Points = NDArray[np.float32]
"""(468, 3): x, y in luma pixels, z in the same unit, smaller is nearer the camera."""


@dataclass(frozen=True, eq=False)
class Face:
    """``points`` as `Points`; ``score`` 0..1, how surely they lie on a face; ``track``: same number, same face.

    The size and the pose come from the rotation and scale that best carry the mean face onto the points (Kabsch and
    Umeyama), so that neither a turned head nor a blink changes the scale.
    """

    points: Points
    score: float = 1.0
    track: int = 0

    @property
    def ipd_px(self) -> float:
        """Distance between the pupils in pixels, as if the head faced the camera."""
        return IPD_MM * self._fit[0]

    @property
    def px_per_mm(self) -> float:
        """Pixels per millimetre of face, from 63 mm between the pupils."""
        return self._fit[0]

    @property
    def yaw_deg(self) -> float:
        """Turn of the head, 0 towards the camera, positive towards the picture's right."""
        ahead = self._ahead
        return float(np.degrees(np.arctan2(-ahead[0], ahead[2])))

    @property
    def pitch_deg(self) -> float:
        """Nod of the head, positive downwards."""
        return float(np.degrees(np.arcsin(np.clip(-self._ahead[1], -1.0, 1.0))))

    @property
    def roll_deg(self) -> float:
        """Tilt of the head, positive clockwise in the picture."""
        turn = self._fit[1]
        return float(np.degrees(np.arctan2(turn[1, 0], turn[0, 0])))

    @property
    def turn(self) -> NDArray[np.float64]:
        """(3, 3) rotation from the mean face to this one."""
        return self._fit[1]

    @property
    def centre(self) -> tuple[float, float]:
        """x, y of the middle between the eyes, in pixels."""
        eyes = self.points[[33, 133, 263, 362], :2].mean(axis=0)
        return float(eyes[0]), float(eyes[1])

    @property
    def box(self) -> tuple[float, float, float, float]:
        """x, y, width, height around the points, in pixels."""
        low, high = self.points[:, :2].min(axis=0), self.points[:, :2].max(axis=0)
        return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])

    def moved(self, by: NDArray[np.float32]) -> Face:
        """The face elsewhere: ``by`` is (3,) in pixels."""
        return replace(self, points=self.points + by)

    @cached_property
    def normals(self) -> Points:
        """(468, 3) unit normals of the skin at the points."""
        return normals(self.points)

    def outline(self, group: str) -> NDArray[np.float32]:
        """(n, 2) corners of a closed line: "oval", "lips", "left_eye", "right_eye", "left_brow", "right_brow"."""
        return self.points[mesh().groups[group], :2]

    def scaled(self, across: float, down: float | None = None) -> Face:
        """The face in a picture resized by these factors; pixels are areas, so their centres keep half a pixel."""
        factor = np.array([across, down or across, across], np.float32)
        shift = np.array([across - 1.0, (down or across) - 1.0, 0.0], np.float32) / 2
        return replace(self, points=self.points * factor + shift)

    @property
    def _ahead(self) -> NDArray[np.float64]:
        """(3,) the head's own depth axis, in the picture turned upright by the roll."""
        roll = np.radians(self.roll_deg)
        x, y, z = self._fit[1][:, 2]
        return np.array([x * np.cos(roll) + y * np.sin(roll), y * np.cos(roll) - x * np.sin(roll), z])

    @cached_property
    def _fit(self) -> tuple[float, NDArray[np.float64]]:
        """(pixels per mm, rotation) from the mean face to the points."""
        mean = mesh().points.astype(np.float64)
        a, b = mean - mean.mean(axis=0), self.points.astype(np.float64) - self.points.mean(axis=0)
        u, s, vt = np.linalg.svd(b.T @ a)
        sign = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
        return float((s * sign).sum() / (a**2).sum()), (u * sign) @ vt
