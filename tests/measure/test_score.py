from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from unplastic.clip import ColorTags
from unplastic.measure.findings import findings
from unplastic.measure.score import WEIGHTS, plasticity, spread_of, z_value
from unplastic.reading import Place, Plasticity, Reading

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "readings.md"
ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|(.*)\|$", re.MULTILINE)
NOTHING = Plasticity(None, None, None, 0.0, None)


def typical(clip) -> list[Reading]:
    """What the median camera clip of the class reads."""
    found = []
    for weight in WEIGHTS:
        if spread := spread_of(weight.reading, weight.region, clip):
            value = spread.median
            found.append(Reading(weight.reading, weight.region, value, "1", 0.97 * value, 1.03 * value))
    return found


def worse(readings: list[Reading], names: set[str]) -> list[Reading]:
    """Those readings far on the plastic side."""
    signs = {weight.reading: weight.sign for weight in WEIGHTS}
    factor = {name: 30.0 if signs[name] > 0 else 1 / 30.0 for name in names}
    return [
        replace(r, value=r.value * f, low=r.low * f, high=r.high * f) if (f := factor.get(r.name)) else r
        for r in readings
    ]


def photo_like(lab) -> np.ndarray:
    """Hard edges, fine texture, and soft shapes for the motion search: bars are alike along themselves."""
    return lab.edges(1.2) + lab.fractal(1.0, 4.0) + lab.grain(12.0, 14.0, seed=7)


def test_a_typical_camera_clip_scores_next_to_nothing(lab) -> None:
    clip = lab.clip()
    verdict = plasticity(typical(clip), clip)
    assert verdict.score == 0.0
    assert verdict.worst is None
    assert verdict.coverage == 1.0


def test_every_tell_at_once_scores_a_hundred(lab) -> None:
    clip = lab.clip()
    all_of_them = {weight.reading for weight in WEIGHTS}
    assert plasticity(worse(typical(clip), all_of_them), clip).score == pytest.approx(100.0)


@pytest.mark.parametrize("weight", WEIGHTS, ids=lambda weight: weight.reading)
def test_each_tell_counts_by_its_weight_and_is_named(lab, weight) -> None:
    clip = lab.clip()
    verdict = plasticity(worse(typical(clip), {weight.reading}), clip)
    assert verdict.score == pytest.approx(100 * weight.weight / sum(w.weight for w in WEIGHTS), rel=0.01)
    assert verdict.worst == weight.reading
    assert verdict.low <= verdict.score <= verdict.high


def test_a_total_loss_of_texture_counts_fully(lab) -> None:
    """On a linear scale a wide spread of camera clips would hide it."""
    clip = lab.clip()
    reading = Reading("locked_texture", "frame", 0.02, "codes", 0.01, 0.03)
    assert z_value(reading, clip) > 4.0


def test_wider_intervals_give_a_wider_score(lab) -> None:
    clip = lab.clip()
    spread = spread_of("edge_overshoot", "frame", clip)
    value = spread.median + 2.5 * max(1.48 * spread.mad, 2.0)
    base = [r for r in typical(clip) if r.name != "edge_overshoot"]
    tight, wide = (
        plasticity([*base, Reading("edge_overshoot", "frame", value, "%", value - d, value + d)], clip)
        for d in (0.1, 3.0)
    )
    assert wide.high - wide.low > 3 * (tight.high - tight.low)


def test_too_little_evidence_gives_no_score(lab) -> None:
    clip = lab.clip()
    few = [r for r in typical(clip) if r.name in {"edge_overshoot", "banding"}]
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


def test_plastic_scores_higher_than_what_it_was_made_of(large_lab) -> None:
    photo = photo_like(large_lab)

    def score(strength: float) -> float:
        still = large_lab.plasticise(photo, strength) if strength else photo
        lumas = [np.roll(still, 3 * t, 1) + large_lab.grain(1.0, 0.7, seed=t) * (1 - strength) for t in range(8)]
        found = large_lab.report(lumas).plasticity.score
        assert found is not None
        return found

    original, half, full = score(0.0), score(0.5), score(1.0)
    assert original < half < full
    assert full > original + 20


def test_noise_alone_does_not_buy_a_good_score(large_lab) -> None:
    """Grain may take back its own share (0.12 of 0.79) and no more: proving D6."""
    plastic = large_lab.plasticise(photo_like(large_lab))
    moving = [np.roll(plastic, 3 * t, 1) for t in range(8)]
    before = large_lab.report(moving).plasticity.score
    after = large_lab.report([luma + large_lab.grain(4.0, 0.7, seed=t) for t, luma in enumerate(moving)])
    assert after.plasticity.score > before - 100 * 0.12 / 0.79 - 3.0


def test_frozen_grain_does_not_buy_a_good_score(large_lab) -> None:
    """On a shot that stands still it cannot be told from texture on surfaces: neither is then believed."""
    plastic = large_lab.plasticise(photo_like(large_lab))
    plastic[:, 500:] = plastic[:, 500:].mean()
    still = [plastic + large_lab.grain(0.3, seed=t) for t in range(8)]
    before = large_lab.report(still)
    after = large_lab.report([luma + large_lab.grain(2.5, 0.7, seed=99) for luma in still])
    assert after.plasticity.coverage < before.plasticity.coverage
    assert after.plasticity.score > before.plasticity.score - 3.0
    assert "frozen_grain" in {finding.name for finding in after.findings}


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
    plastic = worse(typical(clip), {"texture_to_edge", "locked_texture"})
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
    weights = {(name, region.strip(), float(weight)) for name, region, weight, _ in ROW.findall(score)}
    assert weights == {(w.reading, w.region, w.weight) for w in WEIGHTS}
