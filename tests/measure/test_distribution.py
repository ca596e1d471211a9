"""From samples to cells: what is counted, what a still may say, what is too few, and the file."""

from __future__ import annotations

import json

import numpy as np
import pytest

from unplastic.measure.distribution import CLIPS_MIN, Sample, cells, document, spread, written
from unplastic.measure.reference import Covariates, read_reference
from unplastic.reading import Plasticity, Reading, Report

NOTHING = Plasticity(None, None, None, 0.0, None)


def sample(lab, number: int, *, bits: float = 0.3, frames: int = 24, source: str = "a", **values: float) -> Sample:
    clip = lab.clip(frames, bitrate_bps=round(bits * lab.width * lab.height * 24))
    readings = [Reading(name, "frame", value + number, "1") for name, value in values.items()]
    readings.append(Reading("boil_share", "skin", 9.0, "1", valid=False, why_not="no face is seen"))
    return Sample(source, clip, Report("a", 1, 1, 24.0, frames, bits, NOTHING, tuple(readings), ()))


def test_a_spread_is_what_numpy_says() -> None:
    values = [1.0, 2.0, 4.0, 8.0, 16.0]
    found = spread(values)
    assert (found.median, found.mad, found.count) == (4.0, 3.0, 5)
    assert found.log_mad == pytest.approx(np.log(2.0), abs=1e-5)
    assert [found.q10, found.q25, found.q75, found.q90] == pytest.approx(np.quantile(values, [0.1, 0.25, 0.75, 0.9]))
    assert spread([0.0, 1.0]).log_mad is None


def test_five_clips_are_no_cell_and_six_are(lab) -> None:
    clips = [sample(lab, i, texture_rms=1.0) for i in range(CLIPS_MIN)]
    assert cells(clips[:-1]) == ()
    assert [cell.name for cell in cells(clips)] == ["high bitrate", "any"]


def test_too_few_for_a_narrow_cell_still_fill_the_wide_one(lab) -> None:
    clips = [sample(lab, i, bits=0.06 if i < 3 else 0.3, texture_rms=1.0) for i in range(CLIPS_MIN)]
    (only,) = cells(clips)
    assert (only.name, only.clips) == ("any", CLIPS_MIN)


def test_stills_speak_of_texture_and_grain_beside_clips_that_were_compressed_as_little(lab) -> None:
    videos = [sample(lab, i, texture_rms=1.0, grain_sigma=0.0, scene_chroma=0.0) for i in range(6)]
    stills = [sample(lab, 100, frames=1, bits=9.0, texture_rms=1.0, grain_sigma=0.0, scene_chroma=0.0)] * 4
    narrow, everything = cells([*videos, *stills])
    assert (narrow.clips, narrow.stills) == (6, 4)
    assert narrow.readings["texture_rms", "frame"].count == 10
    assert narrow.readings["grain_sigma", "frame"].count == 10
    assert narrow.readings["scene_chroma", "frame"].count == 6
    assert everything.readings["texture_rms", "frame"].count == 6


def test_readings_that_are_not_valid_do_not_count(lab) -> None:
    (cell, _) = cells([sample(lab, i, texture_rms=1.0) for i in range(6)])
    assert cell.readings.keys() == {("texture_rms", "frame")}


def test_what_is_written_is_read_again(lab, tmp_path) -> None:
    clips = [sample(lab, i, source=f"camera {i % 2}", texture_rms=1.0) for i in range(6)]
    path = tmp_path / "reference.json"
    path.write_text(written(document(clips, "six clips", caveat="made")), encoding="utf-8")
    back = read_reference(path)
    assert (back.title, back.sources) == ("six clips", ("camera 0", "camera 1"))
    assert back.cells == cells(clips)
    assert back.cell(Covariates(0.5, 100)).name == "high bitrate"
    assert len(json.loads(path.read_text())["cells"]) == 2
