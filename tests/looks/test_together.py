"""Shots of one scene: most of them agree, strays come closer as far as is gentle, and who stays one is named."""

from __future__ import annotations

from dataclasses import replace
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stand_in import CLIP

from unplastic.looks import look, solve
from unplastic.looks.consensus import BLACK, EDGE, LEVELS, MIDDLE, SCENE, SKIN, WHITE, consensus
from unplastic.looks.mend import CURVE, SETTLED, mend
from unplastic.looks.together import distance, together
from unplastic.reading import Plasticity, Reading, Report
from unplastic.treat.grade import Grade

LIKE = {
    "black_level": 0.03,
    "median_level": 0.40,
    "white_level": 0.90,
    "scene_chroma": 0.08,
    "neutral_share": 0.3,
    "neutral_cast_cb": 0.000,
    "neutral_cast_cr": 0.002,
    "edge_width": 1.8,
    "edge_overshoot": 3.0,
    "grain_sigma": 0.4,
}
SKINS = {"skin_share": 0.2, "skin_chroma": 0.10}


def report(name="a.mp4", width=1920, height=1080, **changes):
    values = {key: value for key, value in (LIKE | changes).items() if value is not None}
    readings = tuple(
        Reading(key, "skin" if key.startswith("skin_chroma") else "frame", value, "1", value, value)
        for key, value in values.items()
    )
    return Report(name, width, height, 24.0, 48, 0.3, Plasticity(None, None, None, 0.0, None), readings, ())


def three(**changes):
    """Three shots that differ by less than framing does."""
    return [
        report("a.mp4", **changes),
        report("b.mp4", **{"median_level": 0.41} | changes),
        report("c.mp4", **{"white_level": 0.91} | changes),
    ]


def doses(agreed, seen, **options):
    recipe = solve(look("fine-35mm"), seen, CLIP, scene=agreed, **options)
    return {dose.treatment.name: dose for dose in recipe.doses}


def through(grade, level):
    return max(grade.slope[0] * level + grade.offset[0], 0.0) ** grade.power[0]


STRAYS = {
    "darker": {"median_level": 0.31, "white_level": 0.84},
    "more saturated": {"scene_chroma": 0.11},
    "skin more saturated": SKINS | {"skin_chroma": 0.13},
    "bluer": {"neutral_cast_cb": 0.014},
    "sharper": {"edge_width": 0.9},
    "grainier than framing, less than the look": {"grain_sigma": 1.7},
}


@pytest.mark.parametrize("name", STRAYS)
def test_a_stray_is_brought_within_tolerance(name):
    others = three(**(SKINS if "skin" in name else {}))
    shots = together([*others, report("d.mp4", **STRAYS[name])], grain_codes8=2.0)
    stray = shots[3]
    assert not stray.left, stray.findings
    mended = mend(stray.agreed, report("d.mp4", **STRAYS[name])).predicted(report("d.mp4", **STRAYS[name]))
    assert distance(stray.before) > 1.0 or "look" in name
    assert distance(stray.agreed.departures(mended, grain_codes8=2.0)) <= 1.0
    assert [shot.left for shot in shots[:3]] == [(), (), ()]


def test_the_consensus_does_not_follow_an_outlier():
    reports = three()
    stray = report("d.mp4", median_level=0.10, scene_chroma=0.25, edge_width=0.7, grain_sigma=5.0)
    alone, joined = consensus(reports), together([*reports, stray])[0].agreed
    for each in alone.agreed:
        assert abs(each.trait.apart(joined.of(each.trait), each.value)) <= 0.5 * each.trait.tolerance


def test_what_no_grade_should_mend_is_named_in_plain_words():
    stray = report("shot4.mp4", median_level=0.22, scene_chroma=0.16)
    *like, found = together([*three(), stray])
    (finding,) = found.findings
    assert finding.name == "scene_outlier"
    assert finding.text == (
        "beside the other 3 shots, shot4.mp4 is twice as saturated and 0.18 darker: more than finishing should mend"
    )
    assert finding.fix
    assert not any(shot.findings for shot in like)


def test_grain_and_softness_cannot_be_taken_away():
    grainy, soft = report("grainy.mp4", grain_sigma=3.5), report("soft.mp4", edge_width=3.4)
    found = together([*three(), grainy, soft], grain_codes8=2.0)
    assert "1.5 codes grainier" in found[3].findings[0].text
    assert "1.9 times as soft" in found[4].findings[0].text


def test_the_grade_takes_a_dark_shot_to_the_others():
    dark = report("d.mp4", **STRAYS["darker"])
    agreed = together([*three(), dark])[3].agreed
    dose = doses(agreed, dark)["grade"]
    assert through(dose.treatment, 0.31) == pytest.approx(agreed.of(MIDDLE) - SETTLED * MIDDLE.tolerance, abs=0.003)
    assert through(dose.treatment, 0.84) == pytest.approx(agreed.of(WHITE) - SETTLED * WHITE.tolerance, abs=0.003)
    assert through(dose.treatment, 0.03) == pytest.approx(0.03, abs=0.003)
    assert "0.09 darker" in dose.reasons["slope"]


