"""The command line as data: completion that a shell runs, a manual page that man sets, and --json everywhere."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from unplastic.cli.app import app
from unplastic.cli.completion import script
from unplastic.cli.man import page
from unplastic.cli.tree import verbs

VERBS = verbs()
LEAVES = [each for each in VERBS if not each.verbs]


def ids(verb: object) -> str:
    return " ".join(getattr(verb, "words", ()))


@pytest.mark.parametrize("verb", LEAVES, ids=ids)
def test_every_verb_has_json_and_help(verb) -> None:
    assert any("--json" in option.names for option in verb.options)
    assert len(verb.brief) > 15
    for option in verb.options:
        assert option.help or option.value, option.names


@pytest.mark.parametrize(
    "words",
    [
        ["looks"], ["looks", "show", "16mm+warmer"], ["looks", "show", "grain"], ["agents"], ["agents", "stages"],
        ["agents", "show", "Casting"], ["models"], ["providers"], ["prompt", "a woman at a window"],
        ["route", "--surface", "water"], ["budget", "list"], ["completion", "bash"], ["man"], ["lexicon", "show"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_json_is_one_document(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == 0, done.output
    assert isinstance(json.loads(done.stdout), dict)


def complete(shell: str, tmp_path: Path, *words: str) -> set[str]:
    """What bash offers after these words."""
    path = tmp_path / "script"
    path.write_text(script(shell))
    code = (
        f"""source {path}; COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _unplastic; printf '%s\\n' "${{COMPREPLY[@]}}" """
    )
    done = subprocess.run(["bash", "-c", code, "_", *words], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert not done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["unplastic", "fin"], {"finish"}),
        (["unplastic", "finish", "--lo"], {"--look"}),
        (["unplastic", "finish", "x.mp4", "--look", "1"], {"16mm"}),
        (["unplastic", "finish", "--master", "pro"], {"prores", "prores4444"}),
        (["unplastic", "agents", "pa"], {"pause"}),
        (["unplastic", "agents", "new", "Grub", "--in"], {"--in-words"}),
        (["unplastic", "nonsense", "--x"], set()),
    ],
)
def test_bash_completes(words: list[str], offered: set[str], tmp_path: Path) -> None:
    assert complete("bash", tmp_path, *words) == offered


def test_bash_completes_every_verb_and_files(tmp_path: Path) -> None:
    (tmp_path / "shot one.mp4").touch()
    (tmp_path / "shot.mp4").touch()
    assert complete("bash", tmp_path, "unplastic", "") == {each.words[0] for each in VERBS}
    assert "shot.mp4" in complete("bash", tmp_path, "unplastic", "measure", "shot.")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts_are_read_by_their_shells(shell: str, tmp_path: Path) -> None:
    path = tmp_path / "script"
    path.write_text(script(shell))
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not on this machine (root: apt-get install {shell})")
    subprocess.run([shell, "-n", str(path)], check=True)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("unplastic fin", {"finish"}),
        ("unplastic finish --loo", {"--look"}),
        ("unplastic finish --look 1", {"16mm"}),
        ("unplastic agents pau", {"pause"}),
        ("unplastic agents new Grub --in-", {"--in-words"}),
    ],
)
@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_zsh_and_fish_complete(shell: str, line: str, offered: set[str], tmp_path: Path) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not on this machine (root: apt-get install {shell})")
    path = tmp_path / "script"
    path.write_text(script(shell))
    code = f"source {path}; complete -C '{line}'"
    if shell == "zsh":  # its own parts of the completion system stand in for the line editor
        told = "local -a rows; rows=(${(P)2}); for each in $rows; do echo ${each%%:*}; done"
        words = line.split()
        code = (
            f"compdef() {{}}; source {path}; _describe() {{ {told}; }}\n"
            "_files() {}; compadd() { shift; print -l $@; }\n"
            f"words=({' '.join(words)}); CURRENT={len(words)}; _unplastic"
        )
    done = subprocess.run([shell, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert not done.stderr
    said = {each.split("\t")[0] for each in done.stdout.splitlines()}
    last = line.rsplit(maxsplit=1)[-1]
    assert {each for each in said if each.startswith(last)} == offered


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_know_every_verb_and_option(shell: str) -> None:
    text = script(shell)
    for verb in VERBS:
        assert verb.words[-1] in text
        for option in verb.options:
            for name in option.names:
                assert (name.lstrip("-") if shell == "fish" else name) in text


def test_the_manual_page_names_every_verb_and_option() -> None:
    plain = page().replace("\\-", "-")
    for verb in VERBS:
        assert f".SS unplastic {' '.join(verb.words)}" in plain
        for option in verb.options:
            assert ", ".join(option.names) in plain


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not on this machine (root: apt-get install groff)")
def test_man_sets_it_without_a_warning() -> None:
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww"], input=page(), capture_output=True, text=True, check=True)
    assert not done.stderr
    assert "unplastic finish" in done.stdout.replace("\b", "").replace(
        "uunnppllaassttiicc ffiinniisshh", "unplastic finish"
    )


@pytest.mark.parametrize(
    ("host", "file"), [("comfyui", "comfyui_unplastic/__init__.py"), ("resolve", "unplastic_finish.py")]
)
def test_pieces_for_other_programs_are_put_where_they_look(host: str, file: str, tmp_path: Path) -> None:
    run = CliRunner()
    done = run.invoke(app, ["install", host, "--to", str(tmp_path), "--json"])
    assert done.exit_code == 0, done.output
    assert (tmp_path / file).is_file()
    assert str(tmp_path / file) in json.loads(done.stdout)["files"]
    assert run.invoke(app, ["install", host, "--to", str(tmp_path)]).exit_code != 0
    assert run.invoke(app, ["install", host, "--to", str(tmp_path), "--overwrite"]).exit_code == 0
    assert run.invoke(app, ["install", "nonsense", "--to", str(tmp_path)]).exit_code != 0
    assert run.invoke(app, ["install", host, "--to", str(tmp_path / "none")]).exit_code != 0
