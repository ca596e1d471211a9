"""A6: whether the light on a face is hard or soft, by the narrowest edge of its shadows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unplastic.clip import Clip
from unplastic.measure.standing import why_no_face
from unplastic.parameter import check, parameter
from unplastic.reading import Evidence, Reading
from unplastic.vision import Run
from unplastic.vision.penumbra import shadow_edge_mm

NAME, UNIT = "shadow_edge", "mm"


@dataclass(frozen=True, slots=True)
class Edges:
    """One run: widths, sizes of the face, ratios key over fill, and why there is no face."""

    widths: tuple[float, ...]
    ipds: tuple[float, ...]
    stops: tuple[float, ...]
    why_not: str | None


@dataclass(frozen=True)
class Softness:
    """shadow_edge: over how many millimetres of skin the light falls where it falls most abruptly.

    4.5 mm and less is the shadow of a hard lamp (the nose's, above all); from 6 mm on no such shadow is seen: a soft
    light, or one so near the camera that it casts none in sight.
    """

    name: ClassVar[str] = "softness"

    ipd_min_px: float = parameter(75.0, "distance between the pupils that a shadow's edge needs", low=24.0, high=1000.0)
    turn_max_deg: float = parameter(50.0, "turn of the head up to which a frame counts", low=1.0, high=90.0)
    ratio_min_stops: float = parameter(1.0, "key over fill that a shadow's edge needs", low=0.1, high=6.0)

    def __post_init__(self) -> None:
        check(self)

    def observe(self, run: Run) -> Edges:
        """The middle frame of a run."""
        t = run.looks[len(run.looks) // 2]
        faces = run.faces(t)
        if not faces:
            return Edges((), (), (), why_no_face(run))
        face, (_, found) = faces[0], run.lamp(t)
        if face.ipd_px < self.ipd_min_px or abs(face.yaw_deg) > self.turn_max_deg or found is None:
            return Edges((), (face.ipd_px,), (), None)
        width = shadow_edge_mm(run.frames[t].luma, run.surfaces(t).face, face)
        return Edges(() if width is None else (width,), (face.ipd_px,), (found.key_fill_stops,), None)

    def conclude(self, observations: Sequence[Edges], clip: Clip) -> Evidence:
        """The median over runs."""
        sizes, stops, widths = (
            np.array([value for each in observations for value in getattr(each, name)])
            for name in ("ipds", "stops", "widths")
        )
        why = None
        if not len(sizes):
            why = next((each.why_not for each in observations if each.why_not), "no face is seen")
        elif clip.color.is_hdr:
            why = "stops are not measured in HDR"
        elif float(np.median(sizes)) < self.ipd_min_px:
            why = f"the face is small: {np.median(sizes):.0f} px between the pupils, {self.ipd_min_px:.0f} are needed"
        elif not len(stops) or float(np.median(stops)) < self.ratio_min_stops:
            why = "there is no shadow on the face whose edge could be seen"
        elif not len(widths):
            why = "too little facial skin is seen"
        if why:
            return Evidence((Reading.missing(NAME, "face", UNIT, why),))
        low, high = np.percentile(widths, [5.0, 95.0])
        return Evidence((Reading(NAME, "face", float(np.median(widths)), UNIT, float(low), float(high)),))
