"""Texture sticks to the face, stays off eyes and mouth, follows what is missing, and is the same skin every time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from portraits import Shot, known_people, posed, shot
from unplastic.clip import Picture
from unplastic.errors import RecipeError
from unplastic.treat import Chain, Geometry
from unplastic.treat.texture import Texture, TexturePass
from unplastic.vision.bands import fine_band
from unplastic.vision.mesh import mesh
from unplastic.vision.scene import watched

Place = Callable[[int], list[np.ndarray]]
TRUE_SKIN = (50, 280, 205, 425, 36, 266, 9, 151, 199)
FEATURES = (159, 145, 386, 374, 13, 14, 0, 17)


def moving(t: int) -> list[np.ndarray]:
    return [posed(150 + 0.4 * t, 240 + 4 * t, 190 + 1.5 * t, yaw_deg=8 - t)]


def layers(made: Shot, monkeypatch: pytest.MonkeyPatch, texture: Texture | None = None, tremble: float = 0.0) -> Any:
    """The luma layer of every frame, and the pass that drew them."""
    monkeypatch.setattr("unplastic.vision.scene.people", known_people(made.finder(tremble)))
    treat = (texture or Texture()).bind(geometry_of(made))
    drawn = []
    for _, scene in watched(made.pictures, made.clip):
        treat.prepare(scene)
        drawn.append(treat._luma.copy())
    return drawn, treat


def geometry_of(made: Shot, **other: Any) -> Geometry:
    clip = made.clip
    return replace(Geometry(clip.width, clip.height, 2, 2, 8, 10, clip.frame_rate, clip.color), **other)


def carried(layer: np.ndarray, here: np.ndarray, there: np.ndarray) -> np.ndarray:
    """``layer`` of the frame with mesh ``there`` brought to the frame with mesh ``here``, by the true meshes."""
    out = np.zeros_like(layer)
    for t in mesh().triangles:
        a, b = here[t, :2].astype(np.float32), there[t, :2].astype(np.float32)
        x, y, w, h = cv2.boundingRect(a)
        matrix = cv2.getAffineTransform(b, a)
        matrix[:, 2] -= (x, y)
        part = cv2.warpAffine(layer, matrix, (w, h), flags=cv2.INTER_CUBIC)
        mask = np.zeros((h, w), np.uint8)
        cv2.fillConvexPoly(mask, np.rint((a - (x, y)) * 16).astype(np.int32), 1, shift=4)
        view = out[y : y + h, x : x + w]
        view[mask[: view.shape[0], : view.shape[1]] > 0] = part[: view.shape[0], : view.shape[1]][
            mask[: view.shape[0], : view.shape[1]] > 0
        ]
    return out


def skin_mask(shape: tuple[int, ...], points: np.ndarray) -> np.ndarray:
    mask = np.zeros(shape, np.uint8)
    hull = cv2.convexHull(np.rint(points[mesh().groups["oval"], :2]).astype(np.int32))
    cv2.fillConvexPoly(mask, hull, 1)
    for name in ("left_eye", "right_eye", "lips", "left_brow", "right_brow"):
        cv2.fillConvexPoly(mask, cv2.convexHull(np.rint(points[mesh().groups[name], :2]).astype(np.int32)), 0)
    return cv2.erode(mask, np.ones((15, 15))) > 0


def test_it_sticks_to_the_face_and_not_to_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    made = shot(8, moving, drift=(1.0, 0.5), noise=0.7)
    drawn, _ = layers(made, monkeypatch, tremble=0.4)
    surface, screen = [], []
    for t in range(7):
        here, there = made.truth[t][0], made.truth[t + 1][0]
        inside = skin_mask(drawn[t].shape, here)
        a = fine_band(drawn[t])
        surface.append(np.corrcoef(a[inside], carried(fine_band(drawn[t + 1]), here, there)[inside])[0, 1])
        screen.append(np.corrcoef(a[inside], fine_band(drawn[t + 1])[inside])[0, 1])
    assert np.mean(surface) >= 0.8
    assert np.mean(screen) <= 0.1


def test_eyes_brows_lips_and_the_world_are_untouched(monkeypatch: pytest.MonkeyPatch) -> None:
    made = shot(3, moving)
    drawn, treat = layers(made, monkeypatch)
    points = made.truth[2][0]
    assert treat.pixels_drawn > 0
    for i in FEATURES:
        x, y = points[i, :2].astype(int)
        assert np.abs(drawn[2][y - 1 : y + 2, x - 1 : x + 2]).max() < 0.3
    assert np.abs(drawn[2][:40]).max() == 0.0
    inside = skin_mask(drawn[2].shape, points)
    assert 0.4 < drawn[2][inside].std() < 2.5


def test_no_part_of_the_skin_repeats(monkeypatch: pytest.MonkeyPatch) -> None:
    made = shot(1, lambda t: [posed(170, 320, 190)])
    drawn, _ = layers(made, monkeypatch)
    part = fine_band(drawn[0])[100:400, 180:460]
    power = np.abs(np.fft.fft2(part - part.mean())) ** 2
    correlation = np.fft.ifft2(power).real
    correlation /= correlation[0, 0]
    correlation[:12, :12] = correlation[-12:, :12] = correlation[:12, -12:] = correlation[-12:, -12:] = 0.0
    assert correlation.max() < 0.3


def test_the_same_name_is_the_same_skin_and_another_seed_another(monkeypatch: pytest.MonkeyPatch) -> None:
    made = shot(1, lambda t: [posed(150, 320, 190)])
    skins = {}
    for key, texture, seed in (
        ("a", Texture(character="Anna"), 1), ("b", Texture(character="Anna"), 2),
        ("c", Texture(), 1), ("d", Texture(), 1), ("e", Texture(), 2),
    ):  # fmt: skip
        monkeypatch.setattr("unplastic.vision.scene.people", known_people(made.finder()))
        treat = texture.bind(geometry_of(made, seed=seed))
        for _, scene in watched(made.pictures, made.clip):
            treat.prepare(scene)
        inside = skin_mask((480, 640), made.truth[0][0])
        skins[key] = treat._luma[inside].copy()
    assert np.corrcoef(skins["a"], skins["b"])[0, 1] > 0.98  # only the carried part beside the face differs
    assert np.array_equal(skins["c"], skins["d"])
    assert np.corrcoef(skins["c"], skins["e"])[0, 1] < 0.5


def test_a_camera_face_gets_almost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skin that carries relief, blotches and noise of its own lacks nothing."""
    made = shot(2, moving)
    random = np.random.default_rng(3)
    relief = sum(
        gain * cv2.GaussianBlur(random.standard_normal((480, 640)), (0, 0), sigma) * sigma * 3.5
        for sigma, gain in ((0.7, 1.3), (2.0, 3.4), (4.0, 4.0))
    )
    inside = skin_mask((480, 640), made.truth[0][0]) | skin_mask((480, 640), made.truth[1][0])
    pictures = []
    for picture in made.pictures:
        noise = random.standard_normal((480, 640)) * 1.5
        y = np.clip(picture.y + (relief + noise) * inside, 0, 255).round().astype(np.uint8)
        red = cv2.resize(np.where(inside, relief, 0) * 0.6, (320, 240))
        pictures.append(replace(picture, y=y, cr=np.clip(picture.cr + red, 0, 255).round().astype(np.uint8)))
    plastic, _ = layers(made, monkeypatch, Texture(shine=0.0))
    camera, _ = layers(replace(made, pictures=pictures), monkeypatch, Texture(shine=0.0))
    here = skin_mask((480, 640), made.truth[1][0])
    assert camera[1][here].std() < 0.25 * plastic[1][here].std()


