from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from unplastic.clip import ColorTags
from unplastic.measure.distribution import spread
from unplastic.measure.findings import findings
from unplastic.measure.score import plasticity, spread_of, verdict_of, z_value
from unplastic.measure.weighing import GENERATED_ABOVE, TELLS, WEIGHTS, Weight, part
from unplastic.reading import Place, Plasticity, Reading

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "readings.md"
ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|(.*)\|$", re.MULTILINE)
NOTHING = Plasticity(None, None, None, 0.0, None)


def at(weight: Weight, clip, z: float) -> Reading:
    """A reading ``z`` spreads on the plastic side of camera clips."""
    spread, tell = spread_of(weight.reading, weight.region, clip), weight.tell
    if tell.sign > 0:
        value = spread.median + z * max(1.48 * spread.mad, tell.least)
    else:
        value = spread.median * np.exp(-z * max(1.48 * spread.log_mad, tell.least))
    return Reading(weight.reading, weight.region, float(value), "1", 0.999 * value, 1.001 * value)


def typical(clip, *plastic: Weight) -> list[Reading]:
    """What the median camera clip of the class reads, those ``plastic`` far on their side."""
    return [at(weight, clip, 10.0 if weight in plastic else 0.0) for weight in WEIGHTS]


def test_a_typical_camera_clip_scores_next_to_nothing(lab) -> None:
    clip = lab.clip()
    verdict = plasticity(typical(clip), clip)
    assert verdict.score == 0.0
    assert verdict.worst is None
    assert verdict.coverage == 1.0


def test_every_tell_at_once_scores_a_hundred(lab) -> None:
    clip = lab.clip()
    assert plasticity(typical(clip, *WEIGHTS), clip).score == pytest.approx(100.0)


@pytest.mark.parametrize("weight", WEIGHTS, ids=lambda weight: f"{weight.reading}, {weight.region}")
def test_each_tell_counts_by_its_weight_and_is_named(lab, weight) -> None:
    clip = lab.clip()
    verdict = plasticity(typical(clip, weight), clip)
    assert verdict.score == pytest.approx(100 * weight.weight / sum(w.weight for w in WEIGHTS), rel=0.01)
    assert verdict.worst == weight.reading
    assert verdict.low <= verdict.score <= verdict.high


@pytest.mark.parametrize("tell", TELLS, ids=lambda tell: f"{tell.reading}, {tell.region}")
def test_a_tell_counts_from_one_spread_to_four(tell) -> None:
    camera = spread([1.0, 2.0, 3.0])
    z = tell.z(np.array([0.2, 2.0, 9.0]), camera)
    assert z[1] == 0.0
    assert (np.diff(z) * tell.sign > 0).all()
    assert part(np.array([-5.0, 1.0, 2.5, 4.0, 9.0])).tolist() == [0.0, 0.0, 0.5, 1.0, 1.0]


def test_the_verdict_needs_the_whole_interval() -> None:
    limit = GENERATED_ABOVE
    assert verdict_of(limit + 1, limit + 9) == "generated"
    assert verdict_of(limit - 9, limit + 9) == "unclear"
    assert verdict_of(limit - 9, limit) == "camera"


def test_a_clip_that_reads_generated_is_told_so(lab) -> None:
    clip = lab.clip()
    for readings, names in ((typical(clip, *WEIGHTS), {"reads_generated"}), (typical(clip), set())):
        found = {f.name for f in findings(readings, (), clip, plasticity(readings, clip))}
        assert found & {"reads_generated"} == names


def test_the_weights_say_how_they_were_fitted() -> None:
    """Non-negative, from tells that separate, and no camera clip called generated more often than one in twenty."""
    text = resources.files("unplastic").joinpath("data", "reference", "weights.json").read_text(encoding="utf-8")
    document = json.loads(text)
    assert {"date", "method", "generated_above", "out_of_source", "tells"} <= document.keys()
    assert document["out_of_source"]["false_alarms"] <= 0.05
    assert {(t["reading"], t["region"]) for t in document["tells"]} == {(t.reading, t.region) for t in TELLS}
    for tell in document["tells"]:
        assert tell["weight"] >= 0.0
        if tell["weight"]:
            assert tell["auc_matched"][0] > 0.5
    assert sum(tell["weight"] for tell in document["tells"]) == pytest.approx(1.0, abs=0.01)


def test_a_total_loss_of_texture_counts_fully(lab) -> None:
    """On a linear scale a wide spread of camera clips would hide it."""
    clip = lab.clip()
    reading = Reading("locked_texture", "frame", 0.02, "codes", 0.01, 0.03)
    assert z_value(reading, clip) > 4.0


def test_wider_intervals_give_a_wider_score(lab) -> None:
    clip = lab.clip()
    first, *others = WEIGHTS
    base, middle = [at(each, clip, 0.0) for each in others], at(first, clip, 2.5)
    step = at(first, clip, 3.5).value - middle.value
    tight, wide = (
        plasticity([*base, replace(middle, low=middle.value - d * step, high=middle.value + d * step)], clip)
        for d in (0.1, 1.0)
    )
    assert wide.high - wide.low > 3 * (tight.high - tight.low)