def test_the_look_s_own_grade_is_solved_for_the_shot_as_it_will_read():
    strong = {"scene_chroma": 0.105, "scene_chroma_p95": 0.24}
    agreed = together([*three(scene_chroma_p95=0.15), report("d.mp4", **strong)])[3].agreed
    alone, matched = doses(None, report(**strong))["grade"], doses(agreed, report(**strong))["grade"]
    assert matched.treatment.cdl_saturation == pytest.approx(0.08 * 1.2**SETTLED / 0.105, abs=0.001)
    assert 0.0 < matched.treatment.knee_slope < alone.treatment.knee_slope


def test_colour_is_kept_where_it_lies_when_the_tone_is_bent():
    """A dark shot is lifted far more at its median than at the luma of a face: the face must not turn grey."""
    dark = report("d.mp4", median_level=0.32, skin_level=0.55, **SKINS)
    dark = replace(
        dark, readings=tuple(replace(r, region="skin") if r.name == "skin_level" else r for r in dark.readings)
    )
    dose = doses(consensus([*three(**SKINS), dark]), dark)["grade"]
    made = Grade.neutral(**{name: getattr(dose.treatment, name) for name in (*CURVE, "cdl_saturation")})
    face = np.array([0.55, -0.06, 0.08])
    assert np.hypot(*made.exact(1)(face)[1:]) == pytest.approx(0.10, rel=0.04)


def test_a_cast_of_another_light_is_named_and_left_alone():
    forest = report("d.mp4", neutral_cast_cr=-0.030)
    shots = together([*three(), forest])
    assert "0.032 greener in its greys" in shots[3].findings[0].text
    assert doses(shots[3].agreed, forest)["grade"].treatment == doses(None, forest)["grade"].treatment


def test_a_shot_among_its_like_is_solved_as_before():
    agreed = consensus(three())
    alone, matched = (doses(scene, report()) for scene in (None, agreed))
    assert [dose.treatment for dose in alone.values()] == [dose.treatment for dose in matched.values()]


def test_hard_edges_are_softened_and_soft_ones_are_not_sharpened():
    agreed = consensus(three())
    hard = doses(agreed, report(edge_width=0.9))["soften"]
    assert hard.treatment.strength == 1.0
    assert hard.treatment.blur_px == 0.35
    assert doses(agreed, report(edge_width=0.6))["soften"].treatment.blur_px == pytest.approx(0.428, abs=0.001)
    assert "0.90 px" in hard.reasons["blur_px"]
    soft = doses(agreed, report(edge_width=3.4))["soften"]
    assert soft.treatment == doses(None, report(edge_width=3.4))["soften"].treatment


def test_clean_shots_of_a_grainy_scene_get_its_grain():
    agreed = consensus([report(grain_sigma=level) for level in (3.0, 3.1, 2.9, 0.0)])
    clean, grainy = (doses(agreed, report(grain_sigma=level))["grain"] for level in (0.0, 2.95))
    assert clean.treatment.sigma_codes8 == pytest.approx(2.95)
    assert clean.full.sigma_codes8 == pytest.approx(2.95)
    assert grainy.treatment.is_noop


def test_pins_hold_and_strength_scales():
    dark = report("d.mp4", **STRAYS["darker"], grain_sigma=0.0)
    agreed = consensus([*three(grain_sigma=3.0), dark])
    pinned = doses(agreed, dark, pins={"grade": {"slope": (1.0, 1.0, 1.0)}, "grain": {"sigma_codes8": 1.0}})
    assert (pinned["grade"].treatment.offset, pinned["grade"].treatment.power) == ((0.0,) * 3, (1.0,) * 3)
    assert pinned["grain"].full.sigma_codes8 == 1.0
    half, nothing = (doses(agreed, dark, strength=strength) for strength in (0.5, 0.0))
    assert half["grade"].treatment.strength == 0.5
    assert half["grade"].treatment.slope == doses(agreed, dark)["grade"].treatment.slope
    assert all(dose.treatment.is_noop for dose in nothing.values())


def test_one_shot_is_solved_as_before_and_says_so():
    (shot,) = together([report()])
    assert shot.agreed.agreed == ()
    assert shot.findings[0].name == "scene_of_one"
    assert distance(shot.before) is None
    dose, alone = (doses(scene, report())["grade"] for scene in (shot.agreed, None))
    assert dose.treatment == alone.treatment


def test_of_two_shots_nobody_is_right():
    a, b = together([report("a.mp4"), report("b.mp4", median_level=0.10)])
    assert "0.15 brighter" in a.findings[0].text
    assert "beside a.mp4, b.mp4 is 0.15 darker" in b.findings[0].text


