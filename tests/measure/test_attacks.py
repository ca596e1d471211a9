"""The attack suite (proving D7): nothing that is no better may buy a better score, and what is better must.

A face that boils and flickers, half way up the score so that it could fall. Every attack is measured against it: the
score may fall by 3 points at most, or a finding or a guard-rail that was silent must speak.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import av
import cv2
import numpy as np
import pytest

from sitters import Sitter, mean_face, seen
from unplastic.clip import Clip, Picture
from unplastic.guards import Pair, check_guards, paired
from unplastic.measure import examine
from unplastic.measure.examination import RUN_FRAMES
from unplastic.reading import Report
from unplastic.vision import Run
from unplastic.vision.outlines import face_mask

FRAMES = 3 * RUN_FRAMES
IPD_PX = 100
STEP = (1, 2)
FALL_MAX_POINTS = 3.0
Plane = np.ndarray


@dataclass(frozen=True)
class Shot:
    """Lumas and chroma in 8-bit codes, how fast the face moves, and where it is in frame 0."""

    lumas: tuple[Plane, ...]
    chroma: tuple[Plane, Plane]
    face_xy: tuple[float, float]
    step: tuple[float, float] = STEP
    ipd_px: float = IPD_PX
    bit_depth: int = 8

    def each(self, change: Callable[[Plane, int], Plane]) -> Shot:
        """Every luma changed, given the frame's number."""
        return replace(self, lumas=tuple(change(luma, t).astype(np.float32) for t, luma in enumerate(self.lumas)))

    def clip(self, lab) -> Clip:
        height, width = self.lumas[0].shape
        bits = round(0.3 * height * width * 24)
        return lab.clip(len(self.lumas), width=width, height=height, bitrate_bps=bits, bit_depth=self.bit_depth)

    def pictures(self, lab) -> list[Picture]:
        clip = self.clip(lab)
        shape = (-(-clip.height // 2), -(-clip.width // 2))
        cb, cr = (cv2.resize(plane, shape[::-1], interpolation=cv2.INTER_AREA) for plane in self.chroma)
        return [lab.picture(luma, t, clip, cb, cr) for t, luma in enumerate(self.lumas)]


@dataclass(frozen=True)
class Studio:
    """Makes shots, and lets the measures see the face in them without a network."""

    lab: Any
    monkeypatch: pytest.MonkeyPatch

    def report(self, shot: Shot, judged_as: Clip) -> Report:
        pictures = shot.pictures(self.lab)
        height, width = shot.lumas[0].shape
        half = (height // 2, width // 2)

        def face(index: int):
            (x, y), (down, across) = shot.face_xy, shot.step
            return mean_face(shot.ipd_px, (x + across * index, y + down * index))

        def masks(run: Run, t: int) -> SimpleNamespace:
            skin = face_mask(half, face(run.frames[t].index).scaled(0.5))
            nothing = np.zeros(half, np.float32)
            return seen(run, t, face=skin, skin=skin, hair=nothing, cloth=nothing)

        self.monkeypatch.setattr(Run, "faces", lambda run, t: (face(run.frames[t].index),))
        self.monkeypatch.setattr(Run, "faces_known", True)
        self.monkeypatch.setattr(Run, "surfaces", masks)
        runs = [pictures[i : i + RUN_FRAMES] for i in range(0, len(pictures), RUN_FRAMES)]
        return examine(runs, shot.clip(self.lab), judged_as=judged_as)


def made(lab, boiling: float, flicker: float, locked: float = 1.5) -> Shot:
    """A face on a wall: of the skin's texture (rms ``locked`` codes) a share boils; the skin flickers in patches."""
    sitter = Sitter(IPD_PX, lab.height, lab.width)
    skin = cv2.GaussianBlur(face_mask((lab.height, lab.width), sitter.face(0)).astype(np.float32), (0, 0), 1.5)
    base, pores = sitter.scene(0), lab.fractal(1.0, locked, seed=3)
    melting, keep = lab.fractal(1.0, locked, seed=500), np.float32(np.exp(-1 / 4))
    lumas = []
    for t in range(FRAMES):
        if t:
            melting = keep * melting + np.sqrt(1 - keep**2) * lab.fractal(1.0, locked, seed=500 + t)
        patches = cv2.GaussianBlur(noise(lab, 900 + t), (0, 0), 6)
        surface = np.sqrt(1 - boiling) * pores + np.sqrt(boiling) * melting + flicker * patches / patches.std()
        lumas.append((moved(base + skin * surface, t) + 0.6 * noise(lab, t)).astype(np.float32))
    chroma = (128 - 14 * skin, 128 + 20 * skin)
    return Shot(tuple(lumas), chroma, (sitter.width / 2, 0.42 * sitter.height))


def noise(lab, seed: int, blur_px: float = 0.0) -> Plane:
    return lab.grain(1.0, blur_px, seed=seed)


def moved(plane: Plane, t: int) -> Plane:
    return np.roll(plane, (STEP[0] * t, STEP[1] * t), (0, 1))


def added(
    sigma: float, blur_px: float, of: Callable[[int], int], *, moves: bool = False
) -> Callable[[Any, Shot], Shot]:
    """Noise of ``sigma`` codes whose pattern number is a function of the frame's."""

    def change(lab, shot: Shot) -> Shot:
        return shot.each(
            lambda luma, t: luma + sigma * (moved if moves else still)(noise(lab, 7000 + of(t), blur_px), t)
        )

    return change


def still(plane: Plane, t: int) -> Plane:
    return plane


def tone(curve: Callable[[Plane], Plane]) -> Callable[[Any, Shot], Shot]:
    return lambda lab, shot: shot.each(lambda luma, t: 16 + 219 * curve(np.clip((luma - 16) / 219, 0, 1)))


def unsharp(amount: float) -> Callable[[Any, Shot], Shot]:
    return lambda lab, shot: shot.each(lambda luma, t: lab.unsharp(luma, amount, 1.5))


def blurred(sigma: float) -> Callable[[Any, Shot], Shot]:
    return lambda lab, shot: shot.each(lambda luma, t: cv2.GaussianBlur(luma, (0, 0), sigma))


def desaturated(lab, shot: Shot) -> Shot:
    return replace(shot, chroma=tuple(128 + 0.7 * (plane - 128) for plane in shot.chroma))


def resized(lab, shot: Shot) -> Shot:
    """Enlarged by 1.5, and back."""

    def change(luma: Plane, t: int) -> Plane:
        large = cv2.resize(luma, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC)
        return cv2.resize(large, luma.shape[::-1], interpolation=cv2.INTER_AREA)

    return shot.each(change)


def tile(lab, shot: Shot) -> Shot:
    """A texture laid over the skin that stays on the screen while the face moves."""
    pattern = 2.5 * np.tile(np.random.default_rng(5).standard_normal((32, 32)), (12, 12))[: lab.height, : lab.width]
    skin = (shot.chroma[1] - 128) / 20
    return shot.each(lambda luma, t: luma + pattern * moved(skin, t))


def doubled(lab, shot: Shot) -> Shot:
    """Every frame twice: motion by half, in jumps."""
    lumas = tuple(shot.lumas[t // 2] for t in range(FRAMES))
    return replace(shot, lumas=lumas, step=(STEP[0] / 2, STEP[1] / 2))


def cropped(lab, shot: Shot) -> Shot:
    cut = int(0.05 * lab.height) // 2 * 2
    inside = (slice(cut, -cut), slice(cut, -cut))
    x, y = shot.face_xy
    chroma = tuple(np.ascontiguousarray(plane[inside]) for plane in shot.chroma)
    return replace(shot.each(lambda luma, t: luma[inside]), chroma=chroma, face_xy=(x - cut, y - cut))


def mirrored(lab, shot: Shot) -> Shot:
    x, y = shot.face_xy
    chroma = tuple(np.ascontiguousarray(plane[:, ::-1]) for plane in shot.chroma)
    turned = shot.each(lambda luma, t: luma[:, ::-1])
    return replace(turned, chroma=chroma, face_xy=(lab.width - 1 - x, y), step=(STEP[0], -STEP[1]))


def letterboxed(lab, shot: Shot) -> Shot:
    bar = int(0.06 * lab.height)

    def change(luma: Plane, t: int) -> Plane:
        barred = luma.copy()
        barred[:bar] = barred[-bar:] = 16.0
        return barred

    return shot.each(change)


def ten_bits(lab, shot: Shot) -> Shot:
    return replace(shot, bit_depth=10)


def recompressed(crf: int) -> Callable[[Any, Shot], Shot]:
    """Through H.264 and back; in one thread, since several of them make another file in every run."""

    def change(lab, shot: Shot) -> Shot:
        file = BytesIO()
        with av.open(file, "w", format="matroska") as container:
            stream: Any = container.add_stream("libx264", rate=Fraction(24), options={"crf": str(crf), "threads": "1"})
            stream.height, stream.width = shot.lumas[0].shape
            stream.pix_fmt = "gray"
            for luma in shot.lumas:
                coded = np.clip(np.rint(luma), 0, 255).astype(np.uint8)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(coded, "gray")))
            container.mux(stream.encode(None))
        file.seek(0)
        with av.open(file) as container:
            lumas = [frame.to_ndarray(format="gray").astype(np.float32) for frame in container.decode(video=0)]
        return replace(shot, lumas=tuple(lumas))

    return change


ATTACKS: dict[str, Callable[[Any, Shot], Shot]] = {
    **{f"white noise {sigma}": added(sigma, 0.0, lambda t: t) for sigma in (1, 2, 4, 8)},
    **{f"soft noise {sigma}": added(sigma, 1.0, lambda t: t) for sigma in (2, 4)},
    **{f"frozen noise {sigma}": added(sigma, 0.7, lambda t: 0) for sigma in (2, 4)},
    **{f"noise that moves along {sigma}": added(sigma, 0.7, lambda t: 0, moves=True) for sigma in (2, 4)},
    "looped noise 2": added(2, 0.7, lambda t: t % 4),
    **{f"unsharp {amount}": unsharp(amount) for amount in (0.5, 1.0, 2.0)},
    **{f"blur {sigma}": blurred(sigma) for sigma in (0.3, 0.8, 1.5)},
    "contrast -10 %": tone(lambda u: 0.5 + 0.9 * (u - 0.5)),
    "contrast +10 %": tone(lambda u: 0.5 + 1.1 * (u - 0.5)),
    "gamma -10 %": tone(lambda u: u**0.9),
    "gamma +10 %": tone(lambda u: u**1.1),
    "saturation -30 %": desaturated,
    "enlarged and back": resized,
    **{f"recompressed at crf {crf}": recompressed(crf) for crf in (16, 23, 30)},
    "tile over the skin": tile,
    "doubled frames": doubled,
    "cropped": cropped,
    "mirrored": mirrored,
    "letterboxed": letterboxed,
    "10 bits": ten_bits,
}

UNSEEN = {
    "tile over the skin": "the motion search follows the tile, so that the face under it counts as still",
    "recompressed at crf 16": "a good encoder calms boiling and leaves no trace; it makes another file in every run",
}
"""What still buys a score, and why: to be mended, not to be forgotten."""


@pytest.fixture(scope="module")
def kept() -> dict[str, Any]:
    """The plastic shot and its report, made once."""
    return {}


@pytest.fixture
def studio(lab, monkeypatch) -> Studio:
    side = Sitter.framed(IPD_PX).height
    return Studio(type(lab)(side, side), monkeypatch)


@pytest.fixture
def plastic(studio, kept) -> tuple[Shot, Clip, Report]:
    if not kept:
        shot = made(studio.lab, boiling=0.5, flicker=0.4)
        clip = shot.clip(studio.lab)
        kept.update(shot=shot, clip=clip, report=studio.report(shot, clip))
    return kept["shot"], kept["clip"], kept["report"]


def score(report: Report) -> float:
    assert report.plasticity.score is not None, report.plasticity
    return report.plasticity.score


def test_the_shot_under_attack_can_fall_and_rise(plastic) -> None:
    assert 25.0 < score(plastic[2]) < 75.0


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.xfail(reason=why, strict="every run" not in why))
        if (why := UNSEEN.get(name))
        else name
        for name in ATTACKS
    ],
)
def test_no_attack_buys_a_score_unnoticed(studio, plastic, name: str) -> None:
    shot, clip, before = plastic
    attacked = ATTACKS[name](studio.lab, shot)
    after = studio.report(attacked, clip)
    fell = after.plasticity.score is not None and score(before) - score(after) > FALL_MAX_POINTS
    assert not fell or spoken(before, after) or broken(studio, (shot, attacked), (before, after), clip)


