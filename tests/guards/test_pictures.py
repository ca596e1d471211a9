"""Guards of pictures: each against a change that it is there for, and against grain and grade, which it must bear."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from made import CLIP, GRAIN, HEIGHT, WIDTH, Change, MadeGrain, Planes, looked, nothing, run

from unplastic.guards import Declared, Guardrail, Sight
from unplastic.guards.colour import Colour
from unplastic.guards.fidelity import Fidelity, multi_scale_similarity
from unplastic.guards.geometry import Geometry
from unplastic.guards.hue import Hue
from unplastic.guards.lettering import Lettering
from unplastic.guards.movement import Movement
from unplastic.guards.structure import Structure

GRADED = replace(GRAIN, is_graded=True)


def graded(planes: Planes, t: int) -> Planes:
    """An S-curve, a touch warmer, with less chroma."""
    u = (planes[0] - 16) / 219
    y = 16 + 219 * np.clip(u + 0.12 * (u - 0.45) * (1 - u) * u * 4, 0, 1)
    return y, 127 + 0.85 * (planes[1] - 128), 129 + 0.85 * (planes[2] - 128)


def finished(planes: Planes, t: int) -> Planes:
    return MadeGrain(2.0)(graded(planes, t), t)


def blurred(sigma: float) -> Change:
    return lambda planes, t: (cv2.GaussianBlur(planes[0], (0, 0), sigma), *planes[1:])


def repainted(planes: Planes, t: int) -> Planes:
    """A third of the picture shows something else."""
    y = planes[0].copy()
    y[60:220, 200:440] = y[60:220, 440:200:-1]
    return y, *planes[1:]


def moved(x: float, y: float = 0.0) -> Change:
    matrix = np.array([[1, 0, x], [0, 1, y]], np.float32)
    half = np.array([[1, 0, x / 2], [0, 1, y / 2]], np.float32)

    def change(planes: Planes, t: int) -> Planes:
        return tuple(
            cv2.warpAffine(p, m, (p.shape[1], p.shape[0]), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
            for p, m in zip(planes, (matrix, half, half), strict=True)
        )  # type: ignore[return-value]

    return change


def shaken(planes: Planes, t: int) -> Planes:
    """Every other frame half a pixel off: too little for a place, too much for a motion."""
    return moved(0.45 * (t % 2))(planes, t)


def turned(deg: float, *, jitters: bool = False) -> Change:
    def change(planes: Planes, t: int) -> Planes:
        angle = np.exp(1j * np.radians(deg * ((-1) ** t if jitters else 1)))
        color = (planes[1] - 128 + 1j * (planes[2] - 128)) * angle
        return planes[0], 128 + color.real.astype(np.float32), 128 + color.imag.astype(np.float32)

    return change


def stained(planes: Planes, t: int) -> Planes:
    """A patch of skin colour where there is none."""
    cb, cr = planes[1].copy(), planes[2].copy()
    cb[60:110, 40:100] -= 5.0
    cr[60:110, 40:100] += 6.0
    return planes[0], cb, cr


@pytest.mark.parametrize(
    ("guard", "broken"),
    [
        (Structure(), repainted),
        (Structure(), blurred(24)),
        (Fidelity(), blurred(2.5)),
        (Fidelity(), repainted),
        (Geometry(), moved(1.0)),
        (Geometry(), moved(0.0, -0.5)),
        (Movement(), shaken),
        (Colour(), turned(12, jitters=True)),
        (Colour(), stained),
        (Hue(), turned(15)),
    ],
    ids=lambda each: getattr(each, "name", getattr(each, "__name__", "change")),
)
def test_a_guard_bears_grain_and_grade_and_sees_what_it_is_there_for(guard: Guardrail, broken: Change) -> None:
    assert looked(guard, nothing).ok is True
    held = looked(guard, finished, GRADED)
    assert held.ok is True, held
    bad = looked(guard, broken, GRADED)
    assert bad.ok is False, bad


def test_sharpening_is_no_fidelity() -> None:
    def sharpened(planes: Planes, t: int) -> Planes:
        return planes[0] + 3.0 * (planes[0] - cv2.GaussianBlur(planes[0], (0, 0), 2.0)), *planes[1:]

    assert looked(Fidelity(), sharpened).ok is False


def test_without_a_grade_hues_may_hardly_turn() -> None:
    assert looked(Hue(), turned(4), Declared()).ok is False
    assert looked(Hue(), turned(4), GRADED).ok is True


def test_what_an_upscaler_draws_is_not_compared_with_a_plain_enlargement() -> None:
    assert looked(Fidelity(), blurred(2.5), replace(GRAIN, is_redrawn=True)).ok is None


@pytest.mark.parametrize("guard", [Geometry(), Movement(), Hue(), Lettering()], ids=lambda guard: guard.name)
def test_what_cannot_be_seen_is_not_checked(guard: Guardrail) -> None:
    def grey(planes: Planes, t: int) -> Planes:
        return tuple(np.full_like(p, 128.0) for p in planes)  # type: ignore[return-value]

    sight = Sight(run(grey), run(grey), (CLIP, CLIP))
    assert guard.look(sight) is None  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", [(16, 16), (17, 33), (64, 48), (300, 200)])
def test_a_picture_is_like_itself_at_any_size(size: tuple[int, int]) -> None:
    random = np.random.default_rng(2)
    plane = (128 + 30 * random.standard_normal(size)).astype(np.float32)
    assert multi_scale_similarity(plane, plane) == pytest.approx(1.0)
    other = (128 + 30 * random.standard_normal(size)).astype(np.float32)
    assert multi_scale_similarity(plane, other) < 0.7


def test_similarity_falls_with_every_blur() -> None:
    plane = run()[0].y.astype(np.float32) / 4
    values = [multi_scale_similarity(plane, cv2.GaussianBlur(plane, (0, 0), s)) for s in (0.5, 1.0, 2.0, 4.0)]
    assert values == sorted(values, reverse=True)


def lettered(planes: Planes, t: int) -> Planes:
    """A sign that moves with the pan."""
    ink = np.zeros(planes[0].shape, np.uint8)
    cv2.putText(ink, "HARBOUR STREET 27", (75, 340), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 255, 2, cv2.LINE_AA)
    cv2.putText(ink, "open daily nine to five", (75, 400), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 255, 2, cv2.LINE_AA)
    y = planes[0].copy()
    y[290:440, 60:420] = 190.0
    return y - 140.0 * (ink / np.float32(255)), *planes[1:]


@pytest.mark.parametrize(
    ("change", "ok"),
    [
        (finished, True),
        (lambda p, t: (cv2.GaussianBlur(p[0], (0, 0), 0.6), *p[1:]), True),
        (lambda p, t: (cv2.GaussianBlur(p[0], (0, 0), 2.0), *p[1:]), False),
        (lambda p, t: (cv2.medianBlur(p[0], 5), *p[1:]), False),
    ],
    ids=["grain and grade", "softened", "blurred", "melted"],
)
def test_letters_keep_their_strokes(change: Change, ok: bool) -> None:
    sight = Sight(run(lettered), run(lambda p, t: change(lettered(p, t), t)), (CLIP, CLIP))
    seen = Lettering().look(sight)
    assert seen is not None
    assert (seen >= Lettering().correlation_min) is ok, seen


def test_pictures_above_1080p_are_seen_through_a_window() -> None:
    pictures = [replace(p, y=np.tile(p.y, (6, 5)), cb=np.tile(p.cb, (6, 5)), cr=np.tile(p.cr, (6, 5))) for p in run()]
    sight = Sight(pictures, pictures, (CLIP, CLIP))
    assert sight.before[0].luma.size <= 2_300_000
    assert sight.whole[0][0].small.shape[1] * sight.whole[0][0].scale == pytest.approx(5 * WIDTH, rel=0.01)
    assert pictures[0].y.shape == (6 * HEIGHT, 5 * WIDTH)
    assert Structure().look(sight) == pytest.approx(1.0)
