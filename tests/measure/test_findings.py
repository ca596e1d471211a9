from __future__ import annotations

import pytest

from unplastic.measure.findings import findings
from unplastic.measure.limits import LIMITS
from unplastic.reading import Place, Plasticity, Reading
from unplastic.vision import Run

SCORED = Plasticity(0.0, 0.0, 0.0, 1.0, None)


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_every_limit_warns_past_its_first_step_and_accuses_past_its_second(lab, limit) -> None:
    def said(value: float, valid: bool = True) -> set[tuple[str, str]]:
        reading = Reading(limit.reading, limit.region, value, "", value, value, valid, None if valid else "dark")
        return {(f.name, f.severity) for f in findings([reading], (), lab.clip(), SCORED)}

    past_fault = limit.fault + limit.sign * 0.01
    between = (limit.warning + limit.fault) / 2
    kept = limit.warning - limit.sign * 0.01
    assert limit.sign * (limit.fault - limit.warning) > 0
    assert (limit.name, "fault") in said(past_fault)
    assert (limit.name, "warning") in said(between)
    assert limit.name not in {name for name, _ in said(kept)}
    assert said(past_fault, valid=False) == set()


def test_a_pulse_that_may_be_chance_is_not_said(lab) -> None:
    """On camera clips a few dozen steps swing by 0.4, with an interval down to 0.06."""
    for low, names in ((0.06, set()), (0.2, {"stride_4_pulse"})):
        reading = Reading("periodic_flicker", "stride 4", 0.4, "1", low, 0.7)
        assert {each.name for each in findings([reading], (), lab.clip(), SCORED)} == names


def test_smooth_skin_and_mirrored_cheeks_are_said_of_the_face(lab) -> None:
    readings = [Reading("skin_texture", "face", 0.2, "codes"), Reading("cheek_texture_match", "face", 0.95, "1")]
    found = {each.name: each for each in findings(readings, (), lab.clip(), SCORED)}
    assert found.keys() == {"smooth_skin", "mirrored_cheeks"}
    assert all(each.where == "face" for each in found.values())
    assert "0.20" in found["smooth_skin"].text
    assert "0.95" in found["mirrored_cheeks"].text


def test_flicker_points_at_the_worst_box_of_its_surface(lab) -> None:
    places = (
        Place("flicker", 12, 7, 8, 320, 240, 2.0),
        Place("flicker_hair", 9, 1, 2, 320, 240, 0.4),
        Place("flicker_hair", 30, 5, 6, 320, 240, 0.9),
    )
    (said,) = findings([Reading("local_flicker", "hair", 0.6, "codes")], places, lab.clip(), SCORED)
    assert (said.name, said.where, said.frame) == ("hair_flicker", "5,6,320,240", 30)


def test_without_networks_it_is_said_once_and_with_the_way_out(lab, monkeypatch) -> None:
    monkeypatch.setattr(Run, "faces", lambda _run, _t: ())
    monkeypatch.setattr(Run, "faces_known", False)
    monkeypatch.setattr(Run, "faces_why_not", "the weights could not be had")
    report = lab.report(lab.sequence("real")[0])
    (said,) = [each for each in report.findings if each.name == "faces_unknown"]
    assert said.severity == "info"
    assert said.text.startswith("faces could not be looked for: the weights could not be had")
    assert "\n" not in said.text
    assert "unplastic doctor --fetch" in said.fix


def test_a_clip_without_people_is_told_nothing_about_faces(lab, monkeypatch) -> None:
    monkeypatch.setattr(Run, "faces", lambda _run, _t: ())
    monkeypatch.setattr(Run, "faces_known", True)
    assert "faces_unknown" not in {each.name for each in lab.report(lab.sequence("real")[0]).findings}
