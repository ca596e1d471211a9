"""The grade as files that other houses read: .cube tables, an ASC CDL, and an OpenColorIO configuration that uses them.

A .cube holds the whole grade. A CDL holds ten numbers of it: exact where the grade is no more than that, else the
nearest, with the error stated. The grade is baked into the masters: these are for ungraded pictures, and to look at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from unplastic.color import rgb_to_ycbcr_matrix, ycbcr_to_rgb_matrix
from unplastic.treat.cdl import Cdl
from unplastic.treat.grade import Grade

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Signal = NDArray[np.float64]

SIZES = (33, 65)
FIT_NODES = 9
ROUNDS = 60
EXACT_CODES8 = 0.05
STEP = 1e-5


@dataclass(frozen=True, slots=True)
class NearestCdl:
    """``error_codes8`` is the mean and the largest distance to the grade, over the colours, in 8-bit codes."""

    cdl: Cdl
    error_codes8: tuple[float, float]

    @property
    def is_exact(self) -> bool:
        """Whether the CDL is all of the grade."""
        return self.error_codes8[1] <= EXACT_CODES8

    def document(self) -> dict[str, Any]:
        """As OpenTimelineIO's adapters hold it."""
        cdl = self.cdl
        sop = {"slope": list(cdl.slope), "offset": list(cdl.offset), "power": list(cdl.power)}
        return {"asc_sop": sop, "asc_sat": cdl.saturation}


def on_rgb(grade: Grade, matrix: int) -> Callable[[Signal], Signal]:
    """The grade as a function of (..., 3) nominal R'G'B', for pictures of an H.273 ``matrix``."""
    exact = grade.exact(matrix)
    there, back = rgb_to_ycbcr_matrix(matrix).T, ycbcr_to_rgb_matrix(matrix).T
    return lambda rgb: exact(rgb @ there) @ back


def cube(change: Callable[[Signal], Signal], size: int, title: str) -> str:
    """A .cube table (Adobe 1.0): red changes fastest; values beyond 0 and 1 are kept."""
    axis = np.linspace(0.0, 1.0, size)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
    values = change(np.stack([red, green, blue], axis=-1)).reshape(-1, 3)
    rows = "\n".join(f"{r:.6f} {g:.6f} {b:.6f}" for r, g, b in values)
    return f'TITLE "{title}"\nLUT_3D_SIZE {size}\nDOMAIN_MIN 0 0 0\nDOMAIN_MAX 1 1 1\n{rows}\n'


def nearest_cdl(change: Callable[[Signal], Signal]) -> NearestCdl:
    """The CDL whose squares of errors over the R'G'B' cube are least (Levenberg 1944, Marquardt 1963)."""
    axis = np.linspace(0.0, 1.0, FIT_NODES)
    colors = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    wanted = np.clip(change(colors), 0.0, 1.0)
    values = np.array([1.0] * 3 + [0.0] * 3 + [1.0] * 4)
    error, damping = _off(values, colors, wanted), 1e-3
    for _ in range(ROUNDS):
        slopes = np.stack([(_off(values + row, colors, wanted) - error) / STEP for row in np.eye(10) * STEP], axis=1)
        normal = slopes.T @ slopes
        step = np.linalg.solve(normal + damping * np.diag(np.diag(normal) + 1e-9), -slopes.T @ error)
        trial = np.clip(values + step, [0.0] * 3 + [-1.0] * 3 + [0.1] * 3 + [0.0], [4.0] * 3 + [1.0] * 3 + [4.0] * 4)
        found = _off(trial, colors, wanted)
        if found @ found < error @ error:
            is_done = error @ error - found @ found < 1e-12
            values, error, damping = trial, found, damping / 3.0
            if is_done:
                break
        else:
            damping *= 4.0
    codes = np.abs(error) * 255.0
    return NearestCdl(_cdl(values), (float(codes.mean()), float(codes.max())))


def ccc(name: str, cdl: Cdl) -> str:
    """A colour correction collection (ASC CDL 1.2) of one correction."""
    three = {key: " ".join(f"{each:.6f}" for each in getattr(cdl, key)) for key in ("slope", "offset", "power")}
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<ColorCorrectionCollection xmlns="urn:ASC:CDL:v1.2">\n'
        f'  <ColorCorrection id="{name}">\n'
        f"    <SOPNode><Slope>{three['slope']}</Slope><Offset>{three['offset']}</Offset>"
        f"<Power>{three['power']}</Power></SOPNode>\n"
        f"    <SatNode><Saturation>{cdl.saturation:.6f}</Saturation></SatNode>\n"
        "  </ColorCorrection>\n</ColorCorrectionCollection>\n"
    )


def ocio_config(looks: dict[str, str]) -> str:
    """An OpenColorIO configuration with a look for each .cube beside it, in the R'G'B' of the pictures."""
    ocio: Any = import_module("PyOpenColorIO")
    config = ocio.Config.CreateRaw()
    config.setVersion(2, 0)
    config.setSearchPath(".")
    space = ocio.ColorSpace(name="display", family="unplastic", encoding="sdr-video", isData=False)
    space.setDescription("R'G'B' as it is in the delivered pictures")
    config.addColorSpace(space)
    for name, file in looks.items():
        table = ocio.FileTransform(src=file, interpolation=ocio.INTERP_TETRAHEDRAL)
        config.addLook(ocio.Look(name=name, processSpace="display", transform=table))
        config.addDisplayView("unplastic", name, "display", name)
    config.validate()
    return config.serialize()


def write_grade(grade: Grade, matrix: int, folder: Path, name: str) -> NearestCdl:
    """Both tables and the CDL of one shot's grade, into ``folder``."""
    change = on_rgb(grade, matrix)
    for size in SIZES:
        (folder / f"{name}_{size}.cube").write_text(cube(change, size, name), encoding="ascii", errors="replace")
    found = nearest_cdl(change)
    (folder / f"{name}.ccc").write_text(ccc(name, found.cdl), encoding="utf-8")
    return found


def _cdl(values: NDArray[Any]) -> Cdl:
    v = [float(each) for each in values]
    return Cdl((v[0], v[1], v[2]), (v[3], v[4], v[5]), (v[6], v[7], v[8]), v[9])


def _off(values: NDArray[Any], colors: Signal, wanted: Signal) -> NDArray[Any]:
    return (np.clip(_cdl(values)(colors), 0.0, 1.0) - wanted).ravel()
