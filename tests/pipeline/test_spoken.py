"""Agents in plain words: the same TOML as by flags, and no guess at words that nobody knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from unplastic.cli.app import app
from unplastic.errors import AgentError, WordsError
from unplastic.pipeline.agent import parse, read, step_of
from unplastic.pipeline.spoken import fillers, phrases, spoken

CITED = "send every finished clip through Astra first, then fine 35 mm grain and a slightly warmer grade"


def do(words: str) -> list[dict[str, Any]]:
    return [dict(each) for each in spoken("A", words).agent.do]


def test_the_sentence_of_the_issue() -> None:
    agent = spoken("Upscale Artist", CITED).agent
    assert agent.when == "clip.finished"
    assert agent.mandate == CITED
    assert [dict(each) for each in agent.do] == [
        {"stage": "upscale", "by": ["astra", "lanczos"]},
        {"stage": "finish", "look": "fine-35mm+slightly-warmer"},
        {"stage": "measure"},
        {"stage": "review"},
    ]
    assert parse(agent.toml(), "it") == agent


@pytest.mark.parametrize(
    ("words", "when", "steps"),
    [
        ("When a shot is approved, export it to masters", "shot.approved", [{"stage": "export", "to": "masters"}]),
        ("every evening at 6 pm make the dailies", "daily 18:00", [{"stage": "dailies"}]),
        ("daily at 7:30 write my daily page", "daily 07:30", [{"stage": "dailies"}]),
        ("compare every measured take with its scene", "take.measured", [{"stage": "continuity"}]),
        ("check the prompts and stop for the worst words", "shot.wanted", [{"stage": "prompt", "hold": "worst"}]),
        (
            "for every written shot choose the model, carry the portraits and generate it",
            "shot.written",
            [{"stage": "route"}, {"stage": "references"}, {"stage": "generate"}],
        ),
        (
            "Upscale each new clip to 4K by the network, finish it as ProRes 4444 at 80 %, no review, no measuring",
            "clip.finished",
            [
                {"stage": "upscale", "by": ["neural"], "size": "2160p"},
                {"stage": "finish", "master": "prores4444", "strength": 0.8},
            ],
        ),
        ("documentary, no grain, without a web file, do not measure it, no review", "clip.finished",
         [{"stage": "finish", "web": False, "look": "documentary+no-grain"}]),
    ],
)  # fmt: skip
def test_common_phrases(words: str, when: str, steps: list[dict[str, Any]]) -> None:
    agent = spoken("A", words).agent
    assert agent.when == when
    assert [dict(each) for each in agent.do] == steps


def test_the_order_of_the_words_is_the_order_of_the_work() -> None:
    assert [each["stage"] for each in do("finish it, then upscale it to 2x")][:2] == ["finish", "upscale"]
    assert [each["stage"] for each in do("upscale it to 2x, then finish it")][:2] == ["upscale", "finish"]


@pytest.mark.parametrize(
    ("words", "limits"),
    [
        ("finish it, at most $20 a day", {"usd_per_day": 20.0}),
        ("finish it; spend no more than 12.50 usd per film", {"usd": 12.5}),
        ("finish it, three clips at a time", {"at_once": 3}),
    ],
)
def test_limits(words: str, limits: dict[str, float]) -> None:
    assert spoken("A", words).agent.limits.model_dump(exclude_none=True) == limits


@pytest.mark.parametrize(
    "words",
    [
        "send it to the moon",
        "do not send any clip through Astra",
        "never finish it",
        "finish it unless it rains",
        "delete every clip",
        "every day at 25:00 make the dailies",
        "finish every new clip and every approved shot",
        "rm -rf / and finish it",
        "",
        "please",
    ],
)
def test_what_is_not_understood_is_never_guessed(words: str) -> None:
    with pytest.raises(WordsError) as caught:
        spoken("A", words)
    assert caught.value.hint


def test_an_unknown_word_is_named_with_what_is_understood() -> None:
    with pytest.raises(WordsError, match="moon") as caught:
        spoken("A", "send every finished clip through Astra, then to the moon")
    assert all(each.says in caught.value.hint for each in phrases())


@given(st.text(max_size=80))
def test_any_text_is_an_agent_or_a_named_error(words: str) -> None:
    try:
        agent = spoken("A", words).agent
    except (WordsError, AgentError):
        return
    assert parse(agent.toml(), "it") == agent


@given(st.lists(st.sampled_from([*sorted(fillers()), "finish", "astra", "16mm", "warmer", "not", "clip"]), max_size=12))
def test_words_of_the_grammar_in_any_order(words: list[str]) -> None:
    try:
        agent = spoken("A", " ".join(words)).agent
    except (WordsError, AgentError):
        return
    assert "not" not in words
    agent.stages()


@pytest.mark.parametrize("row", phrases(), ids=lambda row: row.says)
def test_every_phrase_of_the_help_is_understood(row: Any) -> None:
    for said in row.says.replace("...", "upscale").split("; " if ";" in row.says else ", or: "):
        extra = "" if row.what == "stage" else ", finish it"
        assert spoken("A", said + extra)


def test_the_same_toml_as_by_flags(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    run = CliRunner()
    flags = ["--when", "clip.finished", "--mandate", CITED]
    for each in ("upscale by=astra,lanczos", "finish look=fine-35mm+slightly-warmer", "measure", "review"):
        flags += ["--do", each]
    assert run.invoke(app, ["agents", "new", "By Flags", *flags]).exit_code == 0
    said = run.invoke(app, ["agents", "new", "By Words", "--in-words", CITED], input="y\n")
    assert said.exit_code == 0
    assert 'stage = "upscale"' in said.stdout
    folder = tmp_path / "unplastic" / "agents"
    flagged, worded = (read(folder / f"by-{how}.toml") for how in ("flags", "words"))
    assert flagged.model_copy(update={"name": "By Words"}) == worded
    assert step_of("finish look=fine-35mm+slightly-warmer")["look"] == "fine-35mm+slightly-warmer"


@pytest.mark.parametrize("answer", ["n\n", ""])
def test_nothing_is_written_without_a_yes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    CliRunner().invoke(app, ["agents", "new", "A", "--in-words", CITED], input=answer)
    assert not list(tmp_path.rglob("*.toml"))


def test_json_writes_only_with_yes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    words = ["agents", "new", "A", "--in-words", CITED, "--json"]
    assert '"file": null' in CliRunner().invoke(app, words).stdout
    assert "a.toml" in CliRunner().invoke(app, [*words, "--yes"]).stdout
    assert list(tmp_path.rglob("a.toml"))
