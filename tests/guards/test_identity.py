"""Identity: points that moved are seen, grain is borne, and what cannot be told is not."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import cv2
import numpy as np
import pytest
from made import CLIP, picture, report
from numpy.typing import NDArray
from skimage import data

from portraits import KnownFaces, Shot, posed, shot
from unplastic.clip import Picture
from unplastic.errors import WeightsError
from unplastic.guards import Pair, Sight
from unplastic.guards.identity import Identity
from unplastic.reading import Guard
from unplastic.vision.faces import Follower
from unplastic.vision.networks import Networks, networks
from unplastic.vision.people import People

LIFT_CODES8 = 12
"""How much brighter "after" is, so that the stand-in for the networks knows which of the two it sees."""


class Finder:
    """Knows where faces are before, and where they are in brighter pictures, after."""

    def __init__(self, before: Shot, after: Shot, tremble_px: float) -> None:
        self._middle = float(np.mean([p.y.mean() for p in before.pictures])) + LIFT_CODES8 / 2
        self._known = before.finder(tremble_px), after.finder(tremble_px)

    def _shown(self, rgb: NDArray[np.uint8]) -> KnownFaces:
        return self._known[int(rgb[..., 1].mean() > 1.164 * (self._middle - 16))]

    def faces(self, rgb: NDArray[np.uint8]) -> list[tuple[float, NDArray[np.float32]]]:
        return self._shown(rgb).faces(rgb)

    def mesh(self, rgb: NDArray[np.uint8], around: NDArray[np.float32]) -> tuple[float, NDArray[np.float32]]:
        return self._shown(rgb).mesh(rgb, around)


def one_face(ipd_px: float = 110.0, wider: float = 1.0) -> Shot:
    points = posed(ipd_px, 320, 200)
    points[:, 0] = 320 + wider * (points[:, 0] - 320)
    return shot(3, lambda t: [points])


def lifted(pictures: list[Picture]) -> list[Picture]:
    return [replace(p, y=np.clip(p.y.astype(int) + LIFT_CODES8, 0, 255).astype(np.uint8)) for p in pictures]


def checked(monkeypatch: pytest.MonkeyPatch, before: Shot, after: Shot, tremble_px: float = 0.0) -> Guard:
    finder = Finder(before, after, tremble_px)
    people = lambda scale: People(cast("Networks", finder), Follower(finder, scale))  # noqa: E731
    monkeypatch.setattr("unplastic.vision.scene.people", people)
    return said_of(before.pictures, lifted(after.pictures))


def said_of(before: list[Picture], after: list[Picture]) -> Guard:
    clip = replace(CLIP, width=before[0].y.shape[1], height=before[0].y.shape[0])
    guard = Identity()
    kept = guard.look(Sight(before, after, (clip, clip)))
    return guard.check(Pair(report(), report(), clip, kept={"identity": (kept,)}))


def test_the_same_face_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    held = checked(monkeypatch, one_face(), one_face())
    assert held.ok is True, held
    assert held.value == "0 %"


def test_a_wider_face_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """5 % wider: points 0.5 pupil distances aside move by 2.5 % of it."""
    assert checked(monkeypatch, one_face(), one_face(wider=1.05)).ok is False
    assert checked(monkeypatch, one_face(), one_face(wider=1.005)).ok is True


def test_a_face_that_is_gone_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = checked(monkeypatch, one_face(), shot(3, lambda t: []))
    assert (gone.ok, gone.value) == (False, "the face is no longer found")


@pytest.mark.parametrize(
    ("ipd_px", "tremble_px", "why"), [(110.0, 6.0, "hidden in part"), (32.0, 0.0, "no face of 40 px")]
)
def test_what_the_network_cannot_tell_is_not_checked(
    monkeypatch: pytest.MonkeyPatch, ipd_px: float, tremble_px: float, why: str
) -> None:
    unchecked = checked(monkeypatch, one_face(ipd_px), one_face(ipd_px, wider=1.1), tremble_px)
    assert unchecked.ok is None
    assert why in str(unchecked.value)


def test_without_networks_the_guard_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unplastic.vision.scene.people", lambda scale: People(None, None, "offline"))
    unchecked = said_of(one_face().pictures, one_face().pictures)
    assert (unchecked.ok, unchecked.value) == (None, "faces could not be looked for: offline")


def portrait(bulge: float, noise: float) -> list[Picture]:
    """The photo of an astronaut, her cheeks and jaw pushed out by up to ``bulge`` px."""
    rgb = data.astronaut()[:400].astype(np.float32) * (219 / 255) + 16
    y, x = np.mgrid[0:400, 0:512].astype(np.float32)
    near = np.exp(-((x - 222) ** 2 + (y - 140) ** 2) / (2 * 32.0**2))
    rgb = cv2.remap(rgb, x - bulge * near * np.sign(x - 222) * np.minimum(np.abs(x - 222) / 16, 1), y, cv2.INTER_CUBIC)
    luma = rgb @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    chroma = [128 + cv2.resize((rgb[..., i] - luma) / k, (256, 200)) for i, k in ((2, 1.8556), (0, 1.5748))]
    random = np.random.default_rng(4)
    return [
        picture((luma + noise * random.standard_normal(luma.shape), chroma[0], chroma[1]), t, bits=8) for t in range(3)
    ]


def test_the_real_networks_bear_grain_and_see_a_bulge() -> None:
    found = networks()
    if isinstance(found, WeightsError):
        pytest.skip(f"the networks are not here: {found.message}")
    grainy, bulged = said_of(portrait(0, 0), portrait(0, 3.0)), said_of(portrait(0, 0), portrait(5, 0))
    assert grainy.ok is True, grainy
    assert bulged.ok is False, bulged
