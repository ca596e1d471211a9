"""Look-up tables of other houses, read and evaluated by OpenColorIO, tetrahedrally."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from unplastic.treat.colorfile import read_color_file

Signal = NDArray[np.float64]

HINT = "use a .cube or another table that OpenColorIO reads, complete and unchanged"


class Lut:
    """A 1D or 3D table for nominal R'G'B' from a .cube file, or any other that OpenColorIO reads.

    Raises `RecipeError` for a file that is missing, broken or none of those.
    """

    def __init__(self, path: str) -> None:
        self._processor = read_color_file(path, "look-up table", HINT, _processor)

    def __call__(self, rgb: Signal) -> Signal:
        """Evaluate (..., 3) R'G'B'. A table ends at 0 and 1: what lies beyond keeps its distance from there."""
        inside = np.clip(rgb, 0.0, 1.0)
        pixels = np.array(inside, np.float32, order="C").reshape(-1, 3)
        self._processor.applyRGB(pixels)
        return pixels.reshape(rgb.shape).astype(np.float64) + (rgb - inside)


def _processor(ocio: Any, path: str) -> Any:
    table = ocio.FileTransform(src=path, interpolation=ocio.INTERP_TETRAHEDRAL)
    processor = ocio.Config.CreateRaw().getProcessor(table)
    return processor.getOptimizedCPUProcessor(ocio.OPTIMIZATION_LOSSLESS)
