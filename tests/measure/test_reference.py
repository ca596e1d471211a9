"""Reading a reference: which cell a clip falls into, the user's own file, and files that are none."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources

import pytest

from unplastic.errors import RecipeError
from unplastic.measure.findings import findings
from unplastic.measure.reference import (
    VARIABLE,
    Covariates,
    read_reference,
    reference,
    shipped_reference,
)
from unplastic.measure.score import WEIGHTS
from unplastic.reading import FACES_UNKNOWN, Plasticity, Reading

SHIPPED = resources.files("unplastic").joinpath("data", "reference", "camera.json")
NOTHING = Plasticity(None, None, None, 0.0, None)


def test_the_shipped_file_says_where_it_comes_from() -> None:
    document = json.loads(SHIPPED.read_text(encoding="utf-8"))
    assert {"version", "date", "title", "sources", "method", "caveat", "cells"} <= document.keys()
    assert len(document["sources"]) >= 10
    shipped = shipped_reference()
    assert all(cell.clips >= 6 for cell in shipped.cells)
    everything = shipped.cells[-1]
    assert (everything.name, everything.bits, everything.lines_min) == ("any", None, 0)
    assert {(weight.reading, weight.region) for weight in WEIGHTS} <= everything.readings.keys()
    for cell in shipped.cells:
        for spread in cell.readings.values():
            assert spread.q10 <= spread.q25 <= spread.median <= spread.q75 <= spread.q90


def test_the_cell_follows_bits_and_codec(lab) -> None:
    low = lab.clip(bitrate_bps=round(0.06 * lab.width * lab.height * 24))
    shipped = shipped_reference()
    assert shipped.cell(Covariates.of(low)).bits == (0.03, 0.08)
    later = replace(low, codec="av1")
    assert shipped.cell(Covariates.of(later)).bits == (0.08, 0.2)
    assert shipped.cell(Covariates.of(replace(low, bitrate_bps=None))).name == "any"


def test_faces_and_exposure_narrow_the_cell_only_where_they_are_known(lab) -> None:
    clip = lab.clip(bitrate_bps=round(0.29 * 0.1 * lab.width * lab.height * 24))
    face = Reading("face_ipd", "face", 100.0, "px")
    bright = Reading("median_level", "frame", 0.6, "1")
    nobody = Reading.missing("face_ipd", "face", "px", "no face is seen")
    unknown = Reading.missing("face_ipd", "face", "px", f"{FACES_UNKNOWN}: no weights")
    cell = shipped_reference().cell
    assert cell(Covariates.of(clip)).name == "any"
    assert cell(Covariates.of(clip, [face])).name == "any, large faces"
    assert cell(Covariates.of(clip, [nobody])).name == "any, nobody"
    assert cell(Covariates.of(clip, [bright])).name == "any, bright"
    assert cell(Covariates.of(clip, [unknown])).name == "any"


def test_a_reading_with_too_few_clips_is_looked_up_in_the_next_wider_cell(lab) -> None:
    shipped = shipped_reference()
    covariates = Covariates.of(lab.clip(bitrate_bps=round(0.06 * lab.width * lab.height * 24)))
    narrow, everything = shipped.cell(covariates), shipped.cells[-1]
    absent = next(iter(everything.readings.keys() - narrow.readings.keys()))
    assert shipped.spread(*absent, covariates) == everything.readings[absent]
    assert shipped.spread("no_such_reading", "frame", covariates) is None


def test_a_reference_of_ones_own_is_used_and_said(lab, tmp_path, monkeypatch) -> None:
    own = json.loads(SHIPPED.read_text(encoding="utf-8")) | {"title": "my camera"}
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(own), encoding="utf-8")
    said = {finding.name for finding in findings([], (), lab.clip(), NOTHING)}
    monkeypatch.setenv(VARIABLE, str(path))
    assert reference().title == "my camera"
    now = {finding.name: finding.text for finding in findings([], (), lab.clip(), NOTHING)}
    assert now.keys() - said == {"own_reference"}
    assert "mine.json: my camera" in now["own_reference"]


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"version": 1}', '{"version": 2, "cells": []}', "\x00"])
def test_a_file_that_is_no_reference_is_said_in_two_lines(tmp_path, text) -> None:
    path = tmp_path / "bad.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(RecipeError, match=r"bad\.json") as caught:
        read_reference(path)
    assert "reference build" in caught.value.hint


def test_a_file_that_is_not_text_is_no_reference(tmp_path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(bytes(range(256)))
    with pytest.raises(RecipeError, match="not a reference"):
        read_reference(path)
