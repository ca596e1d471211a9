"""One picture in the tone of another: a declared grade is not damage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unplastic.vision.plane import Plane, as_plane

FLAT_CODES8 = 1.0


@dataclass(frozen=True, slots=True)
class Tone:
    """The cubic of least squares from one luma to another.

    ``weights`` of 1, u, u^2 and u^3 for u = (luma - middle) / span.
    """

    weights: tuple[float, float, float, float]
    middle: float
    span: float

    @classmethod
    def between(cls, a: Plane, b: Plane) -> Tone:
        """The curve that turns ``a`` into ``b`` best; a flat ``a`` is only shifted.

        From the picture that may have lost something to the one that has it: a lost structure is then not made up for.
        """
        middle, span = float(a.mean()), float(np.ptp(a))
        if span < FLAT_CODES8:
            return cls((float(b.mean()), 1.0, 0.0, 0.0), middle, 1.0)
        u = (a.ravel().astype(np.float64) - middle) / span
        powers = np.stack([np.ones_like(u), u, u * u, u * u * u])
        weights, *_ = np.linalg.lstsq(powers @ powers.T, powers @ b.ravel().astype(np.float64), rcond=None)
        return cls((float(weights[0]), float(weights[1]), float(weights[2]), float(weights[3])), middle, span)

    def __call__(self, plane: Plane) -> Plane:
        """A plane (any shape) through the curve."""
        u = (plane - np.float32(self.middle)) * np.float32(1.0 / self.span)
        a, b, c, d = (np.float32(weight) for weight in self.weights)
        return as_plane(a + u * (b + u * (c + u * d)))
