"""The report as data: the shapes that others rely on, strict whatever was measured."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from unplastic.finished import Finished
from unplastic.reading import Reading
from unplastic.report import compared, measured
from unplastic.report import finished as finished_document

CLIP = {"file", "width", "height", "fps", "frames", "bits_per_pixel", "plasticity", "readings", "findings", "curves",
        "places"}  # fmt: skip
READING = {"name", "region", "value", "unit", "low", "high", "valid", "why_not"}
FINISHED = {"file", "outputs", "before", "after", "recipe", "guards", "seconds", "frames", "findings", "notes"}


def test_shapes_are_those_of_the_contract(finished: Finished) -> None:
    document = measured([finished.before])
    assert set(document) == {"unplastic", "clips"}
    (clip,) = document["clips"]
    assert set(clip) == CLIP
    assert set(clip["plasticity"]) == {"score", "low", "high", "coverage", "worst", "verdict"}
    assert all(set(reading) == READING for reading in clip["readings"])
    assert set(clip["findings"][0]) == {"name", "severity", "where", "frame", "text", "fix"}
    (clip,) = finished_document([finished])["clips"]
    assert set(clip) == FINISHED
    assert set(clip["guards"][0]) == {"name", "ok", "value", "limit"}
    assert set(clip["before"]) == set(clip["after"]) == CLIP


def test_json_is_strict_even_where_numbers_are_not(finished: Finished) -> None:
    broken = Reading("texture_rms", "frame", float("nan"), "codes", float("-inf"), float("inf"))
    before = replace(finished.before, readings=(*finished.before.readings, broken))
    text = json.dumps(finished_document([replace(finished, before=before)]), allow_nan=False)
    reading = json.loads(text)["clips"][0]["before"]["readings"][-1]
    assert (reading["value"], reading["low"], reading["high"]) == (None, None, None)


def test_foreign_numbers_and_paths_become_plain(finished: Finished) -> None:
    recipe = {"lut": Path("a/b.cube"), "seed": np.int64(7), "strength": np.float32(0.1234567)}
    document = finished_document([replace(finished, recipe=recipe)])
    plain = json.loads(json.dumps(document, allow_nan=False))["clips"][0]["recipe"]
    assert plain == {"lut": str(Path("a/b.cube")), "seed": 7, "strength": 0.12346}
    assert isinstance(plain["seed"], int)


def test_json_says_everything_once(finished: Finished) -> None:
    clip = finished_document([finished])["clips"][0]
    assert clip["outputs"]["master"] == str(Path("out/shot_finished.mov"))
    assert [guard["ok"] for guard in clip["guards"]] == [True, False, None]
    assert [len(curve["x"]) for curve in clip["before"]["curves"]] == [41, 3]
    assert len(measured([finished.before, finished.after])["clips"]) == 2


def test_comparing_pairs_what_both_have(finished: Finished) -> None:
    document = compared(finished.before, finished.after)
    assert set(document) == {"unplastic", "a", "b", "changes"}
    changes = {(each["name"], each["region"]): (each["a"], each["b"]) for each in document["changes"]}
    assert changes["edge_overshoot", "frame"] == (14.0, 4.8)
    assert ("boil_share", "frame") not in changes
