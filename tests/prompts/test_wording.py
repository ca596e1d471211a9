"""A language model's proposal is judged like anybody's words. No test asks a live one."""

from __future__ import annotations

import builtins
from collections.abc import Iterator

import pytest

pytest.importorskip("pydantic_ai", reason="the extra llm is not installed")

from pydantic_ai import models
from pydantic_ai.exceptions import ModelHTTPError
from pydantic_ai.messages import ModelResponse, TextPart
from pydantic_ai.models.function import FunctionModel

from unplastic.errors import PromptError
from unplastic.prompts import rewrite
from unplastic.prompts.wording import worded

INTENT = "a night nurse called Mara reads the letter of 1987 in a corridor, @Image1 is her face"
GOOD = "In a corridor the night nurse Mara reads the letter of 1987 under a tube that is on. @Image1 is her face."


@pytest.fixture(autouse=True)
def _no_live_model() -> Iterator[None]:
    models.ALLOW_MODEL_REQUESTS = False
    yield
    models.ALLOW_MODEL_REQUESTS = True


def says(text: str) -> FunctionModel:
    return FunctionModel(lambda *_: ModelResponse(parts=[TextPart(text)]))


def test_a_good_proposal_goes_through_the_same_doctor() -> None:
    done = worded(INTENT, "kling-v3", llm=says(GOOD.replace("reads", "slowly reads, cinematic, 8k,")))
    assert done.original == INTENT
    assert "slowly reads" in done.text
    assert "8k" not in done.text
    assert done.changes[0].code == "wording"
    assert not [each for each in done.after if each.severity == 3]


@pytest.mark.parametrize(
    ("proposal", "reason"),
    [
        (GOOD.replace("1987", "1986"), "1987"),
        (GOOD.replace("Mara", "Anna"), "Mara"),
        (GOOD.replace("@Image1", "the picture"), "@Image1"),
        (GOOD + " And on." * 400, "characters"),
        ("Mara 1987 @Image1 corridor.", "nobody"),
    ],
)
def test_a_broken_promise_is_told_and_ones_own_words_are_used(proposal: str, reason: str) -> None:
    intent = INTENT
    done = worded(intent, "kling-v3", llm=says(proposal))
    assert done.text == rewrite(intent, "kling-v3").text
    assert reason in next(each.text for each in done.after if each.code == "wording_refused")


def test_what_cannot_be_worked_on_is_not_sent() -> None:
    def never(*_: object) -> ModelResponse:
        raise AssertionError("asked")

    for text in ("", '{"a": 1}', "Eine Frau steht mit dem Hund auf der Straße"):
        assert worded(text, llm=FunctionModel(never)).text == text


def test_failures_are_one_sentence_without_secrets() -> None:
    def fails(*_: object) -> ModelResponse:
        raise ModelHTTPError(401, "m", {"error": "bad key sk-ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"})

    with pytest.raises(PromptError) as caught:
        worded(INTENT, llm=FunctionModel(fails))
    assert "ABCDEFGHIJ" not in caught.value.message
    assert caught.value.__suppress_context__
    with pytest.raises(PromptError, match="no wording"):
        worded(INTENT, llm=says(""))
    with pytest.raises(PromptError, match="no wording from nonsense"):
        worded(INTENT, llm="nonsense:gpt")


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def none(name: str, *rest: object) -> object:
        if name.startswith("pydantic_ai"):
            raise ImportError(name)
        return real(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", none)
    with pytest.raises(PromptError, match="extra llm"):
        worded(INTENT, llm="openai:gpt-5")