def spoken(before: Report, after: Report) -> set[str]:
    """Findings that were not there before, and accuse."""
    silent = {finding.name for finding in before.findings}
    return {finding.name for finding in after.findings if finding.severity != "info"} - silent


def broken(studio: Studio, shots: tuple[Shot, Shot], reports: tuple[Report, Report], clip: Clip) -> list[str]:
    """Guard-rails that break when nothing was declared."""
    was, now = (shot.pictures(studio.lab) for shot in shots)
    samples = [(was[start : start + 3], now[start : start + 3]) for start in (0, RUN_FRAMES)]
    pair: Pair = paired(reports, clip, None, samples)
    return [guard.name for guard in check_guards(pair) if guard.ok is False]


def test_a_face_whose_texture_stays_reads_as_a_camera_s(studio) -> None:
    real = made(studio.lab, boiling=0.0, flicker=0.0)
    found = studio.report(real, real.clip(studio.lab)).plasticity
    assert found.score == 0.0
    assert found.verdict == "camera"


def test_texture_that_stays_in_place_of_texture_that_boils_lowers_it(studio, plastic) -> None:
    locked = made(studio.lab, boiling=0.1, flicker=0.4)
    assert score(studio.report(locked, plastic[1])) < score(plastic[2]) - 10.0


def test_calmer_flicker_lowers_it(studio, plastic) -> None:
    calm = made(studio.lab, boiling=0.5, flicker=0.1)
    assert score(studio.report(calm, plastic[1])) < score(plastic[2]) - 10.0


def test_halos_taken_off_are_seen_and_cost_nothing(studio, plastic) -> None:
    """Halos did not tell AI clips of unseen sources from camera clips: they have a finding, and no weight."""
    shot, clip, plain = plastic
    haloed = studio.report(ATTACKS["unsharp 1.0"](studio.lab, shot), clip)
    assert "over_sharp_edges" in {finding.name for finding in haloed.findings}
    assert "over_sharp_edges" not in {finding.name for finding in plain.findings}
    assert score(plain) < score(haloed) + FALL_MAX_POINTS


def test_the_more_plastic_the_higher(studio, plastic) -> None:
    scores: Sequence[float] = [
        score(studio.report(made(studio.lab, boiling=part, flicker=0.8 * part), plastic[1])) for part in (0.2, 0.5, 0.8)
    ]
    assert scores[0] < scores[1] < scores[2]
