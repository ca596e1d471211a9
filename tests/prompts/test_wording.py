"""A language model's proposal is judged like anybody's words. No test asks a live one."""

from __future__ import annotations

import asyncio
import builtins

import pytest

pytest.importorskip("pydantic_ai", reason="the extra llm is not installed")

from pydantic_ai.exceptions import ModelHTTPError
from pydantic_ai.messages import ModelResponse, TextPart
from pydantic_ai.models.function import FunctionModel

from nolive import no_live_model
from unplastic.errors import PromptError
from unplastic.prompts import rewrite
from unplastic.prompts.wording import worded

INTENT = "a night nurse called Mara reads the letter of 1987 in a corridor, @Image1 is her face"
GOOD = "In a corridor the night nurse Mara reads the letter of 1987 under a tube that is on. @Image1 is her face."


__all__ = ["no_live_model"]


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
        (GOOD + " @Image2 is the letter.", "@Image2"),
        (GOOD + ' "Buy now," she says.', "Buy now"),
        (GOOD.replace("@Image1", "@Image10"), "@Image10"),
        ("Sure! " + GOOD, "Sure"),
        ("**Shot** " + GOOD, "prose"),
        (GOOD + " Brad Pitt looks on.", "real_person"),
        ("A woman named Mara steers a boat over a lake in 1987, @Image1 on the sail.", "of the story is lost"),
    ],
)
def test_a_broken_promise_is_told_and_ones_own_words_are_used(proposal: str, reason: str) -> None:
    intent = INTENT
    done = worded(intent, "kling-v3", llm=says(proposal))
    assert done.text == rewrite(intent, "kling-v3").text
    assert reason in next(each.text for each in done.after if each.code == "wording_refused")


@pytest.mark.parametrize(
    ("intent", "proposal", "reason"),
    [
        ("Mara feeds a horse", "Anna feeds a horse.", "Mara"),
        ("a woman, 5, feeds a horse", "A woman, 55, feeds a horse.", "'5'"),
        ("@Image1 hugs @Image1, a woman", "@Image1 hugs a woman.", "@Image1"),
        ("a woman does not open the door", "A woman opens the door.", "denied"),
        ("a woman feeds a horse", '{"woman": "feeds a horse"}', "prose"),
    ],
)
def test_who_does_what_stays(intent: str, proposal: str, reason: str) -> None:
    done = worded(intent, llm=says(proposal))
    assert done.text == rewrite(intent).text
    assert reason in next(each.text for each in done.after if each.code == "wording_refused")


@pytest.mark.parametrize(
    ("intent", "proposal"),
    [
        ("somebody lonely in a diner", "A man sits alone in a diner booth and stirs a cup that is long cold."),
        ("a woman feeding a horse, no text", "A woman feeds a horse over a fence and wipes her hand on her coat."),
        (
            "Stunning old fisherman mending nets, 8k",
            "An old fisherman sits on a crate and mends nets, a knife in his teeth.",
        ),
        (
            "Two kids run through an alley",
            "Two kids run through a narrow alley and jump a puddle; the camera stays behind.",
        ),
    ],
)
def test_a_proposal_that_keeps_the_story_is_taken(intent: str, proposal: str) -> None:
    done = worded(intent, llm=says(proposal))
    assert done.changes[0].code == "wording", [each.text for each in done.after]


@pytest.mark.parametrize("trouble", [ConnectionError("no route"), TimeoutError(), ValueError("odd")])
def test_whatever_a_provider_raises_is_one_sentence(trouble: Exception) -> None:
    def fails(*_: object) -> ModelResponse:
        raise trouble

    with pytest.raises(PromptError, match="no wording"):
        worded(INTENT, llm=FunctionModel(fails))


@pytest.mark.parametrize(
    "key",
    [
        "sk-ant-api03-abc_DEF-ghi_JKL-mno_PQR-stu_VW1-yz0",
        "AIzaSyA-bCdEfGhIjK_lMnOpQrStUvWxYz012-4",
        "sk-" + "ab1_" * 20,
    ],
)
def test_no_part_of_a_key_is_told(key: str) -> None:
    def fails(*_: object) -> ModelResponse:
        raise ModelHTTPError(401, "m", {"error": f"bad key {key} given"})

    with pytest.raises(PromptError) as caught:
        worded(INTENT, llm=FunctionModel(fails))
    shown = f"{caught.value}"
    assert not [key[at : at + 6] for at in range(len(key) - 6) if key[at : at + 6] in shown]


def test_within_a_running_loop() -> None:
    async def inside() -> str:
        return worded(INTENT, llm=says(GOOD)).changes[0].code

    assert asyncio.run(inside()) == "wording"


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
