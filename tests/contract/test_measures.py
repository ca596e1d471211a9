"""What every measure owes: no crash, no nan, an interval around the value, a unit, the same answer twice."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from unplastic.clip import CHROMA_STEPS, Clip, ColorTags, Picture
from unplastic.errors import RecipeError
from unplastic.measure import examine, plan
from unplastic.parameter import parameters
from unplastic.reading import Evidence, Report
from unplastic.registry import members
from unplastic.vision import runs_of

MEASURES = members("measure", outside=False)
SIZES = [(16, 16), (17, 33), (64, 64), (121, 161), (90, 400)]
CONTENTS = ["black", "white", "grey", "noise", "ramp", "checker"]

BASE = Clip(
    path=Path("made.mp4"), container="mp4", codec="h264", profile=None, encoder=None, width=0, height=0,
    pixel_aspect=Fraction(1), rotation_deg=0, frame_rate=Fraction(24), is_variable_rate=False, frames=0, start_pts=0,
    duration_s=Fraction(1), time_base=Fraction(1, 24), bit_depth=8, chroma="420", color=ColorTags(matrix=1),
    bitrate_bps=None,
)  # fmt: skip


def luma(content: str, height: int, width: int, t: int) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width]
    return {
        "black": np.full((height, width), 16.0),
        "white": np.full((height, width), 235.0),
        "grey": np.full((height, width), 126.0),
        "noise": 126.0 + 20.0 * np.random.default_rng(t).standard_normal((height, width)),
        "ramp": 20.0 + 200.0 * (x + t) / (width + 8),
        "checker": np.where(((x + 2 * t) // 9 + y // 9) % 2, 60.0, 190.0),
    }[content]


def made(content: str, height: int, width: int, frames: int, **changes) -> tuple[Clip, list[Picture]]:
    clip = replace(BASE, width=width, height=height, frames=frames, bitrate_bps=width * height * 24 // 4, **changes)
    scale = 1 << (clip.bit_depth - 8)
    kind = np.uint8 if clip.bit_depth == 8 else np.uint16
    across, down = CHROMA_STEPS[clip.chroma]
    tint = np.full((-(-height // down), -(-width // across)), 128 * scale, kind)
    planes = (np.clip(luma(content, height, width, t) * scale, 0, 256 * scale - 1).astype(kind) for t in range(frames))
    return clip, [Picture(plane, tint, tint, clip.bit_depth, t, t) for t, plane in enumerate(planes)]


def evidence(name: str, clip: Clip, pictures: list[Picture]) -> Evidence:
    measure = MEASURES[name]()
    return measure.conclude([measure.observe(run) for run in runs_of(pictures, clip)], clip)


def check(found: Evidence, clip: Clip) -> None:
    names = [(r.name, r.region) for r in found.readings]
    assert names
    assert len(set(names)) == len(names)
    for reading in found.readings:
        assert reading.unit
        if not reading.valid:
            assert reading.why_not
            continue
        assert reading.value is not None
        assert reading.low is not None
        assert reading.high is not None
        assert all(math.isfinite(v) for v in (reading.low, reading.value, reading.high)), reading
        assert reading.low <= reading.value <= reading.high, reading
    for curve in found.curves:
        assert len(curve.x) == len(curve.y) > 0
        assert all(map(math.isfinite, (*curve.x, *curve.y)))
    for place in found.places:
        assert 0 <= place.x <= place.x + place.width <= clip.width
        assert 0 <= place.y <= place.y + place.height <= clip.height
        assert math.isfinite(place.badness)


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[1]}x{size[0]}")
@pytest.mark.parametrize("name", MEASURES)
def test_any_picture_of_any_size(name, size, content) -> None:
    clip, pictures = made(content, *size, frames=3)
    check(evidence(name, clip, pictures), clip)


@pytest.mark.parametrize("frames", [1, 2, 5, 8])
@pytest.mark.parametrize("name", MEASURES)
def test_any_number_of_frames(name, frames) -> None:
    clip, pictures = made("checker", 128, 160, frames)
    check(evidence(name, clip, pictures), clip)


@pytest.mark.parametrize("chroma", ["400", "420", "422", "444"])
@pytest.mark.parametrize("bit_depth", [8, 10, 12])
@pytest.mark.parametrize("name", MEASURES)
def test_any_format(name, bit_depth, chroma) -> None:
    clip, pictures = made("noise", 97, 131, 2, bit_depth=bit_depth, chroma=chroma)
    check(evidence(name, clip, pictures), clip)


@pytest.mark.parametrize("name", MEASURES)
def test_the_same_reading_names_whatever_the_clip(name) -> None:
    names = set()
    for content, frames in (("black", 1), ("checker", 8), ("noise", 2)):
        clip, pictures = made(content, 128, 160, frames)
        names.add(tuple((r.name, r.region, r.unit) for r in evidence(name, clip, pictures).readings))
    assert len(names) == 1


@pytest.mark.parametrize("name", MEASURES)
def test_the_same_answer_twice(name) -> None:
    clip, pictures = made("checker", 128, 160, 8)
    assert evidence(name, clip, pictures) == evidence(name, clip, pictures)


@pytest.mark.parametrize("name", MEASURES)
def test_a_mirror_changes_nothing(name) -> None:
    clip, pictures = made("noise", 192, 256, 5)
    mirrored = [replace(p, y=np.ascontiguousarray(p.y[:, ::-1]), cb=p.cb[:, ::-1], cr=p.cr[:, ::-1]) for p in pictures]
    for one, other in zip(
        evidence(name, clip, pictures).readings, evidence(name, clip, mirrored).readings, strict=True
    ):
        assert one.valid == other.valid
        if one.valid:
            assert other.value == pytest.approx(one.value, rel=0.03, abs=0.02), one


@pytest.mark.parametrize("name", MEASURES)
def test_parameters_state_interval_and_meaning(name) -> None:
    for parameter in parameters(MEASURES[name]):
        assert parameter.meaning
        if parameter.low is not None:
            with pytest.raises(RecipeError):
                MEASURES[name](**{parameter.name: parameter.low - 1})


@pytest.mark.parametrize("frames", [1, 2, 7, 8, 23, 24, 120, 1440])
def test_the_plan_stays_inside_and_does_not_overlap(frames) -> None:
    clip, _ = made("grey", 64, 64, 1)
    found = plan(replace(clip, frames=frames))
    numbers = [n for each in found for n in each]
    assert numbers == sorted(set(numbers))
    assert 0 <= numbers[0] <= numbers[-1] < frames
    assert len(numbers) == {1: 1, 2: 2, 7: 7, 8: 8, 23: 16}.get(frames, 24)


def test_examine_makes_one_report_of_all() -> None:
    clip, pictures = made("checker", 128, 160, 8)
    report = examine([pictures], clip)
    assert isinstance(report, Report)
    taken = {r.name for r in report.readings}
    for name in MEASURES:
        assert {r.name for r in evidence(name, clip, pictures).readings} <= taken


def test_examine_holds_one_run_at_a_time() -> None:
    clip, pictures = made("checker", 128, 160, 8)
    open_runs = []

    def run():
        open_runs.append(1)
        assert sum(open_runs) == 1
        yield from pictures
        open_runs.append(-1)

    examine((run() for _ in range(3)), clip)
    assert sum(open_runs) == 0


def test_examine_refuses_nothing() -> None:
    clip, _ = made("grey", 64, 64, 1)
    with pytest.raises(ValueError, match="no picture"):
        examine([], clip)