def test_too_little_evidence_gives_no_score(lab) -> None:
    clip = lab.clip()
    least = min(WEIGHTS, key=lambda weight: weight.weight)
    few = [at(least, clip, 0.0)]
    verdict = plasticity(few, clip)
    assert verdict.score is None
    assert 0.0 < verdict.coverage < 0.4


def test_invalid_readings_do_not_count(lab) -> None:
    clip = lab.clip()
    invalid = [replace(r, valid=False, why_not="said so") for r in typical(clip)]
    assert plasticity(invalid, clip).coverage == 0.0


@pytest.mark.parametrize("changes", [{"bitrate_bps": 20_000}, {"color": ColorTags(transfer=16, matrix=9)}])
def test_no_verdict_where_compression_or_hdr_decides(lab, changes) -> None:
    clip = lab.clip(**changes)
    verdict = plasticity(typical(clip), clip)
    assert verdict.score is None
    assert "no_verdict" in {f.name for f in findings(typical(clip), (), clip, verdict)}


def test_a_master_is_judged_as_its_source(lab) -> None:
    """A high bitrate does not bring back what an earlier encoder took."""
    from unplastic.measure import examine

    lumas, _ = lab.sequence("real")
    master = lab.clip(bitrate_bps=8 * lab.width * lab.height * 24)
    pictures = [lab.picture(luma, i, master) for i, luma in enumerate(lumas)]
    web = lab.clip(bitrate_bps=round(0.1 * lab.width * lab.height * 24))
    as_itself, as_source = examine([pictures], master), examine([pictures], master, judged_as=web)
    assert as_itself.readings == as_source.readings
    assert as_source.plasticity == plasticity(as_source.readings, web)
    assert spread_of("locked_texture", "frame", master) != spread_of("locked_texture", "frame", web)


def test_findings_point_and_come_faults_first(lab) -> None:
    clip = lab.clip()
    readings = [
        Reading("edge_overshoot", "frame", 22.0, "%", 20.0, 24.0),
        Reading("banding", "frame", 3.0, "%", 2.5, 3.5),
        Reading("grain_sigma", "frame", 0.1, "codes", 0.1, 0.1),
    ]
    places = (Place("overshoot", 17, 5, 6, 320, 240, 3.0), Place("overshoot", 3, 0, 0, 320, 240, 1.0))
    found = findings(readings, places, clip, NOTHING)
    assert [f.severity for f in found] == sorted((f.severity for f in found), key=["fault", "warning", "info"].index)
    first = found[0]
    assert (first.name, first.severity, first.where, first.frame) == ("over_sharp_edges", "fault", "5,6,320,240", 17)
    assert "22 %" in first.text
    assert {"banding", "no_grain"} <= {f.name for f in found}
    assert all(f.text and f.fix for f in found)


def test_a_clean_clip_has_nothing_to_say(lab) -> None:
    clip = lab.clip()
    verdict = plasticity(typical(clip), clip)
    grain = Reading("grain_sigma", "frame", 1.5, "codes", 1.4, 1.6)
    assert findings([*typical(clip), grain], (), clip, verdict) == ()


def test_little_texture_is_only_said_against_camera_footage(lab) -> None:
    clip = lab.clip()
    plastic = [Reading(name, "frame", 0.001, "1") for name in ("texture_to_edge", "locked_texture")]
    names = {f.name for f in findings(plastic, (), clip, plasticity(plastic, clip))}
    assert {"little_texture_beside_edges", "little_locked_texture"} <= names
    poor = lab.clip(bitrate_bps=20_000)
    names = {f.name for f in findings(plastic, (), poor, plasticity(plastic, poor))}
    assert "low_bitrate" in names
    assert "little_locked_texture" not in names


def test_hdr_is_said(lab) -> None:
    clip = lab.clip(color=ColorTags(transfer=18, matrix=9))
    assert "hdr" in {f.name for f in findings([], (), clip, NOTHING)}


def test_the_documentation_lists_every_reading(lab) -> None:
    report = lab.report(lab.sequence("real")[0])
    text = DOCUMENT.read_text(encoding="utf-8")
    readings, score = text.split("## The score")
    listed = {(name, region.strip(), unit.strip()) for name, region, unit, _ in ROW.findall(readings)}
    assert listed == {(r.name, r.region, r.unit) for r in report.readings}
    weights = {(name, region.strip()): float(weight) for name, region, weight, _ in ROW.findall(score)}
    assert {key: weight for key, weight in weights.items() if weight} == {
        (w.reading, w.region): w.weight for w in WEIGHTS
    }
    assert weights.keys() == {(tell.reading, tell.region) for tell in TELLS}
