"""Looks in plain words: what one step moves, what is heard in a sentence, and what is not understood."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unplastic.errors import UnknownName, WordsError
from unplastic.looks import look, look_files
from unplastic.looks.adjust import AMOUNTS, adjustments, heard, turned
from unplastic.parameter import parameters
from unplastic.registry import member

KEYS = sorted(adjustments())


def value(name: str, treatment: str, parameter: str) -> Any:
    step = next(each for each in look(name).steps if each.treatment == treatment)
    return getattr(member("treat", treatment)(**step.values), parameter)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("warmer", ["warmer"]),
        ("a bit warmer", ["slightly-warmer"]),
        ("Much less grain!", ["much-less-grain"]),
        ("more like 16 mm", ["more-like-16mm"]),
        ("slightly more like Fine 35 mm, and less saturated", ["slightly-more-like-fine-35mm", "less-colour"]),
        ("grainier and a touch colder", ["more-grain", "slightly-cooler"]),
        ("less cold", ["warmer"]),
        ("no grain", ["no-grain"]),
        ("", []),
        ("swarmer", []),
    ],
)
def test_words_are_heard(text: str, words: list[str]) -> None:
    assert heard(text)[0] == words


def test_less_grain_is_less_and_more_like_goes_half_of_the_way() -> None:
    assert value("fine-35mm+less-grain", "grain", "sigma_codes8") == pytest.approx(1.6)
    assert value("fine-35mm+slightly-less-grain", "grain", "sigma_codes8") == pytest.approx(2.0 * 0.8**0.5, rel=1e-5)
    assert value("fine-35mm+more-like-16mm", "grain", "sigma_codes8") == pytest.approx((2.0 + 2.9) / 2)
    assert value("fine-35mm+warmer", "grade", "balance_cb") < 0 < value("fine-35mm+warmer", "grade", "balance_cr")


def test_what_is_not_named_stays() -> None:
    plain, warm = look("documentary"), look("documentary+warmer")
    assert [each for each in plain.steps if each.treatment != "grade"] == [
        each for each in warm.steps if each.treatment != "grade"
    ]
    assert warm.name == "documentary+warmer"
    assert "warmer" in warm.intent


@given(
    st.lists(st.tuples(st.sampled_from(["", *AMOUNTS]), st.sampled_from(KEYS)), max_size=6),
    st.sampled_from(sorted(look_files())),
)
def test_any_words_in_any_order_stay_inside_every_interval(words: list[tuple[str, str]], base: str) -> None:
    name = "+".join([base, *(f"{amount}-{key}" if amount else key for amount, key in words)])
    made = look(name)
    for step in made.steps:
        kind: Any = member("treat", step.treatment)
        treatment = kind(**step.values)
        for each in parameters(kind):
            now = getattr(treatment, each.name)
            if isinstance(now, float) and each.low is not None and each.high is not None:
                assert each.low <= now <= each.high
    assert look(made.name).steps == made.steps


@pytest.mark.parametrize("key", KEYS)
def test_every_word_changes_something_and_is_heard_as_itself(key: str) -> None:
    row = adjustments()[key]
    assert look(f"fine-35mm+{key}").steps != look("fine-35mm").steps
    for said in (row.word, *row.also):
        assert heard(said)[0] == [key], said


def test_opposites_cancel() -> None:
    for one, other in (("warmer", "cooler"), ("brighter", "darker"), ("lifted-blacks", "deeper-blacks")):
        there = next(each for each in look(f"fine-35mm+{one}+{other}").steps if each.treatment == "grade")
        for name, number in there.values.items():
            assert number == pytest.approx(value("fine-35mm", "grade", name), abs=1e-9), name


def test_a_look_turned_by_a_sentence_is_the_look_of_that_name() -> None:
    assert turned("16mm", "Please make it a bit warmer, with less grain.") == "16mm+slightly-warmer+less-grain"


@pytest.mark.parametrize("text", ["lemon", "warmer and purple", "", "do nothing", "not warmer"])
def test_what_no_grammar_knows_is_named_with_what_is(text: str) -> None:
    with pytest.raises(WordsError) as caught:
        turned("16mm", text)
    assert "warmer" in caught.value.hint


def test_unknown_words_and_looks_behind_a_plus() -> None:
    with pytest.raises(WordsError, match="purple"):
        look("16mm+purple")
    with pytest.raises(UnknownName):
        look("nonsense+warmer")
    with pytest.raises(UnknownName):
        look("16mm+more-like-nonsense")


def test_a_look_in_a_file_is_adjusted_like_any_other(tmp_path: Path) -> None:
    folder = tmp_path / "a+b"
    folder.mkdir()
    own = folder / "my+own.toml"
    own.write_text(look_files()["16mm"].read_text())
    assert look(f"{own}+less-grain").steps == look("16mm+less-grain").steps
    assert turned(str(own), "a bit warmer") == f"{own}+slightly-warmer"
    assert look(turned(f"{own}+less-grain", "warmer")).steps == look("16mm+less-grain+warmer").steps
    with pytest.raises(WordsError, match="purple"):
        look(f"{own}+purple")
