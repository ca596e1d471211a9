"""The same person: the points of the largest face lie where they lay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from unplastic.guards.bounds import said, unchecked
from unplastic.guards.pair import Pair
from unplastic.guards.sight import Sight
from unplastic.parameter import check, parameter
from unplastic.reading import FACES_UNKNOWN, Guard
from unplastic.vision import Scene
from unplastic.vision.faces import SCORE_MIN
from unplastic.vision.networks import MESH_PX, square_around

if TYPE_CHECKING:
    from numpy.typing import NDArray

IPD_MIN_PX = 40.0
CLOSER = 1.03
"""By how much the network looks closer a second time: what moves its points then is its own doubt."""


@dataclass(frozen=True, slots=True)
class Features:
    """Rms over the points, in % of the pupil distance.

    ``shift_percent`` from before to after, None when the face was lost; ``doubt_percent`` between two looks at before.
    """

    shift_percent: float | None
    doubt_percent: float


@dataclass(frozen=True)
class Identity:
    """Rms over 468 points of how far they moved, in shares of the distance between the pupils.

    The same square of both pictures goes through the same network; its trembling is lessened by the mean over the
    frames of a run. A network that knows persons (an embedding) is not used: none with weights under a free licence is
    at hand, so that this guard is blind to what leaves the shape of a face alone (the colour of eyes, a mole).
    """

    name: ClassVar[str] = "identity"
    blames: ClassVar[tuple[str, ...]] = ("shape", "texture", "deboil", "soften", "deflicker")

    shift_max_percent: float = parameter(1.0, "rms shift, % of the distance between the pupils", low=0.0, high=100.0)
    doubt_max_percent: float = parameter(
        1.5, "rms doubt of the network about a face, the same unit, past which it is not asked", low=0.0, high=100.0
    )

    def __post_init__(self) -> None:
        check(self)

    def look(self, sight: Sight) -> Features | str | None:
        """The largest face of a run; a reason when faces cannot be looked for, None when there is none."""
        before, after = sight.whole
        if before[0].people.follower is None:
            return f"{FACES_UNKNOWN}: {before[0].people.why_not}"
        ways = [_ways(*both) for both in zip(before, after, strict=True) if _has_face(both[0])]
        if not ways:
            return None
        shifts = [shift for shift, _ in ways if shift is not None]
        doubt = max(_rms_percent(doubt) for _, doubt in ways)
        return Features(_rms_percent(np.mean(shifts, axis=0)) if 2 * len(shifts) >= len(ways) else None, doubt)

    def check(self, pair: Pair) -> Guard:
        """From the worst run whose face the network is sure of."""
        seen = pair.seen(self)
        if not seen:
            return unchecked(self, f"no face of {IPD_MIN_PX:g} px between the pupils is seen")
        if isinstance(seen[0], str):
            return unchecked(self, seen[0])
        sure: list[Features] = [each for each in seen if each.doubt_percent <= self.doubt_max_percent]
        if not sure:
            return unchecked(self, "the face is hidden in part: its points cannot be told to this accuracy")
        limit = said(self.shift_max_percent, "%")
        shifts = [each.shift_percent for each in sure if each.shift_percent is not None]
        if len(shifts) < len(sure):
            return Guard(self.name, False, "the face is no longer found", limit)
        return Guard(self.name, max(shifts) <= self.shift_max_percent, said(max(shifts), "%"), limit)


def _has_face(scene: Scene) -> bool:
    return bool(scene.faces) and scene.faces[0].ipd_px >= IPD_MIN_PX


def _ways(before: Scene, after: Scene) -> tuple[NDArray[np.float64] | None, NDArray[np.float64]]:
    """(468, 2) in shares of the pupil distance: from before to after, and between two looks at before."""
    across, down = before.ratio
    face = before.faces[0].scaled(1 / across, 1 / down)
    assert before.people.follower is not None
    look, square = before.people.follower.finder.mesh, square_around(face.points)
    closer = square * np.float32(CLOSER)
    closer[:, 2] -= np.float32((CLOSER - 1.0) * MESH_PX / 2)
    (_, was), (score, now), (_, again) = (
        look(before.rgb, square),
        look(after.rgb, square),
        look(before.rgb, closer),
    )
    shift, doubt = ((each - was)[:, :2].astype(np.float64) / face.ipd_px for each in (now, again))
    return (shift if score >= SCORE_MIN else None), doubt


def _rms_percent(ways: NDArray[np.float64]) -> float:
    return 100.0 * float(np.sqrt(np.mean(np.sum(np.square(ways), axis=1))))
