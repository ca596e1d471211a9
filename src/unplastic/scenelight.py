"""The light of a scene, read off its shots: beside its sheet, with a picture of every face."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unplastic.color import assumed_matrix, rgb8
from unplastic.errors import ClipError
from unplastic.lightsheet import LightSheet
from unplastic.looks.lighting import ShotLight, lighting
from unplastic.media import pictures, probe
from unplastic.reading import Place, Report

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class SceneLight:
    """``faces`` are (height, width, 3) uint8 R'G'B' crops in the order of ``shots``, None without a face."""

    sheet: LightSheet
    shots: tuple[ShotLight, ...]
    faces: tuple[NDArray[np.uint8] | None, ...]

    def document(self) -> dict[str, Any]:
        """Plain data: the sheet, the sentence for prompts, and every shot."""
        said = {name: getattr(self.sheet, name) for name in LightSheet.__slots__}
        return {
            "sheet": {name: value for name, value in said.items() if value not in ("", None)},
            "prompt": self.sheet.sentence(),
            "shots": [each.document() for each in self.shots],
        }


def scene_light(paths: Sequence[Path], reports: Sequence[Report], sheet: LightSheet | None = None) -> SceneLight:
    """The light of shots that were measured, in their order; ``paths`` are their files, for the faces.

    Without a sheet the shots are compared with each other. A face whose frame cannot be decoded again is left out.
    """
    wanted = sheet or LightSheet()
    faces = [_face(path, report) for path, report in zip(paths, reports, strict=True)]
    return SceneLight(wanted, lighting(reports, wanted), tuple(faces))


def _face(path: Path, report: Report) -> NDArray[np.uint8] | None:
    place = next((each for each in report.places if each.name == "lit_face"), None)
    if place is None:
        return None
    try:
        return _crop(path, place)
    except (ClipError, StopIteration):
        return None


def _crop(path: Path, place: Place) -> NDArray[np.uint8]:
    clip = probe(path)
    picture = next(iter(pictures(clip, start=place.frame, count=1)))
    matrix = assumed_matrix(clip.color.matrix, clip.width, clip.height)
    box = (place.x, place.y, place.width, place.height)
    return rgb8(picture, matrix=matrix, is_full_range=clip.color.is_full_range, box=box)
