"""The paired test: what is planned differs in one thing, what is read is what was put in."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from unplastic.cli.app import app
from unplastic.errors import LexiconError, UnknownName
from unplastic.prompts import evidence, lexicon, lint
from unplastic.prompts.evidence import grade, pairs_needed, plan, read
from unplastic.prompts.rules.words import EXCUSED_BY


def test_every_word_can_be_tested_and_is_found_only_in_its_own_half() -> None:
    known = set(lexicon().by_code)
    made = plan(effect_points=20.0)
    assert known | set(evidence.SLOTS) == {pair["code"] for pair in made["pairs"]}
    for pair in made["pairs"]:
        halves = [{f.code for f in lint(pair[half]["prompt"]) if f.code in known} for half in ("with", "without")]
        assert halves[1] == set(), pair
        wanted = {pair["code"]} & known
        # Some words are excused where lens and texture are named, as they are in these prompts.
        assert halves[0] == wanted or (halves[0] == set() and pair["code"] in EXCUSED_BY), pair


def test_pairs_are_balanced_over_surfaces() -> None:
    made = plan(["cinematic"], ["kling-v3", "veo-3.1"])
    assert made["pairs_per_code_and_model"] == 12
    assert made["generations"] == 48
    surfaces = [pair["surface"] for pair in made["pairs"] if pair["model"] == "veo-3.1"]
    assert len(set(surfaces)) == 8
    assert max(map(surfaces.count, surfaces)) <= 2
    assert len({pair["with"]["file"] for pair in made["pairs"]}) == 24
    assert made == plan(["cinematic"], ["kling-v3", "veo-3.1"])


def test_what_a_weaker_effect_costs() -> None:
    assert pairs_needed(3.5) >= 3.9 * pairs_needed(7.0)
    for wrong in ((0.0, 0.8), (7.0, 1.0)):
        with pytest.raises(LexiconError):
            pairs_needed(*wrong)
    with pytest.raises(UnknownName):
        plan(["nonsense"])
    with pytest.raises(UnknownName):
        plan(["cinematic"], ["kling-v9"])


@pytest.mark.parametrize(("freedom", "value"), [(1, 12.706), (2, 4.303), (3, 3.182), (11, 2.201), (30, 2.042)])
def test_the_quantile_is_student_s(freedom: int, value: float) -> None:
    """Against the tables in every textbook."""
    assert evidence._t_quantile(0.975, freedom) == pytest.approx(value, rel=0.01)


def test_intervals_hold_what_they_say() -> None:
    rng = random.Random(1)
    inside = 0
    for _ in range(400):
        found = grade("cinematic", [rng.gauss(4.0, 8.5) for _ in range(12)])
        inside += found.low <= 4.0 <= found.high
    assert 0.92 <= inside / 400 <= 0.98


def test_a_word_that_matters_and_one_that_does_not() -> None:
    made = plan(["cinematic", "sharpness", "texture"])
    rng = random.Random(2)
    scores: dict[str, float | None] = {}
    shift = {"cinematic": 12.0, "sharpness": 0.0, "texture": -12.0}
    for pair in made["pairs"]:
        base = rng.uniform(20, 60)
        scores[pair["without"]["file"]] = base + rng.gauss(0, 6)
        scores[pair["with"]["file"]] = base + shift[pair["code"]] + rng.gauss(0, 6)
    grades, missing = read(made, scores)
    assert missing == []
    verdicts = {each.code: each.verdict for each in grades}
    assert verdicts == {"cinematic": "makes plastic", "sharpness": "not shown", "texture": "works"}
    assert next(each for each in grades if each.code == "cinematic").p_sign < 0.05


def test_half_a_plan_is_read_as_far_as_it_goes() -> None:
    made = plan(["cinematic"])
    names = [pair[half]["file"] for pair in made["pairs"] for half in ("with", "without")]
    scores: dict[str, float | None] = {name: 30.0 + index % 5 for index, name in enumerate(names[:12])}
    scores[names[0]] = None
    grades, missing = read(made, scores)
    assert grades[0].pairs == 5
    assert len(missing) == 7
    assert "no score" in missing[0]
    for wrong in ({}, {"kind": "unplastic paired test"}, {"kind": "unplastic paired test", "pairs": [{}]}):
        with pytest.raises(LexiconError):
            read(wrong, {})


@given(st.lists(st.floats(-100, 100), min_size=3, max_size=40))
def test_any_differences(differences: list[float]) -> None:
    found = grade("cinematic", differences)
    assert found.low - 0.01 <= found.difference <= found.high + 0.01
    assert 0 <= found.p_sign <= 1


def test_from_the_command_line_into_a_file_of_one_s_own(tmp_path: Path) -> None:
    def run(*arguments: object):
        return CliRunner().invoke(app, ["lexicon", *map(str, arguments)])

    own = tmp_path / "mine.toml"
    own.write_text('# ours\n[[word]]\ncode = "cinematic"\nseverity = 3\n', encoding="utf-8")
    assert run("plan", "-o", tmp_path / "plan.json", "--code", "cinematic", "--effect", "12").exit_code == 0
    assert run("plan", "-o", tmp_path / "plan.json").exit_code != 0, "an earlier plan is not overwritten"
    made = json.loads((tmp_path / "plan.json").read_text())
    clips = [
        {"file": f"/takes/{pair[half]['file']}", "plasticity": {"score": 50.0 + 9 * (half == "with") + index % 3}}
        for index, pair in enumerate(made["pairs"])
        for half in ("with", "without")
    ]
    (tmp_path / "m.json").write_text(json.dumps({"clips": clips}))
    for _ in range(2):  # the second time replaces the first
        done = run("read", tmp_path / "plan.json", tmp_path / "m.json", "--into", own)
        assert done.exit_code == 0, done.output
    assert "makes plastic" in done.stdout
    text = own.read_text(encoding="utf-8")
    assert text.startswith("# ours\n")
    assert text.count(evidence.BEGIN) == 1
    word = lexicon(own).by_code["cinematic"]
    assert (word.severity, word.evidence["verdict"]) == (3, "makes plastic")
    assert "measured +9" in run("show", "--lexicon", own).stdout


def test_files_that_are_not_measurements(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[]")
    for path in (tmp_path / "a.json", tmp_path / "none.json"):
        with pytest.raises(LexiconError):
            evidence.scores_of([path])