@pytest.mark.parametrize(
    ("part", "off"), [("relief", {"relief": 0.0}), ("mottling", {"mottling": 0.0}), ("pores", {"pores": 0.0})]
)
def test_every_part_has_an_off_switch(part: str, off: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    made = shot(1, lambda t: [posed(150, 320, 190)])
    whole, _ = layers(made, monkeypatch)
    less, _ = layers(made, monkeypatch, Texture(**off))
    assert not np.array_equal(whole[0], less[0]), part


def test_children_have_no_pores_and_no_spots() -> None:
    child, adult, powdered = Texture(age_years=6), Texture(age_years=35), Texture(age_years=35, makeup=1.0)
    assert child.features.pores == child.features.spots == child.features.stubble == 0.0
    assert adult.features.pores == 1.0
    assert 0 < powdered.features.pores < 0.5
    assert powdered.features.spots < 0.5


def test_without_a_face_strips_pass_unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    made = shot(3, lambda t: [])
    drawn, treat = layers(made, monkeypatch)
    assert all(not layer.any() for layer in drawn)
    assert treat.pixels_drawn == 0


@pytest.mark.parametrize("rows", [8, 64, 200])
def test_result_does_not_depend_on_strips(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    made = shot(2, moving)
    results = [finished(made, monkeypatch, rows=r) for r in (rows, 1000)]
    for a, b in zip(*results, strict=True):
        assert np.array_equal(a.y, b.y)
        assert np.array_equal(a.cr, b.cr)


def finished(made: Shot, monkeypatch: pytest.MonkeyPatch, rows: int) -> list[Picture]:
    monkeypatch.setattr("unplastic.vision.scene.people", known_people(made.finder()))
    chain = Chain([Texture()], geometry_of(made), rows=rows)
    found = []
    for picture, scene in watched(made.pictures, made.clip):
        planes = [np.zeros(p.shape, np.uint16) for p in (picture.y, picture.cb, picture.cr)]
        target = Picture(*planes, 10, picture.index, picture.pts)
        chain.run(picture, target, scene)
        found.append(target)
    return found


def test_a_new_shot_meets_its_people_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = shot(5, moving), shot(5, lambda t: [posed(100, 400, 260)])
    pictures = [*first.pictures, *(replace(p, index=p.index + 5, y=255 - p.y // 2) for p in second.pictures)]
    monkeypatch.setattr("unplastic.vision.scene.people", known_people(first.finder()))
    treat: TexturePass = Texture().bind(geometry_of(first))
    met = []
    for _, scene in watched(pictures, first.clip):
        treat.prepare(scene)
        met.append(len(treat._personas))
    assert met[0] == 1
    assert len(treat._personas) <= 1


@pytest.mark.parametrize("place", [
    lambda t: [posed(150, 320, 190, yaw_deg=75)],          # profile
    lambda t: [posed(150, 20 - 10 * t, 190)],              # leaving
    lambda t: [posed(150, 320, 20)],                       # cut off at the top
    lambda t: [posed(80, 160, 200), posed(80, 470, 220)],  # two
    lambda t: [posed(330, 320, 150)],                      # fills the frame
    lambda t: [posed(30, 320, 190)],                       # small
])  # fmt: skip
def test_awkward_faces_do_no_harm(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    made = shot(3, place)
    drawn, _ = layers(made, monkeypatch)
    for layer in drawn:
        assert np.isfinite(layer).all()
        assert np.abs(layer).max() < 40.0


def test_values_outside_their_interval_are_refused() -> None:
    with pytest.raises(RecipeError, match="age_years"):
        Texture(age_years=200.0)
    assert Texture(strength=0.0).is_noop
