"""Prompts as people write them: what must be found, what must not, and what a rewrite keeps and strikes."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from unplastic.prompts import lexicon, lint, rewrite

CORPUS: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "corpus.toml").read_text(encoding="utf-8"))[
    "prompt"
]
IDS = [f"{index}-{entry['style']}" for index, entry in enumerate(CORPUS)]
entries = pytest.mark.parametrize("entry", CORPUS, ids=IDS)


def test_it_is_large_and_of_many_styles() -> None:
    assert len(CORPUS) >= 120
    assert len({entry["style"] for entry in CORPUS}) >= 30
    assert len({entry["text"] for entry in CORPUS}) == len(CORPUS)


@entries
def test_findings(entry: dict[str, Any]) -> None:
    codes = {finding.code for finding in lint(entry["text"], entry.get("model"))}
    assert set(entry.get("expect", ())) - codes == set()
    assert set(entry.get("forbid", ())) & codes == set()
    if entry.get("clean"):
        assert {f.code for f in lint(entry["text"]) if f.severity > 1} == set()


@entries
def test_rewritten(entry: dict[str, Any]) -> None:
    text, model = entry["text"], entry.get("model")
    done = rewrite(text, model)
    assert rewrite(done.text, model).text == done.text
    if entry.get("untouched"):
        assert done.text == text
        return
    assert "not_rewritten" not in {f.code for f in done.after}
    whole = (done.text + " " + done.image).lower()
    for words in entry.get("keep", ()):
        assert words.lower() in whole
    for words in entry.get("strike", ()):
        assert words.lower() not in done.text.lower()
    if entry.get("clean"):
        assert done.text.rstrip(".") == text.rstrip(".")


@entries
def test_for_every_model(entry: dict[str, Any]) -> None:
    for model in lexicon().models:
        done = rewrite(entry["text"], model)
        assert rewrite(done.text, model).text == done.text
        for flaw in ("  ", " ,", ",,", " .", " a a ", " and.", " with."):
            assert flaw not in done.text or flaw in entry["text"]


def test_every_word_of_the_lexicon_is_met() -> None:
    met = {code for entry in CORPUS for code in entry.get("expect", ())}
    assert set(lexicon().by_code) - met <= {"default_youth", "golden_hour_alone", "named_plastic"}
