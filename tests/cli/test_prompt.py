"""``unplastic prompt``: for people, for machines, for scripts that stop on a bad prompt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import unplastic as up
from unplastic.cli.app import app
from unplastic.errors import LexiconError, PromptError, UnknownName

TEXT = "A cinematic close-up of a man with flawless skin, 8k"


def run(*arguments: str, text: str | None = None):
    return CliRunner().invoke(app, ["prompt", *arguments], input=text)


def test_for_people() -> None:
    done = run(TEXT, "--model", "kling-v3")
    assert done.exit_code == 0
    for words in ("cinematic", "A close-up of a man.", "negative prompt: plastic skin", "score"):
        assert words in done.stdout


def test_for_machines() -> None:
    document = json.loads(run(TEXT, "-m", "veo-3.1", "--json", "--negative", "hats").stdout)
    assert document["original"] == TEXT
    assert document["negative"].startswith("hats")
    assert document["score"]["after"] > document["score"]["before"]
    assert {"code", "severity", "text", "why", "fix", "start", "end", "fixable"} == set(
        document["findings"]["before"][0]
    )
    assert {"code", "before", "after", "why"} == set(document["changes"][0])


def test_identity_and_references() -> None:
    done = run("She waits.", "--identity", "Mara, 54, a welder", "--reference", "her face", "--reference", "the hall")
    assert "Image 1 is her face; Image 2 is the hall. Mara, 54, a welder. She waits." in done.stdout


def test_for_scripts(tmp_path: Path) -> None:
    assert run(TEXT, "--lint").exit_code == 1
    good = json.loads(run(TEXT, "--json").stdout)["text"]
    assert run(good, "--lint").exit_code == 0
    (tmp_path / "shot.txt").write_text(TEXT, encoding="utf-8")
    from_file, from_stdin = run(str(tmp_path / "shot.txt"), "--json"), run("-", "--json", text=TEXT)
    assert json.loads(from_file.stdout) == json.loads(from_stdin.stdout) == json.loads(run(TEXT, "--json").stdout)


def test_bad_input(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"\xff\xfe\x00\x80" * 10)
    (tmp_path / "big.txt").write_text("a " * 600_000, encoding="utf-8")
    for arguments, error in (
        ((str(tmp_path / "a.bin"),), PromptError),
        ((str(tmp_path / "big.txt"),), PromptError),
        ((TEXT, "-m", "kling-v9"), UnknownName),
        ((TEXT, "--shot-size", "huge"), UnknownName),
        ((TEXT, "--lexicon", str(tmp_path / "no.toml")), LexiconError),
    ):
        done = run(*arguments)
        assert isinstance(done.exception, error)
        assert done.exception.hint


@pytest.mark.parametrize("text", ["", "🎬🎬🎬", "x" * 100_000, "a\x00b", "../../etc", "\ud83d"])
def test_odd_text_is_only_text(text: str) -> None:
    assert up.prompt(text).original == text