def test_day_and_night_are_two_groups_matched_within_themselves():
    night = {"median_level": 0.10, "white_level": 0.70}
    day, dusk = three(), [report("n.mp4", **night), report("m.mp4", **night | {"median_level": 0.12})]
    shots = together([day[0], dusk[0], day[1], dusk[1], day[2]])
    assert [shot.group for shot in shots] == [1, 0, 1, 0, 1]
    assert shots[1].others == ("m.mp4",)
    assert shots[0].agreed.of(MIDDLE) == 0.40
    for shot in shots:
        (finding,) = shot.findings
        assert finding.name == "scene_groups"
        assert "n.mp4 and m.mp4 are 0.28 darker beside a.mp4, b.mp4 and c.mp4" in finding.text
        assert not shot.left


def test_levels_of_hdr_shots_are_not_compared():
    shots = together([*three(), report("d.mp4", median_level=0.8, grain_sigma=5.0)], is_hdr=True)
    assert {each.trait.name for each in shots[3].before} == {"edge_width", "grain_sigma"}
    assert [each.trait.name for each in shots[3].left] == ["grain_sigma"]


def test_edges_are_compared_at_one_size():
    small = report("d.mp4", width=1280, height=720, edge_width=1.2)
    agreed = consensus([*three(), small])
    departure = next(each for each in agreed.departures(small) if each.trait == EDGE)
    assert departure.apart == pytest.approx(0.0, abs=1e-9)


def test_skin_speaks_for_colour_where_it_is_seen():
    shots = together([*three(**SKINS), report("d.mp4", **SKINS, scene_chroma=0.2)])
    assert not shots[3].left
    assert {SKIN, SCENE} & {each.trait for each in shots[3].before} == {SKIN}


def test_readings_that_must_not_be_trusted_have_no_say():
    doubtful = replace(report(), readings=tuple(replace(r, valid=False, why_not="dark") for r in report().readings))
    shots = together([*three(), doubtful])
    assert shots[3].before == ()
    assert mend(shots[0].agreed, doubtful).predicted(doubtful) == doubtful


LEVEL_SETS = st.tuples(
    st.floats(0.0, 0.3), st.floats(0.1, 0.8), st.floats(0.35, 1.0), st.floats(0.0, 0.4), st.floats(0.4, 6.0)
).filter(lambda levels: levels[0] + 0.02 < levels[1] < levels[2] - 0.02)


def made(levels, name="x.mp4"):
    names = ("black_level", "median_level", "white_level", "scene_chroma", "edge_width")
    return report(name, **dict(zip(names, levels, strict=True)))


@given(st.lists(LEVEL_SETS, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_the_shots_changes_nothing(sets, random):
    reports = [made(levels, f"{number}.mp4") for number, levels in enumerate(sets)]
    shuffled = random.sample(reports, len(reports))
    first, second = ({shot.file: shot for shot in together(each)} for each in (reports, shuffled))
    for file, shot in first.items():
        assert shot.agreed == second[file].agreed
        assert (shot.before, shot.left, set(shot.others)) == (
            second[file].before,
            second[file].left,
            set(second[file].others),
        )


@given(LEVEL_SETS, LEVEL_SETS)
def test_corrections_are_gentle_and_go_the_right_way(mine, theirs):
    shot, others = made(mine), [made(theirs)] * 3
    agreed = consensus([shot, *others])
    mended = mend(agreed, shot).predicted(shot)
    for trait in (*LEVELS, SCENE):
        was, now = (next(d.apart for d in agreed.departures(each) if d.trait == trait) for each in (shot, mended))
        assert abs(now) <= abs(was) + 1e-9
        assert abs(was - now) <= trait.reach + 1e-9
        assert now * was >= -1e-9
    dose = doses(agreed, shot)["grade"]
    assert isinstance(dose.treatment, Grade)
    assert dose.treatment.cdl_saturation <= 4.0


@given(LEVEL_SETS)
def test_a_mended_shot_needs_no_more(levels):
    agreed = consensus([*three(), made(levels)])
    mended = mend(agreed, made(levels)).predicted(made(levels))
    for each in agreed.departures(mended):
        if each.trait in (*LEVELS, SCENE) and each.tolerances <= 1.0:
            again = mend(agreed, mended).predicted(mended)
            now = next(d for d in agreed.departures(again) if d.trait == each.trait)
            assert now.apart == pytest.approx(each.apart, abs=each.trait.reach)


def test_tolerances_and_reaches_are_in_one_unit():
    assert SCENE.moved(0.1, log(1.2)) == pytest.approx(0.12)
    assert SCENE.apart(0.12, 0.1) == pytest.approx(log(1.2))
    assert BLACK.words(0.05) == "0.05 weaker in its blacks"
    assert EDGE.words(-log(2.0)) == "twice as sharp"
    assert SCENE.words(-log(2.0)) == "half as saturated"
