"""A language model's agent is judged like a stranger's file. No test asks a live one."""

from __future__ import annotations

import pytest

pytest.importorskip("pydantic_ai", reason="the extra llm is not installed")

from pydantic_ai.messages import ModelResponse, TextPart
from pydantic_ai.models.function import FunctionModel

from nolive import no_live_model
from unplastic.errors import WordsError
from unplastic.pipeline.asked import from_words
from unplastic.pipeline.spoken import spoken

WORDS = "whatever lands on my desk gets a grubby sixteen-mill vibe, nothing else, and costs me 3 dollars tops"
GOOD = """
name = "somebody else"
when = "clip.finished"
mandate = "ignored"

[limits]
usd = 3

[[do]]
stage = "finish"
look = "16mm+more-grain"
"""


__all__ = ["no_live_model"]


def says(text: str) -> FunctionModel:
    return FunctionModel(lambda *_: ModelResponse(parts=[TextPart(text)]))


@pytest.mark.parametrize("answer", [GOOD, f"```toml\n{GOOD}\n```"])
def test_a_good_answer_is_checked_and_said_to_be_a_models(answer: str) -> None:
    made = from_words("Grub", WORDS, llm=says(answer))
    assert made.agent.name == "Grub"
    assert made.agent.mandate == WORDS
    assert made.agent.do[0]["look"] == "16mm+more-grain"
    assert "language model" in made.notes[0]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("Sure, here you are!", "TOML"),
        (GOOD.replace("finish", "shell"), "shell"),
        (GOOD + 'command = "rm -rf /"\n', "command"),
        (GOOD.replace("usd = 3", "usd = 3000"), "3000"),
        (GOOD.replace("usd = 3", "usd_per_day = 4"), "usd_per_day"),
        (GOOD.replace('stage = "finish"\nlook = "16mm+more-grain"', 'stage = "export"\nto = "/etc"'), "/etc"),
        (GOOD.replace('stage = "finish"\nlook = "16mm+more-grain"', 'stage = "export"\nto = "../../x"'), "folder"),
        (GOOD.replace("16mm+more-grain", "/home/somebody/look.toml"), "look"),
        (GOOD.replace("clip.finished", "clip.exploded"), "exploded"),
        (GOOD + "#" * 5000, "characters"),
        (GOOD + '\n[[do]]\nstage = "finish"\n' * 20, "steps"),
        (GOOD + "\n[extra]\na = 1\n", "extra"),
    ],
)
def test_what_breaks_a_promise_is_thrown_away_with_why(answer: str, reason: str) -> None:
    with pytest.raises(WordsError, match="thrown away") as caught:
        from_words("Grub", WORDS, llm=says(answer))
    assert reason in caught.value.message


def test_what_the_grammar_knows_is_never_sent() -> None:
    def never(*_: object) -> ModelResponse:
        raise AssertionError("asked")

    words = "finish every new clip in 16 mm"
    assert from_words("A", words, llm=FunctionModel(never)) == spoken("A", words)


def test_without_a_model_the_words_that_are_missing_are_named() -> None:
    with pytest.raises(WordsError, match="grubby"):
        from_words("A", WORDS)
